import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openArchive } from '../../../src/archive/archive.ts';
import type { Archive } from '../../../src/archive/contract.ts';
import { openDatabase } from '../../../src/archive/schema/database.ts';
import { openBarrier } from '../../../src/archive/write/barrier.ts';
import { idReserve } from '../../../src/archive/write/id-reserve.ts';
import { append, idOf, JULIET, ORCHARD, ownArchive } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

/** What a copy of the files holds, opened as after a power cut. */
function afterPowerCut(copy: string): { archive: Archive; close(): void } {
  const archive = openArchive(copy);
  return { archive, close: () => archive.close() };
}

function copyFiles(path: string, name: string): string {
  const copy = `${path}.${name}`;
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
  return copy;
}

describe('after a power cut that takes back all since the last sync', () => {
  test('every message that was acknowledged is there, and no id is given a second time', async () => {
    const { archive } = own;
    const given = new Set<number>();
    const acknowledged: number[] = [];
    const say = (body: string): number => {
      const id = idOf(append(archive, { body }));
      given.add(id);
      return id;
    };
    let copy = copyFiles(own.path, 'begin');
    for (let round = 0; round < 5; round++) {
      const ids = Array.from({ length: 300 }, (_, n) => say(`round ${round}, ${n}`));
      await archive.barrier();
      acknowledged.push(...ids);
      copy = copyFiles(own.path, `round-${round}`); // what the disk has, at least
      for (let n = 0; n < 100; n++) say(`given out, and not on disk: ${round}, ${n}`);
      archive.setCursor(JULIET, { owner: 'phone', room: ORCHARD, archiveId: Math.max(...given) }); // a device has had them
      const cut = afterPowerCut(copy);
      for (const id of acknowledged) expect(cut.archive.message(id)?.archiveId).toBe(id);
      expect(cut.archive.cursor(JULIET, 'phone', ORCHARD) ?? 0).toBeLessThanOrEqual(cut.archive.lastId());
      const again = idOf(append(cut.archive, { body: 'after the cut' }));
      expect(given.has(again)).toBe(false);
      expect(again).toBeGreaterThan(Math.max(...given));
      cut.close();
    }
  });

  test('the first ids of a run are not given out before their stretch is on disk', () => {
    const first = idOf(append(own.archive, { body: 'heard of at once' }));
    const cut = afterPowerCut(copyFiles(own.path, 'at-once'));
    expect(idOf(append(cut.archive, { body: 'after the cut' }))).toBeGreaterThan(first);
    cut.close();
  });
});

test('the first id of a run waits for the disk, and those behind it in its stretch do not', () => {
  const db = openDatabase(`${own.path}.ids`);
  const asked: string[] = [];
  const reserve = idReserve(db, { reached: () => Promise.resolve(), reachNow: () => void asked.push('now') });
  for (let n = 0; n < 3; n += 1) {
    reserve.begin();
    reserve.take();
    reserve.committed();
  }
  expect(asked).toEqual(['now']);
  db.close();
});

test('after a proper end the ids go on where they stopped', async () => {
  const last = idOf(append(own.archive, { body: 'a' }));
  await own.archive.barrier();
  expect(idOf(append(own.reopen(), { body: 'b' }))).toBe(last + 1);
});

test('a sync that failed is no success when it is tried again: the log is checkpointed first', async () => {
  const path = `${own.path}.other`;
  const db = openDatabase(path);
  db.exec('CREATE TABLE x (y)');
  const asked: string[] = [];
  const watched = { ...db, path: join(tmpdir(), 'minimix-no-such-folder', 'archive.db'), sql: (text: string) => (asked.push(text), db.sql(text)) };
  const barrier = openBarrier(watched, 0); // of a log that cannot be opened
  await expect(barrier.reached()).rejects.toThrow('did not take what was written');
  expect(asked).toEqual([]);
  await expect(barrier.reached()).rejects.toThrow('did not take what was written');
  expect(asked).toEqual(['PRAGMA wal_checkpoint(FULL)']);
  barrier.close();
  db.close();
});

test('a sync that is wanted soon waits for no more to gather, also where it was asked for before', async () => {
  const path = `${own.path}.soon`;
  const db = openDatabase(path);
  db.exec('CREATE TABLE x (y)');
  const barrier = openBarrier(db, 3_600_000);
  const asked = barrier.reached();
  await Promise.all([asked, barrier.reached('soon')]);
  await barrier.reached('soon');
  barrier.close();
  db.close();
});

describe('seen from the system', () => {
  const dir = mkdtempSync(join(tmpdir(), 'minimix-barrier-'));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  test('each message is synced after its commit and before it is told to be on disk, by one sync for many', (context) => {
    const trace = join(dir, 'trace');
    const fixture = fileURLToPath(new URL('barrier.fixture.ts', import.meta.url));
    const calls = ['-f', '-y', '-s', '40', '-e', 'trace=write,fdatasync,fsync', '-o', trace];
    const run = spawnSync('strace', [...calls, process.execPath, fixture, join(dir, 'archive.db'), '300'], { encoding: 'utf8' });
    if (run.error) context.skip('strace is not here');
    expect(run.stderr).toBe('');
    expect(run.stdout.match(/^on disk/gm)).toHaveLength(300);
    const lines = readFileSync(trace, 'utf8').split('\n');
    const at = (pattern: RegExp): Map<string, number> =>
      new Map(lines.flatMap((line, n) => [...line.matchAll(pattern)].map(([, id = '']) => [id, n] as const)));
    const committed = at(/write\(1<[^>]*>, "committed (\d+)/g);
    const onDisk = at(/write\(1<[^>]*>, "(?:on disk \d+\\n)*on disk (\d+)/g);
    /** Where each sync of the log began and ended: another thread's end stands on a line of its own. */
    const syncs: { began: number; ended: number; thread: string }[] = [];
    for (const [n, line] of lines.entries()) {
      const [thread = ''] = line.split(/\s/, 1);
      if (/fdatasync\(\d+<[^>]*-wal>/.test(line)) syncs.push({ began: n, ended: line.includes('unfinished') ? Infinity : n, thread });
      else if (/fdatasync resumed/.test(line)) {
        const open = syncs.findLast((sync) => sync.thread === thread);
        if (open) open.ended = n;
      }
    }
    expect(committed.size).toBe(300);
    for (const [id, told] of onDisk) {
      const since = committed.get(id) ?? Infinity;
      expect(syncs.some(({ began, ended }) => began > since && ended < told), `message ${id}`).toBe(true);
    }
    expect(onDisk.size).toBeGreaterThan(0);
    expect(syncs.length).toBeGreaterThan(0);
    expect(syncs.length).toBeLessThan(100);
    const eventLoop = lines.find((line) => line.includes('"committed '))?.split(/\s/, 1)[0];
    expect(syncs.filter(({ thread }) => thread === eventLoop).length).toBeLessThan(3); // those of a new stretch of ids alone
  }, 60_000);
});
