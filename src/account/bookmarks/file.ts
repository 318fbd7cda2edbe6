import { z } from 'zod';
import { foldFound } from '../../core/bookmark.ts';
import type { Bookmark } from '../../core/bookmark.ts';
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { parseBareJid } from '../../core/jid.ts';
import { conference, NS_BOOKMARKS, readBookmark } from '../../xmpp/xep/bookmarks/bookmarks.ts';
import { NS_STORAGE, readStorage } from '../../xmpp/xep/bookmarks/legacy-bookmarks.ts';
import { NS_PUBSUB } from '../../xmpp/xep/service/pubsub.ts';
import { parseElement, xml } from '../../xmpp/xml.ts';
import type { Element } from '../../xmpp/xml.ts';
import { MAX_BOOKMARKS } from './storage.ts';

const MAX_FILE = 4 * 1024 * 1024;
const MAX_DEPTH = 50;

const text = z.string().max(10_000);
const field = text.min(1).optional();
/** Something that a stream could have brought: one element, and no deep one. */
const element = text.refine(isElement, 'is not one element of XML');
const jsonFile = z.object({
  bookmarks: z.array(z.object({
    room: text,
    name: field,
    autojoin: z.boolean().default(false),
    nick: field,
    password: field,
    extensions: z.array(element).max(50).default([]),
    attributes: z.record(z.string().regex(/^(\{[^{}]*\})?[\p{L}_][\p{L}\p{N}_.-]*$/u), text).default({}),
    others: z.array(element).max(50).default([]),
  })).max(MAX_BOOKMARKS),
});

/** The list as a file of the person's own: the items of XEP-0402, or JSON. */
export function exportBookmarks(list: readonly Bookmark[], format: 'xml' | 'json'): string {
  if (format === 'json') return `${JSON.stringify({ bookmarks: list }, undefined, 2)}\n`;
  const items = xml('items', { xmlns: NS_PUBSUB, node: NS_BOOKMARKS });
  for (const bookmark of list) items.append(xml('item', { id: bookmark.room }, conference(bookmark)));
  return `${items.toString()}\n`;
}

/** Reads what `exportBookmarks` wrote, and the `<storage/>` of XEP-0048 too. */
export function importBookmarks(file: string): Result<readonly Bookmark[]> {
  if (file.length > MAX_FILE) return fail('too-large', 'The file is too large for a list of bookmarks.');
  return file.trimStart().startsWith('{') ? fromJson(file) : fromXml(file.trim());
}

function fromJson(file: string): Result<readonly Bookmark[]> {
  let json: unknown;
  try {
    json = JSON.parse(file);
  } catch (cause) {
    return fail('unreadable', 'The file is not JSON.', cause);
  }
  const read = jsonFile.safeParse(json);
  if (!read.success) return fail('unreadable', `The file is not a list of bookmarks: ${read.error.issues[0]?.path.join('.')} ${read.error.issues[0]?.message}.`, read.error);
  const found = read.data.bookmarks.flatMap(({ room, name, nick, password, ...rest }) => {
    const jid = parseBareJid(room);
    return jid === undefined ? [] : [{ id: room, bookmark: { room: jid, name, nick, password, ...rest } }];
  });
  return ok([...foldFound(found).list.values()]);
}

function fromXml(file: string): Result<readonly Bookmark[]> {
  let root: Element;
  try {
    root = parseElement(file.replace(/^<\?xml[^>]*\?>\s*/, ''));
  } catch (cause) {
    return fail('unreadable', 'The file is neither JSON nor one element of XML.', cause);
  }
  if (depthOf(root) > MAX_DEPTH) return fail('unreadable', 'The file is nested too deeply.');
  if (root.is('storage', NS_STORAGE)) return ok([...foldFound(readStorage(root).found.slice(0, MAX_BOOKMARKS)).list.values()]);
  const found = root.getChildren('item').slice(0, MAX_BOOKMARKS).flatMap((item) => {
    const id = String(item.attrs['id'] ?? '');
    const bookmark = readBookmark({ id, payload: item.children.find((child): child is Element => typeof child !== 'string') });
    return bookmark ? [{ id, bookmark }] : [];
  });
  return found.length === 0 ? fail('unreadable', 'The file contains no bookmarks.') : ok([...foldFound(found).list.values()]);
}

function isElement(candidate: string): boolean {
  try {
    return depthOf(parseElement(candidate)) <= MAX_DEPTH;
  } catch {
    return false; // the refusal says so
  }
}

function depthOf(root: Element): number {
  let depth = 0;
  for (let level: Element[] = [root]; level.length > 0 && depth <= MAX_DEPTH; depth += 1) {
    level = level.flatMap(({ children }) => children.filter((child): child is Element => typeof child !== 'string'));
  }
  return depth;
}
