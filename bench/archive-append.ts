import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { openArchive } from '../src/archive/archive.ts';
import type { NewMessage } from '../src/archive/contract.ts';
import { migrations } from '../src/archive/schema/migrations/list.ts';
import { indexed } from '../src/core/words.ts';
import { messages } from './archive-made.ts';

/** Microseconds a message. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

const PRAGMAS = `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 16777216; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;`;
const TABLES = { message: 13, stanza: 7, word: 2 } as const;

/** Messages for `ours`. */
export function receivedOf(count: number): NewMessage[] {
  const made = messages();
  return Array.from({ length: count }, () => made.next().value);
}

/** Our append, in transactions of `burst`. */
export function ours(home: string, all: readonly NewMessage[], burst: number): Cost {
  const path = fresh(home, 'ours.db');
  const archive = openArchive(path);
  const count = all.length;
  archive.transaction(() => all[0] && archive.append({ ...all[0], message: { ...all[0].message, stanzaId: 'first' } }));
  const cost = timed(count, () => {
    for (let from = 0; from < count; from += burst) {
      const batch = all.slice(from, from + burst);
      archive.transaction(() => {
        for (const message of batch) archive.append(message);
      });
    }
  });
  archive.close();
  return cost;
}

/**
 * The rows that our append writes, as fields, for those who only insert them. The last field has the terms that come
 * up with this message, `id=text`, each ended by 0x1e.
 */
export function feedOf(home: string, count: number): string[][] {
  const path = fresh(home, 'feed.db');
  const archive = openArchive(path);
  const made = messages();
  archive.transaction(() => {
    for (let n = 0; n < count; n++) archive.append(made.next().value);
  });
  archive.close();
  const db = new DatabaseSync(path);
  const rows = db.prepare('SELECT message.*, stanza.*, body AS words, chat AS marks FROM message JOIN stanza ON message = id ORDER BY id').all();
  const terms = new Map(db.prepare('SELECT id, text FROM term').all().map(({ id, text }) => [Number(id), String(text)]));
  db.close();
  return rows.map((row) => {
    const fields = Object.values(row).map((value) => (value === null ? '' : String(value)));
    fields[fields.length - 2] = indexed(String(row['words'])); // the words that the index is given, not their text
    fields[fields.length - 1] = `r${Number(row['chat'])} n${Number(row['nick'])}`;
    const ids = [row['nick'], row['occupant']].map(Number).filter((id) => terms.has(id));
    const unseen = ids.map((id) => `${id}=${terms.get(id)}\x1e`);
    for (const id of ids) terms.delete(id);
    return [...fields, unseen.join('')];
  });
}

function termsOf(fields: readonly string[]): [id: number, text: string][] {
  const written = (fields.at(-1) ?? '').split('\x1e').slice(0, -1);
  return written.map((term) => [Number.parseInt(term, 10), term.slice(term.indexOf('=') + 1)]);
}

/** The same rows by prepared statements of node:sqlite and nothing else. */
export function bare(home: string, feed: readonly string[][], burst: number): Cost {
  const db = new DatabaseSync(fresh(home, 'bare.db'));
  db.exec(schema(true));
  const statements = Object.entries(TABLES).map(([table, width]) => db.prepare(insertOf(table, width)));
  const rows = feed.map((fields) => [
    fields.slice(0, 13).map((field) => (field === '' ? null : Number(field))),
    fields.slice(13, 20).map((field, n) => (field === '' ? null : n === 0 ? Number(field) : field)),
    [Number(fields[3]), ...fields.slice(20, 22)],
  ]);
  const term = db.prepare('INSERT INTO term VALUES (?, ?)');
  const terms = feed.map(termsOf);
  const cost = timed(rows.length, () => {
    for (let from = 0; from < rows.length; from += burst) {
      db.exec('BEGIN IMMEDIATE');
      for (let at = from; at < Math.min(rows.length, from + burst); at++) {
        for (const one of terms[at] ?? []) term.run(...one);
        statements.forEach((statement, n) => statement.run(...(rows[at]?.[n] ?? [])));
      }
      db.exec('COMMIT');
    }
  });
  db.close();
  return cost;
}

/** The same rows by C, where a compiler and SQLite's headers are there. */
export function byC(home: string, feed: readonly string[][], burst: number): Cost | undefined {
  const program = join(home, 'archive-append');
  try {
    const source = fileURLToPath(new URL('archive-append.c', import.meta.url));
    execFileSync('cc', ['-O2', '-o', program, source, '-lsqlite3'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const feedPath = join(home, 'feed');
  writeFileSync(feedPath, feed.map((fields) => fields.map((field) => `${field}\x1f`).join('')).join(''));
  writeFileSync(join(home, 'schema.sql'), schema(false));
  const told = execFileSync(program, [fresh(home, 'c.db'), join(home, 'schema.sql'), feedPath, String(burst)]);
  const [wall = Number.NaN, cpu = Number.NaN] = String(told).trim().split(' ').map(Number);
  return { wall, cpu };
}

/** The same rows by the `sqlite3` shell, SQL text and all; the start of the program taken off. */
export function byShell(home: string, feed: readonly string[][], burst: number): Cost | undefined {
  const path = fresh(home, 'shell.db');
  const script = join(home, 'shell.sql');
  const literal = (field: string): string => (field === '' ? 'NULL' : `'${field.replaceAll("'", "''")}'`);
  const rows = feed.map((fields, n) => {
    const values = [fields.slice(0, 13), fields.slice(13, 20), [fields[3] ?? '', ...fields.slice(20, 22)]];
    const terms = termsOf(fields).map(([id, text]) => `INSERT INTO term VALUES (${id}, ${literal(text)});`);
    const inserts = Object.entries(TABLES).map(
      ([table], part) => `INSERT INTO ${table === 'word' ? 'word (rowid, text, mark)' : table} VALUES (${(values[part] ?? []).map(literal).join(',')});`,
    );
    return `${n % burst === 0 ? 'BEGIN IMMEDIATE;' : ''}${terms.join('')}${inserts.join('')}${n % burst === burst - 1 ? 'COMMIT;' : ''}`;
  });
  try {
    writeFileSync(script, schema(false));
    execFileSync('sqlite3', [path], { input: readFileSync(script), stdio: ['pipe', 'ignore', 'ignore'] });
    const input = Buffer.from(`PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;\n${rows.join('\n')}\n`);
    return timed(feed.length, () => execFileSync('sqlite3', [path], { input, stdio: ['pipe', 'ignore', 'ignore'] }));
  } catch {
    return undefined; // no sqlite3 shell here
  }
}

/** What Debian's SQLite does not know is left out for the others: `contentless_delete` came with 3.43. */
function schema(own: boolean): string {
  const tables = migrations.join('\n');
  const known = own ? tables : tables.replace(', contentless_delete=1', '');
  return `${PRAGMAS}${known}
INSERT INTO account VALUES (1, 'juliet@capulet.example');
WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100) INSERT INTO chat (id, account, room) SELECT n, 1, n FROM n;`;
}

function insertOf(table: string, width: number): string {
  if (table === 'word') return 'INSERT INTO word (rowid, text, mark) VALUES (?, ?, ?)';
  return `INSERT INTO ${table} VALUES (${Array.from({ length: width }, () => '?').join(', ')})`;
}

function fresh(home: string, name: string): string {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(home, name + suffix), { force: true });
  return join(home, name);
}

function timed(count: number, work: () => void): Cost {
  globalThis.gc?.(); // what was made before is not cleared up while we measure
  const cpu = process.cpuUsage();
  const start = performance.now();
  work();
  const wall = ((performance.now() - start) * 1000) / count;
  const used = process.cpuUsage(cpu);
  return { wall, cpu: (used.user + used.system) / count };
}
