import type { ReadArchive } from '../contract.ts';
import type { Database } from '../schema/database.ts';
import type { Dictionary } from '../schema/dictionary.ts';
import { anchor } from './messages.ts';
import { KINDS, MENTION } from '../schema/rows.ts';

const COUNTED = [KINDS.indexOf('message'), KINDS.indexOf('encrypted')].join(', ');
const PRIVATE = KINDS.indexOf('private');
const MOST = 1000;

/** What a read state asks of the archive: where a message stands, and what others have said behind it. */
export function unreadReader(db: Database, names: Dictionary): Pick<ReadArchive, 'isBehind' | 'inOrder' | 'unread'> {
  function ordOf(chat: number, id: number): number | undefined {
    const ord = db.sql('SELECT ord FROM message WHERE id = ? AND chat = ?').get(id, chat)?.['ord'];
    return ord === undefined ? undefined : Number(ord);
  }

  return {
    isBehind(account, room, { id, other }) {
      const chat = names.findChat(account, room)?.id;
      if (chat === undefined) return false;
      const [at, from] = [ordOf(chat, id), ordOf(chat, other)];
      if (at === undefined) return false;
      return from === undefined ? id > other : at > from || (at === from && id > other); // what retention has dropped was before
    },
    inOrder(account, room, ids) {
      const chat = names.findChat(account, room)?.id ?? -1;
      return db
        .sql('SELECT id FROM message WHERE id IN (SELECT value FROM json_each(?)) AND chat = ? ORDER BY ord, id')
        .all(JSON.stringify(ids), chat)
        .map((row) => Number(row['id']));
    },
    unread({ account, room, after, nick, only, mentions = false }) {
      const chat = names.findChat(account, room)?.id;
      if (chat === undefined) return 0;
      const kinds = only === 'private' ? String(PRIVATE) : COUNTED;
      const from = anchor(db, chat, after);
      const row = db
        .sql(
          `SELECT count(*) AS n FROM (SELECT 1 FROM message WHERE chat = ? AND (ord, id) > (?, ?) AND kind IN (${kinds})
           ${mentions ? `AND flags & ${MENTION}` : ''} AND nick IS NOT NULL AND nick <> coalesce((SELECT id FROM term WHERE text = ?), -1) LIMIT ${MOST})`,
        )
        .get(chat, from.ord, from.id, nick ?? '');
      return Number(row?.['n'] ?? 0);
    },
  };
}
