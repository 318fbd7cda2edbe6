import type { Blocks } from '../schema/blocks.ts';
import type { Retention, Archive } from '../contract.ts';
import type { Database, SqlRow } from '../schema/database.ts';
import { dropEmptyBlocks, compress } from './compression.ts';
import type { Tables } from '../schema/tables.ts';

type Maintenance = Pick<Archive, 'retention' | 'setRetention' | 'tidy'>;

const DAY = 86_400_000;
const HOUR = 3_600_000;
const COLD = 30 * DAY;
const DROPPED_AT_ONCE = 300;
const BLOCKS_AT_ONCE = 8;
const PAGES_AT_ONCE = 1000;

/** What keeps the file within bounds: retention by room, compression, giving space back. */
export function maintenance({ db, names, blocks }: Tables, transaction: Archive['transaction'], dropped: () => void): Maintenance {
  function dropSome(now: number): number {
    let left = DROPPED_AT_ONCE;
    for (const chat of db.sql('SELECT id, account, room, retention FROM chat WHERE retention IS NOT NULL').all()) {
      if (left <= 0) break;
      left -= drop(db, blocks, ended(db, { chat, now, limit: left }));
    }
    return DROPPED_AT_ONCE - left;
  }

  return {
    retention(account, room) {
      const chat = names.findChat(account, room);
      return retentionOf(chat && db.sql('SELECT retention FROM chat WHERE id = ?').get(chat.id));
    },
    setRetention(account, room, retention) {
      const text = retention.keep === 'forever' ? null : JSON.stringify(retention);
      db.sql('UPDATE chat SET retention = ? WHERE id = ?').run(text, names.chat(account, room).id);
    },
    tidy(now) {
      if (transaction(() => dropSome(now)) > 0) {
        dropped();
        return true;
      }
      if (transaction(() => compress(db, blocks, { olderThan: now - COLD, most: BLOCKS_AT_ONCE })) === BLOCKS_AT_ONCE) return true;
      const free = Number(db.sql('PRAGMA freelist_count').get()?.['freelist_count'] ?? 0);
      if (free > 0) db.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
      return free > PAGES_AT_ONCE;
    },
  };
}

/** Written by ourselves as the contract's type, so that its shape is known. */
function retentionOf(row: SqlRow | undefined): Retention {
  const text = row?.['retention'];
  return typeof text === 'string' ? (JSON.parse(text) as Retention) : { keep: 'forever' };
}

/** Messages whose time is over and that nobody waits for: oldest first. */
function ended(db: Database, { chat, now, limit }: { chat: SqlRow; now: number; limit: number }): SqlRow[] {
  const id = Number(chat['id']);
  const newest = db.sql('SELECT ord FROM message WHERE chat = ? ORDER BY ord DESC LIMIT 1').get(id);
  if (!newest) return [];
  const until = Math.min(Number(newest['ord']) - 1, lastOrd(db, { chat: id, retention: retentionOf(chat), now }));
  const pending = db
    .sql('SELECT min(archive_id) AS id FROM cursor WHERE account = ? AND room = ?')
    .get(Number(chat['account']), String(chat['room']));
  return db
    .sql('SELECT id, doc, block FROM message WHERE chat = ? AND ord <= ? AND id <= ? ORDER BY ord LIMIT ?')
    .all(id, until, Number(pending?.['id'] ?? Number.MAX_SAFE_INTEGER), limit);
}

function lastOrd(db: Database, { chat, retention, now }: { chat: number; retention: Retention; now: number }): number {
  if (retention.keep === 'forever') return 0;
  if (retention.keep === 'none') return (now - HOUR) * 1000;
  if (retention.keep === 'days') return (now - retention.days * DAY) * 1000;
  const row = db
    .sql('SELECT ord FROM message WHERE chat = ? ORDER BY ord DESC, id DESC LIMIT 1 OFFSET ?')
    .get(chat, Math.max(1, retention.messages));
  return Number(row?.['ord'] ?? 0);
}

function drop(db: Database, blocks: Blocks, rows: readonly SqlRow[]): number {
  if (rows.length === 0) return 0;
  holdIds(db);
  for (const row of rows) {
    if (row['doc'] !== null) db.sql('DELETE FROM word WHERE rowid = ?').run(Number(row['doc']));
    db.sql('DELETE FROM stanza WHERE message = ?').run(Number(row['id']));
    db.sql('DELETE FROM relation WHERE message = ?').run(Number(row['id']));
    db.sql('DELETE FROM message WHERE id = ?').run(Number(row['id']));
  }
  dropEmptyBlocks(db, blocks, new Set(rows.map((row) => row['block']).filter((block) => typeof block === 'number')));
  return rows.length;
}

/** Before messages are removed: what they were known by is never given to others. */
export function holdIds(db: Database): void {
  db.sql(
    `INSERT INTO meta SELECT 'floor', coalesce(max(id), 0) FROM message WHERE true
     ON CONFLICT DO UPDATE SET value = max(value, excluded.value)`,
  ).run();
}
