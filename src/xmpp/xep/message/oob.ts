// XEP-0066: Out of Band Data
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';

export const NS_OOB = 'jabber:x:oob';
const LONGEST = 3000;

/** 4: a link that is what the message is about. */
export function oob(url: string): Element {
  return xml('x', { xmlns: NS_OOB }, xml('url', {}, url));
}

/** The link of a message; `undefined` where there is none, or it is too long to be one. */
export function readOob(message: Element): string | undefined {
  const url = message.getChild('x', NS_OOB)?.getChildText('url')?.trim();
  return url !== undefined && url !== '' && url.length <= LONGEST ? url : undefined;
}
