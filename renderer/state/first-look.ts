import type { FirstLook } from '../api/client.ts';

export type LookedRoom = FirstLook['rooms'][number];

interface Groups {
  readonly now: readonly LookedRoom[];
  readonly notNow: readonly LookedRoom[];
  readonly away: readonly LookedRoom[];
}

/** Groups the rooms by what would happen to them: joined at once, not joined, or unreachable for now. */
export function grouped(rooms: readonly LookedRoom[]): Groups {
  const isAway = ({ state }: LookedRoom): boolean => state === 'missing' || state === 'unreachable';
  return {
    now: rooms.filter((room) => room.autojoin && !isAway(room)),
    notNow: rooms.filter((room) => !room.autojoin && !isAway(room)),
    away: rooms.filter(isAway),
  };
}

/** What is joined unless the person says otherwise. A room that does not exist is not: whoever joins it makes it, and owns it. */
export function tickedAtFirst(rooms: readonly LookedRoom[]): ReadonlySet<string> {
  return new Set(rooms.filter(({ autojoin, state }) => autojoin && state !== 'missing').map(({ room }) => room));
}

/** The differences from the bookmarks: auto-join rooms that are not ticked, and ticked rooms that are not auto-join. */
export function wishesOf(rooms: readonly LookedRoom[], ticked: ReadonlySet<string>): { keepOut: string[]; join: string[] } {
  return {
    keepOut: rooms.filter(({ room, autojoin }) => autojoin && !ticked.has(room)).map(({ room }) => room),
    join: rooms.filter(({ room, autojoin }) => !autojoin && ticked.has(room)).map(({ room }) => room),
  };
}
