// A short `npm run soak`, on a server of its own, since that is restarted.
import { expect, test } from 'vitest';
import { startProsody } from '../../support/servers/prosody.ts';
import { wrongIn } from '../../support/soak/account.ts';
import { linesOf } from '../../support/soak/report.ts';
import { soak } from '../../support/soak/soak.ts';

test('a week in seconds: nothing is lost and nothing doubled, in the archive and on each device', { timeout: 240_000 }, async () => {
  const server = await startProsody({ history: 1000, extra: 'smacks_max_queue_size = 50000' });
  const told: string[] = [];
  try {
    const ledger = await soak(server, {
      seed: 9,
      time: 8_000,
      rooms: 12,
      busy: 2,
      harms: ['cut', 'server restart', 'DNS gone', 'clock jump', 'sleep', 'a device goes', 'the phone’s link'],
      smallDisk: false,
      every: 150,
      tell: (line) => void told.push(line),
    });
    const why = [...linesOf(ledger), ...told].join('\n');
    expect(wrongIn(ledger), why).toEqual([]);
    expect(ledger.devices.map(({ said }) => said > 20), why).toEqual([true, true, true]);
    expect(ledger.memory.samples).toBeGreaterThan(5);
  } finally {
    await server.stop();
  }
});
