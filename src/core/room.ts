import type { Result } from './errors.ts';
import { fail, ok } from './errors.ts';

/** Where the account stands with a room. A membership is data, and a move that is not listed is refused. */
export type RoomState =
  | 'absent'
  | 'joining'
  | 'joined'
  | 'leaving'
  | 'kicked'
  | 'banned'
  | 'members-only'
  | 'password-needed'
  | 'nick-conflict'
  | 'registration-needed'
  | 'captcha'
  | 'room-full'
  | 'room-locked'
  | 'not-allowed'
  | 'room-moved'
  | 'room-gone'
  | 'service-down';

/** What can happen to a membership: the person's wishes, the room's words, the clock's. */
export type RoomSignalName =
  | 'join'
  | 'retry'
  | 'leave'
  | 'self'
  | 'left'
  | 'timeout'
  | 'disconnected'
  | 'unverified'
  | 'conflict'
  | 'unauthorized'
  | 'forbidden'
  | 'registration-required'
  | 'register-first'
  | 'captcha'
  | 'full'
  | 'locked'
  | 'not-allowed'
  | 'moved'
  | 'unreachable'
  | 'overloaded'
  | 'kicked'
  | 'banned'
  | 'affiliation-lost'
  | 'became-members-only'
  | 'shutdown'
  | 'removed-by-error'
  | 'destroyed';

type Moves = Partial<Record<RoomSignalName, RoomState>>;

/** Every way in that ends in a refusal: XEP-0045 7.2 and 9, by the error's condition. */
const refusals: Moves = {
  conflict: 'nick-conflict',
  unauthorized: 'password-needed',
  forbidden: 'banned',
  'registration-required': 'members-only',
  'register-first': 'registration-needed',
  captcha: 'captcha',
  full: 'room-full',
  locked: 'room-locked',
  'not-allowed': 'not-allowed',
  moved: 'room-moved',
  unreachable: 'service-down',
  overloaded: 'service-down',
};

/** Every way out that the room decides: XEP-0045 7.14, 8.2, 9.1, 9.4, 10.9 and status codes 321, 322, 332, 333. */
const losses: Moves = {
  kicked: 'kicked',
  banned: 'banned',
  'affiliation-lost': 'members-only',
  'became-members-only': 'members-only',
  shutdown: 'service-down',
  'removed-by-error': 'service-down',
  destroyed: 'room-gone',
};

/** Being out for a reason: the clock may try again (see `exits`), the person always may; nothing else moves it. */
const out: Moves = { join: 'joining', leave: 'absent' };
const outUntilRetry: Moves = { ...out, retry: 'joining' };

/** state -> signal -> state. The whole of it: what is not here does not happen. A join while we leave is refused here: it is made once the room has said that we left (`joinAgain()` in account/rooms/membership.ts). That we left is no answer to a join: it is the late one to the leave before. */
export const moves: Readonly<Record<RoomState, Moves>> = {
  absent: { join: 'joining', retry: 'joining', leave: 'absent' },
  joining: {
    ...refusals,
    ...losses,
    join: 'joining',
    self: 'joined',
    leave: 'leaving',
    timeout: 'service-down',
    disconnected: 'absent',
  },
  joined: {
    ...losses,
    self: 'joined',
    join: 'joined',
    left: 'absent',
    leave: 'leaving',
    disconnected: 'absent',
    unverified: 'absent',
    unreachable: 'service-down',
  },
  leaving: { ...losses, ...leavingRefused(), left: 'absent', timeout: 'absent', disconnected: 'absent', leave: 'leaving' },
  kicked: outUntilRetry,
  banned: out,
  'members-only': out,
  'password-needed': out,
  'nick-conflict': outUntilRetry,
  'registration-needed': outUntilRetry,
  captcha: out,
  'room-full': outUntilRetry,
  'room-locked': outUntilRetry,
  'not-allowed': out,
  'room-moved': out,
  'room-gone': out,
  'service-down': outUntilRetry,
};

/** A refusal that comes while we leave means that we are not in: that is what was wished. */
function leavingRefused(): Moves {
  const all: Moves = {};
  for (const name of Object.keys(refusals) as RoomSignalName[]) all[name] = 'absent';
  return all;
}

/** Who brings a room back from a state, unless a setting or a registration does before: nobody needs to, the clock does, or a person must. */
export const exits: Readonly<Record<RoomState, 'none' | 'clock' | 'person'>> = {
  absent: 'none',
  joining: 'clock',
  joined: 'none',
  leaving: 'clock',
  kicked: 'person',
  banned: 'person',
  'members-only': 'person',
  'password-needed': 'person',
  'nick-conflict': 'clock',
  'registration-needed': 'person',
  captcha: 'person',
  'room-full': 'clock',
  'room-locked': 'clock',
  'not-allowed': 'person',
  'room-moved': 'person',
  'room-gone': 'person',
  'service-down': 'clock',
};

/** Whether no person needs to act: the account is in the room, or the daemon gets there (or out of it) by itself. */
export function needsNobody(state: RoomState): boolean {
  return exits[state] !== 'person';
}

/** The sentence for a state where the room gave none of its own. */
const sentences: Readonly<Record<RoomState, string | undefined>> = {
  absent: undefined,
  joining: 'Joining.',
  joined: undefined,
  leaving: 'Leaving.',
  kicked: 'You were kicked from this room.',
  banned: 'You are banned from this room.',
  'members-only': 'This room is for members only, and you are not a member.',
  'password-needed': 'This room needs a password, or the password is wrong.',
  'nick-conflict': 'Somebody else has this nickname.',
  'registration-needed': 'You have to register with this room first.',
  captcha: 'This room asks for a CAPTCHA. Solve it with one of your other clients.',
  'room-full': 'The room is full.',
  'room-locked': 'The room does not exist yet, or its owner has not opened it.',
  'not-allowed': 'The server does not let you create this room.',
  'room-moved': 'The room has moved.',
  'room-gone': 'The room was destroyed.',
  'service-down': 'The room cannot be reached.',
};

/** Data of a membership. Times are milliseconds since the epoch. */
export interface Membership {
  readonly state: RoomState;
  /** Our nick in the room, or the one asked for. */
  readonly nick: string | undefined;
  /** Since when it is in this state. */
  readonly since: number;
  /** One sentence where the state needs an explanation. */
  readonly reason: string | undefined;
  /** When the clock tries again; `undefined` where it does not. */
  readonly retryAt: number | undefined;
  /** Failed tries in a row. */
  readonly attempts: number;
  /** Since when nothing has come of the room but silence or its service's errors, over all tries and our own absences. */
  readonly unreachableSince?: number | undefined;
  /** Where the room went: an address that the room named (destroyed, moved). */
  readonly venue: string | undefined;
  /** The password that the room named with it (XEP-0045 10.9). */
  readonly venuePassword?: string | undefined;
}

export interface RoomSignal {
  readonly name: RoomSignalName;
  readonly at: number;
  readonly nick?: string;
  /** The room's or the server's own words. */
  readonly text?: string | undefined;
  /** Who did it, where the room says. */
  readonly actor?: string | undefined;
  readonly venue?: string | undefined;
  readonly venuePassword?: string | undefined;
  /** 0 to 1: jitter for the next try. */
  readonly random?: number;
  /** The person lets the clock rejoin after a kick. */
  readonly rejoinAfterKick?: boolean;
}

/** Not in the room, and nothing known against joining. */
export const absent: Membership = {
  state: 'absent',
  nick: undefined,
  since: 0,
  reason: undefined,
  retryAt: undefined,
  attempts: 0,
  venue: undefined,
};

const FIRST_RETRY = 5_000;
const LAST_RETRY = 15 * 60_000;

/** Milliseconds until try number `attempts` + 1: doubling from 5 s to 15 min, between half and the whole of it. */
export function retryDelay(attempts: number, random: number): number {
  const whole = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** Math.min(attempts, 20));
  return Math.round(whole * (0.5 + random / 2));
}

/** Milliseconds from now until the next try, `undefined` where there is none; never more than such a try waits, as a clock may have been set since. */
export function retryIn({ retryAt, attempts }: Membership, now: number): number | undefined {
  return retryAt === undefined ? undefined : Math.max(0, Math.min(retryAt - now, retryDelay(attempts - 1, 1)));
}

/** The membership after a signal, or the reason why that cannot happen (`room: kicked cannot self`). */
export function next(membership: Membership, signal: RoomSignal): Result<Membership> {
  const state = moves[membership.state][signal.name];
  if (state === undefined) return fail('room-move', `room: ${membership.state} cannot ${signal.name}`);
  const nick = signal.nick ?? membership.nick;
  if (state === membership.state && !['joining', 'joined'].includes(state)) return ok({ ...membership, nick });
  const settled = state === 'joined' || state === 'absent' || state === 'leaving';
  const attempts = settled || signal.name === 'join' ? 0 : membership.attempts + (state === 'joining' ? 0 : 1);
  const byClock = exits[state] === 'clock' || (state === 'kicked' && signal.rejoinAfterKick === true);
  const waits = byClock && state !== 'joining' && state !== 'leaving';
  return ok({
    state,
    nick,
    since: state === membership.state ? membership.since : signal.at,
    reason: explain(state, signal),
    retryAt: waits ? signal.at + retryDelay(attempts - 1, signal.random ?? 0.5) : undefined,
    attempts,
    unreachableSince: unreachableSince(membership, state, signal),
    venue: signal.venue,
    venuePassword: signal.venuePassword,
  });
}

/** A room that has answered in whatever way is there; that we were away ourselves proves nothing. */
function unreachableSince({ unreachableSince: before }: Membership, state: RoomState, { at }: RoomSignal): number | undefined {
  if (state === 'service-down') return before ?? at;
  return ['absent', 'joining', 'leaving'].includes(state) ? before : undefined;
}

function explain(state: RoomState, signal: RoomSignal): string | undefined {
  const own = lossSentence(signal.name) ?? sentences[state];
  if (own === undefined) return undefined;
  const by = signal.actor === undefined ? '' : ` By ${signal.actor}.`;
  const words = signal.text === undefined || signal.text === '' ? '' : ` “${signal.text}”`;
  const venue = signal.venue === undefined ? '' : ` The room suggests ${signal.venue} instead.`;
  return `${own}${by}${words}${venue}`;
}

function lossSentence(signal: RoomSignalName): string | undefined {
  const own: Partial<Record<RoomSignalName, string>> = {
    timeout: 'The room did not answer.',
    overloaded: 'The room’s server is busy. Minimix tries again later.',
    unverified: 'The room had silently dropped you.',
    disconnected: 'The connection to the server was lost.',
    'affiliation-lost': 'You are no longer a member, and the room is for members only.',
    'became-members-only': 'The room became members-only, and you are not a member.',
    shutdown: 'The room’s server is shutting down.',
    'removed-by-error': 'The room removed you after a delivery error.',
  };
  return own[signal];
}
