// A soak's ledger in words.
import type { SoakLedger } from './account.ts';
import { FLAT, type Memory, type Weight } from './memory.ts';

export function linesOf({ harms, rooms, devices, own, bookmarks, memory }: SoakLedger): string[] {
  return [
    `harms: ${[...harms].map(([name, count]) => `${count} ${name}`).join(', ')}`,
    ...rooms.map((of) => `${of.rooms} ${of.what}: ${of.said} said, ${of.kept} archived, ${of.lost} lost, ${of.twice} doubled, ${of.outOfOrder} out of order, ${of.gaps} holes on record`),
    ...devices.map((of) => `${of.what}: ${of.said} said, ${of.kept} delivered, ${of.lost} lost, ${of.twice} doubled, ${of.outOfOrder} out of order (${of.repeated} came again and were dropped by their id)`),
    `own words: ${own.taken} taken, ${own.asked} of which the person is asked, ${own.missing} missing, ${own.twice} twice`,
    `bookmarks: ${bookmarks.edits} edits by two writers, ${bookmarks.equal ? 'all storages agree' : 'the storages differ'}`,
    `CPU: ${(memory.cpu / 1000).toFixed(1)} s`,
    `memory, RSS: ${weightLine(memory.rss)}`,
    `memory, of it without a file behind: ${weightLine(memory.anonymous)}`,
    `memory, V8’s heap as taken: ${weightLine(memory.committed)}`,
    `memory, heap in use: ${weightLine(memory.heap)}`,
    ...kindLines(memory.kinds),
  ];
}

function weightLine({ start, middle, end, thirds, growth }: Weight): string {
  return `start ${mib(start)}, middle ${mib(middle)}, end ${mib(end)} MiB; by thirds ${thirds.map(mib).join(', ')} MiB; last third against the middle one ${(growth * 100).toFixed(1)} %`;
}

/** What is never a MiB is left out. */
function kindLines(kinds: Memory['kinds']): string[] {
  const large = [...kinds].filter(([, { thirds }]) => Math.max(...thirds) >= 2 ** 20);
  return large.map(([kind, { thirds }]) => `memory, ${kind}: by thirds ${thirds.map(mib).join(', ')} MiB`);
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

/** What has grown beyond what counts as flat, one sentence each. */
export function fat({ rss, heap }: Memory): string[] {
  const judged = [['RSS', rss], ['the heap', heap]] as const;
  return judged.filter(([, { growth }]) => growth > FLAT).map(([what, { growth }]) => `${what} grew by ${(growth * 100).toFixed(1)} % from the middle third to the last`);
}
