// The parts of the soak that judge: a proof that cannot fail proves nothing.
import { expect, test } from 'vitest';
import { apiOf } from './support/daemon.ts';
import { dice } from './support/dice.ts';
import { wrongIn, type SoakLedger } from './support/soak/account.ts';
import { makeSoakDaemon } from './support/soak/daemon.ts';
import { dealt, harms, type HarmName } from './support/soak/harms.ts';
import { mapped } from './support/soak/kinds.ts';
import { weigh } from './support/soak/memory.ts';
import { fat, linesOf } from './support/soak/report.ts';

const MIB = 2 ** 20;
const sampled = (weights: readonly number[]) => weights.map((mib, n) => ({ number: 0, at: n * 1000, rss: mib * MIB, anonymous: 0, committed: 0, heap: MIB, cpu: n * 1100, kinds: {} }));
const all = { said: 10, kept: 10, lost: 0, twice: 0, outOfOrder: 0 };
const fine: SoakLedger = {
  harms: new Map<HarmName, number>([['cut', 3]]),
  failed: [],
  rooms: [{ what: 'busy rooms with an archive', rooms: 2, gaps: 0, ...all }],
  devices: [{ what: 'the phone', repeated: 4, ...all }],
  own: { taken: 5, asked: 0, missing: 0, twice: 0 },
  bookmarks: { edits: 9, equal: true },
  memory: weigh(sampled([40, 50, 50, 50, 50, 51, 51, 52, 52])),
};

test('a soak in which nothing went wrong says so', () => {
  expect(wrongIn(fine)).toEqual([]);
  expect(fat(fine.memory)).toEqual([]);
  expect(linesOf(fine)).toContain('2 busy rooms with an archive: 10 said, 10 archived, 0 lost, 0 doubled, 0 out of order, 0 holes on record');
});

test.each([
  ['a harm that did not end well', { failed: ['kick: waited'] }, 'kick: waited'],
  ['a loss in a room', { rooms: [{ ...fine.rooms[0], what: 'quiet rooms', lost: 1 }] }, 'quiet rooms: 1 lost'],
  ['what a device has twice', { devices: [{ ...fine.devices[0], what: 'the phone', twice: 2 }] }, 'the phone: 2 doubled'],
  ['own words that no room had', { own: { taken: 5, asked: 0, missing: 1, twice: 0 } }, '1 of alice’s own words are missing'],
  ['bookmarks that differ', { bookmarks: { edits: 9, equal: false } }, 'the storages of the bookmarks do not agree'],
])('%s makes a soak fail', (_what, change, sentence) => {
  expect(wrongIn({ ...fine, ...change } as SoakLedger)).toEqual([sentence]);
});

test('memory that goes on growing makes a soak fail; what grew at the start does not', () => {
  expect(fat(weigh(sampled([40, 40, 40, 50, 50, 50, 53, 53, 53])))).toEqual(['RSS grew by 6.0 % from the middle third to the last']);
  expect(fat(weigh(sampled([20, 20, 20, 50, 50, 50, 52, 52, 52])))).toEqual([]);
  expect(weigh(sampled([20, 20, 20, 50, 50, 50, 48, 48, 48])).rss).toMatchObject({ start: 20 * MIB, middle: 50 * MIB, end: 48 * MIB });
});

test('the ledger tells what the memory is made of', () => {
  const samples = sampled([40, 50, 60]).map((sample, n) => ({ ...sample, kinds: { malloc: n * MIB, code: 1000 } }));
  const lines = linesOf({ ...fine, memory: weigh(samples) });
  expect(lines).toContain('memory, malloc: by thirds 0.0, 1.0, 2.0 MiB');
  expect(lines).toContain('CPU: 2.2 s');
  expect(lines.some((line) => line.includes('code'))).toBe(false); // next to nothing
});

test('a process’s mappings are told apart', () => {
  const smaps = [
    '00400000-00746000 r-xp 00000000 fe:00 3434115                            /usr/bin/node',
    'Rss:                1000 kB',
    '0bf53000-0c19d000 rw-p 00000000 00:00 0                                  [heap]',
    'Rss:                 200 kB',
    '7fbcf4000000-7fbcf4021000 rw-p 00000000 00:00 0 ',
    'Rss:                  30 kB',
    '1f0000040000-1f00000c0000 rw-p 00000000 00:00 0 ',
    'Rss:                 512 kB',
    '7fbcd0001000-7fbcd0003000 r-xp 00000000 00:00 0 ',
    'Rss:                   8 kB',
    '7fbcf802e000-7fbcf813e000 rw-p 00000000 00:00 0 ',
    'Rss:                   4 kB',
  ].join('\n');
  const kib = Object.entries(mapped(smaps)).map(([kind, bytes]) => [kind, bytes / 1024]);
  expect(Object.fromEntries(kib)).toEqual({ files: 1000, malloc: 230, 'V8 pages': 512, code: 8, other: 4 });
});

test('a seed deals the same harms in the same order, each as often as any other', () => {
  const names = Object.keys(harms) as HarmName[];
  const deal = (seed: number): HarmName[] => {
    const pack = dealt(names, dice(seed));
    return Array.from({ length: names.length * 2 }, () => pack.next().value);
  };
  expect(deal(3)).toEqual(deal(3));
  expect(deal(3)).not.toEqual(deal(4));
  expect(deal(3).slice(0, names.length).toSorted()).toEqual(names.toSorted());
});

test('the daemon’s clock can be set wrong and right again, and it is weighed meanwhile', async () => {
  const daemon = makeSoakDaemon();
  try {
    await daemon.home.start();
    const inAnHour = new Date(Date.now() + 3600_000).toISOString();
    const pause = (): Promise<unknown> => apiOf(daemon.home).relay.pause.mutate({ until: inAnHour });
    await daemon.upset({ clock: 48 * 3600_000 });
    await expect(pause()).rejects.toThrow('in the past');
    await daemon.upset({ clock: 0 });
    expect(await pause()).toEqual([]);
    const samples = daemon.samples();
    expect(samples.at(-1)?.number).toBe(2);
    expect(samples.every(({ rss, heap, kinds }) => rss > heap && heap > MIB && (kinds['old_space in use'] ?? 0) > MIB)).toBe(true);
  } finally {
    await daemon.remove();
  }
});
