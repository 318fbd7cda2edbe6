import type { NewMessage, Source } from '../../archive/contract.ts';
import type { GroupchatMessage } from '../../core/groupchat.ts';
import { bareOf, resourceOf } from '../../core/jid.ts';
import { readCodes, readDisclosure, NS_MUC_USER, status } from '../../xmpp/xep/room/muc.ts';
import { asksForCaptcha } from '../../xmpp/xep/room/captcha.ts';
import { delaysOf } from '../../xmpp/xep/message/delay.ts';
import { readMamResult, type MamResult } from '../../xmpp/xep/service/mam.ts';
import { isSubjectChange, readGroupchat } from '../../xmpp/xep/message/groupchat.ts';
import { isTransient } from '../../xmpp/xep/message/transient.ts';
import { NS_CLIENT } from '../../xmpp/xep/service/namespaces.ts';
import { NS_OCCUPANT_ID } from '../../xmpp/xep/room/occupant-id.ts';
import { short } from '../../xmpp/xep/service/short.ts';
import { NS_SID } from '../../xmpp/xep/message/stanza-id.ts';
import { stanzaFrom } from '../../xmpp/stanza.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { MAX_RESULT_ID } from '../history/archive-reading.ts';
import { recordLostHistory, type CatchUps, type RoomReading } from '../history/catch-up.ts';
import { bringsNews } from '../history/catch-up-state.ts';
import type { HeldByServer } from '../history/held-by-server.ts';
import type { Element } from '../../xmpp/xml.ts';
import type { Transaction, AccountContext, Room } from '../context.ts';
import { endEntry } from './entry-end.ts';
import { decideMention } from './decide-mention.ts';
import type { Memberships } from './membership.ts';
import type { Outbox } from '../sending/outbox.ts';

/** Characters of an id that no client counts up to: it names one message. */
const UNIQUE = 10;

const noCodes: ReadonlySet<number> = new Set();

/** XEP-0045 10.2.1. COMPAT: Prosody 0.12 says 172 or 173 without 104 beside it. */
const RECONFIGURED: readonly number[] = [status.configurationChanged, 170, 171, 172, 173, 174];

export interface RoomParts {
  readonly context: AccountContext;
  readonly memberships: Memberships;
  readonly outbox: Outbox;
  readonly catchUps: CatchUps;
  readonly heldByServer: HeldByServer;
}

/**
 * A message from a room: kept once, then told, where it is one that is kept. False where the subscribers are to have it as it is:
 * an error, a transient message, whatever else the room says.
 */
export function receiveRoomMessage(parts: RoomParts, transaction: Transaction, stanza: Stanza): boolean {
  const room = transaction.room(bareOf(stanza.from));
  if (!room) return false;
  if (stanza.type === 'error') {
    parts.outbox.refused(transaction, room.jid, stanza);
    return false;
  }
  const result = readMamResult(stanza.element);
  if (result) {
    const reading = parts.catchUps.readingOf(result.queryId);
    if (reading?.room !== room.jid) return false;
    receivePage(parts, transaction, { room, stanza, result, reading });
    return true;
  }
  if (!['joining', 'joined', 'leaving'].includes(room.membership.state)) return false;
  // the room asks, and nobody in it: what they say may reach us before its word that we are in
  if (room.membership.state === 'joining' && stanza.from === room.jid && asksForCaptcha(stanza.element)) {
    parts.memberships.signal(transaction, room.jid, { name: 'captcha' });
    return false;
  }
  const message = readGroupchat(stanza.element, {
    arrivedAt: transaction.at,
    stanzaIds: room.features?.has(NS_SID) === true,
    occupantIds: room.features?.has(NS_OCCUPANT_ID) === true,
    history: room.entering || room.membership.state === 'joining',
    held: parts.heldByServer.now(),
  });
  if (!message) return false;
  const isPrivate = message.kind === 'private';
  if (isTransient(stanza.element)) {
    parts.outbox.reflected(transaction, message);
    if (!isPrivate) transaction.put({ ...room, verifiedAt: transaction.at });
    return false;
  }
  if (!isPrivate) readStatus(parts, transaction, { room, stanza });
  const isSubject = !isPrivate && isSubjectChange(stanza.element);
  if (isSubject && subjectEndsEntry(parts, transaction, { room, message })) return false;
  keep(parts, transaction, { message, element: stanza.element, xml: stanza.raw, source: sourceOf(room, message, stanza), fresh: true });
  const now = transaction.room(room.jid);
  if (now && !isPrivate) transaction.put({ ...now, verifiedAt: transaction.at, ...(isSubject && { subject: short(message.subject) ?? '' }) });
  return true;
}

/** XEP-0045 10.2.1: the room itself says so; an occupant who does makes us ask and believe nothing. */
function readStatus({ memberships }: RoomParts, transaction: Transaction, { room, stanza: { from, element } }: { room: Room; stanza: Stanza }): void {
  const codes = resourceOf(from) === '' ? readCodes(element.getChild('x', NS_MUC_USER)) : noCodes;
  if (RECONFIGURED.some((code) => codes.has(code))) transaction.onCommit(() => memberships.refreshDisco(room.jid)); // status 104
  const disclosure = readDisclosure(codes);
  if (Object.keys(disclosure).length > 0) transaction.put({ ...room, ...disclosure });
}

function sourceOf(room: Room, { kind, delayed }: GroupchatMessage, stanza: Stanza): Source {
  if (kind === 'private') return { kind: 'live' };
  return delayed ? { kind: 'history' } : { kind: 'live', retold: stampOf(room, stanza) };
}

/**
 * A room that was asked twice to let us in, as its answer was too slow, lets us in twice, and tells its past each time:
 * the second time that comes to one who is in already.
 */
function stampOf({ jid }: Room, { element }: Stanza): number | undefined {
  return delaysOf(element).findLast(({ from }) => from === jid)?.at;
}

/**
 * XEP-0045 7.1: the subject is the last that a room sends on entry. It proves that we are in where the room sent no
 * 110 (ejabberd, on a nick that another of our sessions holds). True where it is the one that we had: no news.
 */
function subjectEndsEntry(parts: RoomParts, transaction: Transaction, { room, message }: { room: Room; message: GroupchatMessage }): boolean {
  const { nick, state } = room.membership;
  if (state === 'joining' && nick !== undefined && transaction.occupant(room.jid, nick)) {
    parts.memberships.signal(transaction, room.jid, { name: 'self', nick });
  } else if (!room.entering) return false;
  const entered = transaction.room(room.jid);
  if (entered) endEntry(parts, transaction, { ...entered, subject: short(message.subject) ?? '' });
  return message.subject === '' || short(message.subject) === room.subject;
}

/** What a message of the history proves about the hole before it. */
function noteReplay(transaction: Transaction, { room: jid, at, id, stanzaId }: GroupchatMessage, kept: boolean): void {
  const room = transaction.room(jid);
  if (!room?.replay) return;
  const { replay } = room;
  const proven = replay.proven || (!kept && (stanzaId ?? id ?? '').length >= UNIQUE);
  transaction.put({ ...room, replay: { ...replay, overlaps: replay.overlaps || !kept, proven, first: replay.first ?? (kept ? at : undefined) } });
}

/** XEP-0313 5.1: one message out of the room's archive, behind the one before it; the place is kept with it. */
function receivePage(
  parts: RoomParts,
  transaction: Transaction,
  { room, stanza, result, reading }: { room: Room; readonly stanza: Stanza; readonly result: MamResult; readonly reading: RoomReading },
): void {
  const { catchup } = room;
  if (!catchup) return;
  // thrown: it alone goes into quarantine
  if (result.id === '' || result.id.length > MAX_RESULT_ID) throw new Error('the room’s archive gives it an id behind which nothing can be asked');
  const again = reading.repeats(transaction, result.id);
  result.message.attrs['xmlns'] ??= NS_CLIENT; // inherited where the archive did not repeat it
  const xml = forwardedText(stanza.raw) ?? result.message.toString();
  const inner = stanzaFrom(xml);
  const about = { arrivedAt: transaction.at, stanzaIds: false, occupantIds: room.features?.has(NS_OCCUPANT_ID) === true, addresses: room.nonAnonymous, history: true };
  const read = bareOf(inner.from) === room.jid ? readGroupchat(inner.element, about) : undefined;
  let { follows, lost } = catchup;
  if (read && inner.type === 'groupchat' && !isTransient(inner.element)) {
    const message = { ...read, stanzaId: result.id, at: result.at ?? read.at, delayed: true };
    const { archiveId, kept } = keep(parts, transaction, {
      message,
      element: inner.element,
      xml,
      source: { kind: 'mam', follows, again },
      fresh: bringsNews(catchup),
    });
    if (lost !== undefined && kept) recordLostHistory(parts.context, { room: room.jid, from: lost, to: message.at });
    if (kept || !again) follows = archiveId;
    lost = undefined; // only a message that can be one of ours tells whether there is a hole
  }
  transaction.put({ ...room, catchup: { ...catchup, start: undefined, after: result.id, follows, lost } });
}

interface Received {
  readonly message: GroupchatMessage;
  readonly element: Element;
  /** The text that is kept. */
  readonly xml: string;
  readonly source: Source;
  /** It is news, and not the past of a room that was joined for the first time. */
  readonly fresh: boolean;
}

/** Appends, and tells subscribers unless it was there already (then not `kept`). The archive id is there in either case. */
function keep(parts: RoomParts, transaction: Transaction, { message, element, xml, source, fresh }: Received): { archiveId: number; kept: boolean } {
  const { context, outbox } = parts;
  const mention = decideMention(context, transaction, { message, element });
  const entry: NewMessage = { account: context.jid, message, mention, arrivedAt: transaction.at, xml, source };
  const appended = context.archive.append(entry);
  outbox.reflected(transaction, message);
  if (source.kind === 'history') noteReplay(transaction, message, appended.kept);
  if (!appended.kept) return { archiveId: appended.archiveId, kept: false };
  transaction.emit({ type: 'message', message: appended.message, fresh });
  return { archiveId: appended.message.archiveId, kept: true };
}

/**
 * The forwarded stanza's own text, cut out of the result's text. `undefined` where that cannot be done by looking
 * (a message within a message, or a CDATA section that might hold a tag's name): then the tree must do.
 */
function forwardedText(raw: string): string | undefined {
  const start = raw.indexOf('<message', 1);
  const end = raw.lastIndexOf('</message>', raw.lastIndexOf('</forwarded>'));
  if (start === -1 || end <= start || raw.includes('<![CDATA[') || raw.indexOf('<message', start + 1) !== -1) return undefined;
  const text = raw.slice(start, end + '</message>'.length);
  return /^<message[^>]*\sxmlns=(["'])jabber:client\1/.test(text) ? text : undefined;
}
