import { MinimixError, sentenceOf } from '../../core/errors.ts';

/** By SQLite's primary result code (sqlite.org/rescode.html): what the disk, or the file on it, refuses. */
const DISK_FAULTS: Record<number, readonly [code: string, sentence: string]> = {
  5: ['archive-busy', 'The archive is in use by another program.'],
  8: ['archive-readonly', 'The archive cannot be written: the file or its disk is read-only.'],
  10: ['archive-io', 'The disk with the archive reports errors.'],
  11: ['archive-corrupt', 'The archive is damaged.'],
  13: ['archive-full', 'The disk with the archive is full.'],
  14: ['archive-unreachable', 'The archive cannot be opened.'],
  26: ['archive-corrupt', 'The archive is not a database.'],
};
const CODES: ReadonlySet<string> = new Set(Object.values(DISK_FAULTS).map(([code]) => code));
/** What a system call says of a disk (errno(3)). */
const SYSTEM_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG', 'EMFILE', 'ENFILE']);
const MAX_CAUSES = 10;

/** What SQLite threw, as the archive's own error; errors of any other kind pass unchanged. */
export function troubleOf(error: unknown): unknown {
  const code = resultCode(error);
  if (code === undefined) return error;
  const known = DISK_FAULTS[code];
  if (!known) return new MinimixError('archive-failed', `The archive failed: ${sentenceOf(error)}`, error);
  return new MinimixError(known[0], known[1], error);
}

/**
 * Whether the disk is at fault (full, busy, read-only, damaged, gone), and not what was to be written: the same work
 * may succeed later, so that its stanza waits and is never quarantined. Also where such an error is another's cause.
 */
export function isDiskFault(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    const code = resultCode(cause);
    if (code !== undefined && code in DISK_FAULTS) return true;
    if ('code' in cause && typeof cause.code === 'string' && (CODES.has(cause.code) || SYSTEM_CODES.has(cause.code))) return true;
    ({ cause } = cause);
  }
  return false;
}

/** SQLite's primary result code: the lowest byte of what node:sqlite tells. */
function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
