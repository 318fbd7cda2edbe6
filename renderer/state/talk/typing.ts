/** Who is typing in which room (XEP-0085), and whether others are told of the person. */
import { createStore, type Store } from '../store.ts';

/** Nicks by the room's key. */
export type Typers = ReadonlyMap<string, readonly string[]>;

export interface Typing {
  readonly store: Store<Typers>;
  /** Somebody began or stopped; what they say ends it as well. */
  heard(key: string, nick: string, typing: boolean): void;
}

const LASTS = 30_000; // milliseconds after which one who fell silent is typing no more (XEP-0085 5.2 leaves it open)
const MOST = 20; // of one room

export function createTyping(): Typing {
  const store = createStore<Typers>(new Map());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function set(key: string, nicks: readonly string[]): void {
    const next = new Map(store.get());
    if (nicks.length > 0) next.set(key, nicks);
    else next.delete(key);
    store.set(next);
  }

  function heard(key: string, nick: string, typing: boolean): void {
    const one = `${key} ${nick}`;
    clearTimeout(timers.get(one));
    timers.delete(one);
    const known = store.get().get(key) ?? [];
    if (typing) {
      if (known.length >= MOST && !known.includes(nick)) return;
      timers.set(one, setTimeout(() => heard(key, nick, false), LASTS));
      if (!known.includes(nick)) set(key, [...known, nick]);
    } else if (known.includes(nick)) set(key, known.filter((each) => each !== nick));
  }

  return { store, heard };
}

const AGAIN = 15_000; // milliseconds after which it is told again that one still types
const PAUSED = 6000; // milliseconds without a key press: one has stopped

/** Tells a room what the person does, and not at each key press. */
export function createTypingNotes(tell: (typing: boolean) => void): { typed(text: string): void; sent(): void; stop(): void } {
  let told: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    if (told !== undefined) tell(false);
    told = undefined;
  };
  return {
    typed(text) {
      clearTimeout(timer);
      if (text.trim() === '' || /^\/(?!me\s|\/)/.test(text)) return stop(); // a command is for nobody
      timer = setTimeout(stop, PAUSED);
      if (told !== undefined && Date.now() - told < AGAIN) return;
      told = Date.now();
      tell(true);
    },
    /** The message itself says that one has stopped. */
    sent() {
      clearTimeout(timer);
      told = undefined;
    },
    stop,
  };
}
