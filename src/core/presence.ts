import type { Show } from './occupant.ts';

/** The presence of one of the person's own devices. */
export interface DevicePresence {
  /** The full JID. */
  readonly jid: string;
  readonly show: Show;
  readonly status: string | undefined;
  /** XEP-0319: since when nobody has touched it; milliseconds since the epoch. */
  readonly idleSince: number | undefined;
  /** XEP-0153 hash of the photo; '' for no photo, `undefined` where the device says nothing of it. */
  readonly avatar: string | undefined;
  /** When it last said so; milliseconds since the epoch. */
  readonly at: number;
}

/** What a room sees of the person. */
export interface OutgoingPresence {
  readonly show: Show;
  readonly status: string | undefined;
  readonly idleSince: number | undefined;
  readonly avatar: string | undefined;
}

/** What the person chose for one room. */
export type RoomPresence =
  /** As the devices are. */
  | { readonly kind: 'follow' }
  /** Always this. */
  | { readonly kind: 'fixed'; readonly show: Show; readonly status?: string | undefined }
  /** Nothing of the devices: plainly there. */
  | { readonly kind: 'hidden' };

/** What rooms see with no device online. */
export interface OfflinePresence {
  readonly show: Show;
  readonly status: string | undefined;
}

export const awayWhenOffline: OfflinePresence = { show: 'away', status: undefined };

const plain: OutgoingPresence = { show: 'online', status: undefined, idleSince: undefined, avatar: undefined };

/**
 * RFC 6121 4.7.2.1, most reachable first. `dnd` is a word of the person to all: it comes before what a device says by
 * itself when it is left alone.
 */
const order: readonly Show[] = ['chat', 'online', 'dnd', 'away', 'xa'];

/** Which of the devices speaks for the person: the most reachable, then the one touched last, then the one heard last. */
export function bestDevice(devices: readonly DevicePresence[]): DevicePresence | undefined {
  return devices.toSorted((a, b) => order.indexOf(a.show) - order.indexOf(b.show) || touched(b) - touched(a) || b.at - a.at)[0];
}

/** A device that names no idle time is in use. */
function touched({ idleSince }: DevicePresence): number {
  return idleSince ?? Number.MAX_SAFE_INTEGER;
}

/** What a room is to see. The avatar is the account's, so that any device's word for it will do. */
export function presenceFor(devices: readonly DevicePresence[], choice: RoomPresence, offline: OfflinePresence): OutgoingPresence {
  const best = bestDevice(devices);
  const avatar = best?.avatar ?? devices.find((device) => device.avatar !== undefined)?.avatar;
  if (choice.kind === 'hidden') return plain;
  if (choice.kind === 'fixed') return { show: choice.show, status: choice.status, idleSince: undefined, avatar };
  if (!best) return { ...offline, idleSince: undefined, avatar: undefined };
  return { show: best.show, status: best.status, idleSince: best.idleSince, avatar };
}

/** To say nothing of a photo, and to say that there is none, is the same to whoever was told of none. */
export function samePresence(a: OutgoingPresence | undefined, b: OutgoingPresence | undefined): boolean {
  if (!a || !b) return a === b;
  return a.show === b.show && a.status === b.status && a.idleSince === b.idleSince && (a.avatar ?? '') === (b.avatar ?? '');
}

/** Milliseconds. */
export interface PresencePace {
  /** A change must have stood for so long. */
  readonly settle: number;
  /** Where it never stands still, it is told after so long all the same. */
  readonly longest: number;
  /** Rooms told at once, and the pause before the next. */
  readonly rooms: number;
  readonly pause: number;
}

export const presencePace: PresencePace = { settle: 4_000, longest: 90_000, rooms: 10, pause: 250 };

/** When a change that began at `since` and moved last at `last` is to be told; milliseconds since the epoch. */
export function tellAt(since: number, last: number, { settle, longest }: PresencePace): number {
  return Math.min(last + settle, since + longest);
}
