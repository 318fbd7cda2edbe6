import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { readIfThere, writeWhole } from './files.ts';

const holder = z.object({ pid: z.int(), url: z.url(), token: z.string(), startedAt: z.string() });

/** Who holds a home, and how to speak to it: the home's daemon.json. */
export type Holder = z.output<typeof holder>;

interface HomeLock {
  /** Tells others how to reach the holder. */
  announce(holder: Holder): void;
  release(): void;
}

/**
 * Takes the home for this process alone, or answers `undefined` where another has it after `patience`
 * milliseconds. The lock is SQLite's own on lock.db, that is the operating system's (fcntl, LockFileEx): it
 * ends with the process, however that ends, and nothing is left to clean up. daemon.json only names the
 * holder.
 */
export function lockHome(home: string, patience: number): HomeLock | undefined {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(home, 'lock.db'), { timeout: patience });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  const named = join(home, 'daemon.json');
  rmSync(named, { force: true }); // of a holder that was killed
  return {
    announce: (who) => writeWhole(named, `${JSON.stringify(who, undefined, 2)}\n`),
    release() {
      rmSync(named, { force: true });
      database.close();
    },
  };
}

/** `free`, or held: by whom, as far as that is told already. */
type HomeState =
  { readonly held: false } | { readonly held: true; readonly holder: Holder | undefined };

/** Asks who holds the home, and leaves it as it is. */
export function homeState(home: string): HomeState {
  // In this order: what daemon.json says counts only while somebody holds the lock. After a crash another program may
  // listen on that port.
  if (!isHeld(home)) return { held: false };
  const text = readIfThere(join(home, 'daemon.json'));
  return { held: true, holder: text === undefined ? undefined : readHolder(text) };
}

function readHolder(text: string): Holder | undefined {
  try {
    return holder.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON: as good as not there
  }
}

function isHeld(home: string): boolean {
  let database;
  try {
    database = new DatabaseSync(join(home, 'lock.db'), { readOnly: true, timeout: 0 });
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    if (isMissing(error)) return false;
    throw error;
  } finally {
    database?.close();
  }
}

const SQLITE_BUSY = 5;
const SQLITE_CANTOPEN = 14;

function isBusy(error: unknown): boolean {
  return codeOf(error) === SQLITE_BUSY;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === SQLITE_CANTOPEN;
}

/** SQLite's primary result code: the lowest byte of what node:sqlite tells. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}
