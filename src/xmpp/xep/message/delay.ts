// XEP-0203: Delayed Delivery
import { bareOf } from '../../../core/jid.ts';
import type { Element } from '../../xml.ts';

export const NS_DELAY = 'urn:xmpp:delay';

/**
 * The time set by the bare JID `by`, or else by nobody in particular (without `by`, by anybody), in milliseconds since the
 * epoch. The last one counts: whoever hands the stanza on puts theirs behind what its sender has put there.
 */
export function readDelay(stanza: Element, by?: string): number | undefined {
  const all = delaysOf(stanza);
  const own = by === undefined ? undefined : all.findLast(({ from }) => from === by);
  return (own ?? all.findLast(({ from }) => by === undefined || from === undefined))?.at;
}

/** Every time that somebody has put there; `from` is a bare JID. */
export function delaysOf(stanza: Element): { readonly from: string | undefined; readonly at: number }[] {
  return stanza.getChildren('delay', NS_DELAY).flatMap(({ attrs }) => {
    const at = readStamp(attrs['stamp']);
    const from: unknown = attrs['from'];
    return at === undefined ? [] : [{ from: typeof from === 'string' ? bareOf(from) : undefined, at }];
  });
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
