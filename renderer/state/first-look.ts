import type { FirstLook } from '../api/client.ts';

export type LookedRoom = FirstLook['rooms'][number];

export interface Groups {
  readonly now: readonly LookedRoom[];
  readonly notNow: readonly LookedRoom[];
  readonly away: readonly LookedRoom[];
}

/** By what would happen to them: joined at once, left alone, or tried in vain for now. */
export function grouped(rooms: readonly LookedRoom[]): Groups {
  const isAway = ({ state }: LookedRoom): boolean => state === 'missing' || state === 'unreachable';
  return {
    now: rooms.filter((room) => room.autojoin && !isAway(room)),
    notNow: rooms.filter((room) => !room.autojoin && !isAway(room)),
    away: rooms.filter(isAway),
  };
}

/** What the daemon is to be told: bookmarks that say join and are not ticked, and what is ticked though they do not. */
export function wishesOf(rooms: readonly LookedRoom[], ticked: ReadonlySet<string>): { keepOut: string[]; join: string[] } {
  return {
    keepOut: rooms.filter(({ room, autojoin }) => autojoin && !ticked.has(room)).map(({ room }) => room),
    join: rooms.filter(({ room, autojoin }) => !autojoin && ticked.has(room)).map(({ room }) => room),
  };
}
