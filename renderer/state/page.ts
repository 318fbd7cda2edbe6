import { api, type ApiBookmark, type Heard, type RawMessage } from '../api/client.ts';
import { followAsked } from './asked.ts';
import { emptyDaemonState, heard, keyOf, type DaemonState } from './daemon-state.ts';
import { createDrafts } from './drafts.ts';
import { createRecentEmoji } from './talk/emoji.ts';
import { createLatest } from './rooms/latest.ts';
import { createRoute } from './route.ts';
import { createStore } from './store.ts';
import { createTimelines, type RoomName } from './timelines.ts';
import { createSwitch } from './kept-switch.ts';
import { createTyping } from './talk/typing.ts';
import { createUploads, uploadDoors } from './talk/uploads.ts';
import { createShown } from './shown-account.ts';
import { tellUse } from '../api/page-use.ts';
import { createUnread } from './unread.ts';
import { watch } from './watch.ts';

/** The state that all views of the page read. */
export const daemon = createStore<DaemonState>(emptyDaemonState);
export const route = createRoute();
export const timelines = createTimelines(api);
export const unread = createUnread(browserStorage());
/** The last message of each room. */
export const latest = createLatest(api);
export const drafts = createDrafts(browserStorage());
export const recentEmoji = createRecentEmoji(browserStorage());
export const uploads = createUploads(uploadDoors((name, url) => timelines.say(name, url, { file: url })));
export const typing = createTyping();
/** Whether rooms are told that the person is typing. */
export const tellsTyping = createSwitch(browserStorage(), 'minimix.typing');
/** Whether rooms that cannot be entered are listed. */
export const showsOut = createSwitch(browserStorage(), 'minimix.rooms-out');
/** The account whose rooms are listed; `undefined` for all. */
export const shownAccount = createShown(browserStorage());
/** The open dialog, if any. */
export const dialog = createStore<Dialog>(undefined);
/** The last live message, for screen readers. */
export const lastHeard = createStore<RawMessage | undefined>(undefined);

type Dialog =
  | { readonly name: 'join'; readonly account?: string; readonly room?: string; readonly password?: string; readonly nick?: string }
  | { readonly name: 'leave'; readonly account: string; readonly room: string }
  | { readonly name: 'palette' }
  /** A picture of a message, large. */
  | { readonly name: 'picture'; readonly id: number; readonly title: string }
  /** A new password for an account whose old one the server does not accept any more. */
  | { readonly name: 'password'; readonly account: string }
  | { readonly name: 'date'; readonly account: string; readonly room: string }
  /** A question before something that cannot be undone. */
  | { readonly name: 'ask'; readonly question: string; readonly go: string; readonly act: () => Promise<unknown> }
  | { readonly name: 'register'; readonly account: string; readonly room: string }
  | { readonly name: 'bookmark'; readonly account: string; readonly bookmark?: ApiBookmark }
  | undefined;

const FRAME = 16; // milliseconds in which events are collected, so that a burst causes one render

/** Starts to follow the daemon; returns the function that stops it. */
export function start(): () => void {
  followAsked(daemon, (join) => {
    if (daemon.get().accounts.length > 0) dialog.set({ name: 'join', ...join });
  });
  daemon.subscribe(() => {
    if (daemon.get().loaded) latest.load(daemon.get().rooms.values());
  });
  const stopTelling = tellUse(api);
  let cursor = unread.cursor();
  let gathered: Heard[] = [];
  const stopWatching = watch(
    api, daemon, { hear: (event, id) => {
      cursor = id;
      gathered.push(event);
      if (gathered.length > 1) return;
      setTimeout(() => {
        hear(gathered);
        gathered = [];
        unread.keepCursor(cursor ?? id);
      }, FRAME);
    }, cursor: () => cursor },
  );
  return () => {
    stopTelling();
    stopWatching();
  };
}

function hear(events: readonly Heard[]): void {
  daemon.set(events.reduce(heard, daemon.get()));
  if (events.some((event) => event.type === 'reset')) {
    timelines.reset();
    latest.load(daemon.get().rooms.values(), true);
  }
  const news = events.flatMap((event) => (event.type === 'message' ? [event] : []));
  for (const event of events) {
    if (event.type === 'typing') typing.heard(keyOf(event), event.nick, event.typing);
    else if (event.type === 'message' && event.message.nick !== null) typing.heard(keyOf(event.message), event.message.nick, false);
    else if (event.type === 'refused') timelines.refused(event.originId, event.text ?? event.condition);
  }
  if (news.length > 0) timelines.hear(news);
  if (news.length > 0) latest.hear(news);
  for (const event of events) count(event); // one by one: what is read counts what was said before it
  if (news.length > 0) lastHeard.set(news.at(-1)?.message);
}

function count(event: Heard): void {
  if (event.type === 'message') unread.hear([event.message], (message) => daemon.get().rooms.get(keyOf(message))?.nick, Date.now());
  if (event.type !== 'read') return;
  const { account, room, only } = event.state;
  const name = { account, room, private: only === 'private' };
  if (unread.told(keyOf(name), event.state, Date.now())) sayRead(name, unread.store.get().get(keyOf(name))?.readTo ?? 0);
}

const READ_PAUSE = 300; // milliseconds in which read markers are collected
const reads = new Map<string, { readonly name: RoomName; readonly id: number }>();

/**
 * All that is here was on screen: `newest` came last, `last` stands last, which a message out of the room's archive need
 * not. Counted at once, and told to the daemon, which tells the other devices.
 */
export function markRead(name: RoomName, newest: number, last: number): void {
  if (unread.read(keyOf(name), newest, Date.now())) sayRead(name, last);
}

function sayRead(name: RoomName, id: number): void {
  if (reads.size === 0) setTimeout(tellReads, READ_PAUSE);
  reads.set(keyOf(name), { name, id });
}

function tellReads(): void {
  for (const { name, id } of reads.values()) {
    const { account, room } = name;
    api.read.mutate({ account, room, id, private: name.private === true }).catch(() => undefined); // reported again after the next connection
  }
  reads.clear();
}

function browserStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined; // the person has turned the browser's storage off: unread counts then last as long as the page
  }
}
