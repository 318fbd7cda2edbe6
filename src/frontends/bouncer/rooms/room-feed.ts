import type { Leaving } from '../../../core/device.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import { addressable } from '../session/stanza-text.ts';

/** A device in the rooms: a bound session. */
export interface DeviceOccupant {
  readonly jid: string;
  /** The device's id, which outlives the session. */
  readonly device: string;
  /** `delivered` is called once the device has it. */
  send(text: string, delivered?: () => void): void;
  /** Hands a stanza to the account's server, in the device's own session. */
  pass(stanza: Stanza): void;
  /** What the device sent could not be taken: that is logged, and the device is told. */
  untaken(stanza: Stanza, error: unknown): void;
  /** XEP-0280 is on. */
  carbons(): boolean;
  /** Whether the device is shown a message, by the person's wishes for it. */
  shows(message: KeptMessage): boolean;
  /** Whether the device is shown what no archive keeps, such as who is typing. */
  showsTransient(room: string): boolean;
  leaves(): Leaving;
  /** Somebody else has sent a message that the device is shown. */
  calls(message: KeptMessage): void;
}

/** What the devices in one room see of it. */
export interface RoomFeed {
  readonly room: string;
  readonly deviceOccupants: Set<DeviceOccupant>;
  /** The nicks of those whom the devices have seen join and not leave. */
  readonly nicks: Set<string>;
  /** Our own nick, as the devices know it. */
  nick: string;
  /** The membership was lost meanwhile: what the devices see may be out of date. */
  stale: boolean;
  /** Which device sent each message, by id, so that an error is passed to that device. */
  readonly sent: Map<string, DeviceOccupant>;
}

const MAX_SENT = 1000;

type ExitListener = (deviceOccupant: DeviceOccupant, room: string) => void;

export interface RoomFeeds {
  of(room: string): RoomFeed | undefined;
  sees(deviceOccupant: DeviceOccupant, room: string): boolean;
  enter(deviceOccupant: DeviceOccupant, room: string, nick: string): RoomFeed;
  exit(deviceOccupant: DeviceOccupant, room: string): void;
  exitAll(deviceOccupant: DeviceOccupant): void;
  /** The listener is called for each device that is no longer in a room. */
  onExit(listener: ExitListener): void;
  /** The same text to all, each with its own address. */
  tell(room: string, raw: string): void;
  /** Sends what no archive keeps to the devices that are shown it. */
  deliverTransient(room: string, raw: string): void;
  /** No device is in the room any more. */
  close(room: string): void;
  all(): Iterable<RoomFeed>;
}

export function openRoomFeeds(): RoomFeeds {
  const feeds = new Map<string, RoomFeed>();
  const listeners: ExitListener[] = [];

  function told(deviceOccupant: DeviceOccupant, room: string): void {
    for (const listener of listeners) listener(deviceOccupant, room);
  }

  function exit(deviceOccupant: DeviceOccupant, room: string): void {
    const feed = feeds.get(room);
    if (feed?.deviceOccupants.delete(deviceOccupant)) told(deviceOccupant, room);
    if (feed?.deviceOccupants.size === 0) feeds.delete(room);
  }

  return {
    of: (room) => feeds.get(room),
    sees: (deviceOccupant, room) => feeds.get(room)?.deviceOccupants.has(deviceOccupant) === true,
    enter(deviceOccupant, room, nick) {
      const feed = feeds.get(room) ?? { room, deviceOccupants: new Set(), nicks: new Set(), nick, stale: false, sent: new Map() };
      feeds.set(room, feed);
      feed.deviceOccupants.add(deviceOccupant);
      return feed;
    },
    exit,
    onExit: (listener) => { listeners.push(listener); },
    exitAll(deviceOccupant) {
      for (const room of [...feeds.keys()]) exit(deviceOccupant, room);
    },
    tell(room, raw) {
      const feed = feeds.get(room);
      if (!feed) return;
      const text = addressable(raw);
      for (const deviceOccupant of feed.deviceOccupants) deviceOccupant.send(text.to(deviceOccupant.jid));
    },
    deliverTransient(room, raw) {
      const feed = feeds.get(room);
      if (!feed) return;
      const text = addressable(raw);
      for (const deviceOccupant of feed.deviceOccupants) if (deviceOccupant.showsTransient(room)) deviceOccupant.send(text.to(deviceOccupant.jid));
    },
    close(room) {
      for (const deviceOccupant of feeds.get(room)?.deviceOccupants ?? []) told(deviceOccupant, room);
      feeds.delete(room);
    },
    all: () => feeds.values(),
  };
}

/** Remembers which device sent a message, as long as an error may follow. */
export function rememberSent(feed: RoomFeed, id: string, deviceOccupant: DeviceOccupant): void {
  feed.sent.delete(id);
  feed.sent.set(id, deviceOccupant);
  const [oldest] = feed.sent.keys();
  if (feed.sent.size > MAX_SENT && oldest !== undefined) feed.sent.delete(oldest);
}
