// XEP-0393: Message Styling
import type { Element } from '../../xml.ts';

export const NS_STYLING = 'urn:xmpp:styling:0';

/** 5.1: the text is to be shown as it stands. */
export function isUnstyled(message: Element): boolean {
  return message.getChild('unstyled', NS_STYLING) !== undefined;
}
