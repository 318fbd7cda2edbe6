import type { Api, Message } from '../api/client.ts';
import { keyOf } from './house.ts';
import { createStore, type Store } from './store.ts';
import { appended, around, emptyWindow, latest, PAGE, promised, withNewer, withOlder, type Window } from './window.ts';

export interface RoomName {
  readonly account: string;
  readonly room: string;
}

/** The loaded stretches of the rooms that were looked at. */
export interface Timelines {
  of(name: RoomName): Store<Window>;
  /** Loads the live end, unless it is there. */
  open(name: RoomName): void;
  showLatest(name: RoomName): Promise<void>;
  showAround(name: RoomName, id: number): Promise<void>;
  loadOlder(name: RoomName): Promise<void>;
  loadNewer(name: RoomName): Promise<void>;
  /** Takes in what came live, in order. */
  hear(messages: readonly Message[]): void;
  /** Says it; resolves once the daemon has it on disk, rejects with its reason. */
  say(name: RoomName, body: string): Promise<void>;
  /** More was missed than was told: what is on screen is loaded anew. */
  reset(): void;
}

const MOST_OPEN = 12;

interface Entry extends RoomName {
  readonly store: Store<Window>;
  /** One load at a time; a later one of another kind makes the earlier one's answer void. */
  loading: string | undefined;
  turn: number;
}

export function createTimelines(api: Api): Timelines {
  const entries = new Map<string, Entry>(); // in the order of use
  let saying = 0;

  function entryOf(name: RoomName): Entry {
    const key = keyOf(name);
    const entry = entries.get(key) ?? { ...name, store: createStore(emptyWindow), loading: undefined, turn: 0 };
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
      // The sentence is the same whatever the cause, and the next event or a click tries again.
      const window = entry.store.get();
      if (turn === entry.turn && window.items.length === 0) entry.store.set({ ...window, phase: 'failed' });
    } finally {
      if (turn === entry.turn) entry.loading = undefined;
    }
  }

  const page = ({ account, room }: RoomName, bounds: { before?: number; after?: number }): Promise<Message[]> =>
    api.history.query({ account, room, limit: PAGE, ...bounds });

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
      if (phase !== 'ready' || newer) void showLatest(name);
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
    hear(messages) {
      for (const [key, ofRoom] of Map.groupBy(messages, keyOf)) {
        const entry = entries.get(key);
        if (!entry) continue;
        let window: Window | undefined = entry.store.get();
        for (const message of ofRoom) window = window && appended(window, message);
        if (window) entry.store.set(window);
        else void showLatest(entry);
      }
    },
    async say(name, body) {
      const { store } = entryOf(name);
      const key = (saying += 1);
      store.set({ ...store.get(), pending: [...store.get().pending, { key, body, originId: undefined }] });
      try {
        const { originId } = await api.say.mutate({ account: name.account, room: name.room, body });
        store.set(promised(store.get(), key, originId));
      } catch (error) {
        const window = store.get();
        store.set({ ...window, pending: window.pending.filter((entry) => entry.key !== key) });
        throw error;
      }
    },
    reset() {
      for (const entry of entries.values()) {
        if (!entry.store.get().newer) void showLatest(entry);
      }
    },
  };
}
