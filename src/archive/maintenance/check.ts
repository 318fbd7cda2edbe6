import { MinimixError } from '../../core/errors.ts';
import { openDatabase } from '../schema/database.ts';

/** Reads every page of the archive at `path`, which may be in use. Throws `archive-corrupt`, or as `openArchive` does. */
export function quickCheck(path: string): void {
  const db = openDatabase(path, { readOnly: true });
  try {
    const answer = db.sql('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (answer !== 'ok') throw new MinimixError('archive-corrupt', `The archive is damaged: ${String(answer)}.`);
  } finally {
    db.close();
  }
}
