import type { GroupchatMessage, KeptMessage } from '../../core/groupchat.ts';
import { MinimixError } from '../../core/errors.ts';
import { readableBody } from '../../core/readable.ts';
import { indexed } from '../../core/words.ts';
import { findNearest, findNext, isNamed, type KeptRow, type Sought } from './align.ts';
import type { Appended, NewMessage } from '../contract.ts';
import type { Database, Statement } from '../schema/database.ts';
import { findImported } from './imported.ts';
import type { Chat } from '../schema/dictionary.ts';
import type { IdReserve } from './id-reserve.ts';
import { order } from './order.ts';
import { searchTagsOf } from '../search/search-tags.ts';
import { lastBefore, unplacedRows, ordOf, recognise, mergeState, setMerged } from './history-merge.ts';
import { DELAYED, KINDS, mentionFlags, ORIGIN_IS_ID, FROM_HISTORY, SENT } from '../schema/rows.ts';
import type { Tables } from '../schema/tables.ts';
import { findKept, sidOf, stanzaHash, type Placed } from './stanza-id.ts';

const RESENT = 10_000; // archive ids back in which a message sent again is looked for

interface Appender {
  append(message: NewMessage): Appended;
  beginHistoryMerge(account: string, room: string): void;
  endHistoryMerge(account: string, room: string): void;
  /** The transaction is committed: what was noted in it stays. */
  committed(): void;
  /** After a rollback, or when another program has written. */
  forget(): void;
}

/** Writes messages, whichever way they came: decides whether it is new, where it stands, and writes row and index. */
export function appender(tables: Tables, ids: IdReserve): Appender {
  const { db, names } = tables;
  const places = order(db);
  const rows = inserts(db);
  /** Archive ids that the history which a room is telling has brought so far. */
  const metIn = new Map<number, Set<number>>();
  /** Takes back what this transaction has noted: after a rollback the same history comes once more. */
  let undo: (() => void)[] = [];

  function note(met: Set<number>, id: number): void {
    if (met.has(id)) return;
    met.add(id);
    undo.push(() => met.delete(id));
  }

  function forgetMet(chat: number): void {
    const met = metIn.get(chat);
    if (!met) return;
    metIn.delete(chat);
    if (db.raw.isTransaction) undo.push(() => metIn.set(chat, met));
  }

  function insert(chat: Chat, given: NewMessage, { ord, flags, sid = sidOf(given.message) }: { ord: number; flags: number; sid?: number | null }): Appended {
    const { message } = given;
    const id = ids.take();
    const words = indexed(readableBody({ ...message, xml: given.xml }) ?? message.subject ?? '');
    const doc = words === '' && given.mention === undefined ? null : places.doc(ord);
    const sameOrigin = message.originId !== undefined && message.originId === message.id;
    const nick = names.termOf(message.nick);
    const realJid = names.termOf(message.realJid);
    rows.message.run(
      id,
      chat.id,
      ord,
      doc,
      KINDS.indexOf(message.kind),
      flags | (message.delayed ? DELAYED : 0) | (sameOrigin ? ORIGIN_IS_ID : 0) | mentionFlags(given.mention),
      nick,
      names.termOf(message.occupantId),
      realJid,
      given.arrivedAt,
      given.arrivedAt - message.at,
      sid,
    );
    rows.stanza.run(
      id,
      message.stanzaId ?? null,
      message.id ?? null,
      sameOrigin ? null : (message.originId ?? null),
      message.subject ?? null,
      message.body ?? null,
      given.xml,
    );
    relate(db, { chat: chat.id, id, message });
    if (doc !== null) {
      rows.word.run(doc, words, searchTagsOf({ chat: chat.id, nick, realJid, body: message.body, xml: given.xml, mentions: given.mention !== undefined }));
    }
    if (flags & FROM_HISTORY) db.sql('UPDATE chat SET frozen = min(frozen, ?) WHERE id = ?').run(ord - 1, chat.id);
    places.taken(chat.id, ord);
    const { account, mention, arrivedAt, xml } = given;
    const kept: KeptMessage = { ...message, archiveId: id, account, ...(mention && { mention }), arrivedAt, xml };
    return { kept: true, message: kept };
  }

  function duplicate(id: number, why: string): Appended {
    return { kept: false, archiveId: id, why };
  }

  /**
   * What was kept while our clock was wrong may stand before what was said ahead of it. Its id tells, unless this
   * same history has told that before: some clients give each message the same one.
   */
  function findMisplaced(sought: Sought, pointer: number, met: ReadonlySet<number>): KeptRow | undefined {
    if (!isNamed(sought.message)) return undefined;
    const known = findNearest(db, names, sought);
    return known && known.ord < pointer && !met.has(known.id) ? known : undefined;
  }

  function mergeHistory(chat: Chat, given: NewMessage, byStanza: Placed | undefined): Appended {
    const state = mergeState(db, chat.id);
    const met = metIn.get(chat.id) ?? new Set();
    metIn.set(chat.id, met);
    const pointer = state.at === undefined ? undefined : ordOf(db, chat.id, state.at);
    const settled = pointer !== undefined && state.unplaced === undefined;
    const sought = soughtOf(chat, given, { floor: state.floor, skew: state.skew });
    const found =
      byStanza ?? (settled ? findNext(db, names, { sought, ord: pointer }) : findNearest(db, names, sought));
    const misplaced = found || !settled ? undefined : findMisplaced(sought, pointer, met);
    if (misplaced) {
      note(met, misplaced.id);
      moveBehind(chat, given, { id: misplaced.id, low: pointer ?? 0 });
      setMerged(db, { chat: chat.id, at: misplaced.id });
      return duplicate(misplaced.id, 'history that is kept, in another place');
    }
    if (found) {
      note(met, found.id);
      if (state.unplaced !== undefined) places.moveBefore(chat.id, unplacedRows(db, chat.id, state.unplaced), found.ord);
      setMerged(db, { chat: chat.id, at: found.id });
      if (byStanza) return duplicate(found.id, 'its stanza-id is kept');
      recognise(db, { chat: chat.id, message: given.message, kept: found as KeptRow });
      return duplicate(found.id, 'history that is kept');
    }
    const low = pointer ?? lastBefore(db, { chat: chat.id, floor: state.floor, moment: { stamp: given.message.at + 60_000, skew: state.skew }, now: given.arrivedAt });
    const added = insert(chat, given, { ord: places.behind(chat.id, { low, stamp: given.message.at, arrivedAt: given.arrivedAt }), flags: FROM_HISTORY });
    if (added.kept) {
      const { archiveId } = added.message;
      setMerged(db, { chat: chat.id, at: archiveId, unplaced: settled ? undefined : (state.unplaced ?? archiveId) });
    }
    return added;
  }

  function imported(chat: Chat, given: NewMessage, { met, follows }: { met: Set<number>; follows: number | undefined }): Appended {
    const known = findImported(tables, { chat: chat.id, message: given.message, met });
    const low = follows === undefined ? 0 : ordOf(db, chat.id, follows);
    const result =
      known === undefined
        ? insert(chat, given, { ord: places.byStamp(chat.id, { stamp: given.message.at, arrivedAt: given.arrivedAt, low }), flags: FROM_HISTORY })
        : duplicate(known, 'the same words of the same second are kept');
    met.add(result.kept ? result.message.archiveId : result.archiveId);
    return result;
  }

  function fetched(chat: Chat, given: NewMessage, follows: number | undefined): Appended {
    const low = follows === undefined ? undefined : ordOf(db, chat.id, follows);
    const sought = soughtOf(chat, given, { floor: Number.MAX_SAFE_INTEGER, skew: mergeState(db, chat.id).skew });
    const found = low === undefined ? findNearest(db, names, sought) : findNext(db, names, { sought, ord: low });
    if (found) {
      recognise(db, { chat: chat.id, message: given.message, kept: found });
      return duplicate(found.id, 'kept before without its stanza-id');
    }
    const ord =
      low === undefined
        ? places.byStamp(chat.id, { stamp: given.message.at, arrivedAt: given.arrivedAt })
        : places.behind(chat.id, { low, stamp: given.message.at, arrivedAt: given.arrivedAt });
    return insert(chat, given, { ord, flags: FROM_HISTORY });
  }

  /** A past that is told to one who is in already is known by ids alone: a stamp is the claim of whoever said it, and may be now. */
  function findRetold(chat: Chat, given: NewMessage, at: number): KeptRow | undefined {
    if (!isNamed(given.message)) return undefined;
    const told = { ...given, message: { ...given.message, at } };
    return findNearest(db, names, soughtOf(chat, told, { floor: Number.MAX_SAFE_INTEGER, skew: mergeState(db, chat.id).skew }));
  }

  /** The room's archive has its order: what reached us before the message that it follows stands behind that one. */
  function putBehind(chat: Chat, given: NewMessage, { known, follows }: { known: Placed; follows: number | undefined }): void {
    const low = follows === undefined || follows === known.id ? undefined : ordOf(db, chat.id, follows);
    if (low !== undefined && known.ord <= low) moveBehind(chat, given, { id: known.id, low });
  }

  function moveBehind(chat: Chat, given: NewMessage, { id, low }: { id: number; low: number }): void {
    const ord = places.behind(chat.id, { low, stamp: given.message.at, arrivedAt: given.arrivedAt });
    db.sql('UPDATE message SET ord = ? WHERE id = ?').run(ord, id);
    places.taken(chat.id, ord);
  }

  return {
    append(arrived) {
      if (!db.raw.isTransaction) throw new MinimixError('archive-misuse', 'archive: append outside a transaction');
      const chat = names.chat(arrived.account, arrived.message.room);
      const named = sidOf(arrived.message);
      const found = findKept(tables, chat.id, arrived);
      const given = found === 'other' ? { ...arrived, message: { ...arrived.message, stanzaId: undefined } } : arrived;
      const { message, source } = given;
      const [sid, known] = found === 'other' ? [null, undefined] : [named, found];
      if (source.kind === 'history') return mergeHistory(chat, given, known);
      if (known && source.kind === 'import') source.met.add(known.id);
      if (known && source.kind === 'mam' && !source.again) putBehind(chat, given, { known, follows: source.follows });
      if (known) return duplicate(known.id, 'its stanza-id is kept');
      if (source.kind === 'import') return imported(chat, given, { met: source.met, follows: source.follows });
      if (source.kind === 'mam') return fetched(chat, given, source.follows);
      if (source.kind === 'sent') {
        const sent = message.originId === undefined ? undefined : findSent(db, chat.id, message.originId);
        if (sent !== undefined) return duplicate(sent, 'sent before under this origin-id');
      }
      const retold = source.kind === 'live' && source.retold !== undefined ? findRetold(chat, given, source.retold) : undefined;
      if (retold) return duplicate(retold.id, 'the room has told it before');
      return insert(chat, given, { ord: places.live(chat.id, given.arrivedAt), flags: source.kind === 'sent' ? SENT : 0, sid });
    },
    beginHistoryMerge(account, room) {
      const chat = names.chat(account, room);
      forgetMet(chat.id);
      const last = db.sql('SELECT max(id) AS id FROM message WHERE chat = ?').get(chat.id);
      db.sql('UPDATE chat SET replay_floor = ?, replay_at = NULL, replay_loose = NULL WHERE id = ?').run(
        Number(last?.['id'] ?? 0),
        chat.id,
      );
    },
    endHistoryMerge(account, room) {
      forgetMet(names.chat(account, room).id);
    },
    committed() {
      undo = [];
    },
    forget() {
      for (const back of undo.toReversed()) back();
      undo = [];
      ids.forget();
      places.forget();
    },
  };
}

/** Prepared once, ahead of the first message. */
function inserts(db: Database): { readonly message: Statement; readonly stanza: Statement; readonly word: Statement } {
  return {
    message: db.sql('INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)'),
    stanza: db.sql('INSERT INTO stanza VALUES (?, ?, ?, ?, ?, ?, ?)'),
    word: db.sql('INSERT INTO word (rowid, text, mark) VALUES (?, ?, ?)'),
  };
}

function relate(db: Database, { chat, id, message }: { chat: number; id: number; message: GroupchatMessage }): void {
  const { replaces, retracts, reactsTo, repliesTo } = message;
  const target = replaces ?? retracts ?? reactsTo;
  if (target === undefined && repliesTo === undefined) return;
  db.sql('INSERT INTO relation VALUES (?, ?, ?, ?, ?, ?, ?)').run(
    id,
    chat,
    target === undefined ? null : stanzaHash(target),
    replaces ?? null,
    retracts ?? null,
    reactsTo ?? null,
    repliesTo ?? null,
  );
}

function soughtOf(chat: Chat, given: NewMessage, { floor, skew }: { floor: number; skew: number }): Sought {
  return { chat: chat.id, message: given.message, xml: given.xml, floor, skew };
}

function findSent(db: Database, chat: number, originId: string): number | undefined {
  const rows = db
    .sql(`SELECT id, flags, mid, origin_id FROM message JOIN stanza ON message = id
      WHERE chat = ? AND id > (SELECT max(id) FROM message) - ${RESENT} AND flags & ${SENT} ORDER BY id DESC`)
    .all(chat);
  const found = rows.find(
    (row) => (Number(row['flags']) & ORIGIN_IS_ID ? row['mid'] : row['origin_id']) === originId,
  );
  return found && Number(found['id']);
}
