// XEP-0393, by its examples and by what people write.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blocksOf, isEmojiAlone, spansOf, type Block, type Line, type Span } from '../../renderer/text/styling.ts';

/** As it would be drawn: styles by name, quotes by «», code by its lines. */
function drawn(text: string): string {
  const span = (one: Span): string => ('style' in one ? `${one.style}(${one.inner.map(span).join('')})` : text.slice(one.start, one.end));
  const line = (one: Line): string => spansOf(text, one).map(span).join('');
  const block = (one: Block): string => {
    if (one.kind === 'code') return `code[${one.language}](${one.lines.map(({ start, end }) => text.slice(start, end)).join('|')})`;
    return one.kind === 'quote' ? `«${one.blocks.map(block).join(' ')}»` : one.lines.map(line).join('|');
  };
  return blocksOf(text).map(block).join(' ');
}

test.each([
  ['*strong* and _emphasis_', 'strong(strong) and emphasis(emphasis)'],
  ['~struck~, `mono *spaced*`', 'strike(struck), code(mono *spaced*)'],
  ['*this is _emphasised_ too*', 'strong(this is emphasis(emphasised) too)'],
  ['*strong*plain*', 'strong(strong)plain*'], // 6.2.1: the first that closes
  ['2 * 3 * 4', '2 * 3 * 4'],
  ['not *strong', 'not *strong'],
  ['not strong*', 'not strong*'],
  ['** nothing **', '** nothing **'],
  ['*not\nstrong*', '*not|strong*'],
  ['snake_case_name', 'snake_case_name'],
  ['(*so*)', '(strong(so))'],
  ['```\ncode *as is*\n  indented\n```\nafter', 'code[](code *as is*|  indented) after'],
  ['```ts\nconst a = 1;\n```', 'code[ts](const a = 1;)'],
  ['```\nnever closed', 'code[](never closed)'],
  ['> quoted\n> *on*\nanswer', '«quoted|strong(on)» answer'],
  ['> > twice\n> once', '««twice» once»'],
  ['> ```\n> code\n> ```\n> words', '«code[](code) words»'],
  ['>:) and >_<', '>:) and >_<'],
  ['no quote > here', 'no quote > here'],
])('%j', (text, expected) => {
  expect(drawn(text)).toBe(expected);
});

test('no sign within a link counts', () => {
  const text = '_see https://example.org/a_b and https://example.org/c_';
  const link = text.indexOf('https');
  expect(spansOf(text, { start: 0, end: text.length }, [{ start: link, end: text.length }])).toEqual([{ start: 0, end: text.length }]);
});

describe('whatever somebody writes', () => {
  const signs = fc.string({ unit: fc.constantFrom('*', '_', '~', '`', '>', ' ', '\n', 'a', '😀'), maxLength: 200 });
  const leaves = (spans: readonly Span[]): Span[] => spans.flatMap((one) => ('style' in one ? leaves(one.inner) : [one]));

  test('each character of a line stands in one span, once, in order', () => {
    fc.assert(
      fc.property(signs, (text) => {
        const line = { start: 0, end: text.indexOf('\n') === -1 ? text.length : text.indexOf('\n') };
        let at = 0;
        for (const { start, end } of spansOf(text, line)) {
          expect([start, end > start]).toEqual([at, true]);
          at = end;
        }
        expect(at).toBe(line.end);
        expect(leaves(spansOf(text, line)).every(({ start, end }) => start < end)).toBe(true);
      }),
    );
  });

  test('no line is lost and none is shown twice', () => {
    const linesIn = (blocks: readonly Block[]): Line[] => blocks.flatMap((one) => (one.kind === 'quote' ? linesIn(one.blocks) : [...one.lines]));
    fc.assert(
      fc.property(signs, (text) => {
        const ends = linesIn(blocksOf(text)).map(({ end }) => end);
        expect(new Set(ends).size).toBe(ends.length);
        const fences = text.split('\n').filter((line) => line.includes('```')).length;
        expect(ends.length).toBeGreaterThanOrEqual(text.split('\n').length - fences);
      }),
    );
  });

  test('a line that is made to tire is plain behind so many signs', () => {
    const text = '*a '.repeat(20_000);
    expect(spansOf(text, { start: 0, end: text.length })).toEqual([{ start: 0, end: text.length }]);
  });
});

test.each([
  ['👍', true],
  ['🎉🎉 ❤️', true],
  ['👍👍👍👍', false],
  ['ok 👍', false],
  ['12', false],
])('%s is emoji alone: %s', (text, expected) => {
  expect(isEmojiAlone(text)).toBe(expected);
});
