import { hash } from 'node:crypto';
import type { GroupchatMessage } from '../../core/groupchat.ts';
import type { NewMessage } from '../contract.ts';
import type { Tables } from '../schema/tables.ts';

/** A kept message and where it stands. */
export interface Placed {
  readonly id: number;
  readonly ord: number;
}

/** The hash of a message's stanza-id, where it has one. */
export function sidOf({ stanzaId }: GroupchatMessage): number | null {
  return stanzaId === undefined ? null : stanzaHash(stanzaId);
}

/** 48 bits of the stanza-id's hash: the index holds this, the row the text. */
export function stanzaHash(stanzaId: string): number {
  return Number.parseInt(hash('md5', stanzaId).slice(0, 12), 16);
}

/** The rows of a room's stanza-id (XEP-0359): one, unless the room has given the id twice. */
function rowsOf({ db, blocks }: Pick<Tables, 'db' | 'blocks'>, chat: number, stanzaId: string) {
  const sid = stanzaHash(stanzaId);
  const likely = db.sql('SELECT id FROM message WHERE chat = ? AND sid = ?').get(chat, sid); // the index alone
  if (!likely) return [];
  return db
    .sql('SELECT id, ord, nick, block, stanza_id, body FROM message LEFT JOIN stanza ON message = id WHERE chat = ? AND sid = ?')
    .all(chat, sid)
    .map((row) => ({ row, texts: typeof row['block'] === 'number' ? blocks.texts(row['block'], Number(row['id'])) : row }))
    .filter(({ texts }) => texts['stanza_id'] === stanzaId);
}

/** The archive id of a room's stanza-id. */
export function findStanza(tables: Tables, chat: number, stanzaId: string): number | undefined {
  const [found] = rowsOf(tables, chat, stanzaId);
  return found && Number(found.row['id']);
}

/**
 * Where the message is kept under its stanza-id. `'other'` where the id is kept with other words: an id that names two
 * messages names neither, and the second one must not be lost by it.
 */
export function findKept(tables: Tables, chat: number, given: NewMessage): Placed | 'other' | undefined {
  const { stanzaId } = given.message;
  if (stanzaId === undefined) return undefined;
  const rows = rowsOf(tables, chat, stanzaId);
  const found = rows.find(({ row, texts }) => {
    const nick = typeof row['nick'] === 'number' ? tables.names.text(row['nick']) : undefined;
    return saysTheSame(given, nick, typeof texts['body'] === 'string' ? texts['body'] : undefined);
  });
  if (!found) return rows.length > 0 ? 'other' : undefined;
  return { id: Number(found.row['id']), ord: Number(found.row['ord']) };
}

/** As far as both say anything: what was retracted since is told by a tombstone (XEP-0424 3.2), which may have words of its own. */
function saysTheSame({ message, xml }: NewMessage, nick: string | undefined, body: string | undefined): boolean {
  if (nick !== undefined && message.nick !== undefined && nick !== message.nick) return false;
  if (body === undefined || message.body === undefined || body === message.body) return true;
  return /<(?:[\w-]+:)?(?:retracted|moderated)[\s/>]/.test(xml) || plain(body) === plain(message.body);
}

/** Servers differ in what they make of white space where they store it. */
function plain(body: string): string {
  return body.replaceAll(/\s+/g, ' ').trim();
}
