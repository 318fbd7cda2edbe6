import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { MinimixError } from '../../core/errors.ts';
import type { Database } from '../schema/database.ts';

/**
 * What is committed is in the write-ahead log, and not yet on the disk: SQLite syncs it when it is checkpointed
 * (synchronous=NORMAL). The barrier syncs the log itself, beside the event loop, once for all that was committed
 * meanwhile. It has a descriptor of its own of the *log*, opened once: closing a second descriptor of the *database*
 * would drop SQLite's POSIX locks (sqlite.org/howtocorrupt.html 2.2); the log is another inode, and holds none.
 */
export interface Barrier {
  /** Resolves once all that is committed by now is on disk; rejects where the disk refused to say so. `soon`: it waits for no more to gather. */
  reached(soon?: 'soon'): Promise<void>;
  /** The same at once, in this thread: for what must not be given out before. */
  reachNow(): void;
  close(): void;
}

/** Milliseconds in which commits gather for one sync, which costs as much CPU as a third of a message; the server waits meanwhile. */
const GATHER = 100;

export function openBarrier(db: Database, gather = GATHER): Barrier {
  const inMemory = db.path === ':memory:';
  let log: number | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  /** Ends the gathering for the next sync. */
  let endGathering: () => void = () => undefined;
  let syncing = false;
  let closed = false;
  /** A sync has failed: what it was to bring to the disk may be gone from the cache, and the next one says nothing of it. */
  let broken: Error | undefined;

  /** The log stays the same file as long as the database is open. Its name must be on disk, too. */
  function descriptor(): number {
    if (log !== undefined) return log;
    const folder = openSync(dirname(db.path), 'r');
    try {
      log = openSync(`${db.path}-wal`, 'r+');
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
    return log;
  }

  /**
   * After a failed sync only what is written anew is known to arrive (fsync(2)): a checkpoint copies the whole log into
   * the database and syncs that.
   */
  function mend(): void {
    const done = db.sql('PRAGMA wal_checkpoint(FULL)').get();
    if (done?.['busy'] !== 0) throw new MinimixError('archive-busy', 'The archive could not be written to the disk: it is in use.');
    broken = undefined;
  }

  function failed(cause: unknown): Error {
    broken = new MinimixError('archive-io', 'The disk that holds the archive did not take what was written.', cause);
    return broken;
  }

  function sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (closed) return resolve(); // closing the database has checkpointed it
      try {
        if (broken !== undefined) mend();
        syncing = true;
        fdatasync(descriptor(), (error) => {
          syncing = false;
          if (closed) closeLog();
          if (error) reject(failed(error));
          else resolve();
        });
      } catch (error) {
        syncing = false;
        reject(failed(error));
      }
    });
  }

  function closeLog(): void {
    if (log !== undefined) closeSync(log);
    log = undefined;
  }

  async function afterThat(before: Promise<void> | undefined, gathering: PromiseWithResolvers<void>): Promise<void> {
    if (before !== undefined) await before.catch(() => undefined); // whoever waits for that one is told
    const timer = setTimeout(gathering.resolve, gather);
    await gathering.promise;
    clearTimeout(timer);
    running = next;
    next = undefined;
    await sync();
  }

  return {
    reached(soon) {
      if (inMemory || closed) return Promise.resolve();
      if (next === undefined) {
        const gathering = Promise.withResolvers<void>();
        endGathering = gathering.resolve;
        next = afterThat(running, gathering);
      }
      if (soon) endGathering();
      return next;
    },
    reachNow() {
      if (inMemory || closed) return;
      if (broken !== undefined) mend();
      try {
        fdatasyncSync(descriptor());
      } catch (error) {
        throw failed(error);
      }
    },
    close() {
      closed = true;
      if (!syncing) closeLog();
    },
  };
}
