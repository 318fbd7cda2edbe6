// XEP-0280: Message Carbons, XEP-0297: Stanza Forwarding, XEP-0334: Message Processing Hints: the envelope of a relayed message
import { escapeXML, escapeXMLText } from '../../xml.ts';
import { delayText } from './delay.ts';

export const NS_CARBONS = 'urn:xmpp:carbons:2';
const NS_HINTS = 'urn:xmpp:hints';

const hints = [
  `<private xmlns='${NS_CARBONS}'/>`,
  ...['no-copy', 'no-store', 'no-permanent-store'].map((hint) => `<${hint} xmlns='${NS_HINTS}'/>`),
].join('');

/**
 * The envelope of a room's stanza but for its address: the same text for every device. `xml` is the stanza as the
 * room sent it, its namespace explicit; `at` is when we kept it, in milliseconds since the epoch.
 */
export function relayEnvelope(xml: string, at: number): string {
  const forwarded = `<forwarded xmlns='urn:xmpp:forward:0'>${delayText(at)}${xml}</forwarded>`;
  return `<received xmlns='${NS_CARBONS}'>${forwarded}</received>${hints}</message>`;
}

/**
 * Addresses envelopes to one device. The wrapper's id, `prefix` and a number, stays the same on a resend, so that the
 * device can drop it.
 */
export function addressedTo(to: string, prefix: string): (envelope: string, number: number) => string {
  const opening = `<message xmlns='jabber:client' type='headline' to='${escapeXML(to)}' id='${escapeXML(prefix)}`;
  return (envelope, number) => `${opening}${number}'>${envelope}`;
}

/** A few words for a device, in the same hints: a headline is neither copied nor kept (RFC 6121 5.2.2). */
export function headline(to: string, id: string, body: string): string {
  const open = `<message xmlns='jabber:client' type='headline' to='${escapeXML(to)}' id='${escapeXML(id)}'>`;
  return `${open}<body>${escapeXMLText(body)}</body>${hints}</message>`;
}
