import type { RawMessage, ApiReadState } from '../api/client.ts';
import { createStore, type Store } from './store.ts';
import { timelineOf } from './timelines.ts';

/** The unread messages of one room; a message that any device has shown is read. */
export interface Unread {
  readonly count: number;
  readonly mentions: number;
  /** The last message that was on screen (archive id). */
  readonly readTo: number;
  /** When this browser first learned of the room, in milliseconds since the epoch. Older history does not count as unread. */
  readonly since: number;
}

interface UnreadBook {
  readonly store: Store<ReadonlyMap<string, Unread>>;
  /** The last event that this browser has received; the next stream continues after it. */
  cursor(): string | undefined;
  /** Counts a live message; `ownNick` is our nick in its room. */
  hear(messages: readonly RawMessage[], ownNick: (message: RawMessage) => string | undefined, now: number): void;
  /** Marks everything up to `id` as shown. True if it was not yet, so that the daemon and the other devices have to be told. */
  read(key: string, id: number, now: number): boolean;
  /** Takes in how far all devices have read. True if this browser has read further and has not been able to report it. */
  told(key: string, state: Pick<ApiReadState, 'readTo' | 'unread' | 'mentions'>, now: number): boolean;
  keepCursor(id: string): void;
}

const BOOK = 'minimix.unread';
const CURSOR = 'minimix.cursor';
const MOST = 2000;
const COUNTED: readonly string[] = ['message', 'encrypted', 'private'];

/** The daemon's read markers and the messages since. The browser stores them too, for rooms without a read marker. */
export function createUnread(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined): UnreadBook {
  const store = createStore<ReadonlyMap<string, Unread>>(readBook(storage?.getItem(BOOK) ?? null));

  function keep(book: Map<string, Unread>): void {
    for (const eldest of book.keys()) {
      if (book.size <= MOST) break;
      book.delete(eldest);
    }
    store.set(book);
    storage?.setItem(BOOK, JSON.stringify([...book]));
  }

  return {
    store,
    cursor: () => storage?.getItem(CURSOR)?.match(/^\d{1,16}$/)?.[0],
    keepCursor: (id) => storage?.setItem(CURSOR, id),
    hear(messages, ownNick, now) {
      const book = new Map(store.get());
      let changed = false;
      for (const message of messages) {
        const key = timelineOf(message);
        const known = book.get(key) ?? unheard(now);
        const next = after(known, message, ownNick(message));
        if (next === known) continue;
        changed = true;
        book.delete(key); // in the order of the last message
        book.set(key, next);
      }
      if (changed) keep(book);
    },
    read(key, id, now) {
      const known = store.get().get(key) ?? unheard(now);
      if (known.count === 0 && id <= known.readTo) return false;
      keep(new Map(store.get()).set(key, { ...known, count: 0, mentions: 0, readTo: Math.max(id, known.readTo) }));
      return true;
    },
    told(key, { readTo, unread: count, mentions }, now) {
      const known = store.get().get(key) ?? unheard(now);
      if (known.readTo > readTo && known.count === 0) return count > 0;
      if (known.readTo === readTo && known.count === count && known.mentions === mentions) return false;
      keep(new Map(store.get()).set(key, { ...known, readTo, count, mentions }));
      return false;
    },
  };
}

function unheard(now: number): Unread {
  return { count: 0, mentions: 0, readTo: 0, since: now };
}

function after(known: Unread, message: RawMessage, own: string | undefined): Unread {
  if (message.id <= known.readTo) return known;
  const old = message.delayed && Date.parse(message.at) < known.since;
  const counts = (message.body !== null || message.encrypted) && COUNTED.includes(message.kind) && message.nick !== own && !old;
  if (!counts) return known.count === 0 ? { ...known, readTo: message.id } : known;
  const meant = message.kind === 'private' || message.mention !== null;
  const mentions = known.mentions + (meant ? 1 : 0);
  return { ...known, count: known.count + 1, mentions };
}

function readBook(text: string | null): Map<string, Unread> {
  if (text === null) return new Map();
  try {
    const entries: unknown = JSON.parse(text);
    return new Map(Array.isArray(entries) ? entries.filter(isEntry).slice(-MOST) : []);
  } catch {
    return new Map(); // not what we stored: start with nothing
  }
}

function isEntry(entry: unknown): entry is [string, Unread] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false;
  const unread: unknown = entry[1];
  if (typeof unread !== 'object' || unread === null) return false;
  const numbers = Object.entries(unread).filter(([, value]) => Number.isSafeInteger(value));
  return ['count', 'mentions', 'readTo', 'since'].every((name) => numbers.some(([key]) => key === name));
}
