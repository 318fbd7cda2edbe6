import type { Archive } from '../archive/contract.ts';
import { storedValues } from '../archive/stored-values.ts';
import { cursorOwner } from '../core/device.ts';
import { sentenceOf } from '../core/errors.ts';

/** The messages of one room that one device has: every archive id up to one, and single ids beyond it. */
export interface Cursor {
  /** The device has every message up to this id; `undefined` if it was never sent anything of the room. */
  upTo(): number | undefined;
  has(id: number): boolean;
  /** Marks one message as delivered, or as not meant for the device. Messages before it may still be undelivered. */
  add(id: number): void;
  /** `reached` is called before the cursor is written. It returns the id up to which nothing is undelivered. */
  moved(reached: () => number): void;
}

export interface Cursors {
  of(device: string, room: string): Cursor;
  forget(device: string): void;
  /** Writes to disk what is not there yet. */
  flush(): void;
  /** Stops writing. */
  close(): void;
}

/** Milliseconds after which a changed cursor is written: a commit for each acknowledgement would be too many. */
const LATE = 100;
/** The most single ids beyond a cursor. Messages above that number are sent to the device again after a restart. */
const MOST_BEYOND = 20_000;

/** Runs of ids, because a catch-up archives many in a row. */
type Runs = [first: number, count: number][];

interface Place {
  readonly device: string;
  readonly room: string;
  reached: number | undefined;
  readonly beyond: Set<number>;
  /** Called before this place is read or written. */
  readonly asked: Set<() => number>;
  /** `beyond` as it was last written, to see whether it has changed. */
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

  function advance(place: Place): void {
    if (place.asked.size === 0) return;
    const reached = Math.max(place.reached ?? -1, ...[...place.asked].map((ask) => ask()));
    place.asked.clear();
    if (reached <= (place.reached ?? -1)) return;
    place.reached = reached;
    for (const id of place.beyond) if (id <= reached) place.beyond.delete(id);
  }

  function write({ device, room, reached, beyond, written }: Place): string {
    if (reached !== undefined) archive.setCursor(account, { owner: cursorOwner(device), room, archiveId: reached });
    const runs = runsOf(beyond);
    const now = JSON.stringify(runs);
    if (now !== written) archive.setValue(account, storedValues.deliveredBeyond.of(placeName(device, room)), runs.length === 0 ? undefined : runs);
    return now;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (dirty.size === 0 || closed) return;
    for (const place of dirty) advance(place);
    try {
      const done = archive.transaction(() => [...dirty].map((place) => ({ place, written: write(place) })));
      for (const { place, written } of done) place.written = written;
      dirty.clear();
    } catch (error) {
      log(`what devices have could not be kept: ${sentenceOf(error)}`, { error }); // the next flush tries again
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
          advance(place);
          return place.reached;
        },
        has(id) {
          advance(place);
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

/** The key has the owner's name in it, so that the archive's `removeCursors` removes it with the cursors. */
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
