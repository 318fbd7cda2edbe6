// XEP-0297: Stanza Forwarding, from an own device to us: what it wants to be said in a room
import { clone } from 'ltx';
import { parseBareJid } from '../../../core/jid.ts';
import type { Element } from '../../xml.ts';
import { attrsOf, xml } from '../../xml.ts';
import { NS_CLIENT } from '../service/namespaces.ts';
import { NS_SID, originId } from './stanza-id.ts';

const NS_FORWARD = 'urn:xmpp:forward:0';

/** A groupchat that a device wants to be said, or why it cannot be. */
export type ForwardedSay =
  | { readonly ok: true; readonly room: string; readonly id: string | undefined; readonly payload: readonly Element[]; readonly lang: string | undefined }
  | { readonly ok: false; readonly why: string };

/**
 * What others set on a stanza on its way, or what is only for the way: an author does not say it (XEP-0359 3, 0203,
 * 0091, 0033, 0421, 0280, 0297, 0313, 0045).
 */
const foreign: ReadonlySet<string> = new Set([
  NS_SID,
  'urn:xmpp:delay',
  'jabber:x:delay',
  'http://jabber.org/protocol/address',
  'urn:xmpp:occupant-id:0',
  'urn:xmpp:carbons:2',
  NS_FORWARD,
  'urn:xmpp:mam:2',
  'http://jabber.org/protocol/muc#user',
  'urn:minimix:relay:0',
]);

/** Reads a message from an own device; `undefined` where it forwards nothing. */
export function readForwardedSay(message: Element): ForwardedSay | undefined {
  const forwarded = message.getChild('forwarded', NS_FORWARD);
  if (!forwarded) return undefined;
  const inner = forwarded.children.filter((child): child is Element => typeof child !== 'string' && child.name !== 'delay');
  const [stanza] = inner;
  if (inner.length !== 1 || !stanza?.is('message', NS_CLIENT)) return refused('Forward exactly one <message xmlns="jabber:client"/>.');
  const { type, to, id } = attrsOf(stanza);
  if (type !== 'groupchat') return refused('Only a message of type groupchat can be sent to a room.');
  const room = parseBareJid(to ?? '');
  if (room === undefined) return refused('The forwarded message must be addressed to a room’s bare JID.');
  const payload = stanza.children.filter((child): child is Element => typeof child !== 'string' && !foreign.has(child.getNS() ?? ''));
  if (payload.length === 0) return refused('The message is empty.');
  if (payload.some(({ name }) => name === 'error')) return refused('An error cannot be sent to a room.');
  const lang: unknown = stanza.attrs['xml:lang'];
  const bounded = id !== undefined && id !== '' && id.length <= 256 ? id : undefined;
  return { ok: true, room, id: bounded, payload, lang: typeof lang === 'string' ? lang.slice(0, 40) : undefined };
}

/** The message to the room: the payload as its author made it, our address on it, the id also as origin-id. */
export function groupchatOf({ room, id, payload, lang }: { room: string; id: string; payload: readonly Element[]; lang?: string }): Element {
  const attrs: Record<string, string> = { xmlns: NS_CLIENT, to: room, type: 'groupchat', id };
  if (lang !== undefined) attrs['xml:lang'] = lang;
  return xml('message', attrs, ...payload.map((child) => explicit(child)), originId(id));
}

/** The namespace that a child had by its place is its own now. */
function explicit(child: Element): Element {
  const copy = clone(child);
  const namespace = child.getNS();
  if (namespace === NS_CLIENT) delete copy.attrs['xmlns'];
  else if (namespace !== undefined && !copy.name.includes(':')) copy.attrs['xmlns'] = namespace;
  return copy;
}

function refused(why: string): ForwardedSay {
  return { ok: false, why };
}
