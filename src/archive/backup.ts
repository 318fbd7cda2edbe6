import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { MinimixError } from '../core/errors.ts';
import { openDatabase, troubleOf } from './database.ts';
import { migrations } from './migrations/list.ts';

const PAGES_AT_ONCE = 500; // between two steps the daemon writes on

/**
 * Copies the archive at `path`, in use or not, to a new file, whole as of one moment, without what opens doors: room
 * passwords and the state of streams. `progress` is told the share from 0 to 1. The copy is verified. Throws
 * `backup-exists`, or as `openArchive` does; nothing half-made is left behind.
 */
export async function backUp(path: string, target: string, progress: (share: number) => void = () => {}): Promise<void> {
  if (existsSync(target)) throw new MinimixError('backup-exists', `${target} is there already.`);
  const part = `${target}.part`;
  const db = openDatabase(path, { readOnly: true });
  try {
    await backup(db.raw, part, {
      rate: PAGES_AT_ONCE,
      progress: ({ totalPages, remainingPages }) => progress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages),
    });
    withoutKeys(part);
    verify(part);
    renameSync(part, target);
  } catch (error) {
    throw troubleOf(error);
  } finally {
    db.close();
    removeFiles(part);
  }
}

/**
 * Puts a backup, once verified, in the place of the archive at `path`; no daemon may be running. What was there is
 * set aside, and its new name answered. Throws `archive-newer`, `archive-corrupt`.
 */
export function restore(source: string, path: string, now: Date): { readonly setAside: string | undefined } {
  verify(source);
  const part = `${path}.part`;
  copyFileSync(source, part);
  const setAside = existsSync(path) ? `${path}.before-${now.toISOString().replaceAll(/[:.]/g, '-')}` : undefined;
  for (const suffix of ['', '-wal', '-shm']) {
    if (setAside !== undefined && existsSync(path + suffix)) renameSync(path + suffix, setAside + suffix);
  }
  renameSync(part, path);
  return { setAside };
}

function withoutKeys(path: string): void {
  const db = new DatabaseSync(path);
  try {
    // One file without a log beside it; what is deleted is overwritten, not left in free pages.
    db.exec(`PRAGMA journal_mode = DELETE; PRAGMA secure_delete = ON; BEGIN;
      DELETE FROM stream;
      UPDATE room SET password = NULL`);
    for (const [table, column] of KEPT_AS_JSON) strip(db, table, column);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

/** Where records lie as JSON, some of which name a room's password. */
const KEPT_AS_JSON = [['room', 'membership'], ['bookmark', 'value'], ['bookmark_log', 'before'], ['bookmark_log', 'after'], ['value', 'value']] as const;

function strip(db: DatabaseSync, table: string, column: string): void {
  // Some of these tables have no rowid: the text itself finds its rows.
  const update = db.prepare(`UPDATE "${table}" SET "${column}" = ? WHERE "${column}" = ?`);
  for (const { text } of db.prepare(`SELECT DISTINCT "${column}" AS text FROM "${table}" WHERE "${column}" LIKE '%password"%' AND json_valid("${column}")`).all()) {
    const stripped = JSON.stringify(JSON.parse(String(text)), (key, value: unknown) => (/password$/i.test(key) ? undefined : value));
    update.run(stripped, text ?? null);
  }
}

/** Throws where the file is no archive, is damaged, or is a newer version's. */
function verify(path: string): void {
  let whole: unknown;
  let version: number;
  try {
    const db = new DatabaseSync(path, { readOnly: true });
    try {
      whole = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
      version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
      db.prepare('SELECT count(*) FROM chat').get();
    } finally {
      db.close();
    }
  } catch (cause) {
    throw new MinimixError('archive-corrupt', `${path} is not a whole archive.`, cause);
  }
  if (whole !== 'ok') throw new MinimixError('archive-corrupt', `${path} is damaged: ${String(whole)}.`);
  if (version > migrations.length) throw new MinimixError('archive-newer', `${path} was written by a newer Minimix.`);
}

function removeFiles(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}
