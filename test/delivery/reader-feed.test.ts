// A reader such as the page gets what it missed, by one cursor for all rooms, and then what comes live.
import { expect, test } from 'vitest';
import { openReaderFeed } from '../../src/delivery/reader-feed.ts';
import { append, idOf, JULIET, ORCHARD, ownArchive, T0 } from '../archive/support.ts';
import { undoing } from '../support/undo.ts';

const undo = undoing();
const BALCONY = 'balcony@rooms.lit';
const rooms = [ORCHARD, BALCONY].map((room) => ({ account: JULIET, room }));

function ownRooms() {
  const own = ownArchive();
  undo.push(own.close);
  const say = (body: string, room = ORCHARD): number => idOf(append(own.archive, { body, room, stanzaId: `id of ${body}`, at: T0, arrivedAt: T0 }));
  return { archive: own.archive, say };
}

test('what was missed in several rooms comes by id, so that a reader that breaks off on the way misses nothing', () => {
  const { archive, say } = ownRooms();
  const had = say('one');
  const ids = [say('two'), say('three', BALCONY), say('four'), say('five', BALCONY)];
  const feed = openReaderFeed({ archive, rooms, after: had, most: 10 });
  expect(feed.cursor()).toBe(had);
  expect(feed.missed?.map(({ archiveId }) => feed.sent(archiveId))).toEqual(ids);
  const [, second = 0] = ids;
  expect(openReaderFeed({ archive, rooms, after: second, most: 10 }).missed?.map(({ body }) => body)).toEqual(['four', 'five']);
});

test('a reader that starts now has missed nothing, whatever a catch-up has put where', () => {
  const { archive, say } = ownRooms();
  const anchor = say('one');
  say('three');
  const late = idOf(append(archive, { body: 'two', room: ORCHARD, stanzaId: 'id of two', at: T0, arrivedAt: T0, delayed: true }, { kind: 'mam', follows: anchor }));
  const feed = openReaderFeed({ archive, rooms, after: undefined, most: 10 });
  expect(feed.missed).toEqual([]);
  expect(feed.cursor()).toBe(late);
  expect(openReaderFeed({ archive, rooms, after: feed.cursor(), most: 10 }).missed).toEqual([]);
});

test('of too much nothing comes, and the reader goes on from the end', () => {
  const { archive, say } = ownRooms();
  for (const body of ['one', 'two', 'three', 'four']) say(body, body === 'two' ? BALCONY : ORCHARD);
  expect(openReaderFeed({ archive, rooms, after: 0, most: 4 }).missed).toHaveLength(4);
  const feed = openReaderFeed({ archive, rooms, after: 0, most: 3 });
  expect([feed.missed, feed.cursor()]).toEqual([undefined, archive.lastId()]);
});

test('the cursor never goes back', () => {
  const { archive, say } = ownRooms();
  const [first, second] = [say('one'), say('two')];
  const feed = openReaderFeed({ archive, rooms, after: 0, most: 10 });
  expect([feed.sent(second), feed.sent(first), feed.cursor()]).toEqual([second, second, second]);
});
