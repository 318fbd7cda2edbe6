// XEP-0202: Entity Time
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';

const NS_TIME = 'urn:xmpp:time';

/** 3: asks an entity for its time. */
export function timeQuery(to: string): Element {
  return xml('iq', { type: 'get', to }, xml('time', { xmlns: NS_TIME }));
}

/** Its time in milliseconds since the epoch; `undefined` where the answer holds none (XEP-0082 3.2: UTC, with a Z). */
export function readTime(iq: Element): number | undefined {
  const utc = iq.getChild('time', NS_TIME)?.getChildText('utc')?.trim();
  if (utc === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(utc)) return undefined;
  const at = Date.parse(utc);
  return Number.isNaN(at) ? undefined : at;
}
