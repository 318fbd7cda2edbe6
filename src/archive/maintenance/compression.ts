import { TEXTS, type Blocks } from '../schema/blocks.ts';
import type { Database, SqlRow } from '../schema/database.ts';

const PER_BLOCK = 32; // a message is read by unpacking this many: 20 kB, 0.1 ms
const WARM_TAIL = 1000; // messages of a room that stay as they are, whatever their age

/**
 * Compresses up to `most` blocks of messages that arrived before `olderThan` (milliseconds). Inside a transaction.
 * Answers how many blocks it made; fewer than `most` means that nothing is left to do.
 */
export function compress(db: Database, blocks: Blocks, { olderThan, most }: { olderThan: number; most: number }): number {
  let made = 0;
  for (const chat of db.sql('SELECT id, frozen FROM chat').all()) {
    const id = Number(chat['id']);
    const tail = db.sql('SELECT ord FROM message WHERE chat = ? ORDER BY ord DESC LIMIT 1 OFFSET ?').get(id, WARM_TAIL);
    let frozen = Number(chat['frozen']);
    if (!tail) continue;
    while (made < most) {
      const rows = warm(db, { chat: id, after: frozen, upTo: Number(tail['ord']), olderThan });
      if (rows.length < PER_BLOCK) break;
      frozen = Number(rows.at(-1)?.['ord'] ?? frozen);
      compressRows(db, blocks, rows);
      db.sql('UPDATE chat SET frozen = ? WHERE id = ?').run(frozen, id);
      made += 1;
    }
    if (made >= most) break;
  }
  return made;
}

function warm(db: Database, { chat, after, upTo, olderThan }: { chat: number; after: number; upTo: number; olderThan: number }): SqlRow[] {
  return db
    .sql(
      `SELECT id, ord, ${TEXTS.join(', ')} FROM message JOIN stanza ON message = id
       WHERE chat = ? AND ord > ? AND ord <= ? AND block IS NULL AND arrived < ? ORDER BY ord LIMIT ?`,
    )
    .all(chat, after, upTo, olderThan, PER_BLOCK);
}

function compressRows(db: Database, blocks: Blocks, rows: readonly SqlRow[]): void {
  const text = (row: SqlRow, name: string): string | null => {
    const value = row[name];
    return typeof value === 'string' ? value : null;
  };
  const block = blocks.write(
    rows.map((row) => ({
      id: Number(row['id']),
      texts: {
        stanza_id: text(row, 'stanza_id'),
        mid: text(row, 'mid'),
        origin_id: text(row, 'origin_id'),
        subject: text(row, 'subject'),
        body: text(row, 'body'),
        xml: text(row, 'xml'),
      },
    })),
  );
  for (const row of rows) {
    const id = Number(row['id']);
    db.sql('UPDATE message SET block = ? WHERE id = ?').run(block, id);
    db.sql('DELETE FROM stanza WHERE message = ?').run(id);
  }
}

/** Removes the blocks of which no message is left. */
export function dropEmptyBlocks(db: Database, blocks: Blocks, candidates: Iterable<number>): void {
  for (const block of candidates) {
    const left = db
      .sql('SELECT 1 FROM message WHERE id IN (SELECT value FROM json_each(?)) AND block = ? LIMIT 1')
      .get(JSON.stringify(blocks.ids(block)), block);
    if (!left) db.sql('DELETE FROM block WHERE id = ?').run(block);
  }
  blocks.forget();
}
