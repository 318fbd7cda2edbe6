// An archive of so many messages: on disk, in memory, to open, to page, to search, to look at.
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '../src/archive/archive.ts';
import { apiOf, makeHome } from '../test/support/daemon.ts';
import { ACCOUNT, roomOf, seeded, wordOf, zipf } from './archive-made.ts';
import { openingOf } from './costs-page.ts';
import { pageOf } from './costs-rooms.ts';
import { cpuOf, rssOf } from './costs-stand.ts';
import { fillHome } from './ui-made.ts';

/** Messages a day over all rooms, so that a number of messages is a time. */
const A_DAY = 500;
const TIMES = 300;

/** Milliseconds, p50 and p99, once code and cache are warm. */
function timed(work: () => unknown): string {
  const times = Array.from({ length: 2 * TIMES }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }).slice(TIMES).toSorted((one, other) => one - other);
  return [0.5, 0.99].map((share) => (times[Math.floor(TIMES * share)] ?? Number.NaN).toFixed(2)).join(' and ').concat(' ms');
}

const age = (messages: number): string => {
  const days = messages / A_DAY;
  return days < 60 ? `${days.toFixed(0)} days` : days < 700 ? `${(days / 30.4).toFixed(0)} months` : `${(days / 365).toFixed(1)} years`;
};

export async function byYears(sizes: readonly number[]): Promise<string[][]> {
  const found: Record<string, string[]> = {};
  for (const size of sizes) {
    for (const [what, figure] of Object.entries(await oneSize(size))) (found[what] ??= []).push(figure);
  }
  const head = sizes.map((size) => `${size.toLocaleString('en')} (${age(size)} at ${A_DAY} a day)`);
  return [['messages kept', ...head], ...Object.entries(found).map(([what, figures]) => [what, ...figures])];
}

async function oneSize(size: number): Promise<Record<string, string>> {
  const home = makeHome();
  try {
    const accounts = fillHome(home.dir, size);
    writeFileSync(join(home.dir, 'settings.json'), JSON.stringify({ version: 1, accounts }), { mode: 0o600 });
    const file = join(home.dir, 'archive.db');
    const warm = statSync(file).size;
    const reading = read(file);
    await home.start();
    const start = cpuOf(home.pid());
    await apiOf(home).status.query();
    const rss = rssOf(home.pid());
    const { opened } = await openingOf(await pageOf(home), roomOf(0));
    await home.stop();
    const cold = coldSizeOf(file);
    return {
      'disk, as it comes in': `${(warm / 2 ** 20).toFixed(0)} MiB`,
      'disk, once it is a month old': `${(cold / 2 ** 20).toFixed(0)} MiB, ${(cold / size).toFixed(0)} B a message`,
      'start of the daemon, CPU': `${(start / 1000).toFixed(2)} s`,
      'RSS after it': `${rss.toFixed(0)} MiB`,
      ...reading,
      'page: the largest room opened': `${opened.toFixed(0)} ms`,
    };
  } finally {
    await home.remove();
  }
}

function read(file: string): Record<string, string> {
  const archive = openArchive(file);
  const rank = zipf(seeded(7), 50_000);
  const [account, room] = [ACCOUNT, roomOf(0)];
  const page = timed(() => archive.page({ account, room, limit: 50 }));
  const word = timed(() => archive.find({ text: `${wordOf(rank())} `, limit: 20 }));
  archive.close();
  return { 'a page of 50, p50 and p99': page, 'a word found, p50 and p99': word };
}

/** As `npm run bench archive` does it: what is older than a month is packed. */
function coldSizeOf(file: string): number {
  const archive = openArchive(file);
  while (archive.tidy(Date.now() + 10 * 365 * 86_400_000));
  archive.close();
  return statSync(file).size;
}
