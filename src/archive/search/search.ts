import type { KeptMessage } from '../../core/groupchat.ts';
import { readableBody } from '../../core/readable.ts';
import { excerptOf, parseSearch, weightOf, type ParsedSearch } from '../../core/search.ts';
import { fold, type Phrase } from '../../core/words.ts';
import type { Found, SearchQuery } from '../query-contract.ts';
import type { Database, SqlRow } from '../schema/database.ts';
import type { Dictionary } from '../schema/dictionary.ts';
import { standsAt } from '../read/view.ts';
import { docOf } from '../write/order.ts';
import { KINDS, MESSAGES, toKept } from '../schema/rows.ts';
import type { Tables } from '../schema/tables.ts';

const RANKED = 200; // the newest so many matches are weighed when the best are asked for
const MAX_LIMIT = 500;
const PRIVATE = KINDS.indexOf('private');
const HOUR = 3_600_000;

/** Answers a search, newest first or best first; a query that cannot be read is answered with a sentence. */
export function find(tables: Tables, query: SearchQuery): Found {
  const { now = Date.now(), zone = 0, partial = true } = query;
  const parsed = parseSearch(query.text, { now, zone, partial });
  if (!parsed.ok) return parsed;
  const { search } = parsed;
  const limit = Math.max(1, Math.min(MAX_LIMIT, Math.floor(query.limit)));
  const tags = tagsAsked(tables, search, query);
  if (!tags) return { ok: true, hits: [], more: false };
  const wanted = query.order === 'rank' ? RANKED : limit + 1;
  const kept = matches(tables, { query, parsed: search, tags, wanted });
  const best = query.order === 'rank' ? ranked(kept, search.phrases) : kept;
  return {
    ok: true,
    hits: best.slice(0, limit).map(({ message, text, shownAt }) => ({ message, shownAt, excerpt: excerptOf(text, search.phrases) })),
    more: best.length > limit,
  };
}

interface Asked {
  readonly query: SearchQuery;
  readonly parsed: ParsedSearch;
  readonly tags: readonly string[];
  readonly wanted: number;
}

interface Match {
  readonly message: KeptMessage;
  /** Its words as they are read. */
  readonly text: string;
  readonly shownAt: number;
}

function ranked(kept: Match[], phrases: readonly Phrase[]): Match[] {
  return kept
    .map((match, age) => ({ match, weight: weightOf(match.text, phrases) - age / RANKED / 4 }))
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ match }) => match);
}

/** The index has all that was ever written; a hit is only what a person reads today, and by the words that they read. */
function matchIn(tables: Tables, row: SqlRow, phrases: readonly Phrase[]): Match | undefined {
  const message = toKept(row, tables);
  if (message.kind === 'retraction') return undefined;
  const text = readableBody(message) ?? message.subject ?? '';
  if (text !== (message.body ?? message.subject ?? '') && phrases.some((phrase) => excerptOf(text, [phrase]).marks.length === 0)) return undefined;
  const shownAt = standsAt(tables, message);
  return shownAt === undefined ? undefined : { message, text, shownAt };
}

/** What matches, newest first. What the index cannot say (exact times, the account, what became of it) is looked at here. */
function matches(tables: Tables, { query, parsed, tags, wanted }: Asked): Match[] {
  const { db, names } = tables;
  const found: Match[] = [];
  let below = parsed.before === undefined ? Number.MAX_SAFE_INTEGER : docOf(parsed.before * 1000) + HOUR;
  const above = parsed.after === undefined ? 0 : docOf(parsed.after * 1000) - HOUR;
  const older = query.older === undefined ? undefined : docBefore(db, query.older);
  if (older !== undefined) below = Math.min(below, older);
  const expression = matchOf(parsed, tags);
  for (let batch = wanted; ; batch = Math.min(batch * 4, 5000)) {
    const rows = rowsOf(db, { expression, above, below, limit: batch });
    for (const row of rows) {
      const match = fits(row, names, { query, parsed }) ? matchIn(tables, row, parsed.phrases) : undefined;
      if (match) found.push(match);
      if (found.length >= wanted) return found;
    }
    if (rows.length < batch) return found;
    below = Number(rows.at(-1)?.['doc']);
  }
}

interface Stretch {
  /** FTS5's; empty for all. */
  readonly expression: string;
  readonly above: number;
  readonly below: number;
  readonly limit: number;
}

function rowsOf(db: Database, { expression, above, below, limit }: Stretch): SqlRow[] {
  if (expression === '') {
    return db.sql(`${MESSAGES} WHERE doc > ? AND doc < ? ORDER BY doc DESC LIMIT ?`).all(above, below, limit);
  }
  return db
    .sql(
      `${MESSAGES} WHERE doc IN
       (SELECT rowid FROM word WHERE word MATCH ? AND rowid > ? AND rowid < ? ORDER BY rowid DESC LIMIT ?)
       ORDER BY doc DESC`,
    )
    .all(expression, above, below, limit);
}

function fits(row: SqlRow, names: Dictionary, { query, parsed }: Pick<Asked, 'query' | 'parsed'>): boolean {
  const at = Number(row['arrived']) - Number(row['lag']);
  if (parsed.before !== undefined && at >= parsed.before) return false;
  if (parsed.after !== undefined && at < parsed.after) return false;
  if (query.only !== undefined && (query.only === 'private') !== (row['kind'] === PRIVATE)) return false;
  return query.account === undefined || names.chatById(Number(row['chat'])).account === query.account;
}

function docBefore(db: Database, archiveId: number): number | undefined {
  const doc = db.sql('SELECT doc FROM message WHERE id = ?').get(archiveId)?.['doc'];
  return typeof doc === 'number' ? doc : undefined;
}

function quoted({ words, prefix }: Phrase): string {
  return `"${words.join(' ')}"${prefix ? '*' : ''}`;
}

/** FTS5's own language (sqlite.org/fts5.html 3). Words hold letters and digits only, so that nothing escapes. */
function matchOf(parsed: ParsedSearch, tags: readonly string[]): string {
  const parts = [...tags];
  if (parsed.phrases.length > 0) parts.push(`text : (${parsed.phrases.map(quoted).join(' AND ')})`);
  if (parts.length === 0) return '';
  const without = parsed.without.map((phrase) => ` NOT (text : ${quoted(phrase)})`);
  return `(${parts.join(' AND ')})${without.join('')}`;
}

/** What the index tags each message with: room, sender, what it has. `undefined` where nothing can match. */
function tagsAsked({ db, names }: Tables, parsed: ParsedSearch, query: SearchQuery): string[] | undefined {
  const parts: string[] = [];
  for (const only of [query.room === undefined ? [] : [query.room], parsed.rooms]) {
    if (only.length === 0) continue;
    const chats = chatsNamed({ db, names }, only, query.account);
    if (chats.length === 0) return undefined;
    parts.push(`mark : (${chats.map((chat) => `"r${chat}"`).join(' OR ')})`);
  }
  if (parsed.senders.length > 0) {
    const terms = termsNamed(db, parsed.senders);
    if (terms.length === 0) return undefined;
    parts.push(`mark : (${terms.map((term) => `"n${term}"`).join(' OR ')})`);
  }
  for (const has of parsed.has) parts.push(`mark : "${has}"`);
  return parts;
}

function chatsNamed({ db, names }: Pick<Tables, 'db' | 'names'>, wanted: readonly string[], account: string | undefined): number[] {
  return db
    .sql('SELECT id, room FROM chat')
    .all()
    .filter((row) => wanted.some((one) => isNamed(String(row['room']), one) || isNamed(localPart(String(row['room'])), one)))
    .map((row) => Number(row['id']))
    .filter((id) => account === undefined || names.chatById(id).account === account);
}

function termsNamed(db: Database, wanted: readonly string[]): number[] {
  return db
    .sql('SELECT id, text FROM term')
    .all()
    .filter((row) => wanted.some((one) => isNamed(String(row['text']), one)))
    .map((row) => Number(row['id']))
    .slice(0, 200);
}

function isNamed(name: string, wanted: string): boolean {
  if (name.length > 4 * wanted.length + 8 && !wanted.endsWith('*')) return false; // spare the folding
  return wanted.endsWith('*') ? fold(name).startsWith(fold(wanted.slice(0, -1))) : fold(name) === fold(wanted);
}

function localPart(room: string): string {
  return room.split('@', 1)[0] ?? room;
}
