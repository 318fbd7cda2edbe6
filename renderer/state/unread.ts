import type { RawMessage, ReadState } from '../api/client.ts';
import { mentionOf } from './rows.ts';
import { createStore, type Store } from './store.ts';
import { timelineOf } from './timelines.ts';

/** What was not looked at in one room, on any device. */
export interface Unread {
  readonly count: number;
  readonly mentions: number;
  /** The last message that was on screen (archive id). */
  readonly readTo: number;
  /** When this browser first heard of the room, in milliseconds since the epoch: older history is not news. */
  readonly since: number;
}

export interface UnreadBook {
  readonly store: Store<ReadonlyMap<string, Unread>>;
  /** The last event that this browser has, for the stream to go on from. */
  cursor(): string | undefined;
  /** Counts what came live; `ownNick` is ours in the message's room. */
  hear(messages: readonly RawMessage[], ownNick: (message: RawMessage) => string | undefined, now: number): void;
  /** All up to `id` was on screen. True where that is news, for the daemon and the other devices too. */
  read(key: string, id: number, now: number): boolean;
  /** What the daemon knows of all devices. True where this browser has read further and could not say so. */
  told(key: string, state: Pick<ReadState, 'readTo' | 'unread' | 'mentions'>, now: number): boolean;
  keepCursor(id: string): void;
}

const BOOK = 'minimix.unread';
const CURSOR = 'minimix.cursor';
const MOST = 2000;
const COUNTED: readonly string[] = ['message', 'encrypted', 'private'];

/** The daemon's read states and what has come since; kept in the browser too, for rooms in which nothing was read yet. */
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
        book.delete(key); // the order is that of the last news
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
  const counts = message.body !== null && COUNTED.includes(message.kind) && message.nick !== own && !old;
  if (!counts) return known.count === 0 ? { ...known, readTo: message.id } : known;
  const meant = message.kind === 'private' || mentionOf(own)(message.body ?? '');
  const mentions = known.mentions + (meant ? 1 : 0);
  return { ...known, count: known.count + 1, mentions };
}

function readBook(text: string | null): Map<string, Unread> {
  if (text === null) return new Map();
  try {
    const entries: unknown = JSON.parse(text);
    return new Map(Array.isArray(entries) ? entries.filter(isEntry).slice(-MOST) : []);
  } catch {
    return new Map(); // somebody else's text: begin anew
  }
}

function isEntry(entry: unknown): entry is [string, Unread] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false;
  const unread: unknown = entry[1];
  if (typeof unread !== 'object' || unread === null) return false;
  const numbers = Object.entries(unread).filter(([, value]) => Number.isSafeInteger(value));
  return ['count', 'mentions', 'readTo', 'since'].every((name) => numbers.some(([key]) => key === name));
}
