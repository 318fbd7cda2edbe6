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
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA secure_delete = ON; UPDATE room SET password = NULL; DELETE FROM stream');
  } finally {
    db.close();
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
