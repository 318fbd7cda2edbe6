// XEP-0203: Delayed Delivery
import { bareOf } from '../../../core/jid.ts';
import type { Element } from '../../xml.ts';

export const NS_DELAY = 'urn:xmpp:delay';

/** The time set by the bare JID `by` (or by nobody in particular; without `by`, by anybody), in milliseconds since the epoch. */
export function readDelay(stanza: Element, by?: string): number | undefined {
  for (const delay of stanza.getChildren('delay', NS_DELAY)) {
    const from: unknown = delay.attrs['from'];
    if (by !== undefined && typeof from === 'string' && bareOf(from) !== by) continue;
    const at = readStamp(delay.attrs['stamp']);
    if (at !== undefined) return at;
  }
  return undefined;
}

/** XEP-0082 DateTime to milliseconds since the epoch. */
export function readStamp(stamp: unknown): number | undefined {
  if (typeof stamp !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(stamp)) return undefined;
  const at = Date.parse(stamp);
  return Number.isNaN(at) ? undefined : at;
}

/** A `<delay/>` as text, for envelopes. `at` in milliseconds since the epoch. */
export function delayText(at: number): string {
  return `<delay xmlns='${NS_DELAY}' stamp='${new Date(at).toISOString()}'/>`;
}
