import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { migrations } from '../../src/archive/schema/migrations/list.ts';
import { fold, indexed, words } from '../../src/core/words.ts';

const asciiText = fc.string({ unit: fc.integer({ min: 1, max: 127 }).map((code) => String.fromCharCode(code)), maxLength: 300 });
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

  test('of a script without spaces are read however long they run', () => {
    expect(words('漢'.repeat(340_000))).toHaveLength(340_000);
  });

  test('say where they stood', () => {
    const text = '🌅 Été, 東京';
    expect(words(text).map((word) => text.slice(word.start, word.end))).toEqual(['🌅', 'Été', '東京', '京']);
  });

  test('fold what has no other form', () => {
    expect(fold('ÅNGSTRÖM')).toBe('angstrom');
  });

  // Normalising a run of marks costs the square of its length: it took minutes for each of these, and now milliseconds.
  test.each(['\u0315\u0300', '\u05b0\u05c1', '\u064b\u0650', '\u0300\uff9e'])('with a million marks (%j) on one letter are read at once', (marks) => {
    expect(fold(`a${marks.repeat(500_000)} Été`)).toMatch(/^a.{0,30} ete$/u);
    expect(texts(`a${marks.repeat(500_000)} Été`).at(-1)).toBe('ete');
  });

  test('are what the index takes them for, by the fast path too', () => {
    const index = new DatabaseSync(':memory:');
    index.exec(`${/CREATE VIRTUAL TABLE word[^;]+;/.exec(migrations[0] ?? '')?.[0] ?? ''}
      CREATE VIRTUAL TABLE term USING fts5vocab(word, instance)`);
    const tokens = (text: string): string[] => {
      index.exec('DELETE FROM word');
      index.prepare("INSERT INTO word (rowid, text, mark) VALUES (1, ?, '')").run(indexed(text));
      return index.prepare('SELECT term FROM term ORDER BY offset').all().map(({ term }) => String(term));
    };
    for (const text of ["It's 9 o'clock", 'don’t', 'a_b-c', '', '...', `x${'Y9'.repeat(80)} end`, '東京タワーvs 😀']) {
      expect(tokens(text), text).toEqual(texts(text));
    }
    fc.assert(
      fc.property(asciiText, (text) => {
        expect(tokens(text)).toEqual(texts(text));
      }),
    );
  });
});
