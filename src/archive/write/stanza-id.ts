import { hash } from 'node:crypto';
import type { GroupchatMessage } from '../../core/groupchat.ts';
import type { Blocks } from '../schema/blocks.ts';
import type { Database } from '../schema/database.ts';

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

/** The row of a room's stanza-id (XEP-0359). */
export function findStanza(db: Database, blocks: Blocks, chat: number, stanzaId: string, sid: number): Placed | undefined {
  const likely = db.sql('SELECT id FROM message WHERE chat = ? AND sid = ?').get(chat, sid); // the index alone
  if (!likely) return undefined;
  const rows = db
    .sql('SELECT id, ord, block, stanza_id FROM message LEFT JOIN stanza ON message = id WHERE chat = ? AND sid = ?')
    .all(chat, sid);
  const found = rows.find(({ id, stanza_id, block }) =>
    typeof block === 'number' ? blocks.texts(block, Number(id)).stanza_id === stanzaId : stanza_id === stanzaId,
  );
  return found && { id: Number(found['id']), ord: Number(found['ord']) };
}
