import { isDiskFault } from '../../archive/schema/disk-fault.ts';
import { storedBookmark, storedValues } from '../../archive/stored-values.ts';
import { sentenceOf } from '../../core/errors.ts';
import type { AccountContext } from '../context.ts';
import type { DeviceSummary } from '../devices/contract.ts';
import type { RoomWishers } from './contract.ts';

/** Who wants the account to be in a room: its bookmark, somebody at the page or the command line (`person`), or a device at the bouncer. */
type Wish = { readonly by: 'bookmark' | 'person' } | { readonly by: 'device'; readonly device: string };

export const bookmarkWish: Wish = { by: 'bookmark' };
export const personWish: Wish = { by: 'person' };

/** The account is in a room while anybody wants it. A wish is on disk, and ends by its owner's word alone. */
export interface RoomWishes {
  of(room: string): readonly Wish[];
  add(room: string, wish: Wish): void;
  /** True where that was the last one. */
  end(room: string, wish: Wish): boolean;
  /** The account leaves the room: that is for all of them. */
  clear(room: string): void;
  /** The rooms that only this device wanted. */
  endDevice(device: string): string[];
}

type Marks = ReadonlyMap<string, ReadonlySet<string>>;

/** Where the list of bookmarks that all storages agree on is kept. */
const AGREED = 'list';

/** On disk the devices' are apart: a backup has no devices, and no wishes of theirs. */
export function openRoomWishes(context: Pick<AccountContext, 'jid' | 'archive' | 'rooms' | 'events' | 'log'>): RoomWishes {
  const { archive, events, jid: account, log } = context;
  const kept = archive.value(account, storedValues.roomsWanted);
  let marks = read(kept);
  let devices = read(archive.value(account, storedValues.bouncerWants));
  // COMPAT: until December 2026 nothing said who wants a room; a bookmark that joins is the likeliest.
  // Once: since then a room that is wanted, and by nobody, is one of which a sudden end has cut off the wish.
  if (kept === undefined) adopt();

  function adopt(): void {
    const ofDevices = new Set(archive.value(account, storedValues.roomsOfDevices));
    const nobodys = [...context.rooms()].filter(({ jid, wanted }) => wanted && !marks.has(jid) && !devices.has(jid) && !ofDevices.has(jid));
    const autojoins = new Set(nobodys.length === 0 ? [] : archive.bookmarks(account, AGREED).filter(({ value }) => storedBookmark.read(value).autojoin).map(({ room }) => room));
    const after = new Map(marks);
    for (const { jid } of nobodys) after.set(jid, new Set([(autojoins.has(jid) ? bookmarkWish : personWish).by]));
    marks = after;
    try {
      archive.setValue(account, storedValues.roomsWanted, written(after));
    } catch (error) {
      if (!isDiskFault(error)) throw error;
      log('warn', `who wants which room could not be kept; the next start looks again: ${sentenceOf(error)}`, { error });
    }
  }

  function changed(room: string): void {
    events.emit({ type: 'wishes-changed', account, room });
  }

  function change(room: string, wish: Wish, how: 'add' | 'delete'): boolean {
    const before = wish.by === 'device' ? devices : marks;
    const name = wish.by === 'device' ? wish.device : wish.by;
    if ((before.get(room)?.has(name) === true) === (how === 'add')) return false;
    const names = new Set(before.get(room));
    names[how](name);
    const after = new Map(before);
    if (names.size === 0) after.delete(room);
    else after.set(room, names);
    archive.setValue(account, wish.by === 'device' ? storedValues.bouncerWants : storedValues.roomsWanted, written(after));
    if (wish.by === 'device') devices = after;
    else marks = after;
    return true;
  }

  function end(room: string, wish: Wish): boolean {
    if (!change(room, wish, 'delete')) return false;
    changed(room);
    return of(room).length === 0;
  }

  function of(room: string): Wish[] {
    const own = [bookmarkWish, personWish].filter(({ by }) => marks.get(room)?.has(by));
    return [...own, ...[...(devices.get(room) ?? [])].map((device): Wish => ({ by: 'device', device }))];
  }

  return {
    of,
    add(room, wish) {
      if (change(room, wish, 'add')) changed(room);
    },
    end,
    clear(room) {
      for (const wish of of(room)) change(room, wish, 'delete');
    },
    endDevice: (device) => [...devices.keys()].filter((room) => end(room, { by: 'device', device })),
  };
}

/** Whose wishes they are, for a person. A device that nobody knows any more has no label. */
export function wishersOf(wishes: readonly Wish[], known: readonly Pick<DeviceSummary, 'id' | 'label'>[]): RoomWishers {
  const labels = new Map(known.map(({ id, label }) => [id, label]));
  return {
    bookmark: wishes.includes(bookmarkWish),
    person: wishes.includes(personWish),
    devices: wishes.flatMap((wish) => (wish.by === 'device' ? (labels.get(wish.device) ?? []) : [])),
  };
}

function read(kept: Readonly<Record<string, readonly string[]>> | undefined): Marks {
  return new Map(Object.entries(kept ?? {}).map(([room, names]) => [room, new Set(names)]));
}

function written(marks: Marks): Record<string, string[]> {
  return Object.fromEntries([...marks].map(([room, names]) => [room, [...names]]));
}
