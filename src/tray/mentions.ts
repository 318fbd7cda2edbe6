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

/** The unseen mentions by room, most recent first, until the person looks at the room or writes in it. */
export interface Mentions {
  list(): readonly MentionedRoom[];
  /** True if it changed something. `own` is our nick in the room. */
  hear(event: Heard, about: { readonly own: string | undefined; readonly name: string | undefined }): boolean;
  seen(key: string): boolean;
  clear(): void;
}

const MOST = 100;

/** The key of a room among those of all accounts. Its private messages have a key of their own. */
export function keyOf(message: { readonly account: string; readonly room: string; readonly kind?: string }): string {
  return `${message.account} ${message.room}${message.kind === 'private' ? ' private' : ''}`;
}

export function createMentions(): Mentions {
  const rooms = new Map<string, MentionedRoom>();
  return {
    list: () => [...rooms.values()].toReversed(),
    hear({ message, alert }, { own, name }) {
      const key = keyOf(message);
      if (message.nick !== null && message.nick === own) return rooms.delete(key);
      if (alert !== 'mention' && alert !== 'private') return false;
      const known = rooms.get(key);
      rooms.delete(key);
      const { account, room } = message;
      const there = alert === 'private' ? privateFragment(message) : roomFragment(message, message.id);
      rooms.set(key, { key, account, room, name, count: (known?.count ?? 0) + 1, fragment: known?.fragment ?? there });
      const eldest = rooms.keys().next().value;
      if (rooms.size > MOST && eldest !== undefined) rooms.delete(eldest);
      return true;
    },
    seen: (key) => rooms.delete(key),
    clear: () => rooms.clear(),
  };
}
