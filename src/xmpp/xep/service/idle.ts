// XEP-0319: Last User Interaction in Presence
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import { readStamp } from '../message/delay.ts';

const NS_IDLE = 'urn:xmpp:idle:1';

/** Since when nobody touched the device, in milliseconds since the epoch. */
export function readIdle(presence: Element): number | undefined {
  return readStamp(presence.getChild('idle', NS_IDLE)?.attrs['since']);
}

export function idle(since: number): Element {
  return xml('idle', { xmlns: NS_IDLE, since: new Date(since).toISOString() });
}
