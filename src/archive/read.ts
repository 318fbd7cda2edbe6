import type { KeptMessage } from '../core/groupchat.ts';
import { words } from '../core/words.ts';
import type { Blocks } from './blocks.ts';
import type { PageQuery, ReadArchive, SearchQuery } from './contract.ts';
import type { Database, Row } from './database.ts';
import type { Intern } from './intern.ts';
import { MESSAGES, toKept } from './rows.ts';

type Reading = Pick<ReadArchive, 'page' | 'search' | 'message' | 'last' | 'since' | 'count'>;

const MAX_PAGE = 500;

/** Point reads of messages, in-thread. */
export function reading(db: Database, names: Intern, blocks: Blocks): Reading {
  const kept = (rows: Row[]): KeptMessage[] => rows.map((row) => toKept(row, names, blocks));

  function page(query: PageQuery): KeptMessage[] {
    const chat = names.findChat(query.account, query.room)?.id;
    if (chat === undefined) return [];
    const limit = Math.max(1, Math.min(MAX_PAGE, Math.floor(query.limit)));
    if (query.after !== undefined) {
      const { ord, id } = anchor(db, chat, query.after);
      return kept(
        db
          .sql(
            `${MESSAGES} WHERE chat = ? AND (ord, id) > (?, ?) AND (ord, id) < (?, ?)
             ORDER BY ord, id LIMIT ?`,
          )
          .all(chat, ord, id, ...bound(db, chat, query.before), limit),
      );
    }
    return kept(
      db
        .sql(`${MESSAGES} WHERE chat = ? AND (ord, id) < (?, ?) ORDER BY ord DESC, id DESC LIMIT ?`)
        .all(chat, ...bound(db, chat, query.before), limit),
    ).reverse();
  }

  return {
    page,
    search: (query) => kept(searchRows(db, names, query)),
    message(archiveId) {
      const row = db.sql(`${MESSAGES} WHERE id = ?`).get(archiveId);
      return row && toKept(row, names, blocks);
    },
    last(account, room, withStanzaId = false) {
      const chat = names.findChat(account, room)?.id ?? -1;
      const only = withStanzaId ? 'AND sid IS NOT NULL' : '';
      const row = db
        .sql(`${MESSAGES} WHERE chat = ? ${only} ORDER BY ord DESC, id DESC LIMIT 1`)
        .get(chat);
      return row && toKept(row, names, blocks);
    },
    since(account, room, archiveId, limit) {
      const chat = names.findChat(account, room)?.id ?? -1;
      return kept(
        db
          .sql(`${MESSAGES} WHERE chat = ? AND id > ? ORDER BY id LIMIT ?`)
          .all(chat, archiveId, limit),
      );
    },
    count(account, room) {
      const chats = room === undefined ? names.chatsOf(account) : [names.findChat(account, room)];
      let total = 0;
      for (const chat of chats) {
        total += Number(db.sql('SELECT count(*) AS n FROM message WHERE chat = ?').get(chat?.id ?? -1)?.['n'] ?? 0);
      }
      return total;
    },
  };
}

/** Where a message stands; one that is gone (retention) stands where the nearest older archive id does. */
function anchor(db: Database, chat: number, archiveId: number): { ord: number; id: number } {
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

function searchRows(db: Database, names: Intern, query: SearchQuery): Row[] {
  const asked = words(query.text);
  if (asked.length === 0) return [];
  const terms = asked.map((word, n) => `"${word.text}"${n === asked.length - 1 ? '*' : ''}`).join(' AND ');
  const chats = query.room === undefined ? undefined : chatsNamed(db, names, query.room, query.account);
  if (chats?.length === 0) return [];
  const marks = chats ? ` AND mark : (${chats.map((chat) => `"r${chat}"`).join(' OR ')})` : '';
  const rows = db
    .sql(
      `${MESSAGES} WHERE doc IN (SELECT rowid FROM word WHERE word MATCH ? ORDER BY rowid DESC LIMIT ?)
       ORDER BY doc DESC`,
    )
    .all(`text : (${terms})${marks}`, query.limit);
  return query.account === undefined
    ? rows
    : rows.filter((row) => names.chatById(Number(row['chat'])).account === query.account);
}

function chatsNamed(db: Database, names: Intern, room: string, account: string | undefined): number[] {
  if (account !== undefined) {
    const chat = names.findChat(account, room);
    return chat ? [chat.id] : [];
  }
  return db
    .sql('SELECT id FROM chat WHERE room = ?')
    .all(room)
    .map((row) => Number(row['id']));
}
