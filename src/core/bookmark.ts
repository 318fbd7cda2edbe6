/** A bookmarked room, the same whatever storage it lies in (XEP-0402, XEP-0048). */
export interface Bookmark {
  /** The room's bare JID, in its normal form. */
  readonly room: string;
  readonly name: string | undefined;
  readonly autojoin: boolean;
  readonly nick: string | undefined;
  readonly password: string | undefined;
  /** The children of `<extensions/>`, each as canonical text that stands alone. */
  readonly extensions: readonly string[];
  /** Attributes of `<conference/>` that are nobody's here. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Children of `<conference/>` that are nobody's here, as canonical text. */
  readonly others: readonly string[];
}

/** XEP-0402; XEP-0048 in PEP; XEP-0048 in XEP-0049. The first is the one that counts most. */
export const storageNames = ['native', 'pep', 'private'] as const;
export type StorageName = (typeof storageNames)[number];

export type BookmarkList = ReadonlyMap<string, Bookmark>;

export const noBookmarks: BookmarkList = new Map();

/** A bookmark of which nothing but the room is known. */
export function newBookmark(room: string): Bookmark {
  return {
    room,
    name: undefined,
    autojoin: false,
    nick: undefined,
    password: undefined,
    extensions: [],
    attributes: {},
    others: [],
  };
}

/** What every storage can hold. */
export const basicFields = ['name', 'autojoin', 'nick', 'password'] as const;
export type BasicField = (typeof basicFields)[number];

export function sameBasics(a: Bookmark, b: Bookmark): boolean {
  return basicFields.every((field) => a[field] === b[field]);
}

/** Whether two bookmarks mean the same, all that is unknown included. */
export function sameBookmark(a: Bookmark | undefined, b: Bookmark | undefined): boolean {
  if (!a || !b) return a === b;
  return a.room === b.room && sameBasics(a, b) && sameUnknown(a, b);
}

/** Attributes have no order (XML 1.0 3.1), elements do. */
export function sameUnknown(a: Bookmark, b: Bookmark): boolean {
  const names = Object.keys(a.attributes);
  if (names.length !== Object.keys(b.attributes).length) return false;
  if (names.some((name) => a.attributes[name] !== b.attributes[name])) return false;
  return sameTexts(a.extensions, b.extensions) && sameTexts(a.others, b.others);
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

export function sameList(a: BookmarkList, b: BookmarkList): boolean {
  return a.size === b.size && [...a].every(([room, bookmark]) => sameBookmark(bookmark, b.get(room)));
}

/** One entry of a storage as it was found, under the address that it was found under. */
export interface FoundBookmark {
  readonly id: string;
  readonly bookmark: Bookmark;
}

/**
 * One bookmark a room: entries whose addresses differ in case alone are one, the one with the normal address counting
 * most. `odd` are the addresses that are not normal.
 */
export function foldFound(found: readonly FoundBookmark[]): { list: BookmarkList; odd: readonly string[] } {
  const list = new Map<string, Bookmark>();
  const normalFirst = found.toSorted((a, b) => Number(b.id === b.bookmark.room) - Number(a.id === a.bookmark.room));
  for (const { bookmark } of normalFirst) {
    const known = list.get(bookmark.room);
    list.set(bookmark.room, known ? filled(known, bookmark) : bookmark);
  }
  return { list, odd: found.flatMap(({ id, bookmark }) => (id === bookmark.room ? [] : [id])) };
}

/** The bookmark, with what it lacks taken from another of the same room. */
export function filled(bookmark: Bookmark, other: Bookmark): Bookmark {
  return {
    ...bookmark,
    name: bookmark.name ?? other.name,
    nick: bookmark.nick ?? other.nick,
    password: bookmark.password ?? other.password,
    extensions: bookmark.extensions.length > 0 ? bookmark.extensions : other.extensions,
    attributes: { ...other.attributes, ...bookmark.attributes },
    others: bookmark.others.length > 0 ? bookmark.others : other.others,
  };
}
