/** Unsent text, by room. The browser stores it, so that a reload or a crash does not lose it. */
import { createStore, type Store } from './store.ts';

interface Drafts {
  /** The rooms with a draft. */
  readonly rooms: Store<ReadonlySet<string>>;
  of(key: string): string;
  /** An empty text deletes the draft. */
  keep(key: string, text: string): void;
}

const KEY = 'minimix.drafts';
const MOST = 100;
const PAUSE = 300; // milliseconds without a key press before a draft is stored

export function createDrafts(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined): Drafts {
  const drafts = readDrafts(storage?.getItem(KEY) ?? null);
  const rooms = createStore<ReadonlySet<string>>(new Set(drafts.keys()));
  let timer: ReturnType<typeof setTimeout> | undefined;

  function write(): void {
    try {
      storage?.setItem(KEY, JSON.stringify([...drafts]));
    } catch {
      // The browser's storage is full or off: drafts then last as long as the page.
    }
  }

  return {
    rooms,
    of: (key) => drafts.get(key) ?? '',
    keep(key, text) {
      if ((drafts.get(key) ?? '') === text) return;
      drafts.delete(key);
      if (text.trim() !== '') drafts.set(key, text); // in the order of the last change
      for (const eldest of drafts.keys()) if (drafts.size > MOST) drafts.delete(eldest);
      if (rooms.get().has(key) !== drafts.has(key)) rooms.set(new Set(drafts.keys()));
      clearTimeout(timer);
      timer = setTimeout(write, PAUSE);
    },
  };
}

function readDrafts(text: string | null): Map<string, string> {
  if (text === null) return new Map();
  try {
    const entries: unknown = JSON.parse(text);
    return new Map(Array.isArray(entries) ? entries.filter(isDraft).slice(-MOST) : []);
  } catch {
    return new Map(); // not what we stored: start with nothing
  }
}

function isDraft(entry: unknown): entry is [string, string] {
  return Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === 'string');
}
