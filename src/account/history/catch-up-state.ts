import type { Catchup, Room } from '../context.ts';

/** Neither in it nor on the way in: nothing of it is read. */
export function isOut(room: Room | undefined): boolean {
  const state = room?.membership.state;
  return state !== 'joined' && state !== 'joining';
}

/**
 * There is something to be read that goes before what is live: also on the way back in, or a device would be given what came
 * live before a stream's end ahead of what that stream had still to read.
 */
export function isCatchingUp(room: Room | undefined): boolean {
  return !isOut(room) && room?.catchup?.state === 'missed';
}

/**
 * Up to where the room is read without a hole: its end, or, while it is caught up, the message (an archive id) behind
 * which the catch-up stands; 0 where it has brought nothing yet.
 */
export function readUpTo(room: Room | undefined): 'end' | number {
  return isCatchingUp(room) ? (room?.catchup?.follows ?? 0) : 'end';
}

/** How far a room's archive is read, in the room's time, while what is read there is waited for. */
export function catchUpProgress(room: Room, timeOf: (archiveId: number) => number | undefined): { readonly upTo: string | undefined } | undefined {
  const { catchup } = room;
  if (isOut(room) || (catchup?.state !== 'first' && catchup?.state !== 'missed')) return undefined;
  const at = catchup.follows === undefined ? undefined : timeOf(catchup.follows);
  return { upTo: at === undefined ? undefined : new Date(at).toISOString() };
}

/** The past of a room that was joined for the first time is being read, and waited for. */
export function isFirstReading(room: Room): boolean {
  return room.catchup?.state === 'first';
}

/** The room's archive has, or may have, what ours does not. */
export function lacksHistory({ catchup }: Room): boolean {
  return catchup !== undefined && catchup.state !== 'reorder';
}

/** What it brings is news to devices and to the person: neither the past of a first join, nor what was found of a hole behind which they have gone on. */
export function bringsNews({ state }: Catchup): boolean {
  return state === 'missed' || state === 'reorder';
}

/** What it brings is the past of a room that was joined for the first time, waited for or not. */
export function bringsPast(catchup: Catchup): boolean {
  return catchup.state === 'first' || (catchup.state === 'unreadable' && catchup.gap === undefined);
}

/** Let in again while it is not done: it goes on, and what was only to be put into order lacks what was said since we were out. */
export function afterRejoin(catchup: Catchup): Catchup {
  return catchup.state === 'reorder' ? { ...catchup, state: 'missed' } : catchup;
}

/** COMPAT: until December 2026 the state was on disk as flags. */
interface FlaggedCatchup extends Pick<Catchup, 'after' | 'start' | 'follows' | 'lost'> {
  readonly first?: boolean;
  readonly givenUp?: boolean;
  readonly gap?: number;
  readonly known?: boolean;
}

/** As it was stored. */
export function readCatchup(stored: Catchup | FlaggedCatchup | undefined): Catchup | undefined {
  if (stored === undefined || 'state' in stored) return stored;
  const { first, givenUp, gap, known, ...place } = stored;
  if (first && !givenUp) return { ...place, state: 'first' };
  if (first || gap !== undefined) return { ...place, state: 'unreadable', gap };
  return { ...place, state: known ? 'reorder' : 'missed' };
}
