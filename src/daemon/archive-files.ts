import { once } from 'node:events';
import { closeSync, createWriteStream, existsSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { checkedImport, isSaid } from '../account/history/checked-import.ts';
import { fromServerData, type Include } from '../account/server/server-data.ts';
import { openArchive } from '../archive/archive.ts';
import { openWorkerClient } from '../archive/search/worker-client.ts';
import { backUp, restore } from '../archive/transfer/backup.ts';
import type { ReadArchive } from '../archive/contract.ts';
import { fromClient } from '../archive/transfer/import-clients.ts';
import { fromJsonLines, importAll, type Imported } from '../archive/transfer/import.ts';
import type { ArchiveFiles } from '../cli/context.ts';
import { noteBackup } from '../config/backups.ts';
import { readSettings } from '../config/config.ts';
import { asError, MinimixError, noAccount } from '../core/errors.ts';

/**
 * Commands that work on a home's whole archive from outside the daemon. SQLite lets a second process read while a daemon
 * writes, and write between two transactions of the daemon.
 */
export const archiveFiles: Omit<ArchiveFiles, 'restore'> = {
  async export(home, { account: named, format, file, ...range }) {
    const path = archiveOf(home);
    const account = named ?? withArchive(path, (archive) => onlyOne(archive.accounts()));
    if (existsSync(file)) throw new MinimixError('file-exists', `${file} already exists.`);
    if (!existsSync(dirname(file))) throw new MinimixError('no-folder', `No such folder: ${dirname(file)}.`);
    const worker = openWorkerClient(path);
    try {
      return { account, bytes: await writeAll(file, worker.exported({ account, ...range }, format)) };
    } finally {
      await worker.close();
    }
  },
  async import(home, { account: named, file }, progress) {
    const account = named ?? onlyOne(readSettings(home).accounts.map(({ jid }) => jid));
    const messages = checkedImport(messagesOf(file, account));
    return withArchive(join(home, 'archive.db'), (archive) => {
      const report = importAll(archive, { account, messages, progress: (soFar) => {
        progress(soFar);
        return true;
      } });
      return { account, ...report };
    });
  },
  async backup(home, file, passphrase) {
    await backUp(archiveOf(home), file, { passphrase });
    noteBackup(home, { at: Date.now(), file });
  },
};

/** Replaces the archive with a backup. The caller holds the home's lock. */
export async function restoreArchive(home: string, file: string, passphrase: () => Promise<string>): Promise<{ readonly setAside: string | undefined }> {
  if (!existsSync(file)) throw new MinimixError('no-file', `${file} does not exist.`);
  return await restore(file, join(home, 'archive.db'), { now: new Date(), passphrase, isSaid });
}

function archiveOf(home: string): string {
  const path = join(home, 'archive.db');
  if (existsSync(path)) return path;
  throw new MinimixError('no-archive', `There is no archive in ${home} yet.`);
}

function withArchive<T>(path: string, work: (archive: ReturnType<typeof openArchive>) => T): T {
  const archive = openArchive(path);
  try {
    return work(archive);
  } finally {
    archive.close();
  }
}

function onlyOne(accounts: ReturnType<ReadArchive['accounts']>): string {
  const [account, another] = accounts;
  if (account === undefined) throw asError(noAccount());
  if (another === undefined) return account;
  throw new MinimixError('account-needed', `There are ${accounts.length} accounts: choose one.`);
}

/** Writes the pieces to a new file at the speed of the disk; removes the file if it cannot be completed. */
async function writeAll(file: string, pieces: AsyncIterable<string>): Promise<number> {
  const stream = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  await once(stream, 'open');
  try {
    for await (const piece of pieces) if (!stream.write(piece)) await once(stream, 'drain');
    stream.end();
    await once(stream, 'finish');
    return stream.bytesWritten;
  } catch (error) {
    stream.destroy();
    await rm(file, { force: true });
    throw error;
  }
}

const SQLITE = 'SQLite format 3\0';
const CHUNK = 64 * 1024;
const MOST_LINE = 16 * 1024 * 1024; // characters

/** Detects the format of the file by its first bytes. */
function messagesOf(file: string, account: string): Iterable<Imported> {
  if (!existsSync(file)) throw new MinimixError('no-file', `${file} does not exist.`);
  if (statSync(file).isDirectory()) throw new MinimixError('no-file', `${file} cannot be imported: it is a folder.`);
  const [start = ''] = chunks(file);
  if (start.startsWith(SQLITE)) return fromClient(file, account);
  return /^\uFEFF?\s*</.test(start) ? fromServerData(file, chunks(file), { account, include: includeBeside(file) }) : fromJsonLines(lines(file));
}

/** XEP-0227 5: an import may include files from its own folder or below, and no other file of this disk. */
function includeBeside(first: string): Include {
  const home = dirname(realpathSync(first));
  return (from, href) => {
    if (!/^[^:?#]+$/.test(href)) return undefined;
    const path = join(dirname(from), href);
    if (!existsSync(path) || !statSync(path).isFile()) return undefined;
    const file = realpathSync(path);
    return file.startsWith(home + sep) ? { file, chunks: chunks(file) } : undefined;
  };
}

function* lines(file: string): Generator<string> {
  let rest = '';
  for (const chunk of chunks(file)) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > MOST_LINE) throw new MinimixError('import-unknown', `${file} has a line that is too long.`);
    yield* parts;
  }
  yield rest;
}

function* chunks(file: string): Generator<string> {
  const handle = openSync(file, 'r');
  try {
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.alloc(CHUNK);
    for (let size = readSync(handle, buffer); size > 0; size = readSync(handle, buffer)) {
      yield decoder.write(buffer.subarray(0, size));
    }
    yield decoder.end();
  } finally {
    closeSync(handle);
  }
}
