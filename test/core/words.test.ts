import { describe, expect, test } from 'vitest';
import { fold, indexed, words } from '../../src/core/words.ts';

const texts = (text: string): string[] => words(text).map((word) => word.text);

describe('words', () => {
  test('are folded: case, accents and width do not matter', () => {
    expect(texts('Café ＡＢＣ Ёлка naïve')).toEqual(['cafe', 'abc', 'елка', 'naive']);
  });

  test('of a script without spaces are its pairs, so that any part is a phrase of them', () => {
    expect(texts('東京都 x京y')).toEqual(['東京', '京都', '都', 'x', '京', 'y']);
  });

  test('keep the vowel signs of scripts that have them', () => {
    expect(texts('हिन्दी')).toEqual(['हिन्दी'.normalize('NFC')]);
  });

  test('say where they stood', () => {
    const text = '🌅 Été, 東京';
    expect(words(text).map((word) => text.slice(word.start, word.end))).toEqual(['🌅', 'Été', '東京', '京']);
  });

  test('in the index are the same, by the fast path too', () => {
    for (const text of ["It's 9 o'clock", 'don’t', 'a_b-c', '']) expect(indexed(text)).toBe(texts(text).join(' '));
    expect(fold('ÅNGSTRÖM')).toBe('angstrom');
  });
});
