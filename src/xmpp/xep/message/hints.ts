// XEP-0334: Message Processing Hints
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';

export const NS_HINTS = 'urn:xmpp:hints';

/** 4.2: nobody is to keep it. */
export function noStoreHint(): Element {
  return xml('no-store', { xmlns: NS_HINTS });
}

/** 4.4: what has no body is to be kept as well. */
export function storeHint(): Element {
  return xml('store', { xmlns: NS_HINTS });
}
