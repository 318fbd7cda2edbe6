import { inBackground } from '../../core/background.ts';
import { sameList } from '../../core/bookmark.ts';
import type { Bookmark, BookmarkList, StorageName } from '../../core/bookmark.ts';
import { mergeBookmarks } from '../../core/bookmark-merge.ts';
import type { Merged, PendingRemoval } from '../../core/bookmark-merge.ts';
import { discoInfoQuery, readDiscoInfo } from '../../xmpp/xep/service/disco.ts';
import { readPubsubEvent, type PubsubEvent } from '../../xmpp/xep/service/pubsub.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { lookAtStorages } from './bridges.ts';
import { openMirror } from './mirror.ts';
import type { HeldBookmarks, StorageSummary } from './contract.ts';
import { createOwnWriteEchoes } from './own-write-echoes.ts';
import { createRateLimit } from './rate-limit.ts';
import type { BookmarkState, LoggedChange } from './state.ts';
import { nativeStorage, pepStorage, privateStorage } from './storage.ts';
import type { StorageContent, BookmarkStorage } from './storage.ts';
import type { Transaction, AccountContext } from '../context.ts';
import { createTimers } from '../timers.ts';

/** Milliseconds. What one client writes comes in one breath, though a server that bridges makes many events of it. */
const BREATH = 100;
const LONGEST_BREATH = 1_000;
/** A client that removes several bookmarks may do so one by one: so long is waited for a second one. */
const REMOVALS = 10_000;
/** How long after the last write the storages are looked at again. */
const VERIFY = 1_500;
const POLL = 200;
const RETRY = 30_000;
const MOST_MEANWHILE = 1000;
const MAX_ROUNDS = 10;

/** Keeps the storages and the agreed list the same. */
export interface BookmarkSync {
  /** After a login: reads all storages and merges what happened meanwhile. */
  load(): Promise<void>;
  /** Reads an event of a bookmarks' node. True where the message was one. */
  receive(transaction: Transaction, stanza: Stanza): boolean;
  /** Another resource has come or gone: whoever writes XEP-0049 tells nobody. */
  stirred(): void;
  /** Brings the storages to the list, soon. */
  reconcile(): void;
  storages(): StorageSummary[];
  content(storage: StorageName): StorageContent | undefined;
}

interface BookmarkSyncHooks {
  /** Inside the transaction: what clients changed, to be followed after the commit; `held` removals wait for the person then. */
  readonly changed: (transaction: Transaction, changes: readonly LoggedChange[], held: number) => void;
  readonly held: (transaction: Transaction, held: HeldBookmarks) => void;
  /** Resources that were online at some time since then (milliseconds since the epoch). */
  readonly online: (since: number) => readonly string[];
  /** Milliseconds in which removals are counted together; 10 s by default. */
  readonly removals?: number | undefined;
}

export function openBookmarkSync(context: AccountContext, state: BookmarkState, hooks: BookmarkSyncHooks): BookmarkSync {
  const { connection, jid, log } = context;
  const all: readonly BookmarkStorage[] = [nativeStorage(context), pepStorage(context), privateStorage(context)];
  /** Storages that we wrote to since they were looked at. */
  const wrote = new Set<StorageName>();
  const pace = createRateLimit(context.now);
  const echoes = createOwnWriteEchoes(context.now);
  const contents = openMirror(context, state, { all, echoes });
  const timers = createTimers(context.signal, context.log);
  let breathSince: number | undefined;
  /** From the first removal that was seen, until those are counted that came in its breath. */
  let removalBreath: 'none' | 'waiting' | 'over' = 'none';
  const removals = hooks.removals ?? REMOVALS;
  let running = false;
  let again = false;
  let logins = 0;

  function guarded(what: string, work: () => Promise<void>): void {
    inBackground(log, `bookmarks: ${what}`, work());
  }

  function verifyLater(): void {
    timers.set('verify', VERIFY, () => guarded('looking at the storages', verify));
  }

  /** Heard while the storages are read: one may have answered before, and waits for the others. In the order of the events. */
  let meanwhile: { readonly storage: BookmarkStorage; readonly event: PubsubEvent }[] | undefined;

  function hearMeanwhile(): void {
    const waiting = meanwhile ?? [];
    meanwhile = undefined;
    for (const { storage, event } of waiting) contents.hear(storage, event);
  }

  async function load(): Promise<void> {
    logins += 1;
    const login = logins;
    contents.forget();
    meanwhile = [];
    try {
      const answer = await connection.iq(discoInfoQuery(jid));
      const features = (answer.ok ? readDiscoInfo(answer.element)?.features : undefined) ?? new Set<string>();
      const read = await lookAtStorages(all, features);
      if (login !== logins || context.signal.aborted) return;
      contents.loaded(read, features);
    } finally {
      if (login === logins) hearMeanwhile(); // where the reading failed too: nothing else would end the wait
    }
    await reconcileNow();
    for (const { name } of contents.active()) wrote.add(name); // what came before the server knew that we watch was told to nobody
    verifyLater();
  }

  const breathing = (): boolean => breathSince !== undefined;

  function breathe(): void {
    const now = performance.now();
    breathSince ??= now;
    timers.set('breath', Math.max(0, Math.min(BREATH, breathSince + LONGEST_BREATH - now)), () => {
      breathSince = undefined;
      reconcile();
    });
  }

  function reconcile(): void {
    guarded('bringing the storages to one', reconcileNow);
  }

  /** Merges and writes until nothing is left to do. What is still coming in is waited for: its end calls again. */
  async function reconcileNow(): Promise<void> {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        again = false;
        if (breathing()) return;
        if (connection.status().state !== 'online' || context.signal.aborted || contents.active().length === 0) return;
        const merged = merge();
        const done = await Promise.all(contents.active().map((storage) => write(storage, merged)));
        if (!done.includes(true) && !again) return;
        if (wrote.size > 0) verifyLater();
      }
    } finally {
      running = false;
    }
  }

  function waitForRemovals(pending: readonly PendingRemoval[]): void {
    if (pending.length === 0) {
      removalBreath = 'none';
      timers.clear('removals');
    } else if (removalBreath === 'none') {
      removalBreath = 'waiting';
      for (const { room } of pending) log('info', `bookmark of ${room}: its removal waits for ${removals} ms, for it may be one of several`);
      timers.set('removals', removals, () => {
        removalBreath = 'over';
        reconcile();
      });
    }
  }

  /** What was agreed with a storage has the rooms whose removal is not decided yet. */
  function withPending(name: StorageName, now: BookmarkList, { pending }: Merged): BookmarkList {
    const rooms = pending.flatMap(({ storage, room }) => (storage === name ? (state.before(name)?.get(room) ?? []) : []));
    return rooms.length === 0 ? now : new Map([...now, ...rooms.map((bookmark): [string, Bookmark] => [bookmark.room, bookmark])]);
  }

  function merge(): Merged {
    const views = contents.views();
    const merged = mergeBookmarks({ agreed: state.list(), views, held: state.heldRooms(), breathing: removalBreath !== 'over', past: state.past });
    waitForRemovals(merged.pending);
    const settled = views.every(({ name, now }) => {
      const before = state.before(name); // as it is on disk, our own writes not in it yet
      return before && sameList(before, now);
    });
    const { changes, held, returned } = merged;
    if (settled && changes.length + held.length + returned.length === 0) return merged;
    context.transact((transaction) => {
      for (const change of changes) state.record(transaction, change);
      const kept = state.held()
        .map((one) => ({ ...one, rooms: one.rooms.filter((room) => !returned.includes(room)) }))
        .filter(({ rooms }) => rooms.length > 0);
      let id = Math.max(transaction.at, ...kept.map((one) => one.id));
      const fresh = held.map((one): HeldBookmarks => ({ ...one, id: (id += 1), at: transaction.at, online: hooks.online(contents.suspectsSince(one.storage)) }));
      const waiting = [...kept, ...fresh];
      state.save(transaction, { list: merged.list, before: new Map(views.map(({ name, now }) => [name, withPending(name, now, merged)])), held: waiting });
      transaction.onCommit(echoes.agreed);
      for (const one of fresh) hooks.held(transaction, one);
      hooks.changed(transaction, changes, waiting.length);
    });
    return merged;
  }

  /** True where something was done that has to be merged again. */
  async function write(storage: BookmarkStorage, merged: Merged): Promise<boolean> {
    const { name } = storage;
    const content = contents.of(name);
    const wish = content && contents.wishFor(storage, content, merged);
    if (!content || !wish) return false;
    if (!pace.allows(name, storage.whole ? [name] : [...wish.put.map(({ room }) => room), ...wish.remove])) {
      timers.set('retry', RETRY / 3, reconcile);
      return false;
    }
    let current = content;
    if (storage.node === undefined) {
      const fresh = await storage.read();
      if ('refused' in fresh) return false;
      contents.see(name, fresh);
      if (!sameList(fresh.list, content.list)) return true;
      current = fresh;
    }
    const from = contents.clock();
    const ended = echoes.begin(name, wish, storage.whole ? current.list : undefined);
    const refusal = await storage.write(wish, current);
    ended(refusal === undefined);
    if (refusal !== undefined) {
      contents.refused(name, refusal);
      timers.set('retry', RETRY, reconcile);
      return false;
    }
    wrote.add(name);
    contents.written(storage, wish, from);
    return true;
  }

  /** What was written must be there: a storage that is full forgets in silence, and events may come out of order. */
  async function verify(): Promise<void> {
    if (running || breathSince !== undefined) return verifyLater();
    for (const storage of contents.active().filter(({ name }) => wrote.has(name))) {
      const from = contents.clock();
      const fresh = await storage.read();
      if ('refused' in fresh || !contents.of(storage.name) || contents.clock() !== from || running) return verifyLater();
      wrote.delete(storage.name);
      if (contents.corrected(storage, fresh)) reconcile();
    }
  }

  return {
    load,
    reconcile,
    receive(transaction, stanza) {
      const event = readPubsubEvent(stanza.element);
      if (!event || event.from !== jid) return false;
      const storage = all.find((one) => one.node === event.node);
      if (!storage) return false;
      transaction.onCommit(() => {
        if (meanwhile && meanwhile.length < MOST_MEANWHILE) meanwhile.push({ storage, event });
        else if (contents.hear(storage, event)) breathe();
      });
      return true;
    },
    stirred() {
      const storage = contents.active().find(({ node }) => node === undefined);
      if (!storage) return;
      timers.set('poll', POLL, () => guarded('reading XEP-0049', async () => {
        const fresh = await storage.read();
        if ('refused' in fresh || !contents.of(storage.name)) return;
        contents.see(storage.name, fresh);
        reconcile();
      }));
    },
    storages: contents.summaries,
    content: contents.of,
  };
}
