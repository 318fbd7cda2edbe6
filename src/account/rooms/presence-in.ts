import { inBackground } from '../../core/background.ts';
import { bareOf, resourceOf } from '../../core/jid.ts';
import type { RoomSignalName } from '../../core/room.ts';
import { readStanzaError } from '../../xmpp/xep/service/errors.ts';
import { ADDRESS, short } from '../../xmpp/xep/service/short.ts';
import { NS_OCCUPANT_ID } from '../../xmpp/xep/room/occupant-id.ts';
import { destroyRoom, instantRoom, nickPresence, readDisclosure, readMucPresence, status } from '../../xmpp/xep/room/muc.ts';
import type { MucPresence } from '../../xmpp/xep/room/muc.ts';
import type { StanzaFault } from '../../xmpp/contract.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { Transaction, AccountContext, Room } from '../context.ts';
import type { MembershipSignal, Memberships } from './membership.ts';

/** No room may make us remember more people than this. */
const MAX_OCCUPANTS = 20_000;
/** A presence longer than this is not kept as text. */
const MAX_RAW = 8_000;

/** XEP-0045 7.2: what a room answers instead of letting us in. */
const refusalOf: Readonly<Record<string, RoomSignalName>> = {
  conflict: 'conflict',
  'not-authorized': 'unauthorized',
  forbidden: 'forbidden',
  'registration-required': 'registration-required',
  'item-not-found': 'locked',
  'not-allowed': 'not-allowed',
  gone: 'moved',
  redirect: 'moved',
  'not-acceptable': 'register-first', // 7.2.2: a registered nick is required
  'remote-server-not-found': 'unreachable',
  'remote-server-timeout': 'unreachable',
  'resource-constraint': 'overloaded',
  'policy-violation': 'overloaded',
  'internal-server-error': 'unreachable',
};

/** XEP-0045 7.6: why a nick is not granted. */
const nickRefusals: Readonly<Record<string, string>> = {
  conflict: 'Somebody else has this nickname.',
  'not-acceptable': 'The room does not let you change your nickname.',
  'not-allowed': 'The room does not let you change your nickname.',
};

/** XEP-0045 7.14 to 10.9: why a self-presence of type unavailable came; the first that fits counts. */
const lossOf: readonly (readonly [number, RoomSignalName])[] = [
  [status.removedByError, 'removed-by-error'],
  [status.shutdown, 'shutdown'],
  [status.banned, 'banned'],
  [status.affiliationLost, 'affiliation-lost'],
  [status.membersOnly, 'became-members-only'],
  [status.kicked, 'kicked'],
];

/** The same codes on somebody else's presence, as the ledger names them. */
const otherOf: readonly (readonly [number, string])[] = [
  [status.banned, 'occupant-banned'],
  [status.kicked, 'occupant-kicked'],
  [status.affiliationLost, 'occupant-removed'],
  [status.membersOnly, 'occupant-removed'],
  [status.nickChanged, 'occupant-nick'],
];

/** What a presence is read into. */
interface PresenceParts {
  readonly context: AccountContext;
  readonly memberships: Memberships;
  readonly transaction: Transaction;
}

/** Reads what a known room says by presence. Presence from any other room is no concern of ours. */
export function receiveRoomPresence(into: PresenceParts, stanza: Stanza): void {
  const { context, memberships, transaction } = into;
  const room = transaction.room(bareOf(stanza.from));
  if (!room) return;
  const error = readStanzaError(stanza.element);
  if (error) return refused(into, room, { error, nick: resourceOf(stanza.from) });
  const presence = readMucPresence(stanza.element);
  if (!presence || !['joining', 'joined', 'leaving'].includes(room.membership.state)) return;
  const own = isOwn(room, presence);
  if (!own) recordOther(context, transaction, presence);
  if (presence.available) appeared(transaction, { room, presence, xml: stanza.raw });
  else vanished(transaction, room, presence);
  if (!own && !presence.available) reclaimNick(into, room, presence.nick);
  if (own) ownPresence(into, presence);
  else if (presence.destroyed) memberships.signal(transaction, room.jid, destroyedSignal(presence));
  if (!own) tellCount(into, room.jid);
}

/**
 * 7.14: the room's word that we left, which comes after we have asked to be in again: the room was slower than we wait for it. It is
 * no answer to that join, and nobody who is to be in the room is out by it.
 */
export function isOfEarlierLeave(room: Room | undefined, { element, type }: Stanza): boolean {
  if (room?.membership.state !== 'joining' || type !== 'unavailable') return false;
  const presence = readMucPresence(element);
  return presence !== undefined && presence.codes.has(status.self) && !presence.codes.has(status.nickChanged) && lossSignal(presence).name === 'left';
}

/** What others did, as far as a person would ask about it later; their coming is no news, and would be a flood. */
function recordOther(context: AccountContext, transaction: Transaction, presence: MucPresence): void {
  const { room, nick, codes, available, newNick, actor, reason } = presence;
  if (available || !transaction.occupant(room, nick)) return;
  const event = otherOf.find(([code]) => codes.has(code))?.[1] ?? 'occupant-left';
  const by = actor === undefined ? undefined : `by ${actor}`;
  const text = event === 'occupant-nick' ? newNick : [by, reason].filter(Boolean).join(': ') || undefined;
  context.archive.addToLedger({ account: context.jid, room, at: transaction.at, event, nick, text });
}

/** 110 says so; a room that forgot to say it on a loss is still meant for us where the nick is ours. */
function isOwn(room: Room, { codes, nick, available }: MucPresence): boolean {
  if (codes.has(status.self)) return true;
  return !available && nick === room.membership.nick && room.membership.state !== 'joining';
}

function refused(into: PresenceParts, room: Room, { error, nick }: { readonly error: StanzaFault; readonly nick: string }): void {
  const { context, memberships, transaction } = into;
  const { state } = room.membership;
  if (state === 'joined' && (nick !== room.membership.nick || error.condition === 'conflict')) {
    const why = error.text ?? nickRefusals[error.condition] ?? `The room refused the nickname: ${error.condition}.`;
    context.archive.addToLedger({ account: context.jid, room: room.jid, at: transaction.at, event: 'nick-refused', nick, text: why });
    transaction.onCommit(() => memberships.nickAnswered(room.jid, nick, why));
    return;
  }
  const name = refusalName(error, memberships.missing(room.jid));
  const venue = error.condition === 'gone' || error.condition === 'redirect' ? addressIn(error) : undefined;
  memberships.signal(transaction, room.jid, { name: state === 'joined' ? 'removed-by-error' : name, text: error.text, venue });
}

function refusalName(error: StanzaFault, missing: boolean): RoomSignalName {
  if (error.condition === 'forbidden' && missing) return 'not-allowed'; // ejabberd's word where one may not create rooms
  if (saysFull(error)) return 'full';
  return refusalOf[error.condition] ?? 'unreachable';
}

/** XEP-0045 7.2.9. A domain without any such service has the same condition, but no words, and no advice to wait. */
function saysFull({ condition, type, text }: StanzaFault): boolean {
  // COMPAT: ejabberd 23.01 has its condition for any limit here, and tells the cause by its words alone
  if (condition === 'resource-constraint') return text !== undefined && /too many users/i.test(text);
  return condition === 'service-unavailable' && (type === 'wait' || text !== undefined);
}

/** RFC 6120 8.3.3.5, 8.3.3.14: the new address, given as an XMPP URI. */
function addressIn(error: StanzaFault): string | undefined {
  const uri = error.element?.getChildText('gone') ?? error.element?.getChildText('redirect');
  return short(uri?.trim().replace(/^xmpp:/, '').split('?', 1)[0], ADDRESS);
}

function appeared(transaction: Transaction, { room: { jid, features }, presence: { nick, occupant }, xml }: { room: Room; presence: MucPresence; xml: string }): void {
  const known = transaction.occupant(jid, nick) !== undefined;
  if (!known && transaction.crowd(jid) >= MAX_OCCUPANTS) return;
  const trusted = features?.has(NS_OCCUPANT_ID) ? occupant : { ...occupant, occupantId: undefined };
  transaction.setOccupant(jid, trusted, xml.length > MAX_RAW ? '' : xml);
}

function vanished(transaction: Transaction, room: Room, { nick, newNick, codes, occupant }: MucPresence): void {
  const before = transaction.occupant(room.jid, nick);
  transaction.removeOccupant(room.jid, nick);
  if (!codes.has(status.nickChanged) || newNick === undefined || !before || transaction.occupant(room.jid, newNick)) return;
  // 7.6: the same person, already known when the presence under the new nick comes
  transaction.setOccupant(room.jid, { ...before, nick: newNick, occupantId: occupant.occupantId ?? before.occupantId }, '');
}

/** Asks for the wanted nick again when it has become free. */
function reclaimNick(into: PresenceParts, room: Room, freed: string): void {
  const { context, memberships, transaction } = into;
  const { state, nick } = room.membership;
  if (state !== 'joined' || nick === freed || memberships.wantedNick(room) !== freed) return;
  transaction.onCommit(() => { context.connection.send(nickPresence(room.jid, freed, context.roomPresence(room.jid))); });
}

function ownPresence(into: PresenceParts, presence: MucPresence): void {
  const { memberships, transaction } = into;
  const { room, codes, available, newNick } = presence;
  if (!available && codes.has(status.nickChanged) && newNick !== undefined) {
    setNick(into, room, newNick);
    transaction.onCommit(() => memberships.nickAnswered(room, newNick));
    return;
  }
  if (available) return entered(into, presence);
  const before = transaction.room(room);
  if (before) transaction.put({ ...before, verifiedAt: transaction.at }); // to the last it told us all
  memberships.signal(transaction, room, lossSignal(presence));
}

/** 7.2.2: we are in; 10.1: and may be the first, in a room that waits for its owner's word. */
function entered(into: PresenceParts, { room, nick, codes, sessions }: MucPresence): void {
  const { context, memberships, transaction } = into;
  const before = transaction.room(room);
  if (!before) return;
  if (codes.has(status.created) && before.settings.neverCreate) {
    transaction.onCommit(() => inBackground(context.log, `destroying ${room}`, context.connection.iq(destroyRoom(room))));
    memberships.signal(transaction, room, { name: 'not-allowed', text: 'The room does not exist, and you chose not to create it.' });
    return;
  }
  const { nonAnonymous = false, logged = false } = readDisclosure(codes);
  memberships.signal(transaction, room, { name: 'self', nick, text: disclosureText(nonAnonymous, logged) });
  const joined = transaction.room(room);
  const entering = before.membership.state === 'joined' ? before.entering : true;
  const siblings = sessions.filter((jid) => bareOf(jid) === context.jid);
  // one's own presence, sent again by a room in which one is, need not repeat the codes of the entry
  const disclosure = before.membership.state === 'joined' ? {} : { nonAnonymous, logged };
  if (joined) transaction.put({ ...joined, ...disclosure, verifiedAt: transaction.at, doubt: undefined, entering, siblings });
  if (codes.has(status.created)) transaction.onCommit(() => inBackground(context.log, `opening ${room}`, context.connection.iq(instantRoom(room))));
}

/** For the ledger: what the room told us of itself as it let us in. */
function disclosureText(nonAnonymous: boolean, logged: boolean): string | undefined {
  if (!nonAnonymous && !logged) return undefined;
  return ['You joined the room.', nonAnonymous && 'Everyone in it can see your address.', logged && 'It publishes its logs.'].filter(Boolean).join(' ');
}

function lossSignal(presence: MucPresence): MembershipSignal {
  if (presence.destroyed) return destroyedSignal(presence);
  const name = lossOf.find(([code]) => presence.codes.has(code))?.[1] ?? 'left';
  return { name, text: presence.reason, actor: presence.actor };
}

function destroyedSignal({ destroyed }: MucPresence): MembershipSignal {
  return { name: 'destroyed', text: destroyed?.reason, venue: destroyed?.venue, venuePassword: destroyed?.password };
}

/** A nick that one device changes is changed for the whole account. */
function setNick({ memberships, transaction }: PresenceParts, jid: string, nick: string): void {
  const room = transaction.room(jid);
  if (!room) return;
  const wish = memberships.wantedNick(room) === nick ? room.nick : nick; // what was wished for elsewhere stays there
  transaction.put({ ...room, nick: wish, membership: { ...room.membership, nick } });
  transaction.onCommit(() => memberships.changed(jid));
}

/** Subscribers hear of the number of occupants once the room has settled, not for each of the hundreds on entry. */
function tellCount({ memberships, transaction }: PresenceParts, jid: string): void {
  const room = transaction.room(jid);
  if (!room || room.membership.state !== 'joined' || room.entering) return;
  transaction.onCommit(() => memberships.changed(jid));
}
