import type { Database } from '../schema/database.ts';
import type { Barrier } from './barrier.ts';

/**
 * Archive ids: they only grow, and none is ever given twice. A device hears of a message by its id before that message
 * is on disk, and a power cut may take the message back: so ids are given only out of a stretch whose end is on disk
 * already, and after an end that was not a proper one they go on behind that stretch.
 */
export interface IdReserve {
  /** The next id. Inside a transaction. */
  take(): number;
  /** A transaction begins. */
  begin(): void;
  /** It is committed: what was given out of a stretch that is not on disk waits for the disk here. */
  committed(): void;
  /** After a rollback, or when another program has written. */
  forget(): void;
  /** A proper end: the ids go on where they stopped. */
  release(): void;
}

const STRETCH = 1000;
/** So many before its end the next stretch is written, which as a rule is on disk long before it is needed. */
const AHEAD = 500;

export function idReserve(db: Database, barrier: Pick<Barrier, 'reached' | 'reachNow'>): IdReserve {
  /** Where the last run that had no proper end may have been. */
  let floor: number | undefined;
  let next: number | undefined;
  /** The end of the stretch that is on disk, and of the one that is on its way there. */
  let onDisk = 0;
  let written = 0;
  /** An id was given that lies beyond what is on disk. */
  let urgent = false;

  function reserved(): number {
    return Number(db.sql("SELECT value FROM meta WHERE key = 'reserved'").get()?.['value'] ?? 0);
  }

  function first(): number {
    floor ??= reserved();
    const top = db.sql(`SELECT max(coalesce((SELECT max(id) FROM message), 0),
      coalesce((SELECT value FROM meta WHERE key = 'floor'), 0)) AS id`).get();
    return Math.max(floor, Number(top?.['id'] ?? 0)) + 1;
  }

  function extend(from: number): void {
    written = from + STRETCH;
    db.sql("INSERT INTO meta VALUES ('reserved', ?) ON CONFLICT DO UPDATE SET value = excluded.value").run(written);
  }

  return {
    take() {
      const id = next ?? first();
      next = id + 1;
      if (id > onDisk) urgent = true;
      if (id + AHEAD > Math.max(onDisk, written)) extend(id);
      return id;
    },
    begin: () => { urgent = false; },
    committed() {
      if (written <= onDisk && !urgent) return;
      const end = reserved();
      written = onDisk;
      if (urgent) {
        barrier.reachNow();
        onDisk = end;
      } else {
        written = end;
        barrier.reached().then(
          () => (onDisk = Math.max(onDisk, end)),
          () => (written = onDisk), // the next id waits for the disk
        );
      }
    },
    forget() {
      next = undefined;
      written = onDisk;
    },
    release() {
      if (onDisk > 0) db.sql("DELETE FROM meta WHERE key = 'reserved' AND value = ?").run(Math.max(onDisk, written));
    },
  };
}
