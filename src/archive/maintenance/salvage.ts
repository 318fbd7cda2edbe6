import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { MinimixError, sentenceOf } from '../../core/errors.ts';
import { indexed } from '../../core/words.ts';
import { blocks } from '../schema/blocks.ts';
import { openDatabase, type Database, type SqlRow } from '../schema/database.ts';
import { searchTagsOf } from '../search/search-tags.ts';
import { MENTION } from '../schema/rows.ts';

/** What was done about a damaged archive; to be told to the person. */
export interface Salvaged {
  /** Where the damaged file lies now. */
  readonly setAside: string;
  readonly messages: number;
  /** Messages that were seen and could not be read whole. */
  readonly lost: number;
  readonly message: string;
}

const CHUNK = 200;
const GIVE_UP = 20_000; // row ids in a row that cannot be read, after which a table is taken to end

const markOf = (path: string): string => `${path}.damaged`;

/** Remembers that the archive was found damaged while in use: the next start salvages it. */
export function markDamaged(path: string): void {
  writeFileSync(markOf(path), '');
}

export function isMarkedDamaged(path: string): boolean {
  return existsSync(markOf(path));
}

/** Reads every page of the archive at `path`, which may be in use. Throws `archive-corrupt`, or as `openArchive` does. */
export function quickCheck(path: string): void {
  const db = openDatabase(path, { readOnly: true });
  try {
    const answer = db.sql('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (answer !== 'ok') throw new MinimixError('archive-corrupt', `The archive is damaged: ${String(answer)}.`);
  } finally {
    db.close();
  }
}

/** Sets a damaged archive aside and makes a new one of every row that can still be read. Throws if the disk fails. */
export function salvage(path: string, now: Date): Salvaged {
  const setAside = `${path}.damaged-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, setAside + suffix);
  }
  const db = openDatabase(path);
  try {
    const { messages, lost } = rescue(setAside, db);
    rmSync(markOf(path), { force: true });
    const message =
      `The archive was damaged. Minimix saved ${messages} messages into a new one` +
      `${lost > 0 ? `, ${lost} could not be read` : ''}. The damaged file is now ${setAside}.`;
    return { setAside, messages, lost, message };
  } finally {
    db.close();
  }
}

function rescue(from: string, db: Database): { messages: number; lost: number } {
  let old: DatabaseSync;
  try {
    old = new DatabaseSync(from);
    old.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch {
    return { messages: 0, lost: 0 }; // not even its table of contents can be read
  }
  try {
    db.exec('PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE');
    for (const { table, byRowId } of tables(db)) {
      for (const row of byRowId ? readable(old, table) : readableInOrder(old, table)) copy(db, table, row);
    }
    const counted = rescueMessages(old, db);
    db.exec(`DELETE FROM stanza WHERE message NOT IN (SELECT id FROM message);
      DELETE FROM relation WHERE message NOT IN (SELECT id FROM message); COMMIT; PRAGMA foreign_keys = ON`);
    return counted;
  } finally {
    old.close();
  }
}

/** Every table of today's archive but the messages and their index, which are put together anew. */
function tables(db: Database): { table: string; byRowId: boolean }[] {
  return db
    .sql(
      `SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
       AND name NOT LIKE 'sqlite%' AND name <> 'message' ORDER BY name`,
    )
    .all()
    .map((row) => ({ table: String(row['name']), byRowId: row['wr'] === 0 }));
}

function rescueMessages(old: DatabaseSync, db: Database): { messages: number; lost: number } {
  const packed = blocks(db);
  let messages = 0;
  let lost = 0;
  for (const row of readable(old, 'message')) {
    const texts = textsOf(db, packed, row);
    const chat = db.sql('SELECT 1 FROM chat WHERE id = ?').get(Number(row['chat']));
    if (!texts || !chat || typeof texts['xml'] !== 'string') {
      lost += 1;
      continue;
    }
    copy(db, 'message', row);
    const text = typeof texts['body'] === 'string' ? texts['body'] : undefined;
    const words = indexed(text ?? String(texts['subject'] ?? ''));
    if (typeof row['doc'] === 'number') {
      const [nick = null, realJid = null] = [row['nick'], row['real_jid']].map((id) => (typeof id === 'number' ? id : null));
      const tags = searchTagsOf({ chat: Number(row['chat']), nick, realJid, body: text, xml: texts['xml'], mentions: (Number(row['flags']) & MENTION) !== 0 });
      db.sql('INSERT INTO word (rowid, text, mark) VALUES (?, ?, ?)').run(row['doc'], words, tags);
    }
    messages += 1;
  }
  return { messages, lost };
}

function textsOf(db: Database, packed: ReturnType<typeof blocks>, row: SqlRow): Record<string, SQLOutputValue> | undefined {
  const id = Number(row['id']);
  if (typeof row['block'] !== 'number') return db.sql('SELECT * FROM stanza WHERE message = ?').get(id);
  try {
    return packed.texts(row['block'], id);
  } catch {
    return undefined; // the block is among what was lost; counted by the caller
  }
}

function copy(db: Database, table: string, row: SqlRow): void {
  const { place: _place, ...columns } = row;
  const names = Object.keys(columns);
  const sql = `INSERT OR IGNORE INTO "${table}" (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  db.sql(sql).run(...Object.values(columns));
}

/** Every row of a table that can be read, by row id; steps over those that cannot. */
function* readable(old: DatabaseSync, table: string): Generator<SqlRow> {
  let from = Number.MIN_SAFE_INTEGER;
  let failed = 0;
  while (failed < GIVE_UP) {
    const rows = attempt(() => old.prepare(`SELECT rowid AS place, * FROM "${table}" WHERE rowid >= ? ORDER BY rowid LIMIT ${CHUNK}`).all(from));
    if (rows) {
      yield* rows;
      if (rows.length < CHUNK) return;
      from = Number(rows.at(-1)?.['place']) + 1;
      failed = 0;
      continue;
    }
    const row = attempt(() => old.prepare(`SELECT rowid AS place, * FROM "${table}" WHERE rowid = ?`).get(Math.max(0, from)) ?? null);
    if (row) yield row;
    failed = row ? 0 : failed + 1;
    from = Math.max(0, from) + 1;
  }
}

/** The rows of a table without row ids, up to the first that cannot be read. */
function readableInOrder(old: DatabaseSync, table: string): SqlRow[] {
  const rows: SqlRow[] = [];
  attempt(() => {
    for (const row of old.prepare(`SELECT * FROM "${table}"`).iterate()) rows.push(row);
    return true;
  });
  return rows;
}

/** `undefined` where SQLite says that this part of the file is damaged. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && 'errcode' in error) return undefined;
    throw new Error(sentenceOf(error), { cause: error });
  }
}
