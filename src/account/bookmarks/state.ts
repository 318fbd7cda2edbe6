import { noBookmarkMeta, storedBookmark, storedValues, type StoredBookmarkMeta } from '../../archive/stored-values.ts';
import type { Archive } from '../../archive/contract.ts';
import { noBookmarks, sameBookmark, storageNames } from '../../core/bookmark.ts';
import type { Bookmark, BookmarkList, StorageName } from '../../core/bookmark.ts';
import { readNotify, type NotifyIdentity, type NotifyLevel } from '../../xmpp/xep/bookmarks/notify.ts';
import type { BookmarkSettings, HeldBookmarks } from './contract.ts';
import type { Transaction, AccountContext } from '../context.ts';

/** What is agreed, what each storage held at that time, and what waits for the person. Kept on disk. */
export interface BookmarkState {
  list(): BookmarkList;
  /** `undefined` where the storage was never looked at. */
  before(storage: StorageName): BookmarkList | undefined;
  held(): readonly HeldBookmarks[];
  heldRooms(): ReadonlySet<string>;
  settings(): BookmarkSettings;
  /** Rooms that the person left here without it being told to the storages. */
  leftHere(): ReadonlySet<string>;
  /** Bookmarks that the room had, the last ones first; for what a stale client brings back. */
  past(room: string): readonly Bookmark[];
  /** The name of the room's bookmark. */
  called(room: string): string | undefined;
  /** XEP-0492, as the room's bookmark has it for that kind of client. */
  notify(room: string, identity?: NotifyIdentity): NotifyLevel | undefined;
  /** Inside a transaction: what is given is saved, and true after the commit. */
  save(transaction: Transaction, next: Partial<StateValues>): void;
  /** Inside a transaction: one line in the log. */
  record(transaction: Transaction, change: LoggedChange): void;
}

interface StateValues {
  readonly list: BookmarkList;
  readonly before: ReadonlyMap<StorageName, BookmarkList>;
  readonly held: readonly HeldBookmarks[];
  readonly settings: BookmarkSettings;
  readonly leftHere: ReadonlySet<string>;
}

export interface LoggedChange {
  readonly room: string;
  readonly storage: StorageName | 'minimix';
  readonly before: Bookmark | undefined;
  readonly after: Bookmark | undefined;
  readonly cause: string;
}

const LIST = 'list';
/** What is older is no value that a running client could still have. */
const PAST = 30 * 24 * 3600_000;
const PAST_OF_ROOM = 20;
const PAST_ENTRIES = 5_000;

export function openBookmarkState(context: AccountContext): BookmarkState {
  const { archive, jid } = context;
  const meta = archive.value(jid, storedValues.bookmarkMeta) ?? noBookmarkMeta;
  let values: StateValues = {
    list: load(LIST),
    before: new Map(meta.looked.map((name) => [name, load(name)])),
    held: meta.held,
    settings: meta.settings,
    leftHere: new Set(meta.leftHere),
  };
  /** What a transaction that is still open has saved so far. */
  const drafts = new WeakMap<Transaction, StateValues>();
  const past = new Map<string, Bookmark[]>();
  for (const entry of archive.bookmarkLog(jid, { limit: PAST_ENTRIES, after: context.now() - PAST })) {
    if (entry.before !== undefined) remember(storedBookmark.read(entry.before));
  }

  function load(place: string): BookmarkList {
    return new Map(archive.bookmarks(jid, place).map(({ room, value }) => [room, storedBookmark.read(value)]));
  }

  function saveList(place: string, before: BookmarkList, after: BookmarkList): void {
    for (const [room, bookmark] of after) {
      if (!sameBookmark(before.get(room), bookmark)) archive.setBookmark(jid, { place, room, value: storedBookmark.write(bookmark) });
    }
    for (const room of before.keys()) if (!after.has(room)) archive.setBookmark(jid, { place, room });
  }

  function remember(bookmark: Bookmark): void {
    const known = past.get(bookmark.room) ?? [];
    past.set(bookmark.room, [bookmark, ...known].slice(0, PAST_OF_ROOM));
  }

  return {
    list: () => values.list,
    before: (storage) => values.before.get(storage),
    held: () => values.held,
    heldRooms: () => new Set(values.held.flatMap(({ rooms }) => rooms)),
    settings: () => values.settings,
    leftHere: () => values.leftHere,
    past: (room) => (past.get(room) ?? []).filter((old) => !sameBookmark(old, values.list.get(room))),
    called: (room) => values.list.get(room)?.name?.trim(),
    notify(room, identity) {
      const bookmark = values.list.get(room);
      return bookmark && readNotify(bookmark.extensions, identity);
    },
    save(transaction, change) {
      const known = drafts.get(transaction) ?? values;
      const next = { ...known, ...change };
      drafts.set(transaction, next);
      if (next.list !== known.list) saveList(LIST, known.list, next.list);
      for (const name of storageNames) {
        const [old, now] = [known.before.get(name), next.before.get(name)];
        if (now && now !== old) saveList(name, old ?? noBookmarks, now);
      }
      const { held, settings, leftHere } = next;
      const kept: StoredBookmarkMeta = { held, settings, leftHere: [...leftHere], looked: [...next.before.keys()] };
      archive.setValue(jid, storedValues.bookmarkMeta, kept);
      transaction.onCommit(() => (values = next));
    },
    record(transaction, { room, storage, before, after, cause }) {
      const text = (bookmark: Bookmark | undefined): string | undefined => bookmark && storedBookmark.write(bookmark);
      archive.addToBookmarkLog({ account: jid, at: transaction.at, storage, room, before: text(before), after: text(after), cause });
      if (before) transaction.onCommit(() => remember(before));
    },
  };
}

/** Rooms that a new account does not enter here, though its bookmarks say so; before the account starts. */
export function keepRoomsOut(archive: Pick<Archive, 'value' | 'setValue'>, jid: string, rooms: readonly string[]): void {
  const meta = archive.value(jid, storedValues.bookmarkMeta) ?? noBookmarkMeta;
  const leftHere = [...new Set([...meta.leftHere, ...rooms])];
  archive.setValue(jid, storedValues.bookmarkMeta, { ...meta, leftHere });
}
