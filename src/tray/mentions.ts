import type { HeardEvent } from '../frontends/web/client/follow.ts';
import { privateFragment, roomFragment } from './links.ts';

type Heard = Extract<HeardEvent, { type: 'message' }>;

/** A room with mentions or private messages that the person has not seen. */
export interface MentionedRoom {
  readonly key: string;
  readonly account: string;
  readonly room: string;
  readonly name: string | undefined;
  readonly count: number;
  /** Where the page shows the first of them. */
  readonly fragment: string;
}

/** One message that mentions the person, or is for them alone. */
export interface Mention {
  readonly key: string;
  readonly room: string;
  readonly name: string | undefined;
  readonly nick: string | undefined;
  readonly text: string;
  readonly fragment: string;
}

/** The unseen mentions by room, most recent first, until the person looks at the room or writes in it. */
interface Mentions {
  list(): readonly MentionedRoom[];
  /** The newest of them, newest first. */
  latest(): readonly Mention[];
  /** True if it changed something. `own` is our nick in the room. */
  hear(event: Heard, about: { readonly own: string | undefined; readonly name: string | undefined }): boolean;
  seen(key: string): boolean;
}

const MOST = 100;
const LATEST = 5;

/** The key of a room among those of all accounts. Its private messages have a key of their own. */
export function keyOf(message: { readonly account: string; readonly room: string; readonly kind?: string }): string {
  return `${message.account} ${message.room}${message.kind === 'private' ? ' private' : ''}`;
}

export function createMentions(): Mentions {
  const rooms = new Map<string, MentionedRoom>();
  let latest: readonly Mention[] = [];
  const forget = (key: string): boolean => {
    latest = latest.filter((one) => one.key !== key);
    return rooms.delete(key);
  };
  return {
    list: () => [...rooms.values()].toReversed(),
    latest: () => latest,
    hear({ message, alert }, { own, name }) {
      const key = keyOf(message);
      if (message.nick !== null && message.nick === own) return forget(key);
      if (alert !== 'mention' && alert !== 'private') return false;
      const known = rooms.get(key);
      rooms.delete(key);
      const { account, room } = message;
      const there = alert === 'private' ? privateFragment(message) : roomFragment(message, message.id);
      rooms.set(key, { key, account, room, name, count: (known?.count ?? 0) + 1, fragment: known?.fragment ?? there });
      latest = [{ key, room, name, nick: message.nick ?? undefined, text: message.encrypted ? '' : (message.spoiler ?? message.body ?? ''), fragment: there }, ...latest].slice(0, LATEST);
      const eldest = rooms.keys().next().value;
      if (rooms.size > MOST && eldest !== undefined) rooms.delete(eldest);
      return true;
    },
    seen: forget,
  };
}
