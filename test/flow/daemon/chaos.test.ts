// Five kills of `npm run chaos`, and one of each other harm.
import { expect, test } from 'vitest';
import { chaos } from '../../support/harm/chaos.ts';
import { prosody } from '../../support/servers/servers.ts';

test('after kills, cuts and a black hole the archive is the truth of both rooms', { timeout: 240_000 }, async () => {
  const told: string[] = [];
  const plan = { seed: 4, kills: 5, cuts: 1, holes: 1, talk: 150, tell: (line: string) => void told.push(line) };
  const ledgers = await chaos(prosody, plan);
  expect(ledgers.map(({ said }) => said > 20)).toEqual([true, true]);
  for (const ledger of ledgers) {
    expect(ledger, told.join('\n')).toMatchObject({ kept: ledger.said, lost: 0, twice: 0, outOfOrder: 0, gaps: 0 });
    expect(ledger.own, told.join('\n')).toMatchObject({ missing: 0, twice: 0 });
  }
});
