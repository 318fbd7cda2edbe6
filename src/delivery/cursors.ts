import type { Archive } from '../archive/contract.ts';
import { storedValues } from '../archive/stored-values.ts';
import { cursorOwner } from '../core/device.ts';
import { sentenceOf } from '../core/errors.ts';

/** What one device has of one room, by archive id: all up to one id, and single ones beyond it. */
export interface Cursor {
  /** The id up to which it has all; `undefined` where it has never been given anything of the room. */
  upTo(): number | undefined;
  has(id: number): boolean;
  /** It has this one, or is not to have it, but perhaps not all before it. */
  add(id: number): void;
  /** `reached` is asked before the cursor is written: nothing is undelivered up to the id that it gives. */
  moved(reached: () => number): void;
}

export interface Cursors {
  of(device: string, room: string): Cursor;
  forget(device: string): void;
  /** Writes to disk what is not there yet. */
  flush(): void;
  /** Writes nothing any more. */
  close(): void;
}

/** Milliseconds for which a cursor may be in memory alone: a commit for each acknowledgement would be many. */
const LATE = 100;
/** Single ids beyond a cursor; a device gets again what is above that. */
const MOST_BEYOND = 20_000;

/** As the first id and the number of each: what a catch-up brings comes in runs. */
type Runs = [first: number, count: number][];

interface Place {
  readonly device: string;
  readonly room: string;
  reached: number | undefined;
  readonly beyond: Set<number>;
  /** Asked before this place is looked at or written. */
  readonly asked: Set<() => number>;
  /** What is on disk of `beyond`, to see whether it has changed. */
  written: string;
}

/** The cursors of an account's devices, kept on disk. */
export function openCursors(account: string, archive: Archive, log: (message: string, about: object) => void): Cursors {
  const devices = new Map<string, Map<string, Place>>();
  const dirty = new Set<Place>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function placeOf(device: string, room: string): Place {
    const rooms = devices.get(device) ?? new Map<string, Place>();
    devices.set(device, rooms);
    const known = rooms.get(room);
    if (known) return known;
    const runs = archive.value(account, storedValues.deliveredBeyond.of(placeName(device, room))) ?? [];
    const beyond = new Set(runs.flatMap(([first, count]) => Array.from({ length: count }, (_, n) => first + n)));
    const place: Place = { device, room, reached: archive.cursor(account, cursorOwner(device), room), beyond, asked: new Set(), written: JSON.stringify(runs) };
    rooms.set(room, place);
    return place;
  }

  function settle(place: Place): void {
    if (place.asked.size === 0) return;
    const reached = Math.max(place.reached ?? -1, ...[...place.asked].map((ask) => ask()));
    place.asked.clear();
    if (reached <= (place.reached ?? -1)) return;
    place.reached = reached;
    for (const id of place.beyond) if (id <= reached) place.beyond.delete(id);
  }

  function write({ device, room, reached, beyond, written }: Place): string {
    if (reached !== undefined) archive.setCursor(account, cursorOwner(device), room, reached);
    const runs = runsOf(beyond);
    const now = JSON.stringify(runs);
    if (now !== written) archive.setValue(account, storedValues.deliveredBeyond.of(placeName(device, room)), runs.length === 0 ? undefined : runs);
    return now;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (dirty.size === 0 || closed) return;
    for (const place of dirty) settle(place);
    try {
      const done = archive.transaction(() => [...dirty].map((place) => ({ place, written: write(place) })));
      for (const { place, written } of done) place.written = written;
      dirty.clear();
    } catch (error) {
      log(`what devices have could not be kept: ${sentenceOf(error)}`, { error }); // the next one tries again
    }
  }

  function note(place: Place): void {
    dirty.add(place);
    if (!closed) timer ??= setTimeout(flush, LATE);
  }

  return {
    of(device, room) {
      const place = placeOf(device, room);
      return {
        upTo() {
          settle(place);
          return place.reached;
        },
        has(id) {
          settle(place);
          return id <= (place.reached ?? 0) || place.beyond.has(id);
        },
        add(id) {
          if (id <= (place.reached ?? 0) || place.beyond.size >= MOST_BEYOND) return;
          place.beyond.add(id);
          note(place);
        },
        moved(reached) {
          place.asked.add(reached);
          note(place);
        },
      };
    },
    forget(device) {
      devices.delete(device);
      for (const place of dirty) if (place.device === device) dirty.delete(place);
      archive.removeCursors(account, cursorOwner(device));
    },
    flush,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Named after its owner: `removeCursors` of the archive forgets it with the cursors. */
function placeName(device: string, room: string): string {
  return `${cursorOwner(device)}:${room}`;
}

function runsOf(ids: ReadonlySet<number>): Runs {
  const found: Runs = [];
  for (const id of [...ids].toSorted((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && last[0] + last[1] === id) last[1] += 1;
    else found.push([id, 1]);
  }
  return found;
}
