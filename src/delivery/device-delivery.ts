import type { ReadArchive } from '../archive/contract.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import type { Cursors } from './cursors.ts';
import { openDeviceFeed, type BacklogLimits, type DeliveryRooms, type DeviceFeed, type FeedStart } from './device-feed.ts';

/** The messages that one room may send before it is the next room's turn. */
const TURN = 10;

/** `live`: the message was archived just now, and nothing goes before it. `backlog`: the device missed it, or it had to wait. */
export type DeliveryKind = 'live' | 'backlog';

interface DeviceDeliveryOptions {
  readonly account: DeliveryRooms;
  readonly archive: ReadArchive;
  readonly cursors: Cursors;
  /** The device's id, which outlives its sessions. */
  readonly device: string;
  readonly log: (message: string) => void;
  /**
   * Sends a message to the device, and calls `delivered` once the device has it. Returns `skipped` if this device does not get the
   * message, and `full` if nothing can be sent until `resume`.
   */
  readonly send: (message: KeptMessage, how: DeliveryKind, delivered: () => void) => 'sent' | 'skipped' | 'full';
}

/** All feeds of one device, whichever frontend serves it: each message once, in its room's order. */
export interface DeviceDelivery {
  /** Starts the feed of a room at the device's cursor, unless it has started. */
  follow(room: string, limits: BacklogLimits): void;
  /** The device joins a room: its feed starts with the next message that is archived. */
  enter(room: string): FeedStart;
  leave(room: string): void;
  /** A message was archived that is news. */
  offer(message: KeptMessage): void;
  /** A message was archived that is no news. */
  skipped(room: string, id: number): void;
  /** The catch-up of a room has read further, or has ended. */
  moved(room: string): void;
  /** What waits can be sent again. */
  resume(): void;
  /** Whether something waits to be sent. */
  waits(): boolean;
  stop(): void;
}

export function openDeviceDelivery({ account, archive, cursors, device, log, send }: DeviceDeliveryOptions): DeviceDelivery {
  const feeds = new Map<string, DeviceFeed>();
  /** The feeds that have something to send, in the order of their turns. */
  const busy = new Set<DeviceFeed>();
  let sending = false;

  function open(room: string): DeviceFeed {
    leave(room);
    const feed: DeviceFeed = openDeviceFeed({
      account, archive, room, cursor: cursors.of(device, room), log,
      ready() {
        busy.add(feed);
        pump();
      },
    });
    feeds.set(room, feed);
    return feed;
  }

  function leave(room: string): void {
    const feed = feeds.get(room);
    if (!feed) return;
    feed.close();
    feeds.delete(room);
    busy.delete(feed);
  }

  function pump(): void {
    if (sending) return;
    sending = true;
    for (const feed of busy) {
      const full = turn(feed);
      busy.delete(feed);
      if (feed.next() !== undefined && feeds.get(feed.room) === feed) busy.add(feed); // its next turn comes after the other rooms'
      if (full) break;
    }
    sending = false;
  }

  /** True if nothing more can be sent now. */
  function turn(feed: DeviceFeed): boolean {
    for (let count = 0; count < TURN; count += 1) {
      const id = feed.next();
      if (id === undefined) return false;
      const message = archive.message(id);
      const how = message ? send(message, 'backlog', () => feed.settled(id)) : 'skipped';
      if (how === 'full') return true;
      feed.took(how);
    }
    return false;
  }

  return {
    follow(room, limits) {
      if (!feeds.has(room)) open(room).read(limits);
    },
    enter: (room) => open(room).enter(),
    leave,
    offer(message) {
      const feed = feeds.get(message.room);
      if (feed?.turnOf(message) !== 'now') return;
      const id = message.archiveId;
      const how = send(message, 'live', () => feed.settled(id));
      if (how === 'skipped') feed.settled(id);
      if (how !== 'full') return;
      feed.wait(id);
      busy.add(feed);
    },
    skipped: (room, id) => feeds.get(room)?.skipped(id),
    moved: (room) => feeds.get(room)?.moved(),
    resume: pump,
    waits: () => busy.size > 0,
    stop() {
      for (const room of [...feeds.keys()]) leave(room);
    },
  };
}
