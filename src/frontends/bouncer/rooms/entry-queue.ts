import type { Stanza } from '../../../xmpp/stanza.ts';
import { errorFor } from './room-stanzas.ts';
import type { DeviceOccupant } from './room-feed.ts';

/** No client says so much to a room that has not let it in. */
const MOST = 200;
const BUSY = ['wait', 'resource-constraint'] as const;

/** RFC 6120 10.1: what a device sends to a room comes behind its entry, in the device's order. */
export interface EntryQueue {
  put(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): void;
  /** Something waits already: what comes now stands behind it. */
  waits(deviceOccupant: DeviceOccupant, room: string): boolean;
  /** The entry is decided: what waits is handled, up to the next entry. */
  decided(deviceOccupant: DeviceOccupant, room: string): void;
  gone(deviceOccupant: DeviceOccupant): void;
}

export interface EntryQueueOptions {
  readonly entering: (deviceOccupant: DeviceOccupant, room: string) => boolean;
  readonly handle: (deviceOccupant: DeviceOccupant, stanza: Stanza) => void;
}

export function openEntryQueue({ entering, handle }: EntryQueueOptions): EntryQueue {
  const waiting = new Map<DeviceOccupant, Map<string, Stanza[]>>();

  return {
    put(deviceOccupant, room, stanza) {
      const rooms = waiting.get(deviceOccupant) ?? new Map<string, Stanza[]>();
      waiting.set(deviceOccupant, rooms);
      const queue = rooms.get(room) ?? [];
      rooms.set(room, queue);
      if (queue.length < MOST) queue.push(stanza);
      else if (stanza.type !== 'error' && stanza.type !== 'result') deviceOccupant.send(errorFor(stanza, deviceOccupant.jid, BUSY));
    },
    waits: (deviceOccupant, room) => (waiting.get(deviceOccupant)?.get(room)?.length ?? 0) > 0,
    decided(deviceOccupant, room) {
      const queue = waiting.get(deviceOccupant)?.get(room) ?? [];
      for (let next = queue[0]; next !== undefined && !entering(deviceOccupant, room); next = queue[0]) {
        queue.shift();
        handle(deviceOccupant, next);
      }
      if (queue.length === 0) waiting.get(deviceOccupant)?.delete(room);
    },
    gone(deviceOccupant) {
      waiting.delete(deviceOccupant);
    },
  };
}
