import { api, type Heard, type Message } from '../api/client.ts';
import { emptyHouse, heard, keyOf, type House } from './house.ts';
import { createRoute } from './route.ts';
import { createStore } from './store.ts';
import { createTimelines } from './timelines.ts';
import { createUnread } from './unread.ts';
import { watch } from './watch.ts';

/** The page's state, in one place: everything that the views read. */
export const house = createStore<House>(emptyHouse);
export const route = createRoute();
export const timelines = createTimelines(api);
export const unread = createUnread(browserStorage());
/** What dialog is open, if any. */
export const dialog = createStore<Dialog>(undefined);
/** The last message that came live, for those who listen instead of looking. */
export const lastHeard = createStore<Message | undefined>(undefined);

export type Dialog =
  | { readonly name: 'join'; readonly room?: string; readonly password?: string }
  | { readonly name: 'leave'; readonly account: string; readonly room: string }
  | undefined;

/** Begins to follow the daemon; returns its stop. */
export function start(): () => void {
  let cursor = unread.cursor();
  return watch(
    api,
    house,
    (event, id) => {
      cursor = id;
      unread.keepCursor(id);
      hear(event);
    },
    () => cursor,
  );
}

function hear(event: Heard): void {
  house.set(heard(house.get(), event));
  if (event.type === 'reset') timelines.reset();
  if (event.type !== 'message') return;
  const { message } = event;
  timelines.hear(message);
  unread.hear(message, house.get().rooms.get(keyOf(message))?.nick, Date.now());
  lastHeard.set(message);
}

function browserStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined; // switched off by the person: unread counts then last as long as the page
  }
}
