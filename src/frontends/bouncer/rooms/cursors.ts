import type { Archive } from '../../../archive/contract.ts';
import { cursorOwner } from '../../../core/device.ts';
import { sentenceOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';

/** What each device has of each room, by archive id: as with the relay, it gets each message once. */
export interface Cursors {
  /** Whether this device has ever been given anything of the room. */
  knows(device: string, room: string): boolean;
  has(device: string, room: string, id: number): boolean;
  /** It has all up to this one. */
  reached(device: string, room: string, id: number): void;
  /** It has this one, but perhaps not all before it: a part of a history that was cut off. */
  got(device: string, room: string, id: number): void;
  forget(device: string): void;
  /** Puts on disk what is not there yet. */
  flush(): void;
}

/** Milliseconds for which a cursor may be in memory alone: each acknowledgement as a commit of its own would be many. */
const LATE = 100;
/** Of one room, beyond the cursor. */
const MAX_LOOSE = 5000;

interface Place {
  cursor: number | undefined;
  readonly loose: Set<number>;
}

export function openCursors(account: string, archive: Archive, log: Log): Cursors {
  const places = new Map<string, Map<string, Place>>();
  const dirty = new Map<string, { readonly device: string; readonly room: string }>();
  let timer: NodeJS.Timeout | undefined;

  function placeOf(device: string, room: string): Place {
    const rooms = places.get(device) ?? new Map<string, Place>();
    places.set(device, rooms);
    const known = rooms.get(room) ?? { cursor: archive.cursor(account, cursorOwner(device), room), loose: new Set<number>() };
    rooms.set(room, known);
    return known;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (dirty.size === 0) return;
    try {
      archive.transaction(() => {
        for (const { device, room } of dirty.values()) {
          const { cursor } = placeOf(device, room);
          if (cursor !== undefined) archive.setCursor(account, cursorOwner(device), room, cursor);
        }
      });
      dirty.clear();
    } catch (error) {
      log('error', `what devices have could not be kept: ${sentenceOf(error)}`, { error }); // the next one tries again
    }
  }

  return {
    knows: (device, room) => placeOf(device, room).cursor !== undefined,
    has(device, room, id) {
      const { cursor, loose } = placeOf(device, room);
      return id <= (cursor ?? 0) || loose.has(id);
    },
    reached(device, room, id) {
      const place = placeOf(device, room);
      if (id <= (place.cursor ?? -1)) return;
      place.cursor = id;
      for (const one of place.loose) if (one <= id) place.loose.delete(one);
      dirty.set(`${device} ${room}`, { device, room });
      timer ??= setTimeout(flush, LATE);
    },
    got(device, room, id) {
      const { loose } = placeOf(device, room);
      if (loose.size < MAX_LOOSE) loose.add(id);
    },
    forget(device) {
      places.delete(device);
      for (const [key, place] of dirty) if (place.device === device) dirty.delete(key);
      archive.removeCursors(account, cursorOwner(device));
    },
    flush,
  };
}
