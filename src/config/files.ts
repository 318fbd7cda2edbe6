import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileTrouble, isOfDisk, MinimixError } from '../core/errors.ts';

/** The file's text; `undefined` where there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the file whole or not at all, for its owner only: a crash leaves the old text or the new one. */
export function writeWhole(path: string, text: string): void {
  const dir = dirname(path);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const draft = join(dir, `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    // 'wx': the draft is new, so that its mode is ours and no link is followed.
    withFile(draft, 'wx', (fd) => {
      writeAll(fd, Buffer.from(text));
      fsyncSync(fd);
    });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    const trouble = fileTrouble(error);
    if (trouble === undefined || !isOfDisk(error)) throw error;
    throw new MinimixError('disk', `${path} cannot be written: ${trouble}.`, error);
  }
  // The rename itself is on disk once the directory is; Windows has no such thing to open.
  if (process.platform !== 'win32') withFile(dir, 'r', fsyncSync);
}

/** What a start needs at least. */
const ROOM = 256 * 1024; // bytes

/** Whether no further file has room in the folder. Of that SQLite says no more than that it cannot open one. */
export function isDiskFull(dir: string): boolean {
  const probe = join(dir, `.room.${randomBytes(6).toString('hex')}`);
  try {
    withFile(probe, 'wx', (fd) => writeAll(fd, Buffer.alloc(ROOM)));
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  } finally {
    rmSync(probe, { force: true });
  }
}

function withFile(path: string, flags: string, work: (fd: number) => void): void {
  const fd = openSync(path, flags, 0o600);
  try {
    work(fd);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}
