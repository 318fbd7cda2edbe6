import packageJson from '../../package.json' with { type: 'json' };
import { bareOf } from '../core/jid.ts';
import { capsElement, capsVersion } from '../xmpp/features/caps.ts';
import { discoInfo, NS_DISCO_INFO, NS_DISCO_ITEMS, discoItems } from '../xmpp/features/disco.ts';
import type { Identity } from '../xmpp/features/disco.ts';
import { errorAnswer, resultAnswer } from '../xmpp/features/errors.ts';
import { NS_CAPS } from '../xmpp/features/caps.ts';
import { NS_PING } from '../xmpp/features/ping.ts';
import { NS_BOOKMARKS } from '../xmpp/features/bookmarks.ts';
import { NS_VERSION, versionAnswer } from '../xmpp/features/version.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Ground } from './ground.ts';

/** Where the project can be found; names the software in XEP-0115. */
const NODE = 'urn:minimix';
const identities: readonly Identity[] = [{ category: 'client', type: 'bot', name: 'Minimix' }];
const features: readonly string[] = [
  NS_CAPS,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_PING,
  NS_VERSION,
  `${NS_BOOKMARKS}+notify`,
];
const capsHash = capsVersion(identities, features);
const { version } = packageJson;

/** The `<c/>` by which others learn what we can. */
export function ownCaps(): Element {
  return capsElement(NODE, capsHash);
}

/**
 * Answers an IQ request. Pings come from rooms too (XEP-0410 reflects our own); what we are is told to the account's
 * own resources and its server alone. RFC 6120 8.2.3: whatever is not understood gets an error.
 */
export function answerIq(ground: Ground, stanza: Stanza): Element | undefined {
  const { element, type } = stanza;
  if (type !== 'get' && type !== 'set') return undefined;
  const query = element.children.find((child): child is Element => typeof child !== 'string');
  const own = stanza.from === '' || bareOf(stanza.from) === ground.jid;
  const known = ground.room(bareOf(stanza.from)) !== undefined;
  if (type === 'get' && query?.is('ping', NS_PING) && (own || known)) return resultAnswer(element);
  if (type === 'get' && own && query?.is('query', NS_VERSION)) return resultAnswer(element, versionAnswer('Minimix', version));
  if (type === 'get' && own && query?.is('query', NS_DISCO_ITEMS)) return resultAnswer(element, discoItems([]));
  if (type === 'get' && own && query?.is('query', NS_DISCO_INFO)) {
    const node: unknown = query.attrs['node'];
    if (node === undefined || node === `${NODE}#${capsHash}`) {
      return resultAnswer(element, discoInfo(identities, features, typeof node === 'string' ? node : undefined));
    }
    return errorAnswer(element, 'cancel', 'item-not-found');
  }
  return errorAnswer(element, 'cancel', 'service-unavailable');
}
