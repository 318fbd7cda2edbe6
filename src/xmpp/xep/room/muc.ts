// XEP-0045: Multi-User Chat
import type { Affiliation, Occupant, Role, Show } from '../../../core/occupant.ts';
import { bareOf, resourceOf } from '../../../core/jid.ts';
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import { readAvatarHash } from './avatar.ts';
import { readHats } from './hats.ts';
import { readOccupantId } from './occupant-id.ts';
import { ADDRESS, short } from '../service/short.ts';

export const NS_MUC = 'http://jabber.org/protocol/muc';
export const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
export const NS_MUC_ADMIN = 'http://jabber.org/protocol/muc#admin';
const NS_MUC_OWNER = 'http://jabber.org/protocol/muc#owner';

/** 15.6: the status codes that this program acts upon. */
export const status = {
  nonAnonymous: 100,
  affiliationChanged: 101,
  configurationChanged: 104,
  self: 110,
  logging: 170,
  created: 201,
  nickModified: 210,
  banned: 301,
  nickChanged: 303,
  kicked: 307,
  affiliationLost: 321,
  membersOnly: 322,
  shutdown: 332,
  removedByError: 333,
} as const;

/** What a room's codes say of how private it is: on entry (7.2.3, 7.2.12), and when it changes (10.2.1). */
interface Disclosure {
  /** Everybody in the room sees everybody's real address. */
  readonly nonAnonymous?: boolean;
  /** The room logs what is said, for all to read. */
  readonly logged?: boolean;
}

const disclosures: Readonly<Record<number, Disclosure>> = {
  [status.nonAnonymous]: { nonAnonymous: true },
  [status.logging]: { logged: true },
  171: { logged: false },
  172: { nonAnonymous: true },
  173: { nonAnonymous: false },
  174: { nonAnonymous: false },
};

/** What these codes change of it; empty where they say nothing. */
export function readDisclosure(codes: ReadonlySet<number>): Disclosure {
  return Object.assign({}, ...[...codes].map((code) => disclosures[code])) as Disclosure;
}

export interface HistoryRequest {
  readonly maxstanzas?: number;
  /** UTC, ISO 8601. */
  readonly since?: string;
}

/** 7.2.1: presence that enters a room. */
export function joinPresence(
  room: string,
  nick: string,
  options: { password?: string | undefined; history?: HistoryRequest; children?: readonly Element[] } = {},
): Element {
  const { password, history, children = [] } = options;
  const x = xml('x', { xmlns: NS_MUC });
  if (history) {
    const attrs: Record<string, string> = {};
    if (history.maxstanzas !== undefined) attrs['maxstanzas'] = String(history.maxstanzas);
    if (history.since !== undefined) attrs['since'] = history.since;
    x.append(xml('history', attrs));
  }
  if (password !== undefined) x.append(xml('password', {}, password));
  return xml('presence', { to: `${room}/${nick}` }, x, ...children);
}

/** 7.14: presence that leaves a room. */
export function leavePresence(room: string, nick: string, farewell?: string): Element {
  return xml('presence', { to: `${room}/${nick}`, type: 'unavailable' }, ...(farewell === undefined ? [] : [xml('status', {}, farewell)]));
}

/** 7.6: presence that asks for another nick. */
export function nickPresence(room: string, nick: string, children: readonly Element[] = []): Element {
  return xml('presence', { to: `${room}/${nick}` }, ...children);
}

/** 8.6: a visitor asks the moderators for a voice. */
export function voiceRequest(room: string): Element {
  const form = xml(
    'x',
    { xmlns: 'jabber:x:data', type: 'submit' },
    xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, 'http://jabber.org/protocol/muc#request')),
    xml('field', { var: 'muc#role', type: 'list-single', label: 'Requested role' }, xml('value', {}, 'participant')),
  );
  return xml('message', { to: room }, form);
}

/** Whom a change of privileges is about, and what becomes of them: by nick for a role, by bare address for an affiliation. */
interface AdminItem {
  readonly nick?: string | undefined;
  readonly jid?: string | undefined;
  readonly role?: Role | undefined;
  readonly affiliation?: Affiliation | undefined;
}

/** 8 and 9: changes somebody's role or affiliation. */
export function adminQuery(room: string, { nick, jid, role, affiliation }: AdminItem, reason?: string): Element {
  const item = xml('item', { nick, jid: jid && bareOf(jid), role, affiliation }, ...(reason === undefined ? [] : [xml('reason', {}, reason)]));
  return xml('iq', { type: 'set', to: room }, xml('query', { xmlns: NS_MUC_ADMIN }, item));
}

/** 10.1.2: takes a newly created room with its defaults. */
export function instantRoom(room: string): Element {
  const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' });
  return xml('iq', { type: 'set', to: room }, xml('query', { xmlns: NS_MUC_OWNER }, form));
}

/** 10.9: undoes the creation of a room that nobody else has entered yet. */
export function destroyRoom(room: string): Element {
  return xml('iq', { type: 'set', to: room }, xml('query', { xmlns: NS_MUC_OWNER }, xml('destroy')));
}

export interface MucPresence {
  readonly room: string;
  readonly nick: string;
  readonly available: boolean;
  readonly codes: ReadonlySet<number>;
  readonly occupant: Occupant;
  /** 7.6: the nick that an unavailable presence with 303 announces. */
  readonly newNick: string | undefined;
  /** Full JIDs of all sessions under the nick, as far as the room lists them (one `<item/>` for each). */
  readonly sessions: readonly string[];
  readonly reason: string | undefined;
  readonly actor: string | undefined;
  /** 10.9. */
  readonly destroyed: { readonly venue: string | undefined; readonly password: string | undefined; readonly reason: string | undefined } | undefined;
}

/** A presence from an occupant (not an error); `undefined` where it does not carry muc#user or is no presence. */
export function readMucPresence(element: Element): MucPresence | undefined {
  const type: unknown = element.attrs['type'];
  if (element.name !== 'presence' || (type !== undefined && type !== 'unavailable')) return undefined;
  const from = String(element.attrs['from'] ?? '');
  const nick = resourceOf(from);
  const x = element.getChild('x', NS_MUC_USER);
  if (nick === '' || x === undefined) return undefined;
  const item = x.getChild('item');
  const destroy = x.getChild('destroy');
  return {
    room: bareOf(from),
    nick,
    available: type === undefined,
    codes: readCodes(x),
    occupant: readOccupant(element, nick, item),
    newNick: short(item?.attrs['nick'], ADDRESS),
    sessions: x.getChildren('item').slice(0, MAX_SESSIONS).flatMap((one) => short(one.attrs['jid'], ADDRESS) ?? []),
    reason: short(item?.getChildText('reason')),
    actor: short(item?.getChild('actor')?.attrs['nick']) ?? short(item?.getChild('actor')?.attrs['jid']),
    destroyed: destroy && {
      venue: short(destroy.attrs['jid'], ADDRESS),
      password: short(destroy.getChildText('password')),
      reason: short(destroy.getChildText('reason')),
    },
  };
}

/** The status codes of a `<x xmlns='…muc#user'/>`, at most 20 of them. */
export function readCodes(x: Element | undefined): ReadonlySet<number> {
  const codes = (x?.getChildren('status') ?? []).slice(0, 20).map((child) => String(child.attrs['code']));
  return new Set(codes.filter((code) => /^\d{3}$/.test(code)).map(Number));
}

const MAX_SESSIONS = 50;
/** Each word once in memory, however many occupants it is said of. */
const affiliations = wordsOf<Affiliation>('owner', 'admin', 'member', 'none', 'outcast');
const roles = wordsOf<Role>('moderator', 'participant', 'visitor', 'none');
const shows = wordsOf<Show>('chat', 'away', 'xa', 'dnd');

function wordsOf<T extends string>(...words: T[]): ReadonlyMap<unknown, T> {
  return new Map(words.map((word) => [word, word]));
}

function readOccupant(presence: Element, nick: string, item: Element | undefined): Occupant {
  return {
    nick: short(nick, ADDRESS) ?? nick,
    affiliation: affiliations.get(item?.attrs['affiliation']) ?? 'none',
    role: roles.get(item?.attrs['role']) ?? 'none',
    show: shows.get(presence.getChildText('show')?.trim()) ?? 'online',
    status: short(presence.getChildText('status')),
    jid: short(item?.attrs['jid'], ADDRESS),
    occupantId: short(readOccupantId(presence)),
    avatar: short(readAvatarHash(presence)),
    hats: readHats(presence),
  };
}
