import type { Database } from '../schema/database.ts';

const SECOND = 1_000_000; // ord counts microseconds
const DAY = 86_400 * SECOND;
const MILLENNIUM = Date.UTC(2000, 0, 1);

/** Places in rooms (`ord`) and in the full-text index (`doc`). */
interface Order {
  /** Behind everything in the room: the arrival, or the next microsecond. */
  live(chat: number, arrivedAt: number): number;
  /** Behind `low` and before what stands next in the room, as near to the stamp as that allows. */
  behind(chat: number, options: { low: number; stamp: number; arrivedAt: number }): number;
  /** The place that the stamp gives, behind `low` at least. */
  byStamp(chat: number, options: { stamp: number; arrivedAt: number; low?: number }): number;
  /** Puts these rows, in this order, right before the row that stands at `high`. */
  moveBefore(chat: number, rows: readonly { id: number; at: number }[], high: number): void;
  taken(chat: number, ord: number): void;
  doc(ord: number): number;
  forget(): void;
}

/** The place by time in the full-text index that a place in a room asks for. */
export function docOf(ord: number): number {
  return Math.max(1, Math.floor(ord / 1000) - MILLENNIUM);
}

export function order(db: Database): Order {
  const lastOrds = new Map<number, number>();
  let run = { first: 0, last: -1 };
  let newestDoc: number | undefined;

  function last(chat: number): number {
    const known = lastOrds.get(chat);
    if (known !== undefined) return known;
    const found = Number(db.sql('SELECT max(ord) AS ord FROM message WHERE chat = ?').get(chat)?.['ord'] ?? 0);
    lastOrds.set(chat, found);
    return found;
  }

  function next(chat: number, low: number): number | undefined {
    if (low >= last(chat)) return undefined;
    const row = db.sql('SELECT ord FROM message WHERE chat = ? AND ord > ? ORDER BY ord LIMIT 1').get(chat, low);
    return row && Number(row['ord']);
  }

  /** No room behind `low`: spreads the rows that follow until there is, keeping their order. */
  function makeRoom(chat: number, low: number, wanted: number): void {
    const rows = db.sql('SELECT id, ord FROM message WHERE chat = ? AND ord > ? ORDER BY ord, id').all(chat, low);
    let at = low + wanted;
    for (const row of rows) {
      if (Number(row['ord']) > at) break;
      at += 1;
      db.sql('UPDATE message SET ord = ? WHERE id = ?').run(at, Number(row['id']));
    }
    lastOrds.delete(chat);
  }

  function between(low: number, high: number, wanted: number): number {
    if (wanted > low && wanted < high) return wanted;
    if (wanted <= low) return low + 1;
    return low + Math.max(1, Math.min(1000, Math.floor((high - low) / 2)));
  }

  /** A stamp is the room's word: what it cannot be (before 1970, days ahead of us) is brought into range. */
  function placeOf(stamp: number, arrivedAt: number): number {
    return Math.max(1, Math.min(Math.floor(stamp) * 1000, arrivedAt * 1000 + DAY));
  }

  return {
    live: (chat, arrivedAt) => Math.max(arrivedAt * 1000, last(chat) + 1),
    behind(chat, { low, stamp, arrivedAt }) {
      const wanted = placeOf(stamp, arrivedAt);
      let high = next(chat, low);
      if (high === undefined) return Math.max(wanted, low + 1);
      if (high - low < 2) {
        makeRoom(chat, low, SECOND);
        high = next(chat, low) ?? low + SECOND;
      }
      return between(low, high, wanted);
    },
    byStamp(chat, { stamp, arrivedAt, low: least = 0 }) {
      const wanted = placeOf(stamp, arrivedAt);
      const row = db.sql('SELECT max(ord) AS ord FROM message WHERE chat = ? AND ord <= ?').get(chat, wanted);
      return this.behind(chat, { low: Math.max(least, Number(row?.['ord'] ?? 0)), stamp, arrivedAt });
    },
    moveBefore(chat, rows, high) {
      const ids = JSON.stringify(rows.map((row) => row.id));
      const found = db
        .sql(
          `SELECT max(ord) AS ord FROM message
           WHERE chat = ? AND ord < ? AND id NOT IN (SELECT value FROM json_each(?))`,
        )
        .get(chat, high, ids);
      let low = Number(found?.['ord'] ?? 0);
      if (high - low <= rows.length) makeRoom(chat, low, SECOND + rows.length);
      rows.forEach((row, n) => {
        const left = rows.length - n; // places that must stay free for this one and those behind it
        low = Math.min(Math.max(low + 1, Math.floor(row.at) * 1000), Math.max(low + 1, high - left));
        db.sql('UPDATE message SET ord = ? WHERE id = ?').run(low, row.id);
      });
      lastOrds.delete(chat);
    },
    taken(chat, ord) {
      if (ord > last(chat)) lastOrds.set(chat, ord);
    },
    doc(ord) {
      let doc = docOf(ord);
      if (doc >= run.first && doc <= run.last) doc = run.last + 1;
      else run = { first: doc, last: doc };
      newestDoc ??= Number(db.sql('SELECT max(doc) AS doc FROM message').get()?.['doc'] ?? 0);
      while (doc <= newestDoc && db.sql('SELECT 1 FROM message WHERE doc = ?').get(doc)) doc += 1;
      newestDoc = Math.max(newestDoc, doc);
      run.last = doc;
      return doc;
    },
    forget() {
      lastOrds.clear();
      run = { first: 0, last: -1 };
      newestDoc = undefined;
    },
  };
}
