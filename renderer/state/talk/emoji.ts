/** The emoji that the person used last, and the picker that is open. */
import { createStore, type Store } from '../store.ts';

const KEY = 'minimix.emoji';
const RECENT = 5;
const FIRST: readonly string[] = ['👍', '❤️', '😂', '🎉', '🤔'];
const LONGEST = 40;

interface RecentEmoji {
  /** Five, the last used first. */
  readonly store: Store<readonly string[]>;
  used(emoji: string): void;
}

export function createRecentEmoji(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined): RecentEmoji {
  const store = createStore<readonly string[]>(filled(readRecent(storage?.getItem(KEY) ?? null)));
  return {
    store,
    used(emoji) {
      const next = filled([emoji, ...store.get()]);
      if (next[0] === store.get()[0]) return;
      store.set(next);
      try {
        storage?.setItem(KEY, JSON.stringify(next));
      } catch {
        // The browser's storage is full or off: they then last as long as the page.
      }
    },
  };
}

function filled(emojis: readonly string[]): readonly string[] {
  return [...new Set([...emojis, ...FIRST])].slice(0, RECENT);
}

function readRecent(text: string | null): string[] {
  if (text === null) return [];
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? read.filter(isShort) : [];
  } catch {
    return []; // not what we stored
  }
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST;
}

/** Where an emoji is being picked, and what for. */
export interface Picking {
  /** What was clicked: the picker stands beside it, and the focus goes back there. */
  readonly anchor: HTMLElement;
  readonly pick: (emoji: string) => void;
}

export const picking: Store<Picking | undefined> = createStore<Picking | undefined>(undefined);
