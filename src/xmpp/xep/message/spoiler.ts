// XEP-0382: Spoiler Messages
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';

export const NS_SPOILER = 'urn:xmpp:spoiler:0';
const LONGEST_HINT = 300;

/** 3: the body is not to be seen before one asks for it; the hint may be empty. */
export function spoiler(hint: string): Element {
  return hint === '' ? xml('spoiler', { xmlns: NS_SPOILER }) : xml('spoiler', { xmlns: NS_SPOILER }, hint);
}

/** The hint of a spoiler, cut, '' where it has none; `undefined` where the message is none. */
export function readSpoiler(message: Element): string | undefined {
  return message.getChild('spoiler', NS_SPOILER)?.getText().trim().slice(0, LONGEST_HINT).toWellFormed();
}
