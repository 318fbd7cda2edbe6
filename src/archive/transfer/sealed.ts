// age-encryption.org/v1 with a passphrase (scrypt, ChaCha20-Poly1305 in chunks of 64 KiB), as the `age` tool reads and
// writes it: a backup can be opened without us.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, existsSync, openSync, readSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MinimixError } from '../../core/errors.ts';

const FIRST_LINE = 'age-encryption.org/v1\n';
const WORK = 18; // the age tool's own
const PRIVATE = { flags: 'wx', mode: 0o600, flush: true } as const;

/** Whether the file is one that is opened with `unseal`. */
export function isSealed(path: string): boolean {
  if (!existsSync(path)) return false;
  const handle = openSync(path, 'r');
  try {
    const start = Buffer.alloc(FIRST_LINE.length);
    return readSync(handle, start) === start.length && start.toString('latin1') === FIRST_LINE;
  } finally {
    closeSync(handle);
  }
}

/**
 * Writes `source` encrypted to the new file `target` (0600), and reads it back: what comes out of it must be what went
 * in. In bounded memory, beside the 256 MiB that scrypt wants for a second. A failure leaves no `target`.
 */
export async function seal({ source, target, passphrase, work = WORK }: { source: string; target: string; passphrase: string; work?: number }): Promise<void> {
  const { Encrypter, Decrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(work);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  await whole(target, async () => {
    const [wentIn, cameOut] = [createHash('sha256'), createHash('sha256')];
    const sealed = await encrypter.encrypt(webStream(createReadStream(source).pipe(counted(wentIn))));
    await pipeline(sealed, createWriteStream(target, PRIVATE));
    for await (const part of await decrypter.decrypt(webStream(createReadStream(target)))) cameOut.update(part);
    if (wentIn.digest('hex') !== cameOut.digest('hex')) throw new MinimixError('backup-damaged', `${target} does not read back as it was written: the disk may be faulty.`);
  });
}

/**
 * Writes what is in the sealed `source` to the new file `target` (0600). Throws `wrong-passphrase`, or `backup-damaged`
 * where a byte was changed, added or cut off; then there is no `target`.
 */
export async function unseal(source: string, target: string, passphrase: string): Promise<void> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  await whole(target, async () => {
    try {
      const opened = await decrypter.decrypt(webStream(createReadStream(source)));
      await pipeline(opened, createWriteStream(target, PRIVATE));
    } catch (cause) {
      throw reasonOf(cause, source);
    }
  });
}

function reasonOf(cause: unknown, source: string): unknown {
  if (cause instanceof Error && 'code' in cause) return cause; // the disk's, not the content's
  const why = cause instanceof Error ? cause.message : '';
  if (why.startsWith('no identity matched')) return new MinimixError('wrong-passphrase', `That is not the passphrase of ${source}, or its first lines are damaged.`);
  if (why.includes('work factor')) return new MinimixError('backup-damaged', `${source} needs more memory than a backup of Minimix ever does.`, cause);
  return new MinimixError('backup-damaged', `${source} is damaged or incomplete. Nothing was restored.`, cause);
}

/** Runs what makes the file `path`; where that fails, there is none. */
async function whole(path: string, make: () => Promise<void>): Promise<void> {
  try {
    await make();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function webStream(stream: Readable): ReadableStream<Uint8Array> {
  // `as`: of a stream without an encoding every chunk is a Buffer
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
}

function counted(hash: Hash): Transform {
  return new Transform({
    transform(part: Buffer, _encoding, done: TransformCallback) {
      hash.update(part);
      done(undefined, part);
    },
  });
}
