import type { Imported } from '../../archive/transfer/import.ts';
import { bareOf, parseBareJid, parseJid, resourceOf, sameJid } from '../../core/jid.ts';
import { NS_CLIENT } from '../../xmpp/xep/service/namespaces.ts';
import { faultIn, stanzaIn } from '../../xmpp/transport/outgoing.ts';
import { attributeOf, parseElement, type Element } from '../../xmpp/xml.ts';

/** Bytes of a stanza: what no server would have let through comes out of no honest file. */
const MAX_STANZA = 1024 * 1024;
const MAX_DEPTH = 100;

/**
 * The messages of a file, each stanza parsed and written anew: its text goes to devices within our stanzas, so that text of
 * somebody else's making must not stand there. A line whose stanza is none, or is not the room's, is refused with the
 * reason; the rest goes in.
 */
export function* checkedImport(messages: Iterable<Imported>): Generator<Imported> {
  for (const one of messages) yield 'refused' in one ? one : 'gap' in one ? checkedGap(one) : checkedMessage(one);
}

/** Whether a stanza can go to devices as it is: one message, from the occupant who is said to have said it, or one that we sent in private. */
export function isSaid({ room, nick, isPrivate, xml }: { readonly room: string; readonly nick: string | undefined; readonly isPrivate: boolean; readonly xml: string }): boolean {
  const stanza = Buffer.byteLength(xml) > MAX_STANZA ? undefined : stanzaIn(xml);
  if (typeof stanza !== 'object' || stanza.name !== 'message') return false;
  const [type, from, to] = ['type', 'from', 'to'].map((name) => stanza.attributes.get(name));
  const own = isPrivate && from === undefined;
  if ((type === 'groupchat') === isPrivate || !sameJid(bareOf((own ? to : from) ?? ''), room)) return false;
  return isPrivate || resourceOf(from ?? '') === (nick ?? '') || sameJid(from ?? '', `${room}/${nick ?? ''}`);
}

type ImportedMessage = Extract<Imported, { readonly message: unknown }>;
type ImportedGap = Extract<Imported, { readonly gap: unknown }>;

function checkedGap(one: ImportedGap): Imported {
  const room = parseBareJid(one.gap.room);
  return room === undefined ? refused('the hole is of no room') : { gap: { ...one.gap, room } };
}

function checkedMessage(one: ImportedMessage): Imported {
  const room = parseBareJid(one.message.room);
  if (room === undefined) return refused('the message is of no room');
  if (Buffer.byteLength(one.xml) > MAX_STANZA) return refused('the stanza is larger than any server takes');
  const stanza = parsed(one.xml);
  if (typeof stanza === 'string') return refused(stanza);
  const why = one.message.kind === 'private' ? whyNotPrivate(stanza, room) : whyNotOfRoom(stanza, room, one.message.nick);
  if (why !== undefined) return refused(why);
  if (isDeep(stanza)) return refused('elements are nested too deep');
  const xml = stanza.toString();
  const fault = faultIn(xml);
  if (fault !== undefined) return refused(`the stanza cannot be sent on: ${fault}`);
  return { ...one, message: { ...one.message, room }, xml };
}

/** Level by level: what goes down by calling itself runs out of stack where this is true. */
function isDeep(stanza: Element): boolean {
  let level = [stanza];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) level = level.flatMap((element) => element.getChildElements());
  return level.length > 0;
}

/** The element, or why there is none. */
function parsed(xml: string): Element | string {
  let element: Element;
  try {
    element = parseElement(xml);
  } catch {
    return 'the stanza is not well-formed XML'; // where it breaks is no help to whoever has the file
  }
  if (element.name !== 'message') return 'the stanza is no message';
  const namespace = attributeOf(element, 'xmlns');
  if (namespace !== undefined && namespace !== NS_CLIENT) return 'the stanza is not in the namespace of clients';
  element.attrs['xmlns'] = NS_CLIENT;
  return element;
}

/** What the room has sent to all: from itself, or from the occupant whom the line names. */
function whyNotOfRoom(stanza: Element, room: string, nick: string | undefined): string | undefined {
  const from = attributeOf(stanza, 'from') ?? '';
  if (attributeOf(stanza, 'type') !== 'groupchat') return 'the stanza is no groupchat message';
  if (!sameJid(bareOf(from), room)) return 'the stanza is not from the room';
  const expected = nick === undefined ? room : `${room}/${nick}`;
  return sameJid(from, expected) || resourceOf(from) === (nick ?? '') ? undefined : 'the stanza is from another occupant than the line says';
}

/** A private message came from an occupant, or was sent to one. */
function whyNotPrivate(stanza: Element, room: string): string | undefined {
  const [from, to] = [attributeOf(stanza, 'from'), attributeOf(stanza, 'to')];
  if (attributeOf(stanza, 'type') === 'groupchat') return 'a private message is no groupchat message';
  if (from !== undefined && sameJid(bareOf(from), room) && parseJid(from)) return undefined;
  if (to === undefined || !sameJid(bareOf(to), room)) return 'the stanza is neither from the room nor to it';
  delete stanza.attrs['from']; // as one that we said: a client's from is its server's to set
  return undefined;
}

function refused(why: string): Imported {
  return { refused: why };
}
