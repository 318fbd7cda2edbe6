import { expect, test } from 'vitest';
import { createEchoes } from '../../src/account/bookmarks-echoes.ts';
import { newBookmark, type Bookmark, type BookmarkList } from '../../src/core/bookmark.ts';

const ROOM = 'room@rooms.example';
const joined: Bookmark = { ...newBookmark(ROOM), autojoin: true };
const left: Bookmark = newBookmark(ROOM);
const listOf = (...all: Bookmark[]): BookmarkList => new Map(all.map((bookmark) => [bookmark.room, bookmark]));
const put = (bookmark: Bookmark) => ({ target: listOf(bookmark), put: [bookmark], remove: [] });
const removal = { target: listOf(), put: [], remove: [ROOM] };

test('the echo of our own write is nobody’s change, though the person has changed their mind since', () => {
  const echoes = createEchoes(() => 0);
  echoes.begin('native', put(left));
  expect(echoes.without('native', listOf(joined), listOf(left)).get(ROOM)).toEqual(left);
});

test('what was taken is what the next change is measured against', () => {
  const echoes = createEchoes(() => 0);
  echoes.begin('pep', put(joined))(true);
  expect(echoes.without('pep', listOf(), listOf()).get(ROOM)).toEqual(joined);
  echoes.agreed();
  expect(echoes.without('pep', listOf(), listOf()).size).toBe(0);
});

test('somebody’s removal is no echo of an older removal of ours, once the bookmark was seen again', () => {
  const echoes = createEchoes(() => 0);
  echoes.begin('native', removal)(true);
  echoes.begin('native', put(joined))(true);
  echoes.heard('native', listOf(joined));
  expect(echoes.without('native', listOf(), listOf()).get(ROOM)).toEqual(joined);
});

test('an old write is no echo any more', () => {
  let now = 0;
  const echoes = createEchoes(() => now);
  echoes.begin('native', put(left))(false);
  now = 60_000;
  expect(echoes.without('native', listOf(joined), listOf(left)).get(ROOM)).toEqual(joined);
});
