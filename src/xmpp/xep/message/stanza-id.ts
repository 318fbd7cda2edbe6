// XEP-0359: Unique and Stable Stanza IDs
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';

export const NS_SID = 'urn:xmpp:sid:0';
const MAX_ID = 1024;

/** 3: the id that `by` set; two of them by the same entity count as none (they cannot both be its). */
export function readStanzaId(stanza: Element, by: string): string | undefined {
  const own = stanza.getChildren('stanza-id', NS_SID).filter((child) => child.attrs['by'] === by);
  return own.length === 1 ? bounded(own[0]?.attrs['id']) : undefined;
}

/** Whether the stanza has an id by that entity, whatever it is. */
export function hasStanzaId(stanza: Element, by: string): boolean {
  return stanza.getChildren('stanza-id', NS_SID).some(({ attrs }) => attrs['by'] === by);
}

/** 4: the id that the sender claims. */
export function readOriginId(stanza: Element): string | undefined {
  return bounded(stanza.getChild('origin-id', NS_SID)?.attrs['id']);
}

export function originId(id: string): Element {
  return xml('origin-id', { xmlns: NS_SID, id });
}

/** 3: the id that `by` gives. */
export function stanzaId(by: string, id: string): Element {
  return xml('stanza-id', { xmlns: NS_SID, by, id });
}

function bounded(id: unknown): string | undefined {
  return typeof id === 'string' && id !== '' && id.length <= MAX_ID ? id : undefined;
}
