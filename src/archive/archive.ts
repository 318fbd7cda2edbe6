import { statSync } from 'node:fs';
import { MinimixError } from '../core/errors.ts';
import { appender } from './write/append.ts';
import { openBarrier } from './write/barrier.ts';
import { blocks } from './schema/blocks.ts';
import { bookmarkRecords } from './write/bookmark-log.ts';
import type { Archive, OpenTransaction } from './contract.ts';
import { openDatabase, type Database } from './schema/database.ts';
import { dictionary } from './schema/dictionary.ts';
import { ledgerRecords } from './write/ledger.ts';
import { isMarkedDamaged, markDamaged, salvage, type Salvaged } from './maintenance/salvage.ts';
import { unreadReader } from './read/unread.ts';
import { holdIds, maintenance } from './maintenance/maintenance.ts';
import { isDiskFault, troubleOf } from './schema/disk-fault.ts';
import { idReserve } from './write/id-reserve.ts';
import { quarantineRecords } from './write/quarantine.ts';
import { rangeReader } from './read/range.ts';
import { messageReader } from './read/messages.ts';
import { counts } from './write/counts.ts';
import { records } from './write/records.ts';

interface ArchiveOptions {
  /** Told when the archive was found damaged, and what became of it. Without it a damaged archive is an error. */
  readonly onTrouble?: (salvaged: Salvaged) => void;
  /** The file grows to so many pages of 4 kB at most. */
  readonly pageLimit?: number;
}

/**
 * Opens the archive at `path` (made, or brought to this version, where needed). Throws a MinimixError: `archive-newer`,
 * `archive-corrupt`, `archive-readonly`, `archive-full`, `archive-busy`, `archive-io`, `archive-unreachable`.
 */
export function openArchive(path: string, options: ArchiveOptions = {}): Archive {
  const db = openOrSalvage(path, options);
  if (options.pageLimit !== undefined) db.exec(`PRAGMA max_page_count = ${Math.floor(options.pageLimit)}`);
  const names = dictionary(db);
  const packed = blocks(db);
  const store = { db, names, blocks: packed };
  const counted = counts(db);
  const barrier = openBarrier(db);
  const reserve = idReserve(db, barrier);
  const append = appender(store, reserve);
  const [start, commit] = [db.sql('BEGIN IMMEDIATE'), db.sql('COMMIT')];
  const dataVersion = db.sql('PRAGMA data_version');
  let version = dataVersion.get()?.['data_version'];

  function forget(): void {
    names.forget();
    append.forget();
    packed.forget();
    counted.forget();
  }

  function begin(): OpenTransaction {
    if (db.raw.isTransaction) throw new MinimixError('archive-misuse', 'archive: a transaction is open already');
    start.run();
    reserve.begin();
    const now = dataVersion.get()?.['data_version'];
    if (now !== version) forget(); // another program has written, such as an import
    version = now;
    let open = true;
    return {
      commit() {
        commit.run();
        reserve.committed();
        append.committed();
        open = false;
      },
      rollback() {
        if (!open) return;
        open = false;
        if (db.raw.isTransaction) db.exec('ROLLBACK');
        forget();
      },
    };
  }

  const transaction = transactionBy(begin);

  /** Where the disk does not take that, the ids of the next run go on a little later. */
  function releaseIds(): void {
    try {
      if (db.raw.isOpen) reserve.release();
    } catch (error) {
      if (!isDiskFault(error)) throw error;
    }
  }

  return {
    ...messageReader(store, counted),
    ...rangeReader(store),
    ...unreadReader(db, names),
    ...maintenance(store, transaction, counted.forget),
    ...records(db, names),
    ...ledgerRecords(db, names),
    ...bookmarkRecords(db, names),
    ...quarantineRecords(db, names),
    transaction,
    begin,
    barrier: barrier.reached,
    isInPlace: fileAt(path),
    append: append.append,
    beginHistoryMerge: append.beginHistoryMerge,
    endHistoryMerge: append.endHistoryMerge,
    removeAccount(account) {
      removeAccount(db, account);
      forget();
    },
    close() {
      releaseIds();
      db.close();
      barrier.close();
    },
  };
}

/** Work in a transaction that `begin` opens: committed when the work is done, and rolled back when it throws. */
export function transactionBy(begin: () => OpenTransaction): <T>(work: () => T) => T {
  return (work) => {
    const opened = begin();
    try {
      const result = work();
      opened.commit();
      return result;
    } catch (error) {
      opened.rollback(error);
      throw error;
    }
  };
}

function openOrSalvage(path: string, { onTrouble }: ArchiveOptions): Database {
  const noticed = (error: unknown): unknown => {
    if (isCorrupt(error)) markDamaged(path);
    return error;
  };
  try {
    refuseEmpty(path);
    if (!onTrouble || !isMarkedDamaged(path)) return readThrough(openDatabase(path, { noticed }));
  } catch (error) {
    if (!onTrouble || !isCorrupt(error)) throw error;
  }
  onTrouble(salvage(path, new Date()));
  return openDatabase(path, { noticed });
}

/** An archive is never empty: SQLite would take a file that was lost to a crash of the machine for a new one. */
function refuseEmpty(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.size !== 0) return;
  throw new MinimixError('archive-corrupt', `The archive ${path} is an empty file: restore a backup (\`minimix restore\`), or remove it to begin anew.`);
}

/** Whatever is read at a start is read here: what is damaged in it is salvaged at this start, not at the next one. */
function readThrough(db: Database): Database {
  try {
    for (const table of STARTING) for (const row of db.raw.prepare(`SELECT * FROM "${table}"`).iterate()) if (!row) break;
    return db;
  } catch (error) {
    db.close();
    throw troubleOf(error);
  }
}

const STARTING = ['meta', 'account', 'chat', 'room', 'occupant', 'stream', 'outbox', 'cursor', 'value', 'gap', 'bookmark'] as const;

function isCorrupt(error: unknown): boolean {
  return error instanceof MinimixError && error.code === 'archive-corrupt';
}

/** Whether the file that was opened is still the one that its name leads to. */
function fileAt(path: string): () => boolean {
  const identity = (): string | undefined => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && `${found.dev} ${found.ino}`;
  };
  const opened = path === ':memory:' ? undefined : identity();
  return () => path === ':memory:' || identity() === opened;
}

function removeAccount(db: Database, account: string): void {
  const own = 'SELECT chat.id FROM chat JOIN account ON account.id = chat.account WHERE account.jid = ?';
  db.exec('SAVEPOINT removal');
  try {
    holdIds(db);
    db.sql(`DELETE FROM word WHERE rowid IN (SELECT doc FROM message WHERE chat IN (${own}) AND doc IS NOT NULL)`).run(account);
    db.sql(`DELETE FROM stanza WHERE message IN (SELECT id FROM message WHERE chat IN (${own}))`).run(account);
    db.sql(`DELETE FROM relation WHERE chat IN (${own})`).run(account);
    db.sql(`DELETE FROM block WHERE id IN (SELECT block FROM message WHERE chat IN (${own}))`).run(account);
    db.sql(`DELETE FROM message WHERE chat IN (${own})`).run(account);
    db.sql('DELETE FROM account WHERE jid = ?').run(account);
    db.exec('RELEASE removal');
  } catch (error) {
    db.exec('ROLLBACK TO removal; RELEASE removal');
    throw error;
  }
}
