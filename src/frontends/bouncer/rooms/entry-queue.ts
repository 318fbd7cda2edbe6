import type { Stanza } from '../../../xmpp/stanza.ts';
import { errorFor } from './room-stanzas.ts';
import type { DeviceOccupant } from './room-feed.ts';

/** No client says so much to a room that has not let it in. */
const MOST_OF_ROOM = 200;
/** Nor to all rooms that it enters at once: stanzas, and characters of their text. */
const MOST = 1000;
const MOST_TEXT = 1024 * 1024;
const BUSY = ['wait', 'resource-constraint'] as const;

/** RFC 6120 10.1: what a device sends to a room comes behind its entry, in the device's order. */
export interface EntryQueue {
  put(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): void;
  /** Something waits already: what comes now stands behind it. */
  waits(deviceOccupant: DeviceOccupant, room: string): boolean;
  /** The entry is decided: what waits is handled, up to the next entry. Throws nothing: what cannot be handled, the device is told. */
  decided(deviceOccupant: DeviceOccupant, room: string): void;
  gone(deviceOccupant: DeviceOccupant): void;
}

export interface EntryQueueOptions {
  readonly entering: (deviceOccupant: DeviceOccupant, room: string) => boolean;
  readonly handle: (deviceOccupant: DeviceOccupant, stanza: Stanza) => void;
}

/** What waits of one device, in all rooms. */
interface Waiting {
  readonly rooms: Map<string, Stanza[]>;
  stanzas: number;
  text: number;
}

export function openEntryQueue({ entering, handle }: EntryQueueOptions): EntryQueue {
  const waiting = new Map<DeviceOccupant, Waiting>();

  /** Takes out the next one; none once the session is over. */
  function take(deviceOccupant: DeviceOccupant, room: string): Stanza | undefined {
    const all = waiting.get(deviceOccupant);
    const queue = all?.rooms.get(room);
    const next = queue?.shift();
    if (queue?.length === 0) all?.rooms.delete(room);
    if (!all || !next) return undefined;
    all.stanzas -= 1;
    all.text -= next.raw.length;
    if (all.stanzas === 0) waiting.delete(deviceOccupant);
    return next;
  }

  return {
    put(deviceOccupant, room, stanza) {
      const all = waiting.get(deviceOccupant) ?? { rooms: new Map<string, Stanza[]>(), stanzas: 0, text: 0 };
      const queue = all.rooms.get(room) ?? [];
      const fits = queue.length < MOST_OF_ROOM && all.stanzas < MOST && all.text + stanza.raw.length <= MOST_TEXT;
      if (!fits) {
        if (stanza.type !== 'error' && stanza.type !== 'result') deviceOccupant.send(errorFor(stanza, { to: deviceOccupant.jid, error: BUSY }));
        return;
      }
      waiting.set(deviceOccupant, all);
      all.rooms.set(room, queue);
      queue.push(stanza);
      all.stanzas += 1;
      all.text += stanza.raw.length;
    },
    waits: (deviceOccupant, room) => waiting.get(deviceOccupant)?.rooms.has(room) === true,
    decided(deviceOccupant, room) {
      while (!entering(deviceOccupant, room)) {
        const next = take(deviceOccupant, room);
        if (next === undefined) return;
        try {
          handle(deviceOccupant, next);
        } catch (error) {
          deviceOccupant.untaken(next, error);
        }
      }
    },
    gone(deviceOccupant) {
      waiting.delete(deviceOccupant);
    },
  };
}
