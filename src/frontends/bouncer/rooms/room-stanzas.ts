// Stanzas that we send to a device in a room's name (XEP-0045).
import { canonicalJid, resourceOf } from '../../../core/jid.ts';
import type { Occupant } from '../../../core/occupant.ts';
import { NS_DELAY } from '../../../xmpp/xep/message/delay.ts';
import { NS_MUC_USER, status } from '../../../xmpp/xep/room/muc.ts';
import { NS_OCCUPANT_ID, readOccupantId } from '../../../xmpp/xep/room/occupant-id.ts';
import { NS } from '../../../xmpp/namespaces.ts';
import { escapeXML, parseElement, xml } from '../../../xmpp/xml.ts';
import type { Element } from '../../../xmpp/xml.ts';

/** XEP-0045 7.2: the error that a room would answer, by the state in which its refusal left us, or by our own fault. */
export const REFUSALS: Readonly<Record<string, readonly [type: string, condition: string]>> = {
  'password-needed': ['auth', 'not-authorized'],
  banned: ['auth', 'forbidden'],
  'members-only': ['auth', 'registration-required'],
  'nick-conflict': ['cancel', 'conflict'],
  'room-full': ['wait', 'service-unavailable'],
  'room-locked': ['cancel', 'item-not-found'],
  'not-allowed': ['cancel', 'not-allowed'],
  'registration-needed': ['cancel', 'not-acceptable'],
  captcha: ['auth', 'not-acceptable'],
  'room-moved': ['cancel', 'gone'],
  'bad-jid': ['modify', 'jid-malformed'],
  'bad-nick': ['modify', 'jid-malformed'],
  'resource-constraint': ['wait', 'resource-constraint'],
  'internal-server-error': ['wait', 'internal-server-error'],
};
export const UNREACHABLE = ['wait', 'remote-server-timeout'] as const;

/** An occupant's presence, made from the compact record if the room's own text is not known. */
export function occupantPresence(room: string, occupant: Occupant): Element {
  const { nick, show, affiliation, role, jid, occupantId, avatar } = occupant;
  const item = xml('item', { affiliation, role, ...(jid !== undefined && { jid }) });
  const presence = xml('presence', { xmlns: NS.client, from: `${room}/${nick}` });
  if (show !== 'online') presence.append(xml('show', {}, show));
  if (occupant.status !== undefined) presence.append(xml('status', {}, occupant.status));
  if (avatar !== undefined) presence.append(xml('x', { xmlns: 'vcard-temp:x:update' }, xml('photo', {}, avatar)));
  presence.append(...named(occupantId));
  presence.append(xml('x', { xmlns: NS_MUC_USER }, item));
  return presence;
}

/** The self-presence that a device expects: as if the device were the occupant, with `codes` added. */
export function selfPresence(raw: Element, { occupant, device, codes }: { occupant: string; device: string; codes: Iterable<number> }): Element {
  raw.attrs['to'] = device;
  const x = raw.getChild('x', NS_MUC_USER);
  if (!x) return raw;
  for (const item of x.getChildren('item')) {
    for (const one of [item, ...item.getChildren('actor')]) if (one.attrs['jid'] === occupant) one.attrs['jid'] = device;
  }
  const there = new Set(x.getChildren('status').map((child) => String(child.attrs['code'])));
  for (const code of codes) if (!there.has(String(code))) x.append(xml('status', { code: String(code) }));
  return raw;
}

/** What is kept of our own presence may have the codes of another entry. */
export function withoutCodes(presence: Element): Element {
  const x = presence.getChild('x', NS_MUC_USER);
  if (x) x.children = x.children.filter((child) => typeof child === 'string' || child.name !== 'status');
  return presence;
}

/** What is kept of a presence may tell what was done to the occupant, by whom and why: whoever enters later is not told that. */
export function withoutDeeds(presence: Element): Element {
  for (const item of presence.getChild('x', NS_MUC_USER)?.getChildren('item') ?? []) {
    item.children = item.children.filter((child) => typeof child === 'string' || !DEEDS.includes(child.name));
  }
  return presence;
}
const DEEDS = ['actor', 'reason'];
/** Without looking into the tree: most presences have nothing of that. */
export const mayTellDeeds = (raw: string): boolean => DEEDS.some((name) => raw.includes(name));

/** The nick that a stanza is addressed to, in the form in which the room has it. */
export function nickIn({ to }: { readonly to: string }): string {
  return resourceOf(canonicalJid(to));
}

interface Left {
  readonly affiliation?: string;
  readonly codes?: readonly number[];
  readonly newNick?: string;
  /** Whose it is, where the room shows addresses. */
  readonly jid?: string;
  readonly reason?: string | undefined;
  readonly status?: string | undefined;
  readonly occupantId?: string | undefined;
}

/** The presence by which a room would tell that we have left it. */
export function leftPresence(
  from: string,
  to: string,
  { affiliation = 'none', codes = [], newNick, jid, reason, status: farewell, occupantId }: Left,
): Element {
  const address = codes.includes(status.self) ? to : jid;
  const item = xml('item', { affiliation, ...(address !== undefined && { jid: address }), role: newNick === undefined ? 'none' : 'participant', ...(newNick !== undefined && { nick: newNick }) });
  if (reason !== undefined) item.append(xml('reason', {}, reason));
  const statuses = codes.map((code) => xml('status', { code: String(code) }));
  const said = farewell === undefined ? [] : [xml('status', {}, farewell)];
  return xml('presence', { xmlns: NS.client, from, to, type: 'unavailable' }, ...said, ...named(occupantId), xml('x', { xmlns: NS_MUC_USER }, item, ...statuses));
}

/** XEP-0421 3: in every presence of an occupant. */
function named(occupantId: string | undefined): Element[] {
  return occupantId === undefined ? [] : [xml('occupant-id', { xmlns: NS_OCCUPANT_ID, id: occupantId })];
}

/** In a presence as the room has sent it, also where the room has not said yet that it gives such ids. */
export function occupantIdIn(raw: string | undefined): string | undefined {
  return raw ? readOccupantId(open(raw)) : undefined;
}

export function subjectMessage(room: string, to: string, subject: string): Element {
  return xml('message', { xmlns: NS.client, from: room, to, type: 'groupchat' }, xml('subject', {}, subject));
}

/** A stanza of type error, from the address that the device has written to. */
export function errorFor(
  asked: { readonly kind: string; readonly id: string | undefined; readonly to: string },
  { to, error: [type, condition], text }: { to: string; error: readonly [type: string, condition: string]; text?: string },
): string {
  const error = xml('error', { type }, xml(condition, { xmlns: NS.stanzaErrors }));
  if (text !== undefined) error.append(xml('text', { xmlns: NS.stanzaErrors }, text));
  const attrs = { xmlns: NS.client, type: 'error', from: asked.to, to, ...(asked.id !== undefined && { id: asked.id }) };
  const stanza = xml(asked.kind, attrs);
  if (asked.kind === 'presence') stanza.append(xml('x', { xmlns: 'http://jabber.org/protocol/muc' }));
  stanza.append(error);
  return stanza.toString();
}

/** When the room said it, in the form of a room's history (XEP-0045 7.2.14). */
export function historyDelay(room: string, at: number): string {
  return `<delay xmlns='${NS_DELAY}' from='${escapeXML(room)}' stamp='${new Date(at).toISOString()}'/>`;
}

/** XEP-0280: a private message that another device of ours has sent. */
export function sentCarbon(account: string, to: string, message: string): string {
  return (
    `<message xmlns='${NS.client}' from='${escapeXML(account)}' to='${escapeXML(to)}' type='chat'><sent xmlns='urn:xmpp:carbons:2'>` +
    `<forwarded xmlns='urn:xmpp:forward:0'>${message}</forwarded></sent></message>`
  );
}

/** The element of a checked text, to be changed. */
export function open(raw: string): Element {
  return parseElement(raw);
}
