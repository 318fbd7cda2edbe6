// A short `npm run hostile`, on servers of its own.
import { expect, test } from 'vitest';
import { noSmallDisk } from '../../support/harm/small-disk.ts';
import { hostile, linesOf, wrongIn } from '../../support/hostile/hostile.ts';
import { startEjabberd } from '../../support/servers/ejabberd.ts';
import { startProsody } from '../../support/servers/prosody.ts';

const TIME = 25_000;
const history = 1000;

test.for([
  { name: 'Prosody', start: () => startProsody({ history, extra: 'smacks_max_queue_size = 50000' }) },
  { name: 'ejabberd', start: () => startEjabberd({ history }) },
])('strangers, occupants, a stolen device, a local user and a full disk on $name: nothing is lost, and nobody stops the daemon', { timeout: 300_000 }, async ({ start }) => {
  const server = await start();
  const told: string[] = [];
  try {
    const ledger = await hostile(server, { seed: 17, time: TIME, fullDisk: noSmallDisk() === undefined, tell: (line) => told.push(line) });
    expect(wrongIn(ledger, 1), [...linesOf(ledger), ...told.slice(-20)].join('\n')).toEqual([]);
    for (const who of ['a stranger', 'occupant', 'a stolen device', 'a local user']) expect([...ledger.attacks.keys()].some((what) => what.startsWith(who)), who).toBe(true);
  } finally {
    await server.stop();
  }
});
