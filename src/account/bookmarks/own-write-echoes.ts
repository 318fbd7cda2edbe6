import { sameBasics, sameList } from '../../core/bookmark.ts';
import type { Bookmark, BookmarkList, StorageName } from '../../core/bookmark.ts';
import type { StorageWrite } from '../../core/bookmark-merge.ts';

/** Milliseconds after the server's answer in which an event may still be one of ours. */
const LATE = 2_000;

/** What a storage that is written whole has held, as far as we know. */
interface Held {
  readonly list: BookmarkList;
  /** As in `Written`. */
  until: number;
}

interface Written {
  readonly value: Bookmark | undefined;
  /** When it was answered; `Infinity` until then. */
  until: number;
}

/**
 * Knows our own writes when they come back: where the person has changed their mind since, the echo of the first wish
 * would else be taken for somebody's, and undo the second.
 */
export interface OwnWriteEchoes {
  /**
   * A write begins; call what it returns when it was answered, with whether it was taken. `there` is what a storage that
   * is written whole held until now.
   */
  begin(storage: StorageName, write: StorageWrite, there?: BookmarkList): (taken: boolean) => void;
  /**
   * Whether an event tells what such a storage held before our last write: it is late, and what it lacks was taken out by
   * nobody. Told of the last write itself, the earlier ones are over.
   */
  isLate(storage: StorageName, list: BookmarkList): boolean;
  /** An event has told what the storage holds: of our own writes to a room, those before the one that it shows are over. */
  heard(storage: StorageName, list: BookmarkList): void;
  /** What was agreed with is on disk: what was written before is in it. */
  agreed(): void;
  /** What was agreed with last, with our own writes in it: those that were taken, and those that the storage holds now. */
  without(storage: StorageName, before: BookmarkList, list: BookmarkList): BookmarkList;
}

export function createOwnWriteEchoes(now: () => number): OwnWriteEchoes {
  const writes = new Map<string, Written[]>();
  const taken = new Map<string, Bookmark | undefined>();
  const wholes = new Map<StorageName, Held[]>();

  /** The storage's lists that an event may still tell of, the last one last. */
  function tellable(storage: StorageName): Held[] {
    return (wholes.get(storage) ?? []).filter(({ until }) => until >= now());
  }

  return {
    begin(storage, { target, put, remove }, there) {
      const held: Held[] = there ? [{ list: there, until: Infinity }, { list: target, until: Infinity }] : [];
      if (there) wholes.set(storage, [...tellable(storage), ...held]);
      const values = [...put.map((value) => ({ room: value.room, value })), ...remove.map((room) => ({ room, value: undefined }))];
      const begun = values.map(({ room, value }) => {
        const one: Written = { value, until: Infinity };
        const key = `${storage} ${room}`;
        writes.set(key, [...(writes.get(key) ?? []), one]);
        return one;
      });
      return (done) => {
        for (const one of [...begun, ...held]) one.until = now() + LATE;
        if (done) for (const { room, value } of values) taken.set(`${storage} ${room}`, value);
      };
    },
    isLate(storage, list) {
      const known = tellable(storage);
      const at = known.findLastIndex((held) => sameList(held.list, list));
      const late = at !== -1 && at < known.length - 1;
      wholes.set(storage, late ? known : known.slice(at));
      return late;
    },
    heard(storage, list) {
      for (const [key, all] of writes) {
        if (all.length < 2 || !key.startsWith(`${storage} `)) continue;
        const there = list.get(key.slice(storage.length + 1));
        const last = all.findLastIndex(({ value }) => isSame(value, there));
        if (last > 0) writes.set(key, all.slice(last));
      }
    },
    agreed: () => taken.clear(),
    without(storage, before, list) {
      const known = new Map(before);
      const set = (room: string, value: Bookmark | undefined): void => {
        if (value) known.set(room, value);
        else known.delete(room);
      };
      for (const [key, value] of taken) if (key.startsWith(`${storage} `)) set(key.slice(storage.length + 1), value);
      for (const [key, all] of writes) {
        const alive = all.filter(({ until }) => until >= now());
        if (alive.length === 0) writes.delete(key);
        else writes.set(key, alive);
        if (!key.startsWith(`${storage} `)) continue;
        const room = key.slice(storage.length + 1);
        const there = list.get(room);
        const ours = alive.some(({ value }) => isSame(value, there));
        if (ours) set(room, there);
      }
      return known;
    },
  };
}

function isSame(value: Bookmark | undefined, there: Bookmark | undefined): boolean {
  return value && there ? sameBasics(value, there) : value === there;
}
