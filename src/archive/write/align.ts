import type { GroupchatMessage } from '../../core/groupchat.ts';
import type { Database, SqlRow } from '../schema/database.ts';
import type { Dictionary } from '../schema/dictionary.ts';
import { KINDS, MESSAGES, ORIGIN_IS_ID, FROM_HISTORY, SENT, STAMPED } from '../schema/rows.ts';

/**
 * Alignment: is a replayed message without a stanza-id one that we have?
 *
 * The premise is that a replay is a stretch of the room's own sequence without holes, and that what we kept is some
 * subset of that sequence in its order. So once one message of the replay has been found among the kept ones, the
 * next kept one must come in the replay sooner or later: a replayed message is either the next kept one, or it is new
 * and stands before it. Matching never passes a kept message over, unless the room would not replay it (it has no
 * text, is private, has another stanza-id, or is overdue by the room's clock), or the replayed one carries an id
 * that names exactly one kept message further on. By this the same words said twice stay two messages, and the same
 * delayed message is found again, in whatever pieces a replay comes and however much of it was kept. One whose id
 * names it is found before that place, too, where a wrong clock has put it, and comes into the replay's order.
 *
 * Before the first match any kept message of the right time may be it; the nearest in time is taken.
 *
 * Two messages are the same if nick, kind, id, origin-id, body and subject are (without text: the payload), and if
 * their times agree: within a day where there is an id, and whatever our clock said where that id is too long for a
 * counter; else the arrival of one kept live lies between 2 s before and
 * 60 s after the stamp (2 s after it before the first match; corrected by what matches with ids taught about the
 * room's clock), and stamps that the room set itself differ by a second at most.
 *
 * A kept live message that is met again without an id takes over the room's stamp, by which later replays know it.
 * Rows that are old enough to be compressed take no part.
 * What this cannot tell, all of it only for messages without any id (origin-id and id lift it, as does a stanza-id):
 * - said twice within two seconds, once before and once after the connection broke, they are one, unless the replay
 *   has the first of them, too, or a kept one between them: else nothing tells such a pair from one message met again;
 * - come more than a minute late through a resumed stream, one may be kept twice: taken as the same, a message said
 *   again a minute later would be lost, and a second copy is the lesser evil;
 * - where several in a row came late, and these are the only ones with ids, their lateness passes for the room's clock
 *   until the next prompt one with an id: those without ids between them may be kept twice.
 */
export interface KeptRow {
  readonly id: number;
  readonly ord: number;
  readonly stanzaId: string | undefined;
  /** When we got it, live; or the room's own stamp. */
  readonly time: number;
  readonly live: boolean;
}

export interface Sought {
  readonly chat: number;
  readonly message: GroupchatMessage;
  readonly xml: string;
  /** Only rows up to this archive id: what was kept before the replay began. */
  readonly floor: number;
  /** Our clock minus the room's, in milliseconds. */
  readonly skew: number;
}

const EARLY = 2_000;
const LATE = 60_000;
const LATE_AT_FIRST = 2_000;
const STAMPS = 1_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
/** Characters of an id that no client counts up to: it names one message, whatever our clock said as that came. */
const UNIQUE = 10;
const AHEAD = 400; // kept rows looked at behind the pointer, or at the end of the room whatever their time

/** The kept message of the right time that is nearest to the sought one, anywhere in the room. */
export function findNearest(db: Database, names: Dictionary, sought: Sought): KeptRow | undefined {
  const window = hasId(sought.message) ? DAY : HOUR + Math.abs(sought.skew); // places are not quite times
  const first = (sought.message.at - window) * 1000;
  const rows = db
    .sql(
      `${MESSAGES} WHERE message.chat = ? AND ord BETWEEN ? AND ? AND kind = ? AND nick IS ? AND mid IS ?
       AND body IS ? AND id <= ? AND block IS NULL ORDER BY ord LIMIT 1000`,
    )
    .all(
      sought.chat,
      isNamed(sought.message) ? Math.min(first, newest(db, sought.chat)) : first,
      // what came while our clock was fast, and all since, stands in the future
      isNamed(sought.message) ? Number.MAX_SAFE_INTEGER : (sought.message.at + window) * 1000,
      KINDS.indexOf(sought.message.kind),
      sought.message.nick === undefined ? null : names.term(sought.message.nick),
      sought.message.id ?? null,
      sought.message.body ?? null,
      sought.floor,
    );
  let best: KeptRow | undefined;
  for (const row of rows) {
    if (!same(sought, row, { names, late: LATE_AT_FIRST })) continue;
    const kept = keptOf(row);
    if (!best || distance(sought, kept) < distance(sought, best)) best = kept;
  }
  return best;
}

/** Where the newest rows of a room begin: what came first of all while our clock was slow stands in the past. */
function newest(db: Database, chat: number): number {
  const row = db.sql('SELECT min(ord) AS ord FROM (SELECT ord FROM message WHERE chat = ? ORDER BY ord DESC LIMIT ?)').get(chat, AHEAD);
  return Number(row?.['ord'] ?? 0);
}

/** The kept message behind `ord` that the sought one must be, by the rule above. */
export function findNext(db: Database, names: Dictionary, { sought, ord }: { sought: Sought; ord: number }): KeptRow | undefined {
  const rows = db
    .sql(`${MESSAGES} WHERE message.chat = ? AND ord > ? AND id <= ? ORDER BY ord, id LIMIT ?`)
    .all(sought.chat, ord, sought.floor, AHEAD);
  let wentPast = false;
  let found: KeptRow | undefined;
  for (const row of rows) {
    if (same(sought, row, { names, late: LATE })) {
      if (found) return undefined; // the id names two: not proof enough to pass others over
      found = keptOf(row);
      if (!wentPast) return found;
    } else if (!skippable(sought, row)) {
      if (!hasId(sought.message)) return undefined;
      wentPast = true;
    }
  }
  return found;
}

function hasId(message: GroupchatMessage): boolean {
  return message.id !== undefined || message.originId !== undefined;
}

/** Its id names one message, and no other. */
export function isNamed({ id, originId }: GroupchatMessage): boolean {
  return (id ?? originId ?? '').length >= UNIQUE;
}

function distance(sought: Sought, kept: KeptRow): number {
  return Math.abs(kept.time - (kept.live ? sought.skew : 0) - sought.message.at);
}

function same(sought: Sought, row: SqlRow, { names, late }: { names: Dictionary; late: number }): boolean {
  const { message } = sought;
  if (row['block'] !== null) return false;
  if (Number(row['kind']) !== KINDS.indexOf(message.kind) || Number(row['flags']) & SENT) return false;
  if (row['stanza_id'] !== null && message.stanzaId !== undefined) return false; // equal ones were found before
  if (row['nick'] !== (message.nick === undefined ? null : names.term(message.nick))) return false;
  if (row['mid'] !== (message.id ?? null)) return false;
  if (row['body'] !== (message.body ?? null) || row['subject'] !== (message.subject ?? null)) return false;
  const keptOrigin = Number(row['flags']) & ORIGIN_IS_ID ? row['mid'] : row['origin_id'];
  if (keptOrigin !== null && message.originId !== undefined && keptOrigin !== message.originId) return false;
  if (message.body === undefined && message.subject === undefined && !hasId(message)) {
    if (essence(String(row['xml'])) !== essence(sought.xml)) return false;
  }
  return timesAgree(sought, keptOf(row), late);
}

function timesAgree(sought: Sought, kept: KeptRow, latest: number): boolean {
  if (hasId(sought.message)) return isNamed(sought.message) || distance(sought, kept) <= DAY;
  if (!kept.live) return distance(sought, kept) <= STAMPS;
  const late = kept.time - sought.skew - sought.message.at;
  return late >= -EARLY && late <= latest;
}

/** A kept row that a replay may lack, or that is known to be another message. */
function skippable(sought: Sought, row: SqlRow): boolean {
  if (row['block'] !== null) return true;
  if (row['body'] === null && row['subject'] === null) return true;
  if (KINDS[Number(row['kind'])] === 'private') return true;
  if (row['stanza_id'] !== null && sought.message.stanzaId !== undefined) return true;
  const kept = keptOf(row);
  return kept.time - (kept.live ? sought.skew : 0) + LATE < sought.message.at;
}

function keptOf(row: SqlRow): KeptRow {
  const flags = Number(row['flags']);
  const live = (flags & (FROM_HISTORY | STAMPED)) === 0;
  const arrived = Number(row['arrived']);
  return {
    id: Number(row['id']),
    ord: Number(row['ord']),
    stanzaId: typeof row['stanza_id'] === 'string' ? row['stanza_id'] : undefined,
    time: live ? arrived : arrived - Number(row['lag']),
    live,
  };
}

/** A stanza without what a room adds or changes between saying it and replaying it. */
function essence(xml: string): string {
  return xml
    .replace(/^<message[^>]*>/, '')
    .replace(/<(?:delay|stanza-id|occupant-id)\b[^>]*?(?:\/>|>[^<]*<\/(?:delay|stanza-id|occupant-id)>)/g, '')
    .replace(/<x\b[^>]*?(?:\/>|>[^<]*<\/x>)/g, (x) => (x.includes('jabber:x:delay') ? '' : x));
}
