// XEP-0428: Fallback Indication
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';

const NS_FALLBACK = 'urn:xmpp:fallback:0';

/** 3: the body, or its code points up to `end`, stand there only for who does not know that namespace. */
export function fallbackFor(namespace: string, end?: number): Element {
  const part = end === undefined ? [] : [xml('body', { start: '0', end: String(end) })];
  return xml('fallback', { xmlns: NS_FALLBACK, for: namespace }, ...part);
}
