import type { KeptMessage } from '../../core/groupchat.ts';
import { relayEnvelope } from '../../xmpp/xep/message/relay-envelope.ts';
import { shortForm } from '../../xmpp/xep/message/short-form.ts';

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
    text: () => (text ??= relayEnvelope(message.xml, message.at)),
    short: () => (short ??= relayEnvelope(shortForm(message.xml), message.at)),
  };
}

/**
 * Relays only what a joined room sent us directly: nothing nested, and nothing with a stanza-id in the account's name
 * (XEP-0359 6: the account's server removes a forged one from what it delivers itself, but does not see this one).
 */
function relayable({ kind, xml }: KeptMessage, account: string): boolean {
  return kind !== 'private' && !xml.includes('urn:xmpp:forward:0') && !xml.includes(`by='${account}'`) && !xml.includes(`by="${account}"`);
}
