// XEP-0030: Service Discovery
import type { Element } from '../../xml.ts';
import { attributeOf, xml } from '../../xml.ts';
import { readRsm, rsm, type RsmPage } from './rsm.ts';
import { ADDRESS, short } from './short.ts';

export const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
export const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name: string | undefined;
}

export interface DiscoInfo {
  readonly identities: readonly Identity[];
  readonly features: ReadonlySet<string>;
}

interface DiscoItem {
  readonly jid: string;
  readonly name: string | undefined;
  readonly node: string | undefined;
}

interface DiscoItems {
  readonly items: readonly DiscoItem[];
  /** XEP-0059, where the answer is paged. */
  readonly last: string | undefined;
  readonly count: number | undefined;
}

const MAX_FEATURES = 500;
const MAX_ITEMS = 2000;

/** 3.1: asks what an entity is and can. */
export function discoInfoQuery(to: string, node?: string): Element {
  return xml('iq', { type: 'get', to }, xml('query', node === undefined ? { xmlns: NS_DISCO_INFO } : { xmlns: NS_DISCO_INFO, node }));
}

/** What it answered; `undefined` where the answer holds no such query. */
export function readDiscoInfo(iq: Element): DiscoInfo | undefined {
  const query = iq.getChild('query', NS_DISCO_INFO);
  if (!query) return undefined;
  const features = query.getChildren('feature').slice(0, MAX_FEATURES).map((feature) => short(feature.attrs['var'], ADDRESS) ?? '');
  const identities = query.getChildren('identity').slice(0, 20).map((identity) => ({
    category: short(identity.attrs['category']) ?? '',
    type: short(identity.attrs['type']) ?? '',
    name: short(identity.attrs['name']),
  }));
  return { identities, features: new Set(features) };
}

/** An answer of our own. */
export function discoInfo(identities: readonly Identity[], features: readonly string[], node?: string): Element {
  return xml(
    'query',
    node === undefined ? { xmlns: NS_DISCO_INFO } : { xmlns: NS_DISCO_INFO, node },
    ...identities.map(({ category, type, name }) => xml('identity', name === undefined ? { category, type } : { category, type, name })),
    ...features.map((feature) => xml('feature', { var: feature })),
  );
}

/** 4.1: the items of an entity, of ours. */
export function discoItems(items: readonly { jid: string; node?: string; name?: string }[], node?: string): Element {
  const query = xml('query', node === undefined ? { xmlns: NS_DISCO_ITEMS } : { xmlns: NS_DISCO_ITEMS, node });
  for (const item of items) query.append(xml('item', { ...item }));
  return query;
}

/** 4.1: asks for the items of an entity; XEP-0059 where a page is wished for. */
export function discoItemsQuery(to: string, page?: RsmPage): Element {
  return xml('iq', { type: 'get', to }, xml('query', { xmlns: NS_DISCO_ITEMS }, ...(page ? [rsm(page)] : [])));
}

/** What it answered, bounded; `undefined` where the answer holds no such query. */
export function readDiscoItems(iq: Element): DiscoItems | undefined {
  const query = iq.getChild('query', NS_DISCO_ITEMS);
  if (!query) return undefined;
  const items = query.getChildren('item').slice(0, MAX_ITEMS).flatMap((item) => {
    const jid = short(attributeOf(item, 'jid'), ADDRESS);
    return jid === undefined ? [] : [{ jid, name: short(attributeOf(item, 'name')), node: short(attributeOf(item, 'node'), ADDRESS) }];
  });
  return { items, ...readRsm(query) };
}
