import type { GroupchatMessage } from '../../core/groupchat.ts';
import type { KeptRow } from './align.ts';
import type { Database } from '../schema/database.ts';
import { FROM_HISTORY, STAMPED } from '../schema/rows.ts';
import { stanzaHash } from './stanza-id.ts';

/** Where the replay of a room's history stands; on disk, so that a kill in the middle of one does no harm. */
interface HistoryMergeState {
  readonly floor: number;
  readonly at: number | undefined;
  /** The first of the new rows that were placed before any kept message was met. */
  readonly unplaced: number | undefined;
  readonly skew: number;
}

export function mergeState(db: Database, chat: number): HistoryMergeState {
  const row = db.sql('SELECT replay_floor, replay_at, replay_loose, skew FROM chat WHERE id = ?').get(chat);
  const number = (key: string): number | undefined => (typeof row?.[key] === 'number' ? row[key] : undefined);
  return {
    floor: number('replay_floor') ?? Number.MAX_SAFE_INTEGER,
    at: number('replay_at'),
    unplaced: number('replay_loose'),
    skew: number('skew') ?? 0,
  };
}

export function setMerged(db: Database, { chat, at, unplaced }: { chat: number; at: number; unplaced?: number | undefined }): void {
  db.sql('UPDATE chat SET replay_at = ?, replay_loose = ? WHERE id = ?').run(at, unplaced ?? null, chat);
}

export function unplacedRows(db: Database, chat: number, first: number): { id: number; at: number }[] {
  return db
    .sql(`SELECT id, arrived - lag AS at FROM message WHERE chat = ? AND id >= ? AND flags & ${FROM_HISTORY} ORDER BY ord, id`)
    .all(chat, first)
    .map((row) => ({ id: Number(row['id']), at: Number(row['at']) }));
}

export function ordOf(db: Database, chat: number, id: number): number | undefined {
  const row = db.sql('SELECT ord FROM message WHERE id = ? AND chat = ?').get(id, chat);
  return row && Number(row['ord']);
}

const LOOK_BACK = 1000; // rows whose times are looked at one by one

/** A moment of a room: by the room's clock, and by ours as we last knew it to differ. */
interface Moment {
  readonly stamp: number;
  readonly skew: number;
}

/**
 * The place of the last kept message that was there by that moment. A place is not a time: all that came after a while
 * in which our clock was fast stands in the future, and what has a time yet to come (after `now`) says nothing of when it
 * came. What we have from the room's own history has the room's time, whatever our clock said.
 */
export function lastBefore(db: Database, { chat, floor, moment: { stamp, skew }, now }: { chat: number; floor: number; moment: Moment; now: number }): number {
  const ours = stamp + skew;
  const [earlier, later] = [Math.min(stamp, ours), Math.max(stamp, ours)];
  const inTime = db
    .sql(
      `SELECT ord FROM (SELECT ord, arrived - lag AS at, flags & ${FROM_HISTORY | STAMPED} AS stamped FROM message WHERE chat = ? AND ord > ? AND id <= ? ORDER BY ord DESC LIMIT ${LOOK_BACK})
       WHERE at <= iif(stamped, ?, ?) OR at > ? ORDER BY ord DESC LIMIT 1`,
    )
    .get(chat, earlier * 1000, floor, stamp, ours, Math.max(later, now));
  const row = inTime ?? db
    .sql('SELECT ord FROM message WHERE chat = ? AND ord <= ? AND id <= ? ORDER BY ord DESC LIMIT 1')
    .get(chat, earlier * 1000, floor);
  return Number(row?.['ord'] ?? 0);
}

/** A kept row met again: it learns its stanza-id or its stamp, or the room's clock is learnt from it. */
export function recognise(db: Database, { chat, message, kept }: { chat: number; message: GroupchatMessage; kept: KeptRow }): void {
  if (message.stanzaId !== undefined && kept.stanzaId === undefined) {
    db.sql('UPDATE message SET sid = ? WHERE id = ?').run(stanzaHash(message.stanzaId), kept.id);
    db.sql('UPDATE stanza SET stanza_id = ? WHERE message = ?').run(message.stanzaId, kept.id);
  }
  if (!kept.live) return;
  if (message.id !== undefined || message.originId !== undefined) {
    learnSkew(db, chat, kept.time - Math.floor(message.at));
  } else {
    db.sql(`UPDATE message SET lag = arrived - ?, flags = flags | ${STAMPED} WHERE id = ?`).run(message.at, kept.id);
  }
}

const NEAR = 1000;
/** No room's clock is as wrong as that: then it is ours that was. */
const DAY = 86_400_000;

/**
 * `seen` is our clock minus the room's and how long the message took, which is never less than nothing: a smaller one is
 * nearer to the truth, and believed at once. A greater one may be a message that came late: two in a row must say so.
 */
function learnSkew(db: Database, chat: number, seen: number): void {
  if (Math.abs(seen) > DAY) return;
  const { skew } = mergeState(db, chat);
  const key = `skew ${chat}`;
  const before = db.sql('SELECT value FROM meta WHERE key = ?').get(key)?.['value'];
  const first = seen > skew + NEAR && typeof before !== 'number';
  if (first) db.sql('INSERT INTO meta VALUES (?, ?)').run(key, seen);
  else if (typeof before === 'number') db.sql('DELETE FROM meta WHERE key = ?').run(key);
  if (first || seen === skew) return;
  const believed = seen > skew + NEAR && typeof before === 'number' ? Math.min(seen, before) : seen;
  db.sql('UPDATE chat SET skew = ? WHERE id = ?').run(believed, chat);
}
