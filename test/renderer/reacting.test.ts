import { describe, expect, test } from 'vitest';
import { createRecentEmoji } from '../../renderer/state/talk/emoji.ts';
import { ownAfter, withWish } from '../../renderer/state/talk/reacting.ts';
import { fitting, nameBefore, withNameReplaced, type KnownEmoji } from '../../renderer/text/emoji-names.ts';

const cake = [{ emoji: '🍰', nicks: ['bob', 'ali'] }, { emoji: '👍', nicks: ['rosa'] }];

describe('reactions of ours', () => {
  test('each click tells all of ours: one joins in, the other takes back', () => {
    expect(ownAfter(cake, 'ali', '👍')).toEqual(['🍰', '👍']);
    expect(ownAfter(cake, 'ali', '🍰')).toEqual([]);
  });

  test('what was sent is shown at once, and what was read since takes its place', () => {
    const wish = { emojis: ['👍', '🎉'], before: cake };
    expect(withWish(cake, wish, 'ali')).toEqual([
      { emoji: '🍰', nicks: ['bob'] },
      { emoji: '👍', nicks: ['rosa', 'ali'] },
      { emoji: '🎉', nicks: ['ali'] },
    ]);
    const read = [{ emoji: '🍰', nicks: ['bob'] }];
    expect(withWish(read, wish, 'ali')).toBe(read);
  });

  test('the last reaction that is taken back leaves nothing', () => {
    const alone = [{ emoji: '🍰', nicks: ['ali'] }];
    expect(withWish(alone, { emojis: [], before: alone }, 'ali')).toEqual([]);
  });
});

test('the five last used are kept, the last one first, and what is stored by another is no matter', () => {
  let stored = '{"not":"ours"}';
  const storage = { getItem: () => stored, setItem: (_key: string, value: string) => void (stored = value) };
  const recent = createRecentEmoji(storage);
  expect(recent.store.get()).toHaveLength(5);
  recent.used('🐢');
  recent.used('🐟');
  recent.used('🐢');
  expect(createRecentEmoji(storage).store.get().slice(0, 2)).toEqual(['🐢', '🐟']);
  expect(createRecentEmoji(storage).store.get()).toHaveLength(5);
});

const known: KnownEmoji[] = [
  { emoji: '🐢', label: 'turtle', names: ['turtle'], tags: ['slow'] },
  { emoji: '🎂', label: 'birthday cake', names: ['birthday'], tags: ['cake', 'celebration'] },
  { emoji: '🍰', label: 'shortcake', names: ['cake'], tags: ['dessert'] },
  { emoji: '🥮', label: 'moon cake', names: ['moon_cake'], tags: ['autumn'] },
];

describe('emoji by name', () => {
  test.each([
    ['a name that was begun', 'look :tur', { start: 5, typed: 'tur' }],
    ['at the very beginning', ':tur', { start: 0, typed: 'tur' }],
    ['a smiley', 'hello :D', undefined],
    ['a time', 'at 8:30', undefined],
    ['an address', 'https://example.org', undefined],
    ['a word before it', 'note:tur', undefined],
    ['a name that is closed', ':turtle: ', undefined],
  ])('before the caret: %s', (_what, text, expected) => {
    expect(nameBefore(text, text.length)).toEqual(expected);
  });

  test('the whole name is first, then its beginning, its words, tags and labels', () => {
    expect(fitting(known, 'cake', 8).map(({ emoji }) => emoji)).toEqual(['🍰', '🥮', '🎂']);
    expect(fitting(known, 'CAKE', 1).map(({ emoji }) => emoji)).toEqual(['🍰']);
    expect(fitting(known, 'nothing', 8)).toEqual([]);
  });

  test('a name that is closed becomes its emoji, where the caret is', () => {
    expect(withNameReplaced(known, 'a :turtle: b', 10)).toEqual({ text: 'a 🐢 b', caret: 4 });
    expect(withNameReplaced(known, 'a :nothing:', 11)).toBeUndefined();
    expect(withNameReplaced(known, '12:30:', 6)).toBeUndefined();
  });
});
