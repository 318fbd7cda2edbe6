// XEP-0048 1.2: Bookmarks, one list, in PEP or in XEP-0049
import type { BookmarkList, FoundBookmark } from '../../../core/bookmark.ts';
import { parseBareJid } from '../../../core/jid.ts';
import type { Element } from '../../xml.ts';
import { parseElement, xml } from '../../xml.ts';
import { canonical } from './bookmarks-xml.ts';
import { fillConference, readConference } from './bookmarks.ts';
import type { PubsubItem } from '../service/pubsub.ts';

export const NS_STORAGE = 'storage:bookmarks';
const NS_PRIVATE = 'jabber:iq:private';
/** XEP-0411: the server shows the same list in PEP and in XEP-0049. */
export const FEATURE_CONVERSION = 'urn:xmpp:bookmarks-conversion:0';

/** 3.2: for the person alone. */
export const storageNodeOptions: Readonly<Record<string, string>> = {
  'pubsub#persist_items': 'true',
  'pubsub#access_model': 'whitelist',
};

export interface StoredList {
  readonly found: readonly FoundBookmark[];
  /** What is no room that can be read (URLs among it), as canonical text. */
  readonly kept: readonly string[];
}

/** A `<storage/>` as it was found. */
export function readStorage(element: Element | undefined): StoredList {
  const found: FoundBookmark[] = [];
  const kept: string[] = [];
  for (const child of element?.children ?? []) {
    if (typeof child === 'string') continue;
    const id: unknown = child.attrs['jid'];
    const room = child.getName() === 'conference' && typeof id === 'string' ? parseBareJid(id) : undefined;
    if (room === undefined || typeof id !== 'string') kept.push(canonical(child));
    else found.push({ id, bookmark: readConference(room, child) });
  }
  return { found, kept };
}

/** The `<storage/>` that holds a list. */
export function storage(list: BookmarkList, kept: readonly string[]): Element {
  const rooms = [...list.values()].map((bookmark) => fillConference(xml('conference', { jid: bookmark.room }), bookmark));
  return xml('storage', { xmlns: NS_STORAGE }, ...rooms, ...kept.map((text) => parseElement(text)));
}

/** The list in a PEP node's items: the one called `current`, else the last. */
export function storageIn(items: readonly PubsubItem[]): StoredList {
  const payloads = [...items.filter(({ id }) => id === 'current'), ...items.toReversed()].map(({ payload }) => payload);
  return readStorage(payloads.find((payload) => payload?.is('storage', NS_STORAGE)));
}

/** XEP-0049 2.2. */
export function privateQuery(): Element {
  return xml('iq', { type: 'get' }, xml('query', { xmlns: NS_PRIVATE }, xml('storage', { xmlns: NS_STORAGE })));
}

export function readPrivate(iq: Element): StoredList {
  return readStorage(iq.getChild('query', NS_PRIVATE)?.getChild('storage', NS_STORAGE));
}

/** XEP-0049 2.1. */
export function privateSet(list: BookmarkList, kept: readonly string[]): Element {
  return xml('iq', { type: 'set' }, xml('query', { xmlns: NS_PRIVATE }, storage(list, kept)));
}
