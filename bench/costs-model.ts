// Plain arithmetic: stanzas a day on a server whose users all join by each device, or all by one membership an account.
import type { Inputs } from './costs-inputs.ts';
import type { Count } from './costs-stand.ts';

/** What people do: assumed, and to be changed by flags of the same names. */
export const HABITS = {
  users: { is: 10_000, means: 'users of the server, all alike' },
  devices: { is: 3, means: 'devices a user' },
  online: { is: 0.6, means: 'share of the day for which a device is online' },
  starts: { is: 3, means: 'sessions that a device begins anew a day, joining all rooms again' },
  drops: { is: 20, means: 'connections of a device a day that break off and are resumed' },
  rooms: { is: 30, means: 'rooms a user' },
  remote: { is: 0.5, means: 'share of these on other servers, where nobody else is of this server' },
  occupants: { is: 50, means: 'people in a room' },
  words: { is: 100, means: 'messages in a room a day' },
  changes: { is: 6, means: 'changes of presence (away and back) of a device a day' },
  restarts: { is: 0.1, means: 'sessions that a daemon begins anew a day, joining all rooms again' },
  resumed: { is: 1, means: 'times a day that a daemon comes back into its stream' },
} as const;

export type Habits = Readonly<Record<keyof typeof HABITS, number>>;
export const usualHabits = (): Habits => Object.fromEntries(Object.entries(HABITS).map(([name, { is }]) => [name, is])) as Habits;

/** How devices take part: each by itself, by the relay, or through the bouncer. */
export type Way = 'direct' | 'relay' | 'bouncer';

/** Stanzas a day. */
export interface Load {
  readonly c2s: number;
  readonly s2s: number;
  readonly bytes: number;
}

export interface Reckoned {
  readonly rows: Readonly<Record<string, Load>>;
  readonly total: Load;
  /** Streams of c2s at a time. */
  readonly streams: number;
  /** What is no stanza and goes over c2s for resuming. */
  readonly resuming: number;
}

const NONE: Load = { c2s: 0, s2s: 0, bytes: 0 };
const add = (a: Load, b: Load): Load => ({ c2s: a.c2s + b.c2s, s2s: a.s2s + b.s2s, bytes: a.bytes + b.bytes });

/**
 * What one room costs the server for one user a day. In a room of the server all others are its users too and take part
 * in the same way; those of a room elsewhere take part by each device, whatever we do. What a user says is the same in all.
 */
function oneRoom(habits: Habits, inputs: Inputs, { way, remote }: { way: Way; remote: boolean }): Record<string, Load> {
  const { devices, online, starts, occupants, words, changes, restarts } = habits;
  const direct = way === 'direct';
  const load = ({ stanzas, bytes }: Count, times: number): Load => ({ c2s: stanzas * times, s2s: remote ? stanzas * times : 0, bytes: bytes * times });
  const [sessions, joins] = direct ? [devices * online, devices * starts] : [1, restarts];
  const entering = add(load(inputs.occupant, joins * (occupants - 1)), load(inputs.joinBesides, joins));
  const told = (of: Load, times: number): Load => ({ c2s: of.c2s * times, s2s: of.s2s * times, bytes: of.bytes * times });
  const others = told(direct || remote ? stirOf(habits, inputs, load) : [
    load(inputs.firstIn, restarts), load(inputs.lastOut, restarts), load(inputs.change, changes),
  ].reduce(add), (occupants - 1) * sessions);
  const live = load(inputs.message, direct ? words * sessions : words);
  const missed = direct ? load(inputs.mamMessage, words * devices * (1 - online)) : NONE;
  const asked = load(less(inputs.mamPage, inputs.mamMessage), joins);
  const handed = way === 'relay' ? { c2s: 2 * words * devices, s2s: 0, bytes: 2 * words * devices * inputs.message.bytes } : NONE;
  return { 'own joins': entering, 'presences of others': others, messages: live, 'catching up from the room’s archive': add(missed, asked), 'handed on to devices by the relay': handed };
}

/** What one other occupant, each of whose devices is in the room, makes one of our sessions hear a day. */
function stirOf({ devices, online, starts, changes }: Habits, inputs: Inputs, load: (of: Count, times: number) => Load): Load {
  const accompanied = 1 - (1 - online) ** (devices - 1); // another of their devices is there already, or still
  const [begins, moves] = [devices * starts, devices * changes];
  return [
    load(inputs.firstIn, begins * (1 - accompanied)), load(inputs.nextIn, begins * accompanied),
    load(inputs.lastOut, begins * (1 - accompanied)), load(inputs.notLastOut, begins * accompanied),
    load(inputs.change, moves * (1 - accompanied)), load(inputs.changeOfNext, moves * accompanied),
  ].reduce(add, NONE);
}

const less = (a: Count, b: Count): Count => ({ stanzas: a.stanzas - b.stanzas, bytes: a.bytes - b.bytes });

/** The whole server's day. */
export function reckon(habits: Habits, inputs: Inputs, way: Way): Reckoned {
  const { users, devices, online, drops, rooms, remote, resumed } = habits;
  const rows: Record<string, Load> = {};
  for (const [away, share] of [[false, 1 - remote], [true, remote]] as const) {
    for (const [name, load] of Object.entries(oneRoom(habits, inputs, { way, remote: away }))) {
      const all = users * rooms * share;
      rows[name] = add(rows[name] ?? NONE, { c2s: load.c2s * all, s2s: load.s2s * all, bytes: load.bytes * all });
    }
  }
  const own = way === 'direct' ? 0 : 1;
  const times = way === 'direct' ? devices * drops : way === 'relay' ? devices * drops + resumed : resumed;
  return { rows, total: Object.values(rows).reduce(add, NONE), streams: users * (devices * online + own), resuming: users * times * inputs.resumption };
}
