import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { MinimixError } from '../../core/errors.ts';
import type { GroupchatMessage } from '../../core/groupchat.ts';
import type { Imported } from './import.ts';

const MAX_SECONDS = 8_640_000_000_000;
const optional = z
  .string()
  .nullish()
  .transform((text) => text || undefined);
const row = z.object({
  room: z.string().regex(/^[^@/\s]+@[^@/\s]+$/, 'not a room'),
  nick: optional,
  seconds: z.number().min(0).max(MAX_SECONDS),
  body: optional,
  subject: optional,
  id: optional,
  stanzaId: optional,
  occupantId: optional,
  realJid: optional,
});

const GAJIM = `SELECT room.jid AS room, logs.contact_name AS nick, logs.time AS seconds, logs.message AS body,
  logs.subject AS subject, {logs.message_id} AS id, {logs.stanza_id} AS stanzaId, {logs.occupant_id} AS occupantId,
  {logs.real_jid} AS realJid
  FROM logs JOIN jids AS room ON room.jid_id = logs.jid_id LEFT JOIN jids AS own ON own.jid_id = {logs.account_id}
  WHERE logs.kind = 2 AND (own.jid IS NULL OR own.jid = ?) ORDER BY logs.time, logs.log_line_id`;

const DINO = `SELECT jid.bare_jid AS room,
  CASE message.direction WHEN 1 THEN message.our_resource ELSE message.counterpart_resource END AS nick,
  message.time AS seconds, message.body AS body, NULL AS subject, message.stanza_id AS id,
  {message.server_id} AS stanzaId, NULL AS occupantId, real_jid.real_jid AS realJid
  FROM message JOIN jid ON jid.id = message.counterpart_id JOIN account ON account.id = message.account_id
  LEFT JOIN real_jid ON real_jid.message_id = message.id
  WHERE message.type = 2 AND account.bare_jid = ? ORDER BY message.time, message.id`;

/**
 * The rooms' messages of Gajim's `logs.db` (to 1.8) or Dino's `dino.db`, those of this account. The file is opened
 * for reading alone; close both programs first. Throws `import-unknown` where it is neither.
 */
export function* fromClient(path: string, account: string): Generator<Imported> {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    db.exec('PRAGMA trusted_schema = OFF');
    const select = are(db, 'logs', 'jids') ? GAJIM : are(db, 'message', 'jid', 'account', 'real_jid') ? DINO : undefined;
    if (select === undefined) throw new MinimixError('import-unknown', 'This is not a database of Gajim or Dino.');
    for (const found of db.prepare(present(db, select)).iterate(account)) yield importedOf(found);
  } catch (error) {
    if (error instanceof Error && 'errcode' in error) {
      throw new MinimixError('import-unknown', 'This database cannot be read.', error);
    }
    throw error;
  } finally {
    db?.close();
  }
}

/** All are plain tables: behind the name of one a view may stand that never ends, or a virtual table that runs code. */
function are(db: DatabaseSync, ...tables: string[]): boolean {
  return tables.every((table) => isTable(db, table));
}

function isTable(db: DatabaseSync, table: string): boolean {
  return db.prepare("SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name = ?").get(table) !== undefined;
}

/** `{table.column}` is NULL where the file's version has no such column. */
function present(db: DatabaseSync, select: string): string {
  return select.replaceAll(/\{(\w+)\.(\w+)\}/g, (_all, table: string, column: string) =>
    db.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, column) ? `${table}.${column}` : 'NULL',
  );
}

function importedOf(found: unknown): Imported {
  const read = row.safeParse(found);
  if (!read.success) return { refused: read.error.issues[0]?.message ?? 'not a message' };
  const { seconds, ...columns } = read.data;
  const { body, subject } = columns;
  if (body === undefined && subject === undefined) return { refused: 'it says nothing' };
  const at = Math.floor(seconds * 1000);
  const message: GroupchatMessage = {
    ...columns,
    kind: body === undefined ? 'subject' : 'message',
    originId: undefined,
    at,
    delayed: true,
  };
  return { message, arrivedAt: at, xml: stanzaOf(message) };
}

type Plain = Pick<GroupchatMessage, 'room' | 'nick' | 'id' | 'stanzaId' | 'body' | 'subject' | 'at'> & { readonly isPrivate?: boolean };

/** A stanza that says the same, where none is kept: these programs keep none. */
export function stanzaOf({ room, nick, id, stanzaId, body, subject, at, isPrivate = false }: Plain): string {
  const from = nick === undefined ? room : `${room}/${nick}`;
  const element = (name: string, text: string | undefined): string =>
    text === undefined ? '' : `<${name}>${escaped(text)}</${name}>`;
  return (
    `<message xmlns="jabber:client" type="${isPrivate ? 'chat' : 'groupchat'}" from="${escaped(from)}"${id === undefined ? '' : ` id="${escaped(id)}"`}>` +
    `${element('subject', subject)}${element('body', body)}` +
    `<delay xmlns="urn:xmpp:delay" from="${escaped(room)}" stamp="${new Date(at).toISOString()}"/>` +
    `${stanzaId === undefined ? '' : `<stanza-id xmlns="urn:xmpp:sid:0" by="${escaped(room)}" id="${escaped(stanzaId)}"/>`}</message>`
  );
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- what XML 1.0 cannot hold (2.2) is left out
  return text.toWellFormed().replace(/[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}
