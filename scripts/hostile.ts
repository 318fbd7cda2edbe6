// Strangers, occupants, a stolen device, a user of this computer and a full disk against one daemon, at random out of a
// catalogue, while bob talks; in the end a ledger. `--minutes N` (2), `--seed N`, `--server prosody|ejabberd|both`.
import { parseArgs } from 'node:util';
import { noSmallDisk } from '../test/support/harm/small-disk.ts';
import { hostile, linesOf, wrongIn } from '../test/support/hostile/hostile.ts';
import { startEjabberd } from '../test/support/servers/ejabberd.ts';
import { startProsody } from '../test/support/servers/prosody.ts';

const MOST_MINUTES = 240;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    server: { type: 'string', default: 'both' },
    verbose: { type: 'boolean', default: false },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
if (!['prosody', 'ejabberd', 'both'].includes(values.server) || !(minutes > 0 && minutes <= MOST_MINUTES) || !Number.isInteger(seed)) {
  console.error(`usage: npm run hostile -- [--minutes N, at most ${MOST_MINUTES}] [--seed N] [--server prosody|ejabberd|both] [--verbose]`);
  process.exit(2);
}
const noDisk = noSmallDisk();
if (noDisk !== undefined) console.log(`The disk is never full in this run: ${noDisk}.`);

// What a room without an archive tells of its past, and what Prosody keeps for a stream that is away, bounds what can be had.
const history = 1000;
const servers = [
  { name: 'Prosody', kind: 'prosody', start: () => startProsody({ history, extra: 'smacks_max_queue_size = 50000' }) },
  { name: 'ejabberd', kind: 'ejabberd', start: () => startEjabberd({ history }) },
].filter(({ kind }) => values.server === 'both' || values.server === kind);

for (const { name, start } of servers) {
  console.log(`${name}, seed ${seed}: ${minutes} minutes`);
  const server = await start();
  const begin = performance.now();
  const tell = (line: string): void => {
    if (values.verbose) console.log(`  ${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  };
  try {
    const ledger = await hostile(server, { seed, time: minutes * 60_000, fullDisk: noDisk === undefined, tell });
    for (const line of linesOf(ledger)) console.log(`  ${line}`);
    const wrong = wrongIn(ledger, minutes);
    for (const line of wrong) console.log(`  WRONG: ${line}`);
    if (wrong.length > 0) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}
