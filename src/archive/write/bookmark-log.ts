import type { BookmarkLogEntry, Archive } from '../contract.ts';
import type { Database, SqlRow } from '../schema/database.ts';
import type { Dictionary } from '../schema/dictionary.ts';

/** Entries that an account's log of bookmarks keeps; the oldest go first. */
export const BOOKMARK_LOG_LIMIT = 20_000;
/** The log is cut back once in so many entries, not at each. */
const SLACK = 500;

type Bookmarks = Pick<Archive, 'bookmarks' | 'setBookmark' | 'bookmarkLog' | 'bookmarkLogEntry' | 'addToBookmarkLog'>;

/** The bookmarks as each place holds them, and the log of their changes: a time machine of the person's rooms. */
export function bookmarkRecords(db: Database, names: Dictionary): Bookmarks {
  const owner = (account: string): number => names.findAccount(account) ?? -1;
  return {
    bookmarks(account, place) {
      const rows = db.sql('SELECT room, value FROM bookmark WHERE account = ? AND place = ? ORDER BY room').all(owner(account), place);
      return rows.map((row) => ({ room: String(row['room']), value: String(row['value']) }));
    },
    setBookmark(account, { place, room, value }) {
      if (value === undefined) {
        db.sql('DELETE FROM bookmark WHERE account = ? AND place = ? AND room = ?').run(owner(account), place, room);
        return;
      }
      db.sql(
        `INSERT INTO bookmark (account, place, room, value) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value`,
      ).run(names.account(account), place, room, value);
    },
    bookmarkLog(account, { limit, after = 0 }) {
      return db
        .sql(
          `SELECT * FROM (SELECT * FROM bookmark_log WHERE account = ? AND at > ? ORDER BY id DESC LIMIT ?)
           ORDER BY id`,
        )
        .all(owner(account), after, limit)
        .map((row) => toEntry(account, row));
    },
    bookmarkLogEntry(account, id) {
      const row = db.sql('SELECT * FROM bookmark_log WHERE account = ? AND id = ?').get(owner(account), id);
      return row && toEntry(account, row);
    },
    addToBookmarkLog({ account, at, storage, room, before, after, cause }) {
      const added = db
        .sql('INSERT INTO bookmark_log (account, at, storage, room, before, after, cause) VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(names.account(account), at, storage, room, before ?? null, after ?? null, cause);
      if (added.id % SLACK === 0) {
        db.sql(
          `DELETE FROM bookmark_log WHERE account = ?1 AND id <= (SELECT id FROM bookmark_log WHERE account = ?1
           ORDER BY id DESC LIMIT 1 OFFSET ${BOOKMARK_LOG_LIMIT})`,
        ).run(owner(account));
      }
      return added.id;
    },
  };
}

function toEntry(account: string, row: SqlRow): BookmarkLogEntry {
  return {
    id: Number(row['id']),
    account,
    at: Number(row['at']),
    storage: String(row['storage']),
    room: String(row['room']),
    before: row['before'] === null ? undefined : String(row['before']),
    after: row['after'] === null ? undefined : String(row['after']),
    cause: String(row['cause']),
  };
}
