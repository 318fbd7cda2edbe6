// XEP-0203: since when a message has waited for its device.
import { NS_DELAY } from '../../../xmpp/xep/message/delay.ts';
import { NS_CARBONS } from '../../../xmpp/xep/message/relay-envelope.ts';
import { escapeXML } from '../../../xmpp/xml.ts';
import { withChild } from './stanza-text.ts';

/** A message with the account's stamp, unless it has one: `at` in milliseconds since the epoch. What is no message stays as it is. */
export function stamped(text: string, account: string, at: number | undefined): string {
  if (at === undefined || !text.startsWith('<message')) return text;
  const stamp = `<delay xmlns='${NS_DELAY}' from='${escapeXML(account)}' stamp='${new Date(at).toISOString()}'/>`;
  if (isCopy(text)) {
    // XEP-0297 3.1: a forwarded message has its time beside it, in its frame
    const frame = /<forwarded\b[^>]*>/.exec(text);
    if (!frame) return text;
    const end = frame.index + frame[0].length;
    return text.slice(end).startsWith('<delay') ? text : text.slice(0, end) + stamp + text.slice(end);
  }
  return text.includes(NS_DELAY) ? text : withChild(text, stamp);
}

/** Whether it may be a copy by XEP-0280: to be looked at, not to be believed. */
export function isCopy(text: string): boolean {
  return text.includes(NS_CARBONS) && /<(?:received|sent)[\s>]/.test(text);
}
