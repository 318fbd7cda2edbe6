import type { KeptMessage } from '../../core/groupchat.ts';
import type { ReadArchive } from '../contract.ts';
import type { RangeQuery } from '../query-contract.ts';
import { KINDS, MESSAGES, toKept } from '../schema/rows.ts';
import type { Tables } from '../schema/tables.ts';

const MAX_RANGE = 500;
const PRIVATE = KINDS.indexOf('private');
/** A place in a room's order is a time in microseconds, give or take what clocks and replays do to it. */
const PLACE_SLACK = 24 * 3600 * 1_000_000;

/** What XEP-0313 asks for: one room in the room's order, or all rooms of an account by archive id. */
export function rangeReader(tables: Tables): Pick<ReadArchive, 'range' | 'holds'> {
  const { db, names } = tables;

  function condition({ account, room, from, to, after, before }: RangeQuery): { where: string; values: number[] } {
    const where: string[] = [`kind <> ${PRIVATE}`];
    const values: number[] = [];
    const add = (sql: string, ...args: number[]): void => {
      where.push(sql);
      values.push(...args);
    };
    if (room === undefined) add('message.chat IN (SELECT id FROM chat WHERE account = ?)', names.findAccount(account) ?? -1);
    else add('message.chat = ?', names.findChat(account, room)?.id ?? -1);
    if (from !== undefined) add('arrived - lag >= ?', from);
    if (to !== undefined) add('arrived - lag <= ?', to);
    if (room !== undefined) {
      if (from !== undefined) add('ord >= ?', from * 1000 - PLACE_SLACK);
      if (to !== undefined) add('ord <= ?', to * 1000 + PLACE_SLACK);
      if (after !== undefined) add('(ord, id) > (?, ?)', placeOf(after), after);
      if (before !== undefined) add('(ord, id) < (?, ?)', placeOf(before), before);
    } else {
      if (after !== undefined) add('id > ?', after);
      if (before !== undefined) add('id < ?', before);
    }
    return { where: where.join(' AND '), values };
  }

  function placeOf(id: number): number {
    return Number(db.sql('SELECT ord FROM message WHERE id = ?').get(id)?.['ord'] ?? 0);
  }

  return {
    range(query): KeptMessage[] {
      const { where, values } = condition(query);
      const limit = Math.max(0, Math.min(MAX_RANGE, Math.floor(query.limit)));
      const way = query.newest ? 'DESC' : 'ASC';
      const order = query.room === undefined ? `id ${way}` : `ord ${way}, id ${way}`;
      const rows = db.sql(`${MESSAGES} WHERE ${where} ORDER BY ${order} LIMIT ?`).all(...values, limit);
      const kept = rows.map((row) => toKept(row, tables));
      return query.newest ? kept.toReversed() : kept;
    },
    holds(account, archiveId) {
      const chat = db.sql('SELECT chat FROM message WHERE id = ?').get(archiveId)?.['chat'];
      return typeof chat === 'number' && names.chatById(chat).account === account;
    },
  };
}
