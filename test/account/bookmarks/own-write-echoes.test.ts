import { expect, test } from 'vitest';
import { createOwnWriteEchoes } from '../../../src/account/bookmarks/own-write-echoes.ts';
import { newBookmark, type Bookmark, type BookmarkList } from '../../../src/core/bookmark.ts';

const ROOM = 'room@rooms.example';
const joined: Bookmark = { ...newBookmark(ROOM), autojoin: true };
const left: Bookmark = newBookmark(ROOM);
const listOf = (...all: Bookmark[]): BookmarkList => new Map(all.map((bookmark) => [bookmark.room, bookmark]));
const put = (bookmark: Bookmark) => ({ target: listOf(bookmark), put: [bookmark], remove: [] });
const removal = { target: listOf(), put: [], remove: [ROOM] };

test('the echo of our own write is nobody’s change, though the person has changed their mind since', () => {
  const echoes = createOwnWriteEchoes(() => 0);
  echoes.begin('native', put(left));
  expect(echoes.without('native', listOf(joined), listOf(left)).get(ROOM)).toEqual(left);
});

test('what was taken is what the next change is measured against', () => {
  const echoes = createOwnWriteEchoes(() => 0);
  echoes.begin('pep', put(joined))(true);
  expect(echoes.without('pep', listOf(), listOf()).get(ROOM)).toEqual(joined);
  echoes.agreed();
  expect(echoes.without('pep', listOf(), listOf()).size).toBe(0);
});

test('somebody’s removal is no echo of an older removal of ours, once the bookmark was seen again', () => {
  const echoes = createOwnWriteEchoes(() => 0);
  echoes.begin('native', removal)(true);
  echoes.begin('native', put(joined))(true);
  echoes.heard('native', listOf(joined));
  expect(echoes.without('native', listOf(), listOf()).get(ROOM)).toEqual(joined);
});

test('an old write is no echo any more', () => {
  let now = 0;
  const echoes = createOwnWriteEchoes(() => now);
  echoes.begin('native', put(left))(false);
  now = 60_000;
  expect(echoes.without('native', listOf(joined), listOf(left)).get(ROOM)).toEqual(joined);
});

test('a list that was written whole, or was there before, comes late: it says nothing of what was written since', () => {
  let now = 0;
  const echoes = createOwnWriteEchoes(() => now);
  const one = listOf(joined);
  const two = listOf(joined, { ...newBookmark('other@rooms.example'), autojoin: true });
  const whole = (target: BookmarkList) => ({ target, put: [...target.values()], remove: [] });
  echoes.begin('pep', whole(one), listOf())(true);
  echoes.begin('pep', whole(two), one);
  expect(echoes.isLate('pep', listOf())).toBe(true);
  expect(echoes.isLate('pep', one)).toBe(true);
  expect(echoes.isLate('pep', two)).toBe(false); // the last one
  expect(echoes.isLate('pep', one)).toBe(false); // after it: somebody has put it back
  echoes.begin('pep', whole(one), two)(true);
  now = 60_000;
  expect(echoes.isLate('pep', two)).toBe(false);
});
