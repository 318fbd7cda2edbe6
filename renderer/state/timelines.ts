import type { Api, Message, RawMessage } from '../api/client.ts';
import { keyOf } from './daemon-state.ts';
import { createStore, type Store } from './store.ts';
import { appended, around, emptyWindow, latest, PAGE, promised, reread, withNewer, withOlder, type SayAbout, type Window } from './window.ts';
import { inBackground } from './background.ts';

export interface RoomName {
  readonly account: string;
  readonly room: string;
  /** The private messages with one person of the room, instead of the room's messages. */
  readonly private?: boolean | undefined;
}

/** A message as it comes live. */
interface News {
  readonly message: RawMessage;
  /** It refers to another message: a reply, an edit, a reaction or a deletion. */
  readonly refers: boolean;
}

/** The loaded messages of the rooms that were opened. */
interface Timelines {
  of(name: RoomName): Store<Window>;
  /** Loads the newest messages, unless they are loaded. */
  open(name: RoomName): void;
  showLatest(name: RoomName): Promise<void>;
  showAround(name: RoomName, id: number): Promise<void>;
  loadOlder(name: RoomName): Promise<void>;
  loadNewer(name: RoomName): Promise<void>;
  /** Adds live messages, in order. */
  hear(news: readonly News[]): void;
  /** Sends a message. Resolves when the daemon has it on disk, rejects with the daemon's reason. */
  say(name: RoomName, body: string, about?: SayAbout): Promise<void>;
  /** A room did not take what was sent: it stays, and says why. */
  refused(originId: string, why: string): void;
  /** Forgets a message of ours that a room did not take. */
  discard(name: RoomName, key: number): void;
  /** The page has missed events: loads again what is on screen. */
  reset(): void;
}

const MOST_OPEN = 12;
const REREAD = 400; // how many of the last messages are loaded again when a message refers to one of them: at most 500
const PAUSE = 120; // milliseconds in which references are collected


interface Entry extends RoomName {
  readonly store: Store<Window>;
  /** One load at a time. A later load of another kind cancels the earlier one: its answer is ignored. */
  loading: string | undefined;
  turn: number;
  rereading: boolean;
}

export function createTimelines(api: Api): Timelines {
  const entries = new Map<string, Entry>(); // in the order of use
  let saying = 0;

  function entryOf(name: RoomName): Entry {
    const key = keyOf(name);
    const entry = entries.get(key) ?? { ...name, store: createStore(emptyWindow), loading: undefined, turn: 0, rereading: false };
    entries.delete(key);
    entries.set(key, entry);
    const eldest = entries.keys().next().value;
    if (entries.size > MOST_OPEN && eldest !== undefined) entries.delete(eldest);
    return entry;
  }

  async function load(entry: Entry, kind: string, ask: () => Promise<(window: Window) => Window>): Promise<void> {
    if (entry.loading === kind) return;
    entry.loading = kind;
    entry.turn += 1;
    const { turn } = entry;
    try {
      const change = await ask();
      if (turn === entry.turn) entry.store.set(change(entry.store.get()));
    } catch {
      // The page shows the same sentence for every cause. The next event or a click tries again.
      const window = entry.store.get();
      if (turn === entry.turn && window.items.length === 0) entry.store.set({ ...window, phase: 'failed' });
    } finally {
      if (turn === entry.turn) entry.loading = undefined;
    }
  }

  const page = (name: RoomName, bounds: { before?: number; after?: number }, limit = PAGE): Promise<Message[]> =>
    api.view.query({ account: name.account, room: name.room, private: name.private === true, limit, ...bounds });

  /** Asks for the loaded end once more: something was said of a message in it, or somewhere. */
  function readAgain(entry: Entry): void {
    if (entry.rereading) return;
    entry.rereading = true;
    setTimeout(() => {
      entry.rereading = false;
      const { items, newer } = entry.store.get();
      const limit = Math.min(REREAD, Math.max(PAGE, items.length));
      const anchor = newer ? (items.at(-limit - 1) ?? items[0]) : undefined;
      page(entry, anchor ? { after: anchor.id } : {}, limit).then(
        (found) => entry.store.set(reread(entry.store.get(), found)),
        () => undefined, // the banner says that Minimix is not running; the next event asks again
      );
    }, PAUSE);
  }

  function showLatest(name: RoomName): Promise<void> {
    const entry = entryOf(name);
    if (entry.store.get().phase === 'failed') entry.store.set({ ...entry.store.get(), phase: 'loading' });
    return load(entry, 'latest', async () => {
      const found = await page(name, {});
      return (window) => latest(window, found);
    });
  }

  return {
    of: (name) => entryOf(name).store,
    open(name) {
      const { phase, newer } = entryOf(name).store.get();
      if (phase !== 'ready' || newer) inBackground('showing the latest messages', showLatest(name));
    },
    showLatest,
    showAround(name, id) {
      return load(entryOf(name), `around ${id}`, async () => {
        const after = await page(name, { after: id });
        const next = after[0];
        const before = await page(name, next ? { before: next.id } : {}); // ends with the message itself
        return (window) => around(window, before, after);
      });
    },
    async loadOlder(name) {
      const entry = entryOf(name);
      const { items, older, phase } = entry.store.get();
      const first = items[0];
      if (!first || !older || phase !== 'ready' || entry.loading !== undefined) return;
      await load(entry, 'older', async () => {
        const found = await page(name, { before: first.id });
        return (window) => withOlder(window, found);
      });
    },
    async loadNewer(name) {
      const entry = entryOf(name);
      const { items, newer, phase } = entry.store.get();
      const last = items.at(-1);
      if (!last || !newer || phase !== 'ready' || entry.loading !== undefined) return;
      await load(entry, 'newer', async () => {
        const found = await page(name, { after: last.id });
        return (window) => withNewer(window, found);
      });
    },
    hear(news) {
      for (const [key, ofRoom] of Map.groupBy(news, ({ message }) => timelineOf(message))) {
        const entry = entries.get(key);
        if (!entry) continue;
        if (ofRoom.some(({ refers }) => refers)) readAgain(entry);
        let window: Window | undefined = entry.store.get();
        for (const { message } of ofRoom.filter(stands)) window = window && appended(window, shown(message));
        if (window) entry.store.set(window);
        else inBackground('showing the latest messages', showLatest(entry));
      }
    },
    async say(name, body, about = {}) {
      const { store } = entryOf(name);
      const key = (saying += 1);
      // An edit has no row of its own.
      const pending = about.replaces === undefined ? [{ key, body, originId: undefined, about, failed: undefined }] : [];
      store.set({ ...store.get(), pending: [...store.get().pending, ...pending] });
      try {
        const { originId } = await api.say.mutate({ account: name.account, room: name.room, body, ...about });
        store.set(promised(store.get(), key, originId));
      } catch (error) {
        const window = store.get();
        store.set({ ...window, pending: window.pending.filter((entry) => entry.key !== key) });
        throw error;
      }
    },
    refused(originId, why) {
      for (const { store } of entries.values()) {
        const window = store.get();
        if (!window.pending.some((one) => one.originId === originId)) continue;
        store.set({ ...window, pending: window.pending.map((one) => (one.originId === originId ? { ...one, failed: why } : one)) });
      }
    },
    discard(name, key) {
      const { store } = entryOf(name);
      const window = store.get();
      store.set({ ...window, pending: window.pending.filter((one) => one.key !== key) });
    },
    reset() {
      for (const entry of [...entries.values()]) { // showing one moves it to the end of the map
        if (!entry.store.get().newer) inBackground('showing the latest messages', showLatest(entry));
      }
    },
  };
}

/** The key of the timeline that a message belongs to. */
export function timelineOf(message: RawMessage): string {
  return keyOf({ account: message.account, room: message.room, private: message.kind === 'private' });
}

/** What corrects, retracts or reacts is shown where that was said; if nothing is there, reading again finds it. */
function stands({ message, refers }: News): boolean {
  return !refers || !['correction', 'retraction', 'reaction'].includes(message.kind);
}

/** A message without edits, reactions or deletion. */
function shown(message: RawMessage): Message {
  return { ...message, earlier: [], retracted: null, reactions: [], reply: null };
}
