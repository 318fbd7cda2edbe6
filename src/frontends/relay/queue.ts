/** One room of one device: what is to be sent, what is sent and not answered, and up to where it has all. */
export interface RoomQueue {
  readonly room: string;
  /** Archive ids to be sent, in order. */
  readonly waiting: number[];
  /** Sent, and not known to have arrived, in the order of sending. */
  readonly flight: number[];
  /** The last id that was looked at. */
  seen: number;
  /** The last id that came, looked at or not. */
  newest: number;
  /** What the disk says: the last id up to which the device has everything. */
  cursor: number;
  /** What was missed is read; from then on the live messages are put behind it. */
  state: 'unread' | 'reading' | 'live';
}

export function newRoomQueue(room: string, cursor: number): RoomQueue {
  return { room, waiting: [], flight: [], seen: cursor, newest: cursor, cursor, state: 'unread' };
}

/** Up to where the device has everything: before the first that it is not known to have. */
export function reached({ waiting, flight, seen, cursor }: RoomQueue): number {
  let least = Infinity;
  for (const id of waiting) if (id < least) least = id;
  for (const id of flight) if (id < least) least = id;
  return Math.max(cursor, least === Infinity ? seen : least - 1);
}
