// XEP-0402 1.2: PEP Native Bookmarks
import type { Bookmark } from '../../../core/bookmark.ts';
import { parseBareJid } from '../../../core/jid.ts';
import type { Element } from '../../xml.ts';
import { parseElement, xml } from '../../xml.ts';
import { canonical, foreignAttributes, writtenAttributes } from './bookmarks-xml.ts';
import { NS_CLIENT } from '../service/namespaces.ts';
import type { PubsubItem } from '../service/pubsub.ts';

export const NS_BOOKMARKS = 'urn:xmpp:bookmarks:1';
/** 6: the server shows the same list as XEP-0049, and as XEP-0048 in PEP. */
export const FEATURE_COMPAT = `${NS_BOOKMARKS}#compat`;
export const FEATURE_COMPAT_PEP = `${NS_BOOKMARKS}#compat-pep`;

/** 3.3: the node keeps all, for ever, for the person alone. */
export const bookmarkNodeOptions: Readonly<Record<string, string>> = {
  'pubsub#persist_items': 'true',
  'pubsub#max_items': 'max',
  'pubsub#send_last_published_item': 'never',
  'pubsub#access_model': 'whitelist',
};

const known = new Set(['nick', 'password', 'extensions']);

/** 3: one item; `undefined` where its id is no room's JID or it holds no conference. */
export function readBookmark(item: PubsubItem): Bookmark | undefined {
  const room = parseBareJid(item.id);
  const { payload } = item;
  return room === undefined || !payload?.is('conference', NS_BOOKMARKS) ? undefined : readConference(room, payload);
}

/** What a `<conference/>` says, of whichever format. */
export function readConference(room: string, element: Element): Bookmark {
  const autojoin: unknown = element.attrs['autojoin'];
  const own = element.children.filter((child): child is Element => typeof child !== 'string');
  const [ours, others] = [own.filter((child) => isOurs(element, child)), own.filter((child) => !isOurs(element, child))];
  const find = (name: string): Element | undefined => ours.find((child) => child.getName() === name);
  const extensions = find('extensions')?.children.filter((child): child is Element => typeof child !== 'string') ?? [];
  return {
    room,
    name: nonEmpty(element.attrs['name']),
    autojoin: autojoin === 'true' || autojoin === '1',
    nick: nonEmpty(find('nick')?.getText()),
    password: nonEmpty(find('password')?.getText()),
    extensions: extensions.map((child) => canonical(child)),
    attributes: foreignAttributes(element, ['name', 'autojoin', 'jid']),
    others: others.map((child) => canonical(child)),
  };
}

/** Finds the child with or without its namespace: servers that bridge bookmarks lose it. */
function isOurs(parent: Element, child: Element): boolean {
  const namespace = child.getNS() ?? '';
  return known.has(child.getName()) && ['', NS_CLIENT, parent.getNS() ?? ''].includes(namespace);
}

/** The `<conference/>` of a bookmark, all of it. */
export function conference(bookmark: Bookmark): Element {
  return fillConference(xml('conference', { xmlns: NS_BOOKMARKS }), bookmark);
}

/** Puts all that a bookmark says into a `<conference/>`. */
export function fillConference(element: Element, { name, autojoin, nick, password, extensions, attributes, others }: Bookmark): Element {
  Object.assign(element.attrs, writtenAttributes(attributes), name === undefined ? {} : { name }, autojoin ? { autojoin: 'true' } : {});
  if (nick !== undefined) element.append(xml('nick', {}, nick));
  if (password !== undefined) element.append(xml('password', {}, password));
  for (const text of others) element.append(parseElement(text));
  if (extensions.length > 0) element.append(xml('extensions', {}, ...extensions.map((text) => parseElement(text))));
  return element;
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
