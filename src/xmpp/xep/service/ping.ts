// XEP-0199: XMPP Ping; XEP-0410: MUC Self-Ping
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';

export const NS_PING = 'urn:xmpp:ping';

/** 4.1; to our own occupant JID it is XEP-0410's self-ping. */
export function ping(to: string): Element {
  return xml('iq', { type: 'get', to }, xml('ping', { xmlns: NS_PING }));
}
