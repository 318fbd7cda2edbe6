// XEP-0402: PEP Native Bookmarks
import type { Bookmark } from '../../core/bookmark.ts';
import { parseBareJid } from '../../core/jid.ts';
import type { Element } from '../xml.ts';
import { xml } from '../xml.ts';
import type { PubsubItem } from './pubsub.ts';

export const NS_BOOKMARKS = 'urn:xmpp:bookmarks:1';

/** 3: one item; `undefined` where its id is no room's JID or it holds no conference. */
export function readBookmark(item: PubsubItem): Bookmark | undefined {
  const room = parseBareJid(item.id);
  const { payload } = item;
  if (room === undefined || !payload?.is('conference', NS_BOOKMARKS)) return undefined;
  const autojoin: unknown = payload.attrs['autojoin'];
  return {
    room,
    name: nonEmpty(payload.attrs['name']),
    autojoin: autojoin === 'true' || autojoin === '1',
    nick: nonEmpty(childText(payload, 'nick')),
    password: nonEmpty(childText(payload, 'password')),
    extensions: payload.getChild('extensions')?.toString(),
  };
}

/** The `<conference/>` of a bookmark, without its extensions. */
export function conference(bookmark: Bookmark): Element {
  const attrs: Record<string, string> = { xmlns: NS_BOOKMARKS };
  if (bookmark.name !== undefined) attrs['name'] = bookmark.name;
  if (bookmark.autojoin) attrs['autojoin'] = 'true';
  const element = xml('conference', attrs);
  if (bookmark.nick !== undefined) element.append(xml('nick', {}, bookmark.nick));
  if (bookmark.password !== undefined) element.append(xml('password', {}, bookmark.password));
  return element;
}

/** DESIGN: found whether or not the child carries the namespace itself. */
function childText(parent: Element, name: string): string | undefined {
  const child = parent.children.find((node): node is Element => typeof node !== 'string' && node.getName() === name);
  return child?.getText();
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
