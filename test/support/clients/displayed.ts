// XEP-0490 as another client of the account's speaks it.
import { createElement as xml, type Element } from 'ltx';
import type { Person } from './person.ts';

export const MDS = 'urn:xmpp:mds:displayed:0';
const PUBSUB = 'http://jabber.org/protocol/pubsub';

/** Tells the other clients that it has shown the room up to there; the node is there already. */
export function sayDisplayed(who: Person, room: string, stanzaId: string): Promise<Element> {
  const item = xml('item', { id: room }, xml('displayed', { xmlns: MDS }, xml('stanza-id', { xmlns: 'urn:xmpp:sid:0', by: room, id: stanzaId })));
  return who.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: PUBSUB }, xml('publish', { node: MDS }, item))));
}

/** Up to where an event says that a room is read. */
export function displayedIn(stanza: Element, room: string): string | undefined {
  const items = stanza.getChild('event', `${PUBSUB}#event`)?.getChild('items');
  const found = items?.attrs['node'] === MDS ? items.getChildren('item').find(({ attrs }) => attrs['id'] === room) : undefined;
  const id: unknown = found?.getChild('displayed', MDS)?.getChild('stanza-id')?.attrs['id'];
  return typeof id === 'string' ? id : undefined;
}

/** The id that a room gave to what it reflected (XEP-0359). */
export function stanzaIdBy(room: string, said: Element): string {
  return String(said.getChildren('stanza-id').find(({ attrs }) => attrs['by'] === room)?.attrs['id']);
}
