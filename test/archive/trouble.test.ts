import { spawnSync } from 'node:child_process';
import {
  chmodSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, truncateSync, writeFileSync, writeSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/contract.ts';
import { storedValues } from '../../src/archive/stored-values.ts';
import { MinimixError } from '../../src/core/errors.ts';
import type { Salvaged } from '../../src/archive/maintenance/salvage.ts';
import { append, appendInside, JULIET, ORCHARD, ownArchive, page as lastPage, T0 } from './support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

const MANY = 3000;

function many(): void {
  own.archive.transaction(() => {
    for (let n = 0; n < MANY; n++) {
      appendInside(own.archive, { body: `word${n} said`, stanzaId: `s${n}`, arrivedAt: T0 + n * 1000, xml: `<m>${'x'.repeat(400)}</m>` });
    }
  });
  while (own.archive.tidy(T0 + 40 * 86_400_000));
  own.archive.setCursor(JULIET, { owner: 'phone', room: ORCHARD, archiveId: 7 });
  own.archive.close();
}

/** Overwrites pages in the middle of the file, as a failing disk does. */
function damage(path: string, share: number): void {
  const file = openSync(path, 'r+');
  const size = statSync(path).size;
  const page = 4096;
  const hits = Math.max(1, Math.floor((size / page) * share));
  for (let hit = 0; hit < hits; hit++) {
    const at = Math.floor(((hit + 0.5) / hits) * (size / page - 40) + 40) * page;
    writeSync(file, Buffer.alloc(page, 0xa5), 0, page, at);
  }
  closeSync(file);
}

function open(): { archive: Archive; told: Salvaged[] } {
  const told: Salvaged[] = [];
  return { archive: openArchive(own.path, { onTrouble: (salvaged) => told.push(salvaged) }), told };
}

/** Damage is found when the archive is opened, or when the damaged part is read: then the next start knows. */
function openedAfterDamage(): { archive: Archive; told: Salvaged[] } {
  const first = open();
  if (first.told.length > 0) return first;
  try {
    readAll(first.archive);
  } catch (error) {
    if (!(error instanceof MinimixError) || error.code !== 'archive-corrupt') throw error;
  }
  first.archive.close();
  return open();
}

describe('a damaged archive', () => {
  test('is set aside, and what can be read is brought over', () => {
    many();
    damage(own.path, 0.05);
    const { archive, told } = openedAfterDamage();
    const [salvaged] = told;
    expect(salvaged?.messages).toBeGreaterThan(MANY / 2);
    expect(salvaged?.message).toContain(salvaged?.setAside);
    expect(readdirSync(dirname(own.path)).some((name) => name.includes('.damaged-'))).toBe(true);
    expect(archive.count(JULIET)).toBe(salvaged?.messages);
    expect(archive.cursor(JULIET, 'phone', ORCHARD)).toBe(7);
    expect(readAll(archive)).toBe(salvaged?.messages);
    const last = archive.last(JULIET, ORCHARD);
    expect(archive.search({ text: last?.body ?? '', limit: 2 })).toEqual([last]);
    expect(append(archive, { body: last?.body, stanzaId: last?.stanzaId }).kept).toBe(false);
    expect(append(archive, { body: 'new', stanzaId: 'new' }).kept).toBe(true);
    archive.close();
    expect(open().told).toEqual([]);
  });

  test('that is no database at all is set aside, and an empty one begun', () => {
    many();
    writeFileSync(own.path, 'O, I am fortune’s fool! '.repeat(999));
    const { archive, told } = open();
    expect(told).toMatchObject([{ messages: 0 }]);
    expect(append(archive, { body: 'a' }).kept).toBe(true);
    expect(readFileSync(told[0]?.setAside ?? '', 'utf8')).toContain('fool');
    archive.close();
  });

  test('that is an empty file is refused with what to do, and set aside where the daemon starts', () => {
    own.archive.close();
    for (const suffix of ['-wal', '-shm']) rmSync(own.path + suffix, { force: true });
    writeFileSync(own.path, '');
    expect(() => openArchive(own.path)).toThrow('is an empty file: restore a backup (`minimix restore`), or remove it to begin anew.');
    expect(statSync(own.path).size).toBe(0);
    const { archive, told } = open();
    expect(told).toMatchObject([{ messages: 0, message: expect.stringContaining('damaged') }]);
    expect(append(archive, { body: 'a' }).kept).toBe(true);
    archive.close();
  });

  test('in what a start reads is salvaged at that same start', () => {
    own.archive.transaction(() => {
      for (let n = 0; n < 400; n++) own.archive.setValue(JULIET, storedValues.readTo.of(`room${n}@rooms.lit`), n);
      for (let n = 0; n < 50; n++) appendInside(own.archive, { body: `word${n} said`, stanzaId: `s${n}`, arrivedAt: T0 + n * 1000 });
    });
    own.archive.close();
    const db = new DatabaseSync(own.path);
    const page = Number(db.prepare("SELECT pageno FROM dbstat WHERE name = 'value' AND pagetype = 'leaf' LIMIT 1 OFFSET 1").get()?.['pageno']);
    db.close();
    const file = openSync(own.path, 'r+');
    writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096);
    closeSync(file);
    const { archive, told } = open();
    expect(told).toMatchObject([{ messages: 50 }]);
    expect(archive.count(JULIET)).toBe(50);
    archive.close();
  });

  test('cut short is salvaged as far as it goes', () => {
    many();
    truncateSync(own.path, Math.floor(statSync(own.path).size / 4096 / 2) * 4096);
    const { archive, told } = openedAfterDamage();
    expect(readAll(archive)).toBe(told[0]?.messages);
    archive.close();
  });
});

function readAll(archive: Archive): number {
  let read = 0;
  for (let last = 0; ; ) {
    const messages = archive.since(JULIET, ORCHARD, { archiveId: last, limit: 100 });
    if (messages.length === 0) return read;
    read += messages.length;
    last = messages.at(-1)?.archiveId ?? Number.MAX_SAFE_INTEGER;
  }
}

test('an archive that is half of one version and half of the next is left as it is, in one sentence with what to do', () => {
  append(own.archive, { body: 'before' });
  own.archive.close();
  const db = new DatabaseSync(own.path);
  db.exec('PRAGMA user_version = 3; PRAGMA wal_checkpoint(TRUNCATE)'); // what 004 makes is there already
  db.close();
  for (const start of [() => openArchive(own.path), open]) {
    expect(start).toThrow(expect.objectContaining({ code: 'archive-half', message: expect.stringMatching(/^The archive is neither .* restore a backup \(`minimix restore`\)\.$/) }));
  }
  const after = new DatabaseSync(own.path);
  expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
  expect(after.prepare('SELECT count(*) AS n FROM message').get()).toEqual({ n: 1 });
  after.close();
});

test('an archive whose file was removed or replaced says so', () => {
  expect(own.archive.isInPlace()).toBe(true);
  renameSync(own.path, `${own.path}.moved`);
  expect(own.archive.isInPlace()).toBe(false);
  writeFileSync(own.path, '');
  expect(own.archive.isInPlace()).toBe(false);
  renameSync(`${own.path}.moved`, own.path);
  expect(own.archive.isInPlace()).toBe(true);
});

test('a full disk is named, and nothing of the transaction is kept', () => {
  append(own.archive, { body: 'before' });
  own.archive.close();
  // SQLite's own limit stands in for the disk's: the same error from the same place.
  const full = openArchive(own.path, { pageLimit: 60 });
  const pour = (): void =>
    full.transaction(() => {
      for (let n = 0; n < 9999; n++) appendInside(full, { body: `${n} ${'x'.repeat(999)}` });
    });
  expect(pour).toThrow(expect.objectContaining({ code: 'archive-full', message: expect.stringContaining('full') }));
  expect(full.count(JULIET)).toBe(1);
  full.close();
  expect(own.reopen().count(JULIET)).toBe(1);
  expect(append(own.archive, { body: 'after' }).kept).toBe(true);
});

const AS_ROOT = process.getuid?.() === 0;

/** Opens the archive as a user whom the file's mode binds, which it does not bind root; tells what that gave. */
function openedAsAnother(path: string): string {
  const program = `import { openArchive } from ${JSON.stringify(new URL('../../src/archive/archive.ts', import.meta.url).href)};
    try { openArchive(${JSON.stringify(path)}); console.log('opened'); } catch (error) { console.log(error.code); }`;
  const args = ['--input-type=module', '--eval', program];
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, ...args];
  const run = AS_ROOT ? spawnSync('setpriv', nobody, { encoding: 'utf8' }) : spawnSync(process.execPath, args, { encoding: 'utf8' });
  return run.stdout.trim() || `nothing was said: ${run.stderr}`;
}

test('an archive that cannot be written is named', (context) => {
  if (AS_ROOT && openedAsAnother(join(own.path, 'no', 'archive.db')) !== 'archive-unreachable') {
    context.skip('root writes in spite of a mode, and no other user can run this program here');
  }
  append(own.archive, { body: 'before' });
  own.archive.close();
  const locked = new DatabaseSync(own.path);
  locked.exec('PRAGMA journal_mode = DELETE');
  locked.close();
  chmodSync(own.path, 0o444);
  chmodSync(dirname(own.path), 0o555);
  try {
    expect(openedAsAnother(own.path)).toBe('archive-readonly');
  } finally {
    chmodSync(dirname(own.path), 0o700);
    chmodSync(own.path, 0o600);
  }
});

test('a disk that fills up loses nothing that was kept, and takes more once there is room', (context) => {
  const disk = mkdtempSync(join(tmpdir(), 'minimix-disk-'));
  if (!AS_ROOT || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status !== 0) {
    rmdirSync(disk);
    context.skip('only root can mount a small disk, and not everywhere');
  }
  try {
    const ballast = join(disk, 'ballast');
    const archive = openArchive(join(disk, 'archive.db'));
    append(archive, { body: 'before' });
    writeFileSync(ballast, Buffer.alloc(1024 * 1024));
    let kept = 1;
    const pour = (): void => {
      for (let n = 0; n < 9999; n++, kept++) append(archive, { body: `${n} ${'x'.repeat(2000)}` });
    };
    expect(pour).toThrow(expect.objectContaining({ code: 'archive-full', message: expect.stringContaining('full') }));
    expect(archive.count(JULIET)).toBe(kept);
    expect(lastPage(archive, 2).at(-1)?.body).toMatch(new RegExp(`^${kept - 2} x`));
    rmSync(ballast);
    expect(append(archive, { body: 'after' }).kept).toBe(true);
    archive.close();
    const again = openArchive(join(disk, 'archive.db'));
    expect(again.count(JULIET)).toBe(kept + 1);
    expect(again.search({ text: 'after', limit: 2 })).toHaveLength(1);
    again.close();
  } finally {
    spawnSync('umount', ['-l', disk]);
    rmdirSync(disk);
  }
});
