import type { KeptMessage } from '../../core/groupchat.ts';
import type { ReadArchive } from '../contract.ts';
import type { PageQuery } from '../query-contract.ts';
import type { Database, SqlRow } from '../schema/database.ts';
import { KINDS, MESSAGES, toKept } from '../schema/rows.ts';
import type { Tables } from '../schema/tables.ts';
import { find } from '../search/search.ts';
import { findStanza } from '../write/stanza-id.ts';
import type { Counts } from '../write/counts.ts';
import { viewOf } from './view.ts';

type Reading = Pick<ReadArchive, 'page' | 'view' | 'search' | 'find' | 'message' | 'byStanzaId' | 'last' | 'since' | 'count' | 'perDay' | 'perHour' | 'accounts' | 'keptRooms'>;

const MAX_PAGE = 500;
const PRIVATE = KINDS.indexOf('private');

/** Point reads of messages, in-thread. */
export function messageReader(tables: Tables, counts: Counts): Reading {
  const { db, names } = tables;
  const kept = (rows: SqlRow[]): KeptMessage[] => rows.map((row) => toKept(row, tables));

  function page(query: PageQuery): KeptMessage[] {
    const chat = names.findChat(query.account, query.room)?.id;
    if (chat === undefined) return [];
    const limit = Math.max(1, Math.min(MAX_PAGE, Math.floor(query.limit)));
    const kinds = query.only === undefined ? '' : `AND kind ${query.only === 'private' ? '=' : '<>'} ${PRIVATE}`;
    if (query.after !== undefined || query.from !== undefined) {
      const { ord, id } = query.after === undefined ? { ord: (query.from ?? 0) * 1000, id: 0 } : anchor(db, chat, query.after);
      return kept(
        db
          .sql(
            `${MESSAGES} WHERE message.chat = ? AND (ord, id) > (?, ?) AND (ord, id) < (?, ?) ${kinds}
             ORDER BY ord, id LIMIT ?`,
          )
          .all(chat, ord, id, ...bound(db, chat, query.before), limit),
      );
    }
    return kept(
      db
        .sql(`${MESSAGES} WHERE message.chat = ? AND (ord, id) < (?, ?) ${kinds} ORDER BY ord DESC, id DESC LIMIT ?`)
        .all(chat, ...bound(db, chat, query.before), limit),
    ).toReversed();
  }

  return {
    page,
    view: (query) => viewOf(tables, page, query),
    search(query) {
      const found = find(tables, query);
      return found.ok ? found.hits.map((hit) => hit.message) : [];
    },
    find: (query) => find(tables, query),
    message(archiveId) {
      const row = db.sql(`${MESSAGES} WHERE id = ?`).get(archiveId);
      return row && toKept(row, tables);
    },
    byStanzaId(account, room, stanzaId) {
      const chat = names.findChat(account, room)?.id;
      return chat === undefined ? undefined : findStanza(tables, chat, stanzaId);
    },
    last(account, room, withStanzaId = false) {
      const chat = names.findChat(account, room)?.id ?? -1;
      const only = withStanzaId ? 'AND sid IS NOT NULL' : '';
      // Asked first, since without any the whole room would be gone through.
      if (withStanzaId && !db.sql('SELECT 1 FROM message WHERE chat = ? AND sid IS NOT NULL LIMIT 1').get(chat)) return undefined;
      const row = db
        .sql(`${MESSAGES} WHERE message.chat = ? ${only} ORDER BY ord DESC, id DESC LIMIT 1`)
        .get(chat);
      return row && toKept(row, tables);
    },
    since(account, room, { archiveId, limit }) {
      const chat = names.findChat(account, room)?.id ?? -1;
      return kept(
        db
          .sql(`${MESSAGES} WHERE message.chat = ? AND id > ? ORDER BY id LIMIT ?`)
          .all(chat, archiveId, limit),
      );
    },
    perDay({ account, room }) {
      const chats = room === undefined ? names.chatsOf(account) : [names.findChat(account, room)];
      const days = new Map<number, number>();
      for (const chat of chats) {
        // By place in the room, which the index holds: a stamp that lies is counted where the message stands.
        const rows = db
          .sql('SELECT ord / 86400000000 AS day, count(*) AS n FROM message WHERE chat = ? GROUP BY day')
          .all(chat?.id ?? -1);
        for (const row of rows) days.set(Number(row['day']), (days.get(Number(row['day'])) ?? 0) + Number(row['n']));
      }
      return [...days]
        .toSorted(([a], [b]) => a - b)
        .map(([day, n]) => ({ day: new Date(day * 86_400_000).toISOString().slice(0, 10), messages: n }));
    },
    perHour({ account, since, zone }) {
      const hours = Array.from({ length: 168 }, () => 0);
      for (const chat of names.chatsOf(account)) {
        // The epoch began on a Thursday: three days behind Monday.
        const rows = db
          .sql('SELECT (ord / 60000000 + ?) / 60 % 168 AS hour, count(*) AS n FROM message WHERE chat = ? AND ord >= ? GROUP BY hour')
          .all(zone + 3 * 1440, chat.id, since * 1000);
        for (const row of rows) {
          const hour = Number(row['hour']);
          if (hour >= 0) hours[hour] = (hours[hour] ?? 0) + Number(row['n']);
        }
      }
      return hours;
    },
    accounts: () => names.accounts(),
    keptRooms: (account) =>
      names
        .chatsOf(account)
        .map((chat) => chat.room)
        .toSorted(),
    count(account, room) {
      const chats = room === undefined ? names.chatsOf(account) : [names.findChat(account, room)];
      return chats.reduce((total, chat) => total + (chat ? counts.count(chat.id) : 0), 0);
    },
  };
}

/** Where a message stands; one that is gone (retention) stands where the nearest older archive id does. */
export function anchor(db: Database, chat: number, archiveId: number): { ord: number; id: number } {
  const row = db
    .sql('SELECT ord, id FROM message INDEXED BY message_cursor WHERE chat = ? AND id <= ? ORDER BY id DESC LIMIT 1')
    .get(chat, archiveId);
  return row ? { ord: Number(row['ord']), id: archiveId } : { ord: 0, id: 0 };
}

function bound(db: Database, chat: number, before: number | undefined): [ord: number, id: number] {
  if (before === undefined) return [Number.MAX_SAFE_INTEGER, 0];
  const { ord, id } = anchor(db, chat, before);
  return [ord, id];
}
