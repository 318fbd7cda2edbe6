import { describe, expect, test } from 'vitest';
import { colourOf, hueOf } from '../../renderer/text/hue.ts';
import { isJoinLink, piecesOf, roomOfLink } from '../../renderer/text/links.ts';
import { shortened, visibleNick, visibleText } from '../../renderer/text/visible.ts';

describe('the colour of a nick', () => {
  // XEP-0392 13.2: test vectors without correction
  test.each([
    ['Romeo', 327.255249],
    ['juliet@capulet.lit', 209.410400],
    ['😺', 331.199341],
    ['council', 359.994507],
    ['Board', 171.430664],
  ])('%s has the hue of the XEP', (nick, hue) => {
    expect(hueOf(nick)).toBeCloseTo(hue, 3);
  });

  test.each(['Romeo', 'juliet@capulet.lit', 'council', 'Board', 'ß', 'bob'])('%s can be read on light and on dark', (nick) => {
    const { onLight, onDark } = colourOf(nick);
    expect(contrast(onLight, '#f4f2ed')).toBeGreaterThan(4.5);
    expect(contrast(onDark, '#24262b')).toBeGreaterThan(4.5);
  });
});

describe('links', () => {
  const hrefs = (text: string): string[] => piecesOf(text).flatMap((piece) => ('href' in piece ? [piece.href] : []));
  const script = ['javascript', 'alert(1)'].join(':');

  test('http, https, xmpp and mailto lead somewhere', () => {
    const text = 'http://a.example https://b.example/x?y=1#z xmpp:room@muc.example?join mailto:x@y.example';
    expect(hrefs(text)).toEqual([
      'http://a.example/',
      'https://b.example/x?y=1#z',
      'xmpp:room@muc.example?join',
      'mailto:x@y.example',
    ]);
  });

  test.each([script, 'data:text/html,x', 'file:///etc/passwd', 'ftp://a.example/', 'bob@example.org', 'https://user:pass@evil.example/'])(
    '%s leads nowhere',
    (text) => {
      expect(hrefs(text)).toEqual([]);
      expect(piecesOf(text).map((piece) => piece.text).join('')).toBe(text);
    },
  );

  test('no text is lost or added, whatever lies between the links', () => {
    const text = ' (see https://a.example/b_(c)) \n\n<b>https://d.example</b>\t x@y ';
    expect(piecesOf(text).map((piece) => piece.text).join('')).toBe(text);
  });

  test('a room is read from a link, an address, and nothing else', () => {
    expect(roomOfLink('xmpp:room@muc.example?join;password=a%20b')).toEqual({ room: 'room@muc.example', password: 'a b' });
    expect(roomOfLink(' room@muc.example ')).toEqual({ room: 'room@muc.example', password: undefined });
    for (const text of ['room', 'room@muc.example/nick', 'a b@c', 'xmpp:%zz@muc?join', '<x>@y']) expect(roomOfLink(text), text).toBeUndefined();
    expect(isJoinLink('xmpp:room@muc.example?join')).toBe(true);
    expect(isJoinLink('xmpp:bob@example?message')).toBe(false);
  });
});

describe('what a stranger wrote', () => {
  test('bidi overrides and controls become visible, line ends and isolates stay', () => {
    expect(visibleText('a\u202Eb\u0000c\r\nd\u2068e\u2069')).toBe('a\uFFFDb\uFFFDc\nd\u2068e\u2069');
  });

  test.each([
    ['a zero-width disguise', 'ali\u200Bce', 'ali\uFFFDce'],
    ['a direction mark', 'bob\u202Egnp', 'bob\uFFFDgnp'],
    ['a line break', 'bob\nalice: hi', 'bob\uFFFDalice: hi'],
    ['a tag character', 'bob\u{E0041}', 'bob\uFFFD'],
    ['a joiner between Latin letters', 'bo\u200Db', 'bo\uFFFDb'],
    ['a joiner that Persian needs', 'می\u200Cخواهم', 'می\u200Cخواهم'],
    ['an emoji of a family', '👩\u200D👩\u200D👧', '👩\u200D👩\u200D👧'],
    ['spaces alone', '   ', '(none)'],
  ])('in a nick, %s', (_name, nick, seen) => {
    expect(visibleNick(nick, '(none)')).toBe(seen);
  });

  test('a long nick is cut between characters', () => {
    expect(shortened('😺'.repeat(3), 3)).toBe('😺…');
    expect(visibleNick('x'.repeat(500), '').length).toBe(81);
  });
});

/** WCAG 2.2: contrast of two `#rrggbb`. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}
