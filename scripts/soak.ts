// A week of a daemon's life in minutes, on real servers and on loopback alone; in the end a ledger of
// each message and of the daemon's memory. `--seed N`, `--server prosody|ejabberd|both`, `--minutes N` (5).
import { parseArgs } from 'node:util';
import { startEjabberd } from '../test/support/servers/ejabberd.ts';
import { startProsody } from '../test/support/servers/prosody.ts';
import { noSmallDisk } from '../test/support/harm/small-disk.ts';
import { misorderedIn, wrongIn } from '../test/support/soak/account.ts';
import { harms, type HarmName } from '../test/support/soak/harms.ts';
import { fat, linesOf } from '../test/support/soak/report.ts';
import { soak } from '../test/support/soak/soak.ts';

const MOST_MINUTES = 120;
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    server: { type: 'string', default: 'both' },
    minutes: { type: 'string', default: '5' },
    rooms: { type: 'string', default: '200' },
    only: { type: 'string' },
    quiet: { type: 'boolean', default: false },
  },
});
const [seed, minutes, rooms] = [Number(values.seed), Number(values.minutes), Number(values.rooms)];
if (!['prosody', 'ejabberd', 'both'].includes(values.server) || !(minutes > 0 && minutes <= MOST_MINUTES) || !Number.isInteger(seed) || !(rooms >= 8 && rooms <= 500)) {
  console.error(`usage: npm run soak -- [--seed N] [--server prosody|ejabberd|both] [--minutes N, at most ${MOST_MINUTES}] [--rooms 8-500] [--only 'cut,sleep']`);
  process.exit(2);
}
const noDisk = noSmallDisk();
if (noDisk !== undefined) console.log(`The disk is never full in this run: ${noDisk}.`);
const wanted = values.only?.split(',') ?? Object.keys(harms);
const names = (Object.keys(harms) as HarmName[]).filter((name) => wanted.includes(name) && (noDisk === undefined || name !== 'disk full'));

// A room without an archive tells at most so much of its past, and Prosody keeps at most so much for a stream that is
// away: less would make holes on record, as it should, and this proof is of what can be had.
const history = 1000;
const servers = [
  { name: 'Prosody', kind: 'prosody', start: () => startProsody({ history, extra: 'smacks_max_queue_size = 50000' }) },
  { name: 'ejabberd', kind: 'ejabberd', start: () => startEjabberd({ history }) },
].filter(({ kind }) => values.server === 'both' || values.server === kind);

// Nothing outlives us: not by Ctrl-C, and not by a kill -9 either (servers and daemon look after whether we are there).
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

for (const { name, start } of servers) {
  console.log(`${name}, seed ${seed}: ${minutes} minutes, ${rooms} rooms`);
  const server = await start();
  const begin = performance.now();
  try {
    const tell = (line: string): void => void (values.quiet || console.log(`  ${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s  ${line}`));
    const ledger = await soak(server, { seed, time: minutes * 60_000, rooms, busy: 4, harms: names, smallDisk: noDisk === undefined, every: 150, tell, signal: interruption.signal });
    for (const line of linesOf(ledger)) console.log(`  ${line}`);
    for (const what of [...wrongIn(ledger), ...misorderedIn(ledger), ...fat(ledger.memory)]) {
      console.log(`  WRONG: ${what}`);
      process.exitCode = 1;
    }
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    console.log('  interrupted');
  } finally {
    await server.stop();
  }
  if (interruption.signal.aborted) process.exit(130); // whatever was under way has nobody left to talk to
}
// Node's own way out may wait for ever for a handle that a killed child process has left (seen in uv_run, in CleanupHandles).
process.exit();
