import { expect, test } from 'vitest';
import { openArchive } from '../../../src/archive/archive.ts';
import { BOOKMARK_LOG_LIMIT } from '../../../src/archive/write/bookmark-log.ts';
import { ownArchive } from '../support.ts';

const ALICE = 'alice@a.example';
const entry = { account: ALICE, storage: 'native', room: 'r@rooms.example', before: undefined, after: '{}', cause: 'because' };

test('the log of bookmarks gives its last changes, oldest first, and one by its id', () => {
  const archive = openArchive(':memory:');
  const ids = archive.transaction(() => [1, 2, 3].map((at) => archive.addToBookmarkLog({ ...entry, at })));
  expect(archive.bookmarkLog(ALICE, { limit: 2 }).map(({ at }) => at)).toEqual([2, 3]);
  expect(archive.bookmarkLog(ALICE, { limit: 9, after: 2 }).map(({ at }) => at)).toEqual([3]);
  expect(archive.bookmarkLogEntry(ALICE, ids[1] ?? 0)).toEqual({ ...entry, id: ids[1], at: 2 });
  expect(archive.bookmarkLogEntry('bob@a.example', ids[1] ?? 0)).toBeUndefined();
  archive.close();
});

test('the log of bookmarks does not grow without bound', () => {
  const archive = openArchive(':memory:');
  archive.transaction(() => {
    for (let at = 1; at <= BOOKMARK_LOG_LIMIT + 1_500; at += 1) archive.addToBookmarkLog({ ...entry, at });
  });
  const kept = archive.bookmarkLog(ALICE, { limit: BOOKMARK_LOG_LIMIT * 2 });
  expect(kept.length).toBeLessThanOrEqual(BOOKMARK_LOG_LIMIT + 500);
  expect(kept.at(-1)?.at).toBe(BOOKMARK_LOG_LIMIT + 1_500);
  archive.close();
});

test('each place keeps bookmarks of its own, over a restart too', () => {
  const own = ownArchive();
  own.archive.transaction(() => {
    own.archive.setBookmark(ALICE, { place: 'list', room: 'b@rooms.example', value: '2' });
    own.archive.setBookmark(ALICE, { place: 'list', room: 'a@rooms.example', value: '1' });
    own.archive.setBookmark(ALICE, { place: 'list', room: 'a@rooms.example', value: '3' });
    own.archive.setBookmark(ALICE, { place: 'native', room: 'a@rooms.example', value: '4' });
    own.archive.setBookmark(ALICE, { place: 'list', room: 'b@rooms.example' });
  });
  expect(own.reopen().bookmarks(ALICE, 'list')).toEqual([{ room: 'a@rooms.example', value: '3' }]);
  own.close();
});
