import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excerptOf, parseSearch, weightOf, type ParsedSearch } from '../../src/core/search.ts';
import { phraseOf } from '../../src/core/words.ts';

const now = Date.UTC(2026, 10, 23, 12, 30);

function asked(text: string, more = {}): ParsedSearch {
  const parsed = parseSearch(text, { now, ...more });
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.search;
}

function refused(text: string): [string, string] {
  const parsed = parseSearch(text, { now });
  if (parsed.ok) throw new Error('was read');
  return [parsed.message, text.slice(parsed.start, parsed.end)];
}

describe('a search', () => {
  test('is words, phrases, beginnings, and what is left out', () => {
    expect(asked('Rose "by any other" swe* -nurse -"my lady"')).toMatchObject({
      phrases: [
        { words: ['rose'], prefix: false },
        { words: ['by', 'any', 'other'], prefix: false },
        { words: ['swe'], prefix: true },
      ],
      without: [{ words: ['nurse'] }, { words: ['my', 'lady'] }],
    });
  });

  test('takes rooms, senders and what a message has', () => {
    expect(asked('in:orchard from:"Romeo Montague" FROM:nurse has:link has:Mention')).toMatchObject({
      phrases: [],
      rooms: ['orchard'],
      senders: ['Romeo Montague', 'nurse'],
      has: ['link', 'mention'],
    });
  });

  test.each([
    ['after:2026', Date.UTC(2026, 0, 1)],
    ['after:2026-03', Date.UTC(2026, 2, 1)],
    ['after:2026-03-14', Date.UTC(2026, 2, 14)],
    ['after:2026-03-14T15:09', Date.UTC(2026, 2, 14, 15, 9)],
    ['after:today', Date.UTC(2026, 10, 23)],
    ['after:yesterday', Date.UTC(2026, 10, 22)],
    ['after:7d', now - 7 * 86_400_000],
    ['after:12h', now - 12 * 3_600_000],
    ['after:2024 after:2025', Date.UTC(2025, 0, 1)],
  ])('takes a time: %s', (text, after) => {
    expect(asked(text).after).toBe(after);
  });

  test('takes dates where the person is', () => {
    expect(asked('before:2026-03-14', { zone: 60 }).before).toBe(Date.UTC(2026, 2, 13, 23));
    expect(asked('before:2026-03-14T12:00Z', { zone: 60 }).before).toBe(Date.UTC(2026, 2, 14, 12));
    expect(asked('before:today', { zone: 12 * 60 }).before).toBe(Date.UTC(2026, 10, 23, 12));
  });

  test('matches an unfinished last word by its beginning, where asked to', () => {
    const prefixes = (text: string): boolean[] => asked(text, { partial: true }).phrases.map((phrase) => phrase.prefix);
    expect(prefixes('sweet sor')).toEqual([false, true]);
    expect(prefixes('sweet sor ')).toEqual([false, false]);
    expect(prefixes('"sweet sor"')).toEqual([false]);
  });

  test('takes an address as words, and a word with a mark in it as a phrase', () => {
    expect(asked('https://a.example/b').phrases).toEqual([{ words: ['https', 'a', 'example', 'b'], prefix: false }]);
    expect(asked('東京都').phrases).toEqual([{ words: ['東京', '京都'], prefix: false }]);
    expect(asked('都').phrases).toEqual([{ words: ['都'], prefix: true }]);
  });

  test.each([
    ['rose "by any', 'The quotation that opens here is not closed.', '"by any'],
    ['rose has:cake', 'Write link, file or mention after has:.', 'has:cake'],
    ['in: rose', 'Write a room after in:, such as in:orchard.', 'in:'],
    ['-rose', 'Add a word to search for: this search only excludes words.', '-rose'],
    ['rose -from:nurse', 'Only words can be excluded, not from:.', '-from:nurse'],
    ['rose *', 'Put at least one letter before the *.', '*'],
    ['...', 'This search contains no word.', '...'],
  ])('that cannot be read is explained: %s', (text, message, where) => {
    expect(refused(text)).toEqual([message, where]);
  });

  test.each(['before:soon', 'before:2026-13', 'before:2026-02-30', 'before:20'])('refuses what is no date: %s', (text) => {
    expect(refused(text)[0]).toContain('is not a date');
  });

  test('never throws, whatever is typed', () => {
    const parts = fc.constantFrom('"', '-', '*', 'in:', 'before:', '2026', 'a', ' ', '\n', '東', '(', ':', '\0');
    const typed = fc.oneof(fc.string({ unit: 'binary' }), fc.array(parts).map((some) => some.join('')));
    fc.assert(fc.property(typed, (text) => typeof parseSearch(text, { now, partial: true }).ok === 'boolean'));
  });
});

describe('an excerpt', () => {
  const shown = (body: string, text: string, width?: number): [string, string[]] => {
    const excerpt = excerptOf(body, asked(text).phrases, width);
    return [excerpt.text, excerpt.marks.map(([start, end]) => excerpt.text.slice(start, end))];
  };

  test('marks what was found, as it was written', () => {
    expect(shown('Ä Rose is a ROSÉ', 'rose')).toEqual(['Ä Rose is a ROSÉ', ['Rose', 'ROSÉ']]);
    expect(shown('東京都庁へ', '京都')).toEqual(['東京都庁へ', ['京都']]);
    expect(shown('a b c d', '"b c" c*')).toEqual(['a b c d', ['b c']]);
  });

  test('of a long body is cut between words around the first find', () => {
    const body = `${'lorem '.repeat(60)}rose ${'ipsum '.repeat(60)}`;
    const [text, marks] = shown(body, 'rose', 60);
    expect(marks).toEqual(['rose']);
    expect(text).toMatch(/^…lorem .* ipsum…$/);
    expect(text.length).toBeLessThanOrEqual(62);
  });
});

test('a body weighs more where the words are more of it', () => {
  const rose = [phraseOf('rose')].filter((phrase) => phrase !== undefined);
  const [dense, thin, none] = ['rose rose', 'a rose among so many other words', 'thorn'].map((body) => weightOf(body, rose));
  expect(dense).toBeGreaterThan(thin ?? 0);
  expect(thin).toBeGreaterThan(none ?? 0);
});
