import { basicFields, filled, noBookmarks, sameBasics, sameBookmark, sameUnknown } from './bookmark.ts';
import type { BasicField, Bookmark, BookmarkList, StorageName } from './bookmark.ts';

/** One storage: what it held when it was last agreed with, and what it holds now. */
export interface StorageView {
  readonly name: StorageName;
  /** `undefined` where it was never looked at: then nothing of it can be gone. */
  readonly before: BookmarkList | undefined;
  readonly now: BookmarkList;
  /** One list that each client writes whole, and without what it does not know (XEP-0048). */
  readonly whole: boolean;
  /** `live`: one write, or the events of one breath. `look`: all that happened since the last look. */
  readonly seen: 'live' | 'look';
  /** What is gone may have been pushed out: the storage keeps fewer than it was given. */
  readonly evicts: boolean;
}

export interface MergeInput {
  readonly agreed: BookmarkList;
  /** The storage that counts most first. */
  readonly views: readonly StorageView[];
  /** Rooms whose removal waits for the person. */
  readonly held: ReadonlySet<string>;
  /** What a client has just removed may be the first of several: it waits for the end of the breath. */
  readonly breathing: boolean;
  /** What a room's bookmark was before, for values that a stale client brings back. */
  readonly past: (room: string) => readonly Bookmark[];
}

interface BookmarkChange {
  readonly room: string;
  readonly storage: StorageName;
  readonly before: Bookmark | undefined;
  readonly after: Bookmark | undefined;
  readonly cause: string;
}

interface HeldRemoval {
  readonly storage: StorageName;
  readonly rooms: readonly string[];
  readonly cause: string;
}

export interface PendingRemoval {
  readonly storage: StorageName;
  readonly room: string;
}

/** What a storage should hold, and how it gets there. */
export interface StorageWrite {
  readonly target: BookmarkList;
  readonly put: readonly Bookmark[];
  readonly remove: readonly string[];
}

export interface Merged {
  readonly list: BookmarkList;
  readonly changes: readonly BookmarkChange[];
  readonly held: readonly HeldRemoval[];
  /** Rooms whose removal waits for the end of the breath, by the storage in which it was seen. */
  readonly pending: readonly PendingRemoval[];
  /** Rooms that were held, and that a client has put back by itself. */
  readonly returned: readonly string[];
  /** Only storages that differ. */
  readonly writes: ReadonlyMap<StorageName, StorageWrite>;
}

interface Difference {
  readonly added: readonly Bookmark[];
  readonly edited: readonly { readonly before: Bookmark; readonly now: Bookmark }[];
  readonly gone: readonly string[];
}

/** What the merge knows while it goes through the storages. */
interface Work {
  readonly input: MergeInput;
  readonly list: Map<string, Bookmark>;
  /** By room: the fields that a storage which counts more has changed. */
  readonly touched: Map<string, Set<BasicField>>;
  readonly sources: Map<string, StorageName>;
  readonly held: HeldRemoval[];
  /** One alone by storage: with others of the same breath it is held. */
  readonly single: PendingRemoval[];
  readonly returned: string[];
}

/**
 * Three ways: what each storage changed since it was last agreed with is applied to the agreed list, and the list is
 * what each storage should hold then. A change beats a removal. Pure, and a fixed point: merged again, nothing happens.
 */
export function mergeBookmarks(input: MergeInput): Merged {
  const { agreed, views } = input;
  const work: Work = { input, list: new Map(agreed), touched: new Map(), sources: new Map(), held: [], single: [], returned: [] };
  for (const view of views) applyView(work, view);
  const pending = removeSingle(work);
  const waiting = new Set([...input.held, ...work.held.flatMap(({ rooms }) => rooms), ...pending.map(({ room }) => room)]);
  for (const room of work.returned) waiting.delete(room);
  const writes = new Map<StorageName, StorageWrite>();
  for (const view of views) {
    const write = writeFor(view, work.list, waiting);
    if (write.put.length > 0 || write.remove.length > 0) writes.set(view.name, write);
  }
  return { list: work.list, changes: changesOf(work), held: work.held, pending, returned: [...new Set(work.returned)], writes };
}

function applyView(work: Work, view: StorageView): void {
  const found = differenceOf(work.input, view);
  const others = found.added.length + found.edited.length;
  const stale = view.whole && view.seen === 'live' && others + found.gone.length > 1;
  for (const bookmark of found.added) add(work, view, { bookmark, stale });
  for (const { before, now } of found.edited) edit(work, view, { before, now, stale });
  const gone = found.gone.filter((room) => !work.touched.has(room));
  if (gone.length === 0 || view.evicts) return;
  const doubtful = gone.length > 1 || (view.seen === 'live' && others > 0);
  if (doubtful) {
    const what = gone.length > 1 ? `${gone.length} rooms disappeared at once` : 'a room disappeared together with other changes';
    work.held.push({ storage: view.name, rooms: gone, cause: `${what}: a client with an outdated list writes like this` });
    return;
  }
  for (const room of gone) {
    if (view.seen === 'live') work.single.push({ storage: view.name, room });
    else removeFrom(work, view.name, room);
  }
}

function removeFrom(work: Work, storage: StorageName, room: string): void {
  work.list.delete(room);
  work.sources.set(room, storage);
}

/** Removals that were seen one by one are several as well. Returns those that wait for the end of the breath. */
function removeSingle(work: Work): PendingRemoval[] {
  const { input, held } = work;
  const single = work.single.filter(({ room }) => !work.touched.has(room)); // a change beats a removal
  if (new Set(single.map(({ room }) => room)).size > 1) {
    for (const { storage, room } of single) held.push({ storage, rooms: [room], cause: 'several rooms disappeared one after the other: a client that tidies up writes like this' });
    return [];
  }
  if (input.breathing) return single;
  for (const { storage, room } of single) removeFrom(work, storage, room);
  return [];
}

/** What somebody else did to the storage: what only brings it to the agreed list was us. */
function differenceOf({ agreed, held }: MergeInput, { before, now, whole }: StorageView): Difference {
  const known = before ?? noBookmarks;
  const same = whole ? sameBasics : sameBookmark;
  const news = [...now.values()].filter((bookmark) => {
    const one = agreed.get(bookmark.room);
    return one === undefined || !same(one, bookmark);
  });
  return {
    added: [...news.filter(({ room }) => !known.has(room)), ...[...now.values()].filter(({ room }) => held.has(room) && !known.has(room))],
    edited: news.flatMap((bookmark) => {
      const old = known.get(bookmark.room);
      return old && !same(old, bookmark) ? [{ before: old, now: bookmark }] : [];
    }),
    gone: [...known.keys()].filter((room) => !now.has(room) && agreed.has(room) && !held.has(room)),
  };
}

function add(work: Work, view: StorageView, { bookmark, stale }: { bookmark: Bookmark; stale: boolean }): void {
  const { room } = bookmark;
  const { input, list } = work;
  // what one list removed and another brings back in the same breath is still what it was
  const { extensions = [], attributes = {}, others = [] } = input.agreed.get(room) ?? {};
  const own = view.whole ? { ...bookmark, extensions, attributes, others } : bookmark;
  if (input.held.has(room) && view.before && !view.before.has(room)) work.returned.push(room);
  const known = list.get(room);
  if (known === undefined) {
    if (stale && input.past(room).some((old) => sameBasics(old, own))) return; // it was removed elsewhere, and is dead
    list.set(room, own);
  } else if (view.before === undefined) {
    list.set(room, filled(known, own));
  } else {
    change(work, view, { room, fields: basicFields.filter((field) => known[field] !== own[field]), now: own, stale });
    takeUnknown(work, view, own);
    return;
  }
  mark(work, { room, storage: view.name, fields: basicFields });
}

function edit(work: Work, view: StorageView, { before, now, stale }: { before: Bookmark; now: Bookmark; stale: boolean }): void {
  const { room } = now;
  const known = work.list.get(room);
  if (!known) return add(work, view, { bookmark: now, stale }); // removed here, changed there: a change beats a removal
  change(work, view, { room, fields: basicFields.filter((field) => before[field] !== now[field]), now, stale });
  if (view.whole || sameUnknown(before, now)) return;
  if (wasDropped(before, now)) return; // the list keeps it, and the storage will have it back
  setUnknown(work, view, now);
}

/** The storage was yet to get this room, and somebody else has put it there: what is nobody's here is theirs. */
function takeUnknown(work: Work, view: StorageView, now: Bookmark): void {
  const known = work.list.get(now.room);
  if (view.whole || unknowns(now) === 0 || !known || sameUnknown(known, now)) return;
  setUnknown(work, view, now);
}

function setUnknown(work: Work, view: StorageView, { room, extensions, attributes, others }: Bookmark): void {
  const known = work.list.get(room);
  if (!known) return;
  work.list.set(room, { ...known, extensions, attributes, others });
  mark(work, { room, storage: view.name, fields: [] });
}

function unknowns({ extensions, others, attributes }: Bookmark): number {
  return extensions.length + others.length + Object.keys(attributes).length;
}

/**
 * Whether a client wrote the bookmark without what it does not know. One that takes out the only extension and changes
 * nothing else means to (an unpinned room); one that changes something, and keeps nothing, has dropped it.
 */
function wasDropped(before: Bookmark, now: Bookmark): boolean {
  return unknowns(now) === 0 && (unknowns(before) > 1 || !sameBasics(before, now));
}

function change(
  work: Work,
  view: StorageView,
  { room, fields, now, stale }: { room: string; fields: readonly BasicField[]; now: Bookmark; stale: boolean },
): void {
  const known = work.list.get(room);
  if (!known) return;
  const past = stale ? work.input.past(room) : [];
  const alive = fields.filter((field) => {
    const dead = past.some((old) => old[field] === now[field]);
    return !dead && work.touched.get(room)?.has(field) !== true;
  });
  if (alive.length === 0) return;
  work.list.set(room, { ...known, ...Object.fromEntries(alive.map((field) => [field, now[field]])) });
  mark(work, { room, storage: view.name, fields: alive });
}

function mark(work: Work, { room, storage, fields }: { room: string; storage: StorageName; fields: readonly BasicField[] }): void {
  const touched = work.touched.get(room) ?? new Set();
  for (const field of fields) touched.add(field);
  work.touched.set(room, touched);
  if (!work.sources.has(room)) work.sources.set(room, storage);
}

function changesOf({ input, list, sources }: Work): BookmarkChange[] {
  return [...sources].flatMap(([room, storage]) => {
    const [before, after] = [input.agreed.get(room), list.get(room)];
    return sameBookmark(before, after) ? [] : [{ room, storage, before, after, cause: causeOf(before, after) }];
  });
}

/** What a change is, in a few words. */
function causeOf(before: Bookmark | undefined, after: Bookmark | undefined): string {
  if (!after) return 'removed by a client';
  if (!before) return 'added by a client';
  const fields: string[] = basicFields.filter((field) => before[field] !== after[field]);
  if (!sameUnknown(before, after)) fields.push('extensions');
  return `${fields.join(', ')} changed by a client`;
}

/** What waits for the person stays in each storage as it is. */
function writeFor({ now, whole }: StorageView, list: BookmarkList, waiting: ReadonlySet<string>): StorageWrite {
  const target = new Map<string, Bookmark>();
  for (const [room, bookmark] of list) {
    const there = now.get(room);
    if (waiting.has(room)) {
      if (there) target.set(room, there);
    } else {
      const own = { extensions: [], attributes: {}, others: [], ...there };
      const { extensions, attributes, others } = own;
      target.set(room, whole ? { ...bookmark, extensions, attributes, others } : bookmark);
    }
  }
  const put = [...target.values()].filter((bookmark) => !sameBookmark(bookmark, now.get(bookmark.room)));
  const remove = [...now.keys()].filter((room) => !target.has(room) && !waiting.has(room));
  for (const room of waiting) {
    const there = now.get(room);
    if (there && !target.has(room)) target.set(room, there);
  }
  return { target, put, remove };
}
