import type { ReadArchive } from '../archive/contract.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import type { Cursors } from './cursors.ts';
import { openDeviceFeed, type BacklogLimits, type DeliveryRooms, type DeviceFeed, type FeedStart } from './device-feed.ts';

/** So many of one room, then the next one's turn. */
const TURN = 10;

/**
 * `live`: the message was kept just now, and nothing goes before it. `backlog`: it was missed, or it had to wait.
 */
export type DeliveryKind = 'live' | 'backlog';

export interface DeviceDeliveryOptions {
  readonly account: DeliveryRooms;
  readonly archive: ReadArchive;
  readonly cursors: Cursors;
  /** Its lasting id. */
  readonly device: string;
  readonly log: (message: string) => void;
  /**
   * Sends it to the device; `delivered` is to be called once the device has it. `passed`: this device is not to have
   * it. `full`: nothing more goes out now, until `resume`.
   */
  readonly send: (message: KeptMessage, how: DeliveryKind, delivered: () => void) => 'sent' | 'passed' | 'full';
}

/** All feeds of one device, whatever frontend it has: each message once, in its room's order. */
export interface DeviceDelivery {
  /** Begins the feed of a room where the device's cursor is, unless it has begun. */
  follow(room: string, limits: BacklogLimits): void;
  /** The device comes into a room: its feed begins with what is kept from now on. */
  enter(room: string): FeedStart;
  leave(room: string): void;
  /** A message was kept that is news. */
  kept(message: KeptMessage): void;
  /** A message was kept that is none. */
  passed(room: string, id: number): void;
  /** A room is read further, or to its end. */
  moved(room: string): void;
  /** There is space again for what waits. */
  resume(): void;
  /** Something waits to be sent. */
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
      if (feed.next() !== undefined && feeds.get(feed.room) === feed) busy.add(feed); // its next turn comes behind the others'
      if (full) break;
    }
    sending = false;
  }

  /** True where nothing more goes out now. */
  function turn(feed: DeviceFeed): boolean {
    for (let count = 0; count < TURN; count += 1) {
      const id = feed.next();
      if (id === undefined) return false;
      const message = archive.message(id);
      const how = message ? send(message, 'backlog', () => feed.settled(id)) : 'passed';
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
    kept(message) {
      const feed = feeds.get(message.room);
      if (feed?.kept(message) !== 'now') return;
      const id = message.archiveId;
      const how = send(message, 'live', () => feed.settled(id));
      if (how === 'passed') feed.settled(id);
      if (how !== 'full') return;
      feed.wait(id);
      busy.add(feed);
    },
    passed: (room, id) => feeds.get(room)?.passed(id),
    moved: (room) => feeds.get(room)?.moved(),
    resume: pump,
    waits: () => busy.size > 0,
    stop() {
      for (const room of [...feeds.keys()]) leave(room);
    },
  };
}
