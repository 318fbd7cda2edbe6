import { noBookmarks, sameList } from '../../core/bookmark.ts';
import type { Bookmark, StorageName } from '../../core/bookmark.ts';
import type { Merged, StorageView, StorageWrite } from '../../core/bookmark-merge.ts';
import type { PubsubEvent } from '../../xmpp/xep/service/pubsub.ts';
import { bridgesOf, type StorageLook } from './bridges.ts';
import type { StorageSummary } from './contract.ts';
import type { OwnWriteEchoes } from './own-write-echoes.ts';
import { NOT_PRIVATE } from '../server/private-node.ts';
import type { BookmarkState } from './state.ts';
import type { StorageContent, BookmarkStorage } from './storage.ts';
import { afterWrite, lost } from './written.ts';
import type { AccountContext } from '../context.ts';

/** Who left within that time may have written what we have just heard of. */
const JUST_NOW = 5_000;
/** No server keeps less; what is missing from a smaller list was taken out by somebody. */
const SMALLEST_STORAGE = 100;
const MAX_TOUCHED = 10_000;

/** What each storage holds, as far as reads, events and our own writes tell. */
interface Mirror {
  /** A new login: nothing is known any more. */
  forget(): void;
  loaded(looks: readonly StorageLook[], features: ReadonlySet<string>): void;
  /** `undefined` where it was not read, or the server shows it as another one's list. */
  of(name: StorageName): StorageContent | undefined;
  /** Those that have to be kept in step. */
  active(): BookmarkStorage[];
  /** A storage was looked at. */
  see(name: StorageName, content: StorageContent): void;
  /** Reads an event of a storage's node. True where it brought something. */
  hear(storage: BookmarkStorage, event: PubsubEvent): boolean;
  /** For the merge; what a look brought counts once. */
  views(): StorageView[];
  /** What is to be written there; `undefined` for nothing. */
  wishFor(storage: BookmarkStorage, content: StorageContent, merged: Merged): StorageWrite | undefined;
  /** Since when its writer may have been online (milliseconds since the epoch): live, just now; else since the last look but one. */
  suspectsSince(name: StorageName): number;
  /** Grows with each event. */
  clock(): number;
  written(storage: BookmarkStorage, wish: StorageWrite, since: number): void;
  refused(name: StorageName, refusal: string): void;
  /** A look after our writes: true where it corrects what we knew. */
  corrected(storage: BookmarkStorage, fresh: StorageContent): boolean;
  summaries(): StorageSummary[];
}

export function openMirror(context: AccountContext, state: BookmarkState, { all, echoes }: { all: readonly BookmarkStorage[]; echoes: OwnWriteEchoes }): Mirror {
  const { log } = context;
  const contents = new Map<StorageName, StorageContent>();
  const trouble = new Map<StorageName, string>();
  const looks = new Set<StorageName>();
  const evicting = new Set<StorageName>();
  /** Rooms that did not stay though they were written: the storage has no place for more. */
  const full = new Map<StorageName, ReadonlySet<string>>();
  /** When (by the clock) an event last told of a room, or of a whole list under its storage's name. */
  const touched = new Map<string, number>();
  /** When each storage was looked at, and the time before that: whoever wrote in between may be gone by now. */
  const looked = new Map<StorageName, { readonly last: number; readonly before: number }>();
  let sameAs: ReadonlyMap<StorageName, StorageName> = new Map();
  let clock = 0;

  function see(name: StorageName, content: StorageContent): void {
    contents.set(name, content);
    const last = context.now();
    looked.set(name, { last, before: looked.get(name)?.last ?? last });
  }

  const active = (): BookmarkStorage[] => all.filter(({ name }) => contents.has(name) && !sameAs.has(name));

  function viewOf({ name, whole }: BookmarkStorage): StorageView {
    const { list, broken } = contents.get(name) ?? { list: noBookmarks, broken: [] };
    const before = state.before(name);
    const unread = broken.flatMap((room): [string, Bookmark][] => {
      const known = list.has(room) ? undefined : before?.get(room);
      return known ? [[room, known]] : []; // it is there, and somebody spoilt it: that is no removal
    });
    const now = unread.length === 0 ? list : new Map([...list, ...unread]);
    return { name, whole, now, before: before && echoes.without(name, before, now), seen: looks.has(name) ? 'look' : 'live', evicts: evicting.has(name) || full.has(name) };
  }

  return {
    active,
    see,
    of: (name) => (sameAs.has(name) ? undefined : contents.get(name)),
    clock: () => clock,
    forget() {
      for (const known of [contents, trouble, full, evicting]) known.clear();
    },
    loaded(found, features) {
      for (const { storage: { name }, evicts, content } of found) {
        if ('refused' in content) {
          trouble.set(name, `The server does not hand it out: ${content.refused}.`);
          continue;
        }
        see(name, content);
        looks.add(name);
        if (evicts) evicting.add(name);
      }
      sameAs = bridgesOf(features, contents);
      for (const [name, why] of trouble) log('info', `bookmarks: ${name}: ${why}`);
    },
    hear(storage, event) {
      const content = contents.get(storage.name);
      if (!content || sameAs.has(storage.name)) return false;
      const now = storage.follow(content, event);
      if (storage.whole && echoes.isLate(storage.name, now.list)) return false;
      clock += 1;
      for (const id of [...event.published.map((item) => item.id), ...event.retracted]) touched.set(storage.whole ? storage.name : id, clock);
      if (event.emptied) touched.set(storage.name, clock);
      if (touched.size > MAX_TOUCHED) touched.clear();
      contents.set(storage.name, now);
      echoes.heard(storage.name, now.list);
      return true;
    },
    views() {
      const views = active().map(viewOf);
      looks.clear();
      evicting.clear();
      return views;
    },
    wishFor({ name }, content, { writes, list }) {
      const found = writes.get(name) ?? (content.odd.length > 0 ? { target: list, put: [], remove: [] } : undefined);
      const lacks = full.get(name);
      if (!found || !lacks) return found;
      const put = found.put.filter(({ room }) => !lacks.has(room));
      return put.length + found.remove.length === 0 ? undefined : { ...found, put };
    },
    suspectsSince(name) {
      const byLook = all.find((one) => one.name === name)?.node === undefined;
      return Math.min(context.now() - JUST_NOW, byLook ? (looked.get(name)?.before ?? Infinity) : Infinity);
    },
    written(storage, wish, since) {
      trouble.delete(storage.name);
      const now = contents.get(storage.name);
      if (now) contents.set(storage.name, afterWrite(storage, { content: now, write: wish, told: (what) => (touched.get(what) ?? 0) > since }));
    },
    refused(name, refusal) {
      trouble.set(name, refusal === NOT_PRIVATE ? 'Other people could read it, and the server does not let Minimix make it private. Minimix writes nothing there.' : `The server does not let Minimix write it: ${refusal}.`);
      log('warn', `bookmarks: ${name} could not be written: ${refusal}`);
    },
    corrected({ name, whole }, fresh) {
      const known = contents.get(name);
      if (!known || sameList(fresh.list, known.list)) return false;
      const missing = lost(known.list, fresh.list);
      if (missing.size > 0 && !whole && fresh.list.size >= SMALLEST_STORAGE) {
        full.set(name, missing);
        trouble.set(name, `The server stores at most ${fresh.list.size} bookmarks there: ${missing.size} are missing.`);
        log('warn', `bookmarks: ${name} keeps ${fresh.list.size} and no more`);
      }
      see(name, fresh);
      return true;
    },
    summaries: () => all.map(({ name }) => ({ name, sameAs: sameAs.get(name), rooms: contents.get(name)?.list.size ?? 0, readable: contents.has(name), trouble: trouble.get(name) })),
  };
}
