import type { KeptMessage } from '../../core/groupchat.ts';
import { relayEnvelope } from '../../xmpp/xep/message/relay-envelope.ts';

/** What of a relayed message is the same for all devices. */
export interface Envelope {
  /** Whether it may be relayed at all. */
  fit(): boolean;
  text(): string;
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
  return {
    fit: () => (fits ??= relayable(message, account)),
    text: () => (text ??= relayEnvelope(message.xml, message.at)),
  };
}

/**
 * Only what a joined room sent us directly; nothing nested, and nothing with a stanza-id that claims the
 * account (XEP-0359 6: the account's own server would have removed it, had it been the server's to see).
 */
function relayable({ kind, xml }: KeptMessage, account: string): boolean {
  return kind !== 'private' && !xml.includes('urn:xmpp:forward:0') && !xml.includes(`by='${account}'`) && !xml.includes(`by="${account}"`);
}
