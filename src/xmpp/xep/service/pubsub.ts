// XEP-0060: Publish-Subscribe, as far as PEP (XEP-0163) needs it
import { bareOf } from '../../../core/jid.ts';
import type { StanzaFault } from '../../contract.ts';
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';

export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_PUBSUB_OWNER = 'http://jabber.org/protocol/pubsub#owner';
const NS_PUBSUB_ERRORS = 'http://jabber.org/protocol/pubsub#errors';
const NS_PUBSUB_EVENT = 'http://jabber.org/protocol/pubsub#event';

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
export function publish({ node, id, payload, options }: { node: string; id: string; payload: Element; options?: Element }): Element {
  const pubsub = xml('pubsub', { xmlns: NS_PUBSUB }, xml('publish', { node }, xml('item', { id }, payload)));
  if (options) pubsub.append(xml('publish-options', {}, options));
  return xml('iq', { type: 'set' }, pubsub);
}

/** 7.2. */
export function retract(node: string, id: string): Element {
  const item = xml('retract', { node, notify: 'true' }, xml('item', { id }));
  return xml('iq', { type: 'set' }, xml('pubsub', { xmlns: NS_PUBSUB }, item));
}

/** 6.1.1: asks the own PEP service to tell that full JID of all that happens to a node. */
export function subscribe(node: string, jid: string): Element {
  return xml('iq', { type: 'set' }, xml('pubsub', { xmlns: NS_PUBSUB }, xml('subscribe', { node, jid })));
}

/** 5.6: who is told of a node, of us. */
export function subscriptionsQuery(node: string): Element {
  return xml('iq', { type: 'get' }, xml('pubsub', { xmlns: NS_PUBSUB }, xml('subscriptions', { node })));
}

export function readSubscribers(iq: Element): ReadonlySet<string> {
  const all = iq.getChild('pubsub', NS_PUBSUB)?.getChild('subscriptions')?.getChildren('subscription') ?? [];
  return new Set(all.slice(0, 200).filter(({ attrs }) => attrs['subscription'] === 'subscribed').map(({ attrs }) => String(attrs['jid'])));
}

type Fields = Readonly<Record<string, string>>;

/** 7.1.5: what the node must be like for the item to be taken. */
export function publishOptions(fields: Fields): Element {
  return form('http://jabber.org/protocol/pubsub#publish-options', fields);
}

/** 8.1.3: makes a node that is like this from the start. */
export function createNode(node: string, fields: Fields): Element {
  const configure = xml('configure', {}, form(NODE_CONFIG, fields));
  return xml('iq', { type: 'set' }, xml('pubsub', { xmlns: NS_PUBSUB }, xml('create', { node }), configure));
}

/** 8.2.1. */
export function nodeConfigQuery(node: string): Element {
  return xml('iq', { type: 'get' }, xml('pubsub', { xmlns: NS_PUBSUB_OWNER }, xml('configure', { node })));
}

/** 8.2.4. */
export function configureNode(node: string, fields: Fields): Element {
  const configure = xml('configure', { node }, form(NODE_CONFIG, fields));
  return xml('iq', { type: 'set' }, xml('pubsub', { xmlns: NS_PUBSUB_OWNER }, configure));
}

/** 8.2.2: what a node is like: the first value of each field. */
export function readNodeConfig(iq: Element): ReadonlyMap<string, string> {
  const x = iq.getChild('pubsub', NS_PUBSUB_OWNER)?.getChild('configure')?.getChild('x', NS_DATA);
  const fields = (x?.getChildren('field') ?? []).slice(0, 200);
  return new Map(fields.map((field) => [String(field.attrs['var'] ?? ''), field.getChildText('value') ?? '']));
}

/** 7.1.5: the node is not as the publish-options wish. */
export function isPreconditionFailure({ condition, element }: StanzaFault): boolean {
  const error = element?.name === 'error' ? element : element?.getChild('error');
  return condition === 'conflict' || error?.getChild('precondition-not-met', NS_PUBSUB_ERRORS) !== undefined;
}

const NS_DATA = 'jabber:x:data'; // XEP-0004
const NODE_CONFIG = 'http://jabber.org/protocol/pubsub#node_config';

function form(type: string, fields: Fields): Element {
  const field = (name: string, value: string): Element => xml('field', { var: name }, xml('value', {}, value));
  const typed = xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, type));
  const all = Object.entries(fields).map(([name, value]) => field(name, value));
  return xml('x', { xmlns: NS_DATA, type: 'submit' }, typed, ...all);
}

function itemsIn(items: Element | undefined): readonly PubsubItem[] {
  return (items?.getChildren('item') ?? []).flatMap((item) => {
    const id: unknown = item.attrs['id'];
    const payload = item.children.find((child): child is Element => typeof child !== 'string');
    return typeof id === 'string' ? [{ id, payload }] : [];
  });
}
