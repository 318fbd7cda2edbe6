import { noBookmarks, sameList } from '../core/bookmark.ts';
import type { Bookmark, StorageName } from '../core/bookmark.ts';
import { mergeBookmarks } from '../core/bookmark-merge.ts';
import type { Merged, StorageView, StorageWrite } from '../core/bookmark-merge.ts';
import { sentenceOf } from '../core/errors.ts';
import { discoInfoQuery, readDiscoInfo } from '../xmpp/features/disco.ts';
import { readPubsubEvent } from '../xmpp/features/pubsub.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import { bridgesOf } from './bookmarks-bridges.ts';
import type { HeldBookmarks, StorageSummary } from './bookmarks-contract.ts';
import { createEchoes } from './bookmarks-echoes.ts';
import { NOT_PRIVATE } from './bookmarks-node.ts';
import { createPace } from './bookmarks-pace.ts';
import type { BookmarkState, LoggedChange } from './bookmarks-state.ts';
import { nativeStorage, pepStorage, privateStorage } from './bookmarks-storage.ts';
import type { Content, Storage } from './bookmarks-storage.ts';
import { afterWrite, lost } from './bookmarks-written.ts';
import type { Draft, Ground } from './ground.ts';

/** Milliseconds. What one client writes comes in one breath, though a server that bridges makes many events of it. */
const BREATH = 100;
const LONGEST_BREATH = 1_000;
/** How long after the last write the storages are looked at again. */
const VERIFY = 1_500;
const POLL = 200;
const RETRY = 30_000;
const MAX_ROUNDS = 10;
/** Who left within that time may have written what we have just heard of. */
const JUST_NOW = 5_000;
/** No server keeps less; what is missing from a smaller list was taken out by somebody. */
const SMALLEST_STORAGE = 100;

/** Keeps the storages and the agreed list the same. */
export interface BookmarkSync {
  /** After a login: reads all storages and merges what happened meanwhile. */
  load(): Promise<void>;
  /** Reads an event of a bookmarks' node. True where the message was one. */
  receive(draft: Draft, stanza: Stanza): boolean;
  /** Another resource has come or gone: whoever writes XEP-0049 tells nobody. */
  stirred(): void;
  /** Brings the storages to the list, soon. */
  settle(): void;
  storages(): StorageSummary[];
  content(storage: StorageName): Content | undefined;
}

export interface SyncHooks {
  /** Inside the transaction: what clients changed; to be followed after the commit. */
  readonly changed: (draft: Draft, changes: readonly LoggedChange[]) => void;
  readonly held: (draft: Draft, held: HeldBookmarks) => void;
  /** Resources that were online at some time since then (milliseconds since the epoch). */
  readonly online: (since: number) => readonly string[];
}

export function openSync(ground: Ground, state: BookmarkState, hooks: SyncHooks): BookmarkSync {
  const { connection, jid, log } = ground;
  const all: readonly Storage[] = [nativeStorage(ground), pepStorage(ground), privateStorage(ground)];
  const contents = new Map<StorageName, Content>();
  const trouble = new Map<StorageName, string>();
  const looks = new Set<StorageName>();
  const evicting = new Set<StorageName>();
  /** Rooms that did not stay though they were written: the storage has no place for more. */
  const full = new Map<StorageName, ReadonlySet<string>>();
  /** When (by a counter) an event last told of a room, or of a whole list under its storage's name. */
  const touched = new Map<string, number>();
  const wrote = new Set<StorageName>();
  const pace = createPace(ground.now);
  const echoes = createEchoes(ground.now);
  const timers = new Map<string, NodeJS.Timeout>();
  /** When each storage was looked at, and the time before that: whoever wrote in between may be gone by now. */
  const looked = new Map<StorageName, { readonly last: number; readonly before: number }>();
  let sameAs: ReadonlyMap<StorageName, StorageName> = new Map();
  let clock = 0;
  let breathSince: number | undefined;
  let running = false;
  let again = false;
  let logins = 0;
  ground.signal.addEventListener('abort', () => {
    for (const timer of timers.values()) clearTimeout(timer);
  });

  function later(name: string, wait: number, work: () => void): void {
    clearTimeout(timers.get(name));
    if (ground.signal.aborted) return;
    const timer = setTimeout(() => {
      timers.delete(name);
      work();
    }, wait);
    timer.unref();
    timers.set(name, timer);
  }

  function see(name: StorageName, content: Content): void {
    contents.set(name, content);
    const last = ground.now();
    looked.set(name, { last, before: looked.get(name)?.last ?? last });
  }

  function guarded(what: string, work: () => Promise<void>): void {
    void work().catch((error: unknown) => log('error', `bookmarks: ${what}: ${sentenceOf(error)}`, { error }));
  }

  const active = (): Storage[] => all.filter(({ name }) => contents.has(name) && !sameAs.has(name));

  async function load(): Promise<void> {
    logins += 1;
    const login = logins;
    contents.clear();
    trouble.clear();
    full.clear();
    evicting.clear();
    const answer = await connection.iq(discoInfoQuery(jid));
    const features = (answer.ok ? readDiscoInfo(answer.element)?.features : undefined) ?? new Set<string>();
    const read = await Promise.all(all.map(async (storage) => {
      const evicts = await storage.prepare();
      return { storage, evicts, content: await storage.read() };
    }));
    if (login !== logins || ground.signal.aborted) return;
    for (const { storage: { name }, evicts, content } of read) {
      if ('refused' in content) {
        trouble.set(name, `The server does not give it: ${content.refused}.`);
        continue;
      }
      see(name, content);
      looks.add(name);
      if (evicts) evicting.add(name);
    }
    sameAs = bridgesOf(features, contents);
    for (const [name, why] of trouble) log('info', `bookmarks: ${name}: ${why}`);
    await settleNow();
    for (const { name } of active()) wrote.add(name); // what came before the server knew that we watch was told to nobody
    later('verify', VERIFY, () => guarded('the storages could not be looked at', verify));
  }

  function touch(draft: Draft, node: string, work: (storage: Storage, content: Content) => void): boolean {
    const storage = all.find((one) => one.node === node);
    if (!storage) return false;
    draft.afterwards(() => {
      const content = contents.get(storage.name);
      if (content && !sameAs.has(storage.name)) work(storage, content);
    });
    return true;
  }

  const breathing = (): boolean => breathSince !== undefined;

  function breathe(): void {
    const now = performance.now();
    breathSince ??= now;
    later('breath', Math.max(0, Math.min(BREATH, breathSince + LONGEST_BREATH - now)), () => {
      breathSince = undefined;
      settle();
    });
  }

  function settle(): void {
    guarded('the storages could not be brought to one', settleNow);
  }

  /** Merges and writes until nothing is left to do. What is still coming in is waited for: its end calls again. */
  async function settleNow(): Promise<void> {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        again = false;
        if (breathing()) return;
        if (connection.status().state !== 'online' || ground.signal.aborted || active().length === 0) return;
        const merged = merge();
        const done = await Promise.all(active().map((storage) => write(storage, merged)));
        if (!done.includes(true) && !again) return;
        if (wrote.size > 0) later('verify', VERIFY, () => guarded('the storages could not be looked at', verify));
      }
    } finally {
      running = false;
    }
  }

  function merge(): Merged {
    const views = active().map(viewOf);
    looks.clear();
    evicting.clear();
    const merged = mergeBookmarks({ agreed: state.list(), views, held: state.heldRooms(), past: state.past });
    const settled = views.every(({ name, now }) => {
      const before = state.before(name); // as it is on disk, our own writes not in it yet
      return before && sameList(before, now);
    });
    const { changes, held, returned } = merged;
    if (settled && changes.length + held.length + returned.length === 0) return merged;
    ground.transact((draft) => {
      for (const change of changes) state.record(draft, change);
      const kept = state.held()
        .map((one) => ({ ...one, rooms: one.rooms.filter((room) => !returned.includes(room)) }))
        .filter(({ rooms }) => rooms.length > 0);
      let id = Math.max(draft.at, ...kept.map((one) => one.id));
      const fresh = held.map((one): HeldBookmarks => ({ ...one, id: (id += 1), at: draft.at, online: hooks.online(suspectsSince(one.storage)) }));
      state.save(draft, { list: merged.list, before: new Map(views.map(({ name, now }) => [name, now])), held: [...kept, ...fresh] });
      draft.afterwards(echoes.agreed);
      for (const one of fresh) hooks.held(draft, one);
      hooks.changed(draft, changes);
    });
    return merged;
  }

  /** Live, somebody has just written; else it was since the last look but one. */
  function suspectsSince(name: StorageName): number {
    const storage = all.find((one) => one.name === name);
    return Math.min(ground.now() - JUST_NOW, storage?.node === undefined ? (looked.get(name)?.before ?? Infinity) : Infinity);
  }

  function viewOf({ name, whole }: Storage): StorageView {
    const { list, broken } = contents.get(name) ?? { list: noBookmarks, broken: [] };
    const before = state.before(name);
    const unread = broken.flatMap((room): [string, Bookmark][] => {
      const known = list.has(room) ? undefined : before?.get(room);
      return known ? [[room, known]] : []; // it is there, and somebody spoilt it: that is no removal
    });
    const now = unread.length === 0 ? list : new Map([...list, ...unread]);
    return { name, whole, now, before: before && echoes.without(name, before, now), seen: looks.has(name) ? 'look' : 'live', evicts: evicting.has(name) || full.has(name) };
  }

  /** True where something was done that has to be merged again. */
  async function write(storage: Storage, merged: Merged): Promise<boolean> {
    const { name } = storage;
    const content = contents.get(name);
    const wish = content && wishOf(storage, content, merged);
    if (!content || !wish) return false;
    if (!pace.allows(name, storage.whole ? [name] : [...wish.put.map(({ room }) => room), ...wish.remove])) {
      later('retry', RETRY / 3, settle);
      return false;
    }
    let current = content;
    if (storage.node === undefined) {
      const fresh = await storage.read();
      if ('refused' in fresh) return false;
      see(name, fresh);
      if (!sameList(fresh.list, content.list)) return true;
      current = fresh;
    }
    const from = clock;
    const ended = echoes.begin(name, wish, storage.whole ? current.list : undefined);
    const refusal = await storage.write(wish, current);
    ended(refusal === undefined);
    if (refusal !== undefined) {
      trouble.set(name, refusal === NOT_PRIVATE ? 'Others could read it, and the server does not let it be closed: nothing is written there.' : `It cannot be written: ${refusal}.`);
      log('warn', `bookmarks: ${name} could not be written: ${refusal}`);
      later('retry', RETRY, settle);
      return false;
    }
    trouble.delete(name);
    wrote.add(name);
    const now = contents.get(name);
    if (now) contents.set(name, afterWrite(storage, now, wish, (what) => (touched.get(what) ?? 0) > from));
    return true;
  }

  function wishOf({ name }: Storage, content: Content, { writes, list }: Merged): StorageWrite | undefined {
    const found = writes.get(name) ?? (content.odd.length > 0 ? { target: list, put: [], remove: [] } : undefined);
    const lacks = full.get(name);
    if (!found || !lacks) return found;
    const put = found.put.filter(({ room }) => !lacks.has(room));
    return put.length + found.remove.length === 0 ? undefined : { ...found, put };
  }

  /** What was written must be there: a storage that is full forgets in silence, and events may come out of order. */
  async function verify(): Promise<void> {
    if (running || breathSince !== undefined) return later('verify', VERIFY, () => guarded('a look', verify));
    for (const storage of active().filter(({ name }) => wrote.has(name))) {
      const [{ name }, from] = [storage, clock];
      const fresh = await storage.read();
      const known = contents.get(name);
      if ('refused' in fresh || !known || clock !== from || running) return later('verify', VERIFY, () => guarded('a look', verify));
      wrote.delete(name);
      if (sameList(fresh.list, known.list)) continue;
      const missing = lost(known.list, fresh.list);
      if (missing.size > 0 && !storage.whole && fresh.list.size >= SMALLEST_STORAGE) {
        full.set(name, missing);
        trouble.set(name, `It keeps ${fresh.list.size} bookmarks and no more: ${missing.size} are missing there.`);
        log('warn', `bookmarks: ${name} keeps ${fresh.list.size} and no more`);
      }
      see(name, fresh);
      settle();
    }
  }

  return {
    load,
    settle,
    receive(draft, stanza) {
      const event = readPubsubEvent(stanza.element);
      if (!event || event.from !== jid) return false;
      return touch(draft, event.node, (storage, content) => {
        const now = storage.follow(content, event);
        if (storage.whole && echoes.isLate(storage.name, now.list)) return;
        clock += 1;
        for (const id of [...event.published.map((item) => item.id), ...event.retracted]) touched.set(storage.whole ? storage.name : id, clock);
        if (event.emptied) touched.set(storage.name, clock);
        if (touched.size > 10_000) touched.clear();
        contents.set(storage.name, now);
        echoes.heard(storage.name, now.list);
        breathe();
      });
    },
    stirred() {
      const storage = active().find(({ node }) => node === undefined);
      if (!storage) return;
      later('poll', POLL, () => guarded('XEP-0049 could not be read', async () => {
        const fresh = await storage.read();
        if ('refused' in fresh || !contents.has(storage.name)) return;
        see(storage.name, fresh);
        settle();
      }));
    },
    storages: () => all.map(({ name }) => ({ name, sameAs: sameAs.get(name), rooms: contents.get(name)?.list.size ?? 0, readable: contents.has(name), trouble: trouble.get(name) })),
    content: (name) => (sameAs.has(name) ? undefined : contents.get(name)),
  };
}
