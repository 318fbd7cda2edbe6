import { sameBasics } from '../core/bookmark.ts';
import type { Bookmark, BookmarkList, StorageName } from '../core/bookmark.ts';
import type { StorageWrite } from '../core/bookmark-merge.ts';

/** Milliseconds after the server's answer in which an event may still be one of ours. */
const LATE = 2_000;

interface Written {
  readonly value: Bookmark | undefined;
  /** When it was answered; `Infinity` until then. */
  until: number;
}

/**
 * Knows our own writes when they come back: where the person has changed their mind since, the echo of the first wish
 * would else be taken for somebody's, and undo the second.
 */
export function createEchoes(now: () => number): {
  /** A write begins; call what it returns when it was answered, with whether it was taken. */
  begin(storage: StorageName, write: StorageWrite): (taken: boolean) => void;
  /** An event has told what the storage holds: of our own writes to a room, those before the one that it shows are over. */
  heard(storage: StorageName, list: BookmarkList): void;
  /** What was agreed with is on disk: what was written before is in it. */
  agreed(): void;
  /** What was agreed with last, with our own writes in it: those that were taken, and those that the storage holds now. */
  without(storage: StorageName, before: BookmarkList, list: BookmarkList): BookmarkList;
} {
  const writes = new Map<string, Written[]>();
  const taken = new Map<string, Bookmark | undefined>();
  return {
    begin(storage, { put, remove }) {
      const values = [...put.map((value) => ({ room: value.room, value })), ...remove.map((room) => ({ room, value: undefined }))];
      const begun = values.map(({ room, value }) => {
        const one: Written = { value, until: Infinity };
        const key = `${storage} ${room}`;
        writes.set(key, [...(writes.get(key) ?? []), one]);
        return one;
      });
      return (done) => {
        for (const one of begun) one.until = now() + LATE;
        if (done) for (const { room, value } of values) taken.set(`${storage} ${room}`, value);
      };
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
