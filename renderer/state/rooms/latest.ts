/** The last message of each room, for the list of rooms. */
import type { Api, Latest, RawMessage } from '../../api/client.ts';
import { inBackground } from '../background.ts';
import { keyOf } from '../daemon-state.ts';
import { createStore, type Store } from '../store.ts';

export interface LatestBook {
  /** By the room's key. */
  readonly store: Store<ReadonlyMap<string, Latest>>;
  /** Asks for those that are not known yet, and for all where `anew`. */
  load(rooms: Iterable<{ readonly account: string; readonly room: string }>, anew?: boolean): void;
  /** Takes in what is said live. */
  hear(news: readonly { readonly message: RawMessage; readonly refers: boolean }[]): void;
}

const AT_ONCE = 50; // rooms, as the API has it
const PAUSE = 250; // milliseconds in which rooms are collected whose last message may be another one now
const LONGEST = 160;

export function createLatest(api: Api): LatestBook {
  const store = createStore<ReadonlyMap<string, Latest>>(new Map());
  const asked = new Set<string>();
  let again = new Map<string, { readonly account: string; readonly room: string }>();

  async function ask(account: string, rooms: readonly string[]): Promise<void> {
    const found = await api.latest.query({ account, rooms: [...rooms] });
    const next = new Map(store.get());
    for (const room of rooms) next.delete(keyOf({ account, room }));
    for (const one of found) next.set(keyOf(one), one);
    store.set(next);
  }

  function askAll(rooms: Iterable<{ readonly account: string; readonly room: string }>): void {
    for (const [account, ofAccount] of Map.groupBy(rooms, (one) => one.account)) {
      for (let from = 0; from < ofAccount.length; from += AT_ONCE) {
        const some = ofAccount.slice(from, from + AT_ONCE).map(({ room }) => room);
        inBackground('asking for the last messages', ask(account, some).catch(() => some.forEach((room) => asked.delete(keyOf({ account, room })))));
      }
    }
  }

  return {
    store,
    load(rooms, anew = false) {
      const wanted = [...rooms].filter((room) => anew || !asked.has(keyOf(room)));
      for (const room of wanted) asked.add(keyOf(room));
      askAll(wanted);
    },
    hear(news) {
      const next = new Map(store.get());
      for (const { message, refers } of news) {
        if (message.kind === 'private') continue;
        const key = keyOf(message);
        const known = next.get(key);
        const short = refers && message.kind !== 'message' ? undefined : shortOf(message);
        if (short && (known === undefined || short.at >= known.at)) next.set(key, short);
        else if (refers) {
          if (again.size === 0) setTimeout(() => {
            const rooms = [...again.values()];
            again = new Map();
            askAll(rooms);
          }, PAUSE);
          again.set(key, { account: message.account, room: message.room });
        }
      }
      store.set(next);
    },
  };
}

/** As the daemon would give it; `undefined` for what is nothing that somebody said. */
function shortOf({ id, account, room, nick, at, kind, body, encrypted, spoiler, file }: RawMessage): Latest | undefined {
  const about = { id, account, room, nick, at };
  if (encrypted) return { ...about, kind: 'encrypted', text: null };
  if (kind !== 'message' || body === null) return undefined;
  if (spoiler !== null) return { ...about, kind: 'spoiler', text: null };
  if (file && body.trim() === file.url) return { ...about, kind: 'file', text: file.name.slice(0, LONGEST) };
  return { ...about, kind: 'text', text: body.slice(0, LONGEST) };
}
