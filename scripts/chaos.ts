// `kill -9` at random moments, then the line cut and black-holed, then the disk full; in the end a
// ledger of each message. `--kills N` (100), `--seed N`, `--server prosody|ejabberd|both`.
import { parseArgs } from 'node:util';
import { chaos, type ChaosPlan, type RoomLedger } from '../test/support/harm/chaos.ts';
import { startEjabberd } from '../test/support/servers/ejabberd.ts';
import { startProsody } from '../test/support/servers/prosody.ts';
import { noSmallDisk } from '../test/support/harm/small-disk.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    server: { type: 'string', default: 'both' },
    quiet: { type: 'boolean', default: false },
  },
});
const [kills, seed] = [Number(values.kills), Number(values.seed)];
const noDisk = noSmallDisk();
if (noDisk !== undefined) console.log(`The disk is never full in this run: ${noDisk}.`);
const share = (part: number): number => Math.ceil(kills * part);

// Prosody cannot resume a stream once 500 stanzas wait for it, which this traffic reaches within seconds. A room without
// an archive cannot give back what is lost then: it becomes a hole on record, as it should, and this proof is of another.
const patient = 'smacks_max_queue_size = 50000';
const servers = [
  { name: 'Prosody', wanted: values.server !== 'ejabberd', start: () => startProsody({ extra: patient }), part: 1 },
  { name: 'ejabberd', wanted: values.server !== 'prosody', start: () => startEjabberd(), part: 0.25 },
];
/**
 * Places that may differ for each interruption. ejabberd 23.01, mod_stream_mgmt: what reached the old session's process
 * between the hand-over and its end is routed anew, behind what the new session has had meanwhile. It comes to us in
 * that order, and a room without an archive has no other to compare it with; one with an archive is read once more.
 */
const SWAPPED_BY_EJABBERD = 2;
let bad = false;
for (const { name, wanted, start, part } of servers) {
  if (!wanted) continue;
  const server = await start();
  const plan: ChaosPlan = {
    seed,
    kills: share(part),
    cuts: share(part * 0.2),
    holes: share(part * 0.1),
    fulls: noDisk === undefined ? share(part * 0.05) : 0,
    tell: (line) => void (values.quiet || console.log(`  ${line}`)),
  };
  console.log(`${name}, seed ${seed}: ${plan.kills} kills, ${plan.cuts} cuts, ${plan.holes} black holes, ${plan.fulls} full disks`);
  try {
    const ledgers = await chaos(server, plan);
    for (const ledger of ledgers) console.log(`  ${lineOf(ledger)}`);
    const harms = plan.kills + (plan.cuts ?? 0) + (plan.holes ?? 0) + (plan.fulls ?? 0);
    const swaps = name === 'ejabberd' ? harms * SWAPPED_BY_EJABBERD : 0;
    bad ||= ledgers.some((ledger) => wrongIn(ledger, swaps));
  } finally {
    await server.stop();
  }
}
process.exitCode = bad ? 1 : 0;

function wrongIn({ archive, lost, twice, outOfOrder, gaps, own }: RoomLedger, swaps: number): boolean {
  return lost + twice + gaps + own.missing + own.twice > 0 || outOfOrder > (archive ? 0 : swaps);
}

function lineOf({ archive, said, kept, lost, twice, outOfOrder, gaps, own }: RoomLedger): string {
  const room = archive ? 'room with an archive:   ' : 'room without an archive:';
  return `${room} ${said} said, ${kept} kept, ${lost} lost, ${twice} twice, ${outOfOrder} out of order, ${gaps} holes on record; \
own words: ${own.taken} taken, ${own.missing} missing, ${own.twice} twice`;
}
