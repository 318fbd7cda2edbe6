import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Room } from '../../../src/account/context.ts';
import { openEvents } from '../../../src/account/events.ts';
import { openRoomWishes, type RoomWishes } from '../../../src/account/rooms/wishes.ts';
import { newRoom } from '../../../src/account/transaction.ts';
import { MinimixError } from '../../../src/core/errors.ts';
import { storedBookmark } from '../../../src/archive/stored-values.ts';
import { JULIET, ownArchive } from '../../archive/support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

const [BOOKMARKED, OTHER, LATER] = ['bookmarked@rooms.lit', 'other@rooms.lit', 'later@rooms.lit'];
const log: string[] = [];

/** The wishes of a start that finds the account in these rooms. */
function start(...rooms: string[]): RoomWishes {
  const wanted = rooms.map((jid): Room => ({ ...newRoom(jid), wanted: true }));
  const events = openEvents(() => undefined, () => 0);
  return openRoomWishes({ jid: JULIET, archive: own.archive, rooms: () => wanted, events, log: (_level, message) => void log.push(message) });
}

function bookmark(room: string): void {
  own.archive.setBookmark(JULIET, { place: 'list', room, value: storedBookmark.write({ room, name: undefined, nick: undefined, password: undefined, autojoin: true, extensions: [], attributes: {}, others: [] }) });
}

const by = (wishes: RoomWishes, room: string): string[] => wishes.of(room).map((wish) => wish.by);

test('a home that never said who wants a room has each wanted by its bookmark, or by the person', () => {
  bookmark(BOOKMARKED);
  for (const wishes of [start(BOOKMARKED, OTHER), start(BOOKMARKED, OTHER)]) {
    expect([by(wishes, BOOKMARKED), by(wishes, OTHER)]).toEqual([['bookmark'], ['person']]);
  }
});

test('a room that nobody wants, as an end between two commits leaves it, is not taken for the person’s at the next start', () => {
  start(OTHER);
  expect(by(start(OTHER, LATER), LATER)).toEqual([]);
});

test('the same is so where the first start found no room at all', () => {
  start();
  expect(by(start(LATER), LATER)).toEqual([]);
});

test('a start on a full disk knows who wants a room all the same, and the next one keeps it', () => {
  const { archive } = own;
  const setValue = archive.setValue.bind(archive);
  archive.setValue = () => { throw new MinimixError('archive-full', 'The disk with the archive is full.'); };
  expect(by(start(OTHER), OTHER)).toEqual(['person']);
  expect(log.at(-1)).toContain('is full');
  archive.setValue = setValue;
  expect(by(start(OTHER), OTHER)).toEqual(['person']);
  expect(by(start(OTHER, LATER), LATER)).toEqual([]);
});
