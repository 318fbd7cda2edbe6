import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import { migrations } from '../../src/archive/schema/migrations/list.ts';
import { append, JULIET, ORCHARD, ownArchive } from './support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

test('a process killed while it writes leaves whole transactions, all that it had committed among them', async () => {
  own.archive.close();
  for (let kills = 0, last = 0, counted = 0; kills < 5; kills++) {
    const child = spawn(process.execPath, [fileURLToPath(new URL('crash.fixture.ts', import.meta.url)), own.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    for await (const chunk of child.stdout) {
      told += String(chunk);
      if (told.split('\n').length > 20 * (kills + 1)) break;
    }
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const committed = Number(told.split('\n').at(-2));
    expect(committed).toBeGreaterThan(last);
    const archive = own.reopen();
    const run = archive.since(JULIET, ORCHARD, { archiveId: last, limit: 100_000 }).map(({ archiveId }) => archiveId);
    const newest = archive.since(JULIET, ORCHARD, { archiveId: committed - 1, limit: 1000 }).at(-1)?.archiveId ?? 0;
    expect(newest).toBeGreaterThanOrEqual(committed);
    expect(archive.cursor(JULIET, 'phone', ORCHARD)).toBe(newest);
    const [first = 0] = run; // after a kill the ids go on behind what may have been given out
    expect(run).toEqual(Array.from({ length: newest - first + 1 }, (_, n) => first + n));
    expect(archive.count(JULIET)).toBe(counted + run.length);
    counted += run.length;
    last = newest;
    expect(check(own.path)).toEqual(['ok', 'ok']);
    archive.close();
  }
  own.reopen();
}, 120_000);

function check(path: string): unknown[] {
  const db = new DatabaseSync(path);
  try {
    const whole = db.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
    db.exec("INSERT INTO word (word) VALUES ('integrity-check')");
    return [whole, 'ok'];
  } finally {
    db.close();
  }
}

test('a database of a newer version is refused and left as it is', () => {
  append(own.archive, { body: 'a' });
  own.archive.close();
  const db = new DatabaseSync(own.path);
  db.exec(`PRAGMA user_version = ${migrations.length + 1}; PRAGMA wal_checkpoint(TRUNCATE)`);
  db.close();
  const before = readFileSync(own.path);
  expect(() => openArchive(own.path)).toThrow(/newer version/);
  expect(readFileSync(own.path).equals(before)).toBe(true);
  const again = new DatabaseSync(own.path);
  again.exec(`PRAGMA user_version = ${migrations.length}`);
  again.close();
  expect(own.reopen().count(JULIET)).toBe(1);
});

test('a file that is no database is refused by name', () => {
  const path = `${own.path}.txt`;
  writeFileSync(path, 'Two households, both alike in dignity. '.repeat(200));
  expect(() => openArchive(path)).toThrow(expect.objectContaining({ code: 'archive-corrupt' }));
});
