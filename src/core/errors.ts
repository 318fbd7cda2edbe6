/** Something that went wrong, for a program (`code`), for a person (`message`) and for the log (`cause`). */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly cause?: unknown;
}

/** What may fail by nature: a value or the reason why there is none. Misuse throws. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Fault };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(code: string, message: string, cause?: unknown): { ok: false; error: Fault } {
  return { ok: false, error: cause === undefined ? { code, message } : { code, message, cause } };
}

/** That an account is not here; without a name, that there is none at all. */
export function noAccount(jid?: string): { readonly ok: false; readonly error: Fault } {
  if (jid === undefined) return fail('no-account', 'There is no account yet: `minimix account add JID`.');
  return fail('no-account', `There is no account ${jid} here; \`minimix account list\` shows all.`);
}

/** The sentence in an error of any kind. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const FILE_TROUBLES: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['ENOTDIR', 'a part of its path is not a folder'],
  ['EISDIR', 'it is a folder'],
  ['EEXIST', 'it already exists'],
  ['EACCES', 'you do not have the permission'],
  ['EPERM', 'you do not have the permission'],
  ['EROFS', 'the disk is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'your share of the disk is full'],
  ['EIO', 'the disk reports errors'],
  ['EFBIG', 'it would be larger than a file may be'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
]);

/** Why the system refused a file, in words; `undefined` if the error is none of a file. */
export function fileTrouble(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? FILE_TROUBLES.get(error.code) : undefined;
}

/** What a system call says where it is not the file's fault: nothing can be written for now, whatever it is (errno(3)). */
const DISK_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG', 'EMFILE', 'ENFILE']);

/** Whether the disk is at fault, by the system's own code. */
export function isOfDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && DISK_CODES.has(error.code);
}

/** A fault that must stop the caller: misuse, or a broken promise of our own. */
export class MinimixError extends Error {
  readonly code: string;
  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MinimixError';
    this.code = code;
  }
}

/** What failed, as an error to be thrown. */
export function asError({ error: { code, message, cause } }: { readonly error: Fault }): MinimixError {
  return new MinimixError(code, message, cause);
}
