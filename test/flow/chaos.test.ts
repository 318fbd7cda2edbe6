// Issue 4: five kills of `npm run chaos`, and one of each other harm.
import { describe, expect, test } from 'vitest';
import { chaos } from '../support/chaos.ts';
import { compare } from '../support/ledger.ts';
import { prosody } from '../support/servers.ts';

describe('the ledger of the chaos', () => {
  test('counts what is lost, what is there twice and what is out of order', () => {
    expect(compare(['a', 'b', 'c'], ['a', 'b', 'c'])).toMatchObject({ lost: 0, twice: 0, outOfOrder: 0 });
    expect(compare(['a', 'b', 'c'], ['a', 'c'])).toMatchObject({ lost: 1, twice: 0, outOfOrder: 0 });
    expect(compare(['a', 'b', 'b'], ['a', 'b', 'b', 'b'])).toMatchObject({ lost: 0, twice: 1, outOfOrder: 0 });
    expect(compare(['a', 'b', 'c', 'd'], ['c', 'a', 'b'])).toMatchObject({ lost: 1, twice: 0, outOfOrder: 2 });
    expect(compare(['a', 'b'], ['b', 'a'])).toMatchObject({ lost: 0, twice: 0, outOfOrder: 2 });
  });
});

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
