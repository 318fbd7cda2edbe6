// XEP-0054 (vcard-temp), as far as XEP-0153 needs it
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';

const NS_VCARD = 'vcard-temp';

/** XEP-0054 3.3: asks for somebody's card. */
export function vcardQuery(to: string): Element {
  return xml('iq', { type: 'get', to }, xml('vCard', { xmlns: NS_VCARD }));
}

/** The photo's bytes; `undefined` where there is none, or more than `most` bytes. Its own word on its type counts for nothing. */
export function readPhoto(iq: Element, most: number): Buffer | undefined {
  const text = iq.getChild('vCard', NS_VCARD)?.getChild('PHOTO')?.getChildText('BINVAL');
  if (text === undefined || text === null || text.length > most * 1.5) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.length <= most ? bytes : undefined;
}
