import type { KeptMessage } from '../../core/groupchat.ts';
import { bareOf, sameJid } from '../../core/jid.ts';
import { relayEnvelope } from '../../xmpp/xep/message/relay-envelope.ts';
import { shortForm } from '../../xmpp/xep/message/short-form.ts';
import { hasStanzaId, NS_SID, stanzaId } from '../../xmpp/xep/message/stanza-id.ts';
import { attributeOf, parseElement } from '../../xmpp/xml.ts';

/** The part of a relayed message that is the same for all devices. */
interface Envelope {
  /** Whether it may be relayed at all. */
  fit(): boolean;
  text(): string;
  /** For a server that does not take all of it: its beginning, and its length. */
  short(): string;
}

/** The envelope of a message is made once, when the first device needs it. */
export interface Envelopes {
  of(message: KeptMessage): Envelope;
}

export function openEnvelopes(account: string): Envelopes {
  const made = new WeakMap<KeptMessage, Envelope>();
  return {
    of(message) {
      const envelope = made.get(message) ?? envelopeOf(message, account);
      made.set(message, envelope);
      return envelope;
    },
  };
}

function envelopeOf(message: KeptMessage, account: string): Envelope {
  let fits: boolean | undefined;
  let text: string | undefined;
  let short: string | undefined;
  return {
    fit: () => (fits ??= relayable(message, account)),
    text: () => (text ??= relayEnvelope(withRoomsId(message), message.at)),
    short: () => (short ??= relayEnvelope(shortForm(withRoomsId(message)), message.at)),
  };
}

/**
 * The room's words to one who was there, with its id (XEP-0359), by which a device knows them again in the room's archive: what we have
 * out of that archive stands beside its id there. The id of what was said in private is the server's.
 */
function withRoomsId({ kind, room, stanzaId: id, xml }: KeptMessage): string {
  if (kind === 'private' || id === undefined) return xml;
  if (xml.includes(NS_SID) && hasStanzaId(parseElement(xml), room)) return xml;
  const message = parseElement(xml);
  message.append(stanzaId(room, id));
  return message.toString();
}

/**
 * Relays only what a joined room sent us directly: nothing nested, and nothing with a stanza-id in the account's name
 * (XEP-0359 6: the account's server removes a forged one from what it delivers itself, but does not see this one). On what an
 * occupant has said in private, that id is the server's own. What was said to one in private is the server's to copy (XEP-0280).
 */
function relayable({ kind, room, xml }: KeptMessage, account: string): boolean {
  if (xml.includes('urn:xmpp:forward:0')) return false;
  if (kind === 'private') return sameJid(bareOf(attributeOf(parseElement(xml), 'from') ?? ''), room);
  return !xml.includes(`by='${account}'`) && !xml.includes(`by="${account}"`);
}
