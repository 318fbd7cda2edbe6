import type { KeptMessage } from '../../core/groupchat.ts';
import { relayEnvelope } from '../../xmpp/xep/message/relay-envelope.ts';

/** A message on its way to the devices: what is the same for all of them is made once, when the first one needs it. */
export interface Envelope {
  readonly message: KeptMessage;
  /** It came by the wire just now and was checked there; what lies in the archive may have been imported. */
  readonly checked: boolean;
  /** Whether it may be relayed at all. */
  fit(): boolean;
  envelope(): string;
}

export function envelopeOf(message: KeptMessage, account: string, checked: boolean): Envelope {
  let fits: boolean | undefined;
  let text: string | undefined;
  return {
    message,
    checked,
    fit: () => (fits ??= relayable(message, account)),
    envelope: () => (text ??= relayEnvelope(message.xml, message.at)),
  };
}

/**
 * Only what a joined room sent us directly; nothing nested, and nothing with a stanza-id that claims the
 * account (XEP-0359 6: the account's own server would have removed it, had it been the server's to see).
 */
function relayable({ kind, xml }: KeptMessage, account: string): boolean {
  return kind !== 'private' && !xml.includes('urn:xmpp:forward:0') && !xml.includes(`by='${account}'`) && !xml.includes(`by="${account}"`);
}
