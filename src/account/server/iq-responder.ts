import packageJson from '../../../package.json' with { type: 'json' };
import { bareOf } from '../../core/jid.ts';
import { NS_BOOKMARKS } from '../../xmpp/xep/bookmarks/bookmarks.ts';
import { NS_STORAGE } from '../../xmpp/xep/bookmarks/legacy-bookmarks.ts';
import { capsElement, capsVersion, NS_CAPS } from '../../xmpp/xep/service/caps.ts';
import { discoInfo, discoItems, NS_DISCO_INFO, NS_DISCO_ITEMS } from '../../xmpp/xep/service/disco.ts';
import type { Identity } from '../../xmpp/xep/service/disco.ts';
import { errorAnswer, resultAnswer } from '../../xmpp/xep/service/errors.ts';
import { NS_MDS } from '../../xmpp/xep/message/displayed.ts';
import { NS_MENTIONS } from '../../xmpp/xep/message/explicit-mention.ts';
import { NS_NICK } from '../../xmpp/xep/room/nick.ts';
import { NS_PING } from '../../xmpp/xep/service/ping.ts';
import { NS_VERSION, versionAnswer } from '../../xmpp/xep/service/version.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { Element } from '../../xmpp/xml.ts';
import type { IqHandler } from './account-server.ts';
import type { AccountContext } from '../context.ts';

/** Names the software in XEP-0115. */
const NODE = 'urn:minimix';
const identities: readonly Identity[] = [{ category: 'client', type: 'bot', name: 'Minimix' }];
const ownFeatures: readonly string[] = [
  NS_CAPS,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_MENTIONS,
  NS_PING,
  NS_VERSION,
  `${NS_BOOKMARKS}+notify`,
  `${NS_STORAGE}+notify`,
  `${NS_NICK}+notify`,
  `${NS_MDS}+notify`,
];

/** What the daemon's full JID answers. Frontends add to it before the account starts, so that XEP-0115 tells all of it. */
export interface IqResponder {
  register(handler: IqHandler, signal: AbortSignal): void;
  /** The answer to a request; `undefined` where there is none to give, or a frontend gives it itself. */
  answer(stanza: Stanza): Element | undefined;
  /** The `<c/>` by which others learn what we can. */
  caps(): Element;
}

export function openIqResponder(context: AccountContext): IqResponder {
  const handlers = new Set<IqHandler>();

  function features(): string[] {
    return [...new Set([...ownFeatures, ...[...handlers].flatMap((handler) => handler.features ?? [])])];
  }

  function hash(): string {
    return capsVersion(identities, features());
  }

  function info(element: Element, node: string | undefined): Element {
    if (node === undefined || node === `${NODE}#${hash()}`) return resultAnswer(element, discoInfo(identities, features(), node));
    for (const handler of handlers) {
      const own = handler.info?.(node);
      if (own) return resultAnswer(element, own);
    }
    return errorAnswer(element, { type: 'cancel', condition: 'item-not-found' });
  }

  function items(element: Element, node: string | undefined, to: string): Element {
    for (const handler of handlers) {
      const own = node === undefined ? undefined : handler.items?.(node, to);
      if (own) return resultAnswer(element, own);
    }
    return node === undefined ? resultAnswer(element, discoItems([])) : errorAnswer(element, { type: 'cancel', condition: 'item-not-found' });
  }

  /** For the account's own resources and its server alone. */
  function answerOwn(stanza: Stanza, query: Element): Element | undefined {
    const { element, type } = stanza;
    const handler = [...handlers].find((one) => query.is(one.name, one.xmlns) && one.types.some((t) => t === type));
    if (handler) return handler.handle(stanza, query);
    const node: unknown = query.attrs['node'];
    const at = typeof node === 'string' ? node : undefined;
    if (type === 'get' && query.is('query', NS_VERSION)) return resultAnswer(element, versionAnswer('Minimix', packageJson.version));
    if (type === 'get' && query.is('query', NS_DISCO_INFO)) return info(element, at);
    if (type === 'get' && query.is('query', NS_DISCO_ITEMS)) return items(element, at, stanza.to);
    return errorAnswer(element, { type: 'cancel', condition: 'service-unavailable' });
  }

  return {
    register(handler, signal) {
      handlers.add(handler);
      signal.addEventListener('abort', () => handlers.delete(handler), { once: true });
    },
    caps: () => capsElement(NODE, hash()),
    /** Pings come from rooms too (XEP-0410 reflects our own). RFC 6120 8.2.3: what is not understood gets an error. */
    answer(stanza) {
      const { element, type } = stanza;
      if (type !== 'get' && type !== 'set') return undefined;
      const query = element.children.find((child): child is Element => typeof child !== 'string');
      const bare = bareOf(stanza.from);
      const own = stanza.from === '' || bare === context.jid;
      const pings = type === 'get' && query?.is('ping', NS_PING);
      if (pings && (own || context.room(bare) !== undefined)) return resultAnswer(element);
      if (query && own) return answerOwn(stanza, query);
      // XEP-0115 6.2: whoever was sent our presence asks what its hash is of. The hash is the same for all of one version: who knows that and
      // our resource learns that we are here, as of any client
      const told = type === 'get' && query?.is('query', NS_DISCO_INFO) && query.attrs['node'] === `${NODE}#${hash()}`;
      if (told) return info(element, `${NODE}#${hash()}`);
      const reserved = [...handlers].some((one) => query?.is(one.name, one.xmlns));
      return reserved ? errorAnswer(element, { type: 'auth', condition: 'forbidden' }) : errorAnswer(element, { type: 'cancel', condition: 'service-unavailable' });
    },
  };
}
