import { openDatabase, type SqlRow } from '../schema/database.ts';
import { blocks } from '../schema/blocks.ts';
import { KINDS } from '../schema/rows.ts';
import { stanzaOf } from './import-clients.ts';

/** Whether a stanza is what that room's occupant said, or a private message of it: `nick` is undefined for the room itself. */
export type IsSaid = (said: { readonly room: string; readonly nick: string | undefined; readonly isPrivate: boolean; readonly xml: string }) => boolean;

const CHUNK = 500;
const PRIVATE = KINDS.indexOf('private');

/**
 * Writes a plain stanza of the same words over each that is not what it is kept as. A message's text goes to devices within our
 * own streams, so that one of somebody else's making must be no more than a message. The file is brought to today's version.
 */
export function replaceForeign(path: string, isSaid: IsSaid): void {
  const db = openDatabase(path);
  try {
    const packed = blocks(db);
    const select = db.sql(
      `SELECT message.id AS id, kind, block, arrived - lag AS at, chat.room AS room, term.text AS nick, stanza_id, mid, subject, body, xml
       FROM message JOIN chat ON chat.id = message.chat LEFT JOIN stanza ON stanza.message = message.id LEFT JOIN term ON term.id = message.nick
       WHERE message.id > ? ORDER BY message.id LIMIT ${CHUNK}`,
    );
    const unpack = db.sql('UPDATE message SET block = NULL WHERE id = ?');
    const put = db.sql('INSERT INTO stanza (message, stanza_id, mid, origin_id, subject, body, xml) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET xml = excluded.xml');
    const look = (row: SqlRow): void => {
      const id = Number(row['id']);
      const texts: SqlRow = typeof row['block'] === 'number' ? packed.texts(row['block'], id) : row;
      const [room, xml, nick] = [String(row['room']), String(texts['xml'] ?? ''), textOf(row['nick'])];
      const isPrivate = row['kind'] === PRIVATE;
      if (isSaid({ room, nick, isPrivate, xml })) return;
      const [stanzaId, mid, subject, body] = ['stanza_id', 'mid', 'subject', 'body'].map((name) => textOf(texts[name]));
      const plain = stanzaOf({ room, nick, id: mid, stanzaId, subject, body, at: Number(row['at']), isPrivate });
      unpack.run(id);
      put.run(id, stanzaId ?? null, mid ?? null, textOf(texts['origin_id']) ?? null, subject ?? null, body ?? null, plain);
    };
    db.exec('BEGIN');
    for (let rows = select.all(0); rows.length > 0; rows = select.all(Number(rows.at(-1)?.['id']))) for (const row of rows) look(row);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

function textOf(value: SqlRow[string] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
