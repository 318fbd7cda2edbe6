// XEP-0060: Publish-Subscribe, as far as PEP (XEP-0163) needs it
import { bareOf } from '../../core/jid.ts';
import type { Element } from '../xml.ts';
import { xml } from '../xml.ts';

export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
export const NS_PUBSUB_EVENT = 'http://jabber.org/protocol/pubsub#event';

export interface PubsubItem {
  readonly id: string;
  readonly payload: Element | undefined;
}

/** 7.1.2.1, 12.2 … what a node tells: items published and items retracted, or that it was purged or deleted. */
export interface PubsubEvent {
  /** The bare JID whose node it is. */
  readonly from: string;
  readonly node: string;
  readonly published: readonly PubsubItem[];
  readonly retracted: readonly string[];
  readonly emptied: boolean;
}

/** 6.5.2: asks for all items of a node. */
export function itemsQuery(node: string, to?: string): Element {
  const attrs: Record<string, string> = to === undefined ? { type: 'get' } : { type: 'get', to };
  return xml('iq', attrs, xml('pubsub', { xmlns: NS_PUBSUB }, xml('items', { node })));
}

/** The items in an answer to `itemsQuery`. */
export function readItems(iq: Element): readonly PubsubItem[] {
  return itemsIn(iq.getChild('pubsub', NS_PUBSUB)?.getChild('items'));
}

/** A node's event; `undefined` where the message holds none. */
export function readPubsubEvent(message: Element): PubsubEvent | undefined {
  const event = message.getChild('event', NS_PUBSUB_EVENT);
  const about = event?.getChild('items') ?? event?.getChild('purge') ?? event?.getChild('delete');
  const node: unknown = about?.attrs['node'];
  if (!about || typeof node !== 'string') return undefined;
  return {
    from: bareOf(String(message.attrs['from'] ?? message.attrs['to'] ?? '')),
    node,
    published: itemsIn(about),
    retracted: about.getChildren('retract').flatMap(({ attrs }) => (typeof attrs['id'] === 'string' ? [attrs['id']] : [])),
    emptied: about.name !== 'items',
  };
}

/** 7.1 with XEP-0060 7.1.5 publish-options. */
export function publish(node: string, id: string, payload: Element, options?: Element): Element {
  const pubsub = xml('pubsub', { xmlns: NS_PUBSUB }, xml('publish', { node }, xml('item', { id }, payload)));
  if (options) pubsub.append(xml('publish-options', {}, options));
  return xml('iq', { type: 'set' }, pubsub);
}

/** 7.2. */
export function retract(node: string, id: string): Element {
  const item = xml('retract', { node, notify: 'true' }, xml('item', { id }));
  return xml('iq', { type: 'set' }, xml('pubsub', { xmlns: NS_PUBSUB }, item));
}

function itemsIn(items: Element | undefined): readonly PubsubItem[] {
  return (items?.getChildren('item') ?? []).flatMap((item) => {
    const id: unknown = item.attrs['id'];
    const payload = item.children.find((child): child is Element => typeof child !== 'string');
    return typeof id === 'string' ? [{ id, payload }] : [];
  });
}
