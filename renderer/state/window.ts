import type { Message } from '../api/client.ts';

/** The message that our own message replies to or edits. */
export interface SayAbout {
  /** The id of our message that it replaces. */
  readonly replaces?: string;
  readonly reply?: { readonly id: string; readonly nick: string; readonly quote?: string };
  /** What is shown in the place of the text until somebody asks for it, or ''. */
  readonly spoiler?: string;
  /** The link of the file that it sends. */
  readonly file?: string;
  /** The nicks in it that were completed from the room's. */
  readonly mentions?: string[];
}

/** Our own message that the room has not reflected yet. */
export interface Pending {
  readonly key: number;
  readonly body: string;
  /** Set when the daemon has the message on disk. */
  readonly originId: string | undefined;
  /** What it says of another message, to say it again. */
  readonly about: SayAbout;
  /** Why the room did not take it. */
  readonly failed: string | undefined;
}

/** A loaded part of one room's archive, oldest first, in the room's order. A new object replaces it; it is never mutated. */
export interface Window {
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly items: readonly Message[];
  /** There may be older messages. */
  readonly older: boolean;
  /** There may be newer messages: this part does not reach the live end. */
  readonly newer: boolean;
  readonly pending: readonly Pending[];
}

export const PAGE = 60;
const MOST = 1500; // if more messages are loaded, the far end is dropped and loaded again when the person scrolls to it

export const emptyWindow: Window = { phase: 'loading', items: [], older: true, newer: false, pending: [] };

/** The live end, just loaded; what was heard while it was loading comes behind it. */
export function latest(window: Window, page: readonly Message[]): Window {
  const last = page.at(-1);
  const heard = last === undefined ? window.items : window.items.filter((message) => message.id > last.id);
  const items = joined(page, window.newer ? [] : heard);
  return settled({ ...window, phase: 'ready', items, older: page.length === PAGE, newer: false });
}

/** A stretch around a message, just loaded. */
export function around(window: Window, before: readonly Message[], after: readonly Message[]): Window {
  const newer = after.length === PAGE;
  return { ...window, phase: 'ready', items: joined(before, after), older: before.length === PAGE, newer };
}

export function withOlder(window: Window, page: readonly Message[]): Window {
  const items = joined(page, window.items);
  const newer = window.newer || items.length > MOST;
  return { ...window, items: items.slice(0, MOST), older: page.length === PAGE, newer };
}

export function withNewer(window: Window, page: readonly Message[]): Window {
  const items = joined(window.items, page);
  const older = window.older || items.length > MOST;
  return settled({ ...window, items: items.slice(-MOST), older, newer: page.length === PAGE });
}

/**
 * The window after a live message. `undefined` where the message belongs further back (history that was caught up),
 * so that only loading anew tells its place.
 */
export function appended(window: Window, message: Message): Window | undefined {
  if (window.items.some((item) => item.id === message.id)) return window;
  const settledNow = settled({ ...window, items: [...window.items, message] });
  if (window.newer) return { ...window, pending: settledNow.pending };
  const last = window.items.at(-1);
  if (last && message.delayed && message.at < last.at) return undefined;
  return { ...settledNow, items: settledNow.items.slice(-MOST), older: window.older || settledNow.items.length > MOST };
}

/** Removes from the pending messages what the room has reflected. */
function settled(window: Window): Window {
  if (window.pending.length === 0) return window;
  const reflected = new Set(window.items.slice(-PAGE).map((message) => message.originId));
  const pending = window.pending.filter(({ originId }) => originId === undefined || !reflected.has(originId));
  return pending.length === window.pending.length ? window : { ...window, pending };
}

function joined(first: readonly Message[], second: readonly Message[]): Message[] {
  const known = new Set(first.map((message) => message.id));
  return [...first, ...second.filter((message) => !known.has(message.id))];
}

/** What was loaded once more, since something was said of it, in the place of what was there; it is one stretch. */
export function reread(window: Window, page: readonly Message[]): Window {
  const first = page[0];
  const fresh = new Set(page.map((message) => message.id));
  const from = first === undefined ? -1 : window.items.findIndex((message) => fresh.has(message.id));
  if (from === -1) return window;
  const to = window.items.findLastIndex((message) => fresh.has(message.id));
  return settled({ ...window, items: joined([...window.items.slice(0, from), ...page], window.items.slice(to + 1)) });
}

/** The window with a pending message that the daemon now holds under `originId`. */
export function promised(window: Window, key: number, originId: string): Window {
  const pending = window.pending.map((entry) => (entry.key === key ? { ...entry, originId } : entry));
  return settled({ ...window, pending });
}
