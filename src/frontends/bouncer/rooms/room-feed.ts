import type { Leaving } from '../../../account/devices/contract.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import { addressable } from '../session/stanza-text.ts';

/** A device in the rooms: a bound session. */
export interface Viewer {
  readonly jid: string;
  /** The device's id, which outlives the session. */
  readonly device: string;
  /** `had` is called once the device has it. */
  send(text: string, had?: () => void): void;
  /** XEP-0280 is on. */
  carbons(): boolean;
  /** Whether it is shown a message, by the person's wish. */
  shows(message: KeptMessage): boolean;
  /** Whether it is shown what nobody keeps. */
  showsPassing(room: string): boolean;
  leaves(): Leaving;
  /** Something that it is shown has been said, and by somebody else. */
  calls(message: KeptMessage): void;
}

/** What is shown of one room at present, to all that look. */
export interface Feed {
  readonly room: string;
  readonly viewers: Set<Viewer>;
  /** The nicks that they have seen come in and not go. */
  readonly nicks: Set<string>;
  /** Our own nick, as they know it. */
  nick: string;
  /** The membership was lost on the way: what they see may be out of date. */
  stale: boolean;
  /** Who sent what, by id, so that an error finds its way back. */
  readonly sent: Map<string, Viewer>;
}

const MAX_SENT = 1000;

export interface Feeds {
  of(room: string): Feed | undefined;
  sees(viewer: Viewer, room: string): boolean;
  enter(viewer: Viewer, room: string, nick: string): Feed;
  exit(viewer: Viewer, room: string): void;
  exitAll(viewer: Viewer): void;
  /** The same text to all, each with its own address. */
  tell(room: string, raw: string): void;
  /** A kept message, to those that are to be shown it, of `among` alone where that is given; `had` is told of each device that has it. */
  show(message: KeptMessage, raw: string, had: (device: string) => void, among?: ReadonlySet<Viewer>): void;
  /** What nobody keeps, to those that are to be shown it. */
  pass(room: string, raw: string): void;
  /** Nobody looks at it any more. */
  close(room: string): void;
  all(): Iterable<Feed>;
}

export function openFeeds(): Feeds {
  const feeds = new Map<string, Feed>();

  function exit(viewer: Viewer, room: string): void {
    const feed = feeds.get(room);
    feed?.viewers.delete(viewer);
    if (feed?.viewers.size === 0) feeds.delete(room);
  }

  return {
    of: (room) => feeds.get(room),
    sees: (viewer, room) => feeds.get(room)?.viewers.has(viewer) === true,
    enter(viewer, room, nick) {
      const feed = feeds.get(room) ?? { room, viewers: new Set(), nicks: new Set(), nick, stale: false, sent: new Map() };
      feeds.set(room, feed);
      feed.viewers.add(viewer);
      return feed;
    },
    exit,
    exitAll(viewer) {
      for (const room of [...feeds.keys()]) exit(viewer, room);
    },
    tell(room, raw) {
      const feed = feeds.get(room);
      if (!feed) return;
      const text = addressable(raw);
      for (const viewer of feed.viewers) viewer.send(text.to(viewer.jid));
    },
    show(message, raw, had, among = feeds.get(message.room)?.viewers) {
      const feed = feeds.get(message.room);
      if (!feed) return;
      const text = addressable(raw);
      const sender = message.id === undefined ? undefined : feed.sent.get(message.id);
      for (const viewer of feed.viewers) {
        if (among?.has(viewer) !== true) continue;
        // what it said itself comes back to it, whatever else it is shown
        if (viewer !== sender && !viewer.shows(message)) continue;
        viewer.send(text.to(viewer.jid), () => had(viewer.device));
        if (viewer !== sender) viewer.calls(message);
      }
    },
    pass(room, raw) {
      const feed = feeds.get(room);
      if (!feed) return;
      const text = addressable(raw);
      for (const viewer of feed.viewers) if (viewer.showsPassing(room)) viewer.send(text.to(viewer.jid));
    },
    close: (room) => void feeds.delete(room),
    all: () => feeds.values(),
  };
}

/** Remembers who sent it, for as long as an error may come. */
export function rememberSent(feed: Feed, id: string, viewer: Viewer): void {
  feed.sent.delete(id);
  feed.sent.set(id, viewer);
  const [oldest] = feed.sent.keys();
  if (feed.sent.size > MAX_SENT && oldest !== undefined) feed.sent.delete(oldest);
}
