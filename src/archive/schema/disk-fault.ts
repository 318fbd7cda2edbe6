import { isOfDisk, MinimixError, sentenceOf } from '../../core/errors.ts';

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
  return causesOf(error).some((cause) => isOfDisk(cause) || faultOf(cause) !== undefined);
}

/** Whether the archive is damaged: no later try succeeds. */
export function isDamage(error: unknown): boolean {
  return causesOf(error).some((cause) => faultOf(cause) === 'archive-corrupt');
}

/** The error, and what has caused it. */
function causesOf(error: unknown): Error[] {
  const found: Error[] = [];
  for (let cause = error; found.length < MAX_CAUSES && cause instanceof Error; { cause } = cause) found.push(cause);
  return found;
}

/** The archive's code for it, of SQLite or named already. */
function faultOf(cause: Error): string | undefined {
  const code = resultCode(cause);
  const known = code === undefined ? undefined : DISK_FAULTS[code];
  if (known) return known[0];
  return 'code' in cause && typeof cause.code === 'string' && CODES.has(cause.code) ? cause.code : undefined;
}

/** SQLite's primary result code: the lowest byte of what node:sqlite tells. */
function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
