import { expect, test } from 'vitest';
import { compare } from './ledger.ts';

const words = (text: string): string[] => text.split('');

test.each([
  ['abcdef', 'abcdef', { lost: 0, twice: 0, outOfOrder: 0 }],
  ['abcdef', 'abdefc', { lost: 0, twice: 0, outOfOrder: 1 }],
  ['abcdef', 'fabcde', { lost: 0, twice: 0, outOfOrder: 1 }],
  ['abcdef', 'bacdfe', { lost: 0, twice: 0, outOfOrder: 2 }],
  ['abcdef', 'acbcdf', { lost: 1, twice: 1, outOfOrder: 1 }],
  ['abc', 'ac', { lost: 1, twice: 0, outOfOrder: 0 }],
  ['abb', 'abbb', { lost: 0, twice: 1, outOfOrder: 0 }],
  ['abab', 'abba', { lost: 0, twice: 0, outOfOrder: 1 }],
])('of what was said, %s, somebody has %s', (said, kept, expected) => {
  expect(compare(words(said), words(kept))).toMatchObject(expected);
});
