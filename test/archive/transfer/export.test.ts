import { afterEach, beforeEach, expect, test } from 'vitest';
import { exported, type Format } from '../../../src/archive/transfer/export.ts';
import { fromJsonLines, importAll } from '../../../src/archive/transfer/import.ts';
import { append, appendInside, BALL, JULIET, ORCHARD, ownArchive, T0 } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
let other: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
  other = ownArchive();
});
afterEach(() => {
  own.close();
  other.close();
});

function fill(): void {
  own.archive.transaction(() => {
    for (let n = 0; n < 450; n++) {
      const more = n % 3 === 0 ? { stanzaId: `s${n}`, originId: `o${n}`, id: `o${n}`, subject: n % 9 === 0 ? 'é' : undefined } : {};
      appendInside(own.archive, { body: `said ${n % 2}`, arrivedAt: T0 + Math.floor(n / 4) * 1000, at: T0 + Math.floor(n / 4) * 1000 - 7, ...more });
    }
    appendInside(own.archive, { body: 'at the ball', room: BALL, kind: 'private', nick: undefined });
  });
  own.archive.addGap({ account: JULIET, room: ORCHARD, from: 1, to: 2, cause: 'lost' });
}

const file = (format: Format, more = {}): string => [...exported(own.archive, { account: JULIET, ...more }, format)].join('');
const lines = (text: string): string[] => text.split('\n');

test('JSON Lines give everything back in another archive, and a second import adds nothing', () => {
  fill();
  const written = file('jsonl');
  const first = importAll(other.archive, { account: JULIET, messages: fromJsonLines(lines(written)) });
  expect(first).toMatchObject({ kept: 451, known: 0, refused: 0, trouble: [] });
  const stripped = (text: string): unknown[] => lines(text).map((line) => line.replace(/"archiveId":\d+/, ''));
  expect(stripped([...exported(other.archive, { account: JULIET }, 'jsonl')].join(''))).toEqual(stripped(written));
  expect(importAll(other.archive, { account: JULIET, messages: fromJsonLines(lines(written)) })).toMatchObject({ kept: 0, known: 451 });
  expect(importAll(own.archive, { account: JULIET, messages: fromJsonLines(lines(written)) })).toMatchObject({ kept: 0, known: 451 });
  expect(other.archive.gaps(JULIET, ORCHARD)).toHaveLength(1);
});

test('an import tells its progress, can be stopped, and goes on where it stopped', () => {
  fill();
  const told: number[] = [];
  const stopped = importAll(other.archive, { account: JULIET, messages: fromJsonLines(lines(file('jsonl'))), progress: (report) => told.push(report.read) < 2 });
  expect(told).toEqual([200, 400]);
  const rest = importAll(other.archive, { account: JULIET, messages: fromJsonLines(lines(file('jsonl'))) });
  expect([stopped.kept + rest.kept, rest.known]).toEqual([451, stopped.kept]);
});

test('lines that are none are refused one by one with a reason, a file that is none at once', () => {
  const [header = ''] = lines(file('jsonl'));
  const report = importAll(other.archive, { account: JULIET, messages: fromJsonLines([header, '{"room":1}', 'junk', '']) });
  expect(report).toMatchObject({ kept: 0, refused: 2, trouble: [{ line: 1 }, { line: 2 }] });
  expect(report.trouble[0]?.why).toContain('room');
  expect(() => importAll(other.archive, { account: JULIET, messages: fromJsonLines(['{"room":"x"}']) })).toThrow('not an export');
});

test('a selection keeps to a room and a time', () => {
  fill();
  const selected = lines(file('jsonl', { room: ORCHARD, after: T0 + 3000 - 7, before: T0 + 5000 - 7 }));
  expect(selected.filter((line) => line.includes('archiveId'))).toHaveLength(8);
});

test('text cannot be made to look like another’s line', () => {
  append(own.archive, { body: 'hm\n12:00:00 <Juliet> I do\u2028yes' });
  expect(file('text')).toBe(
    `# ${ORCHARD}\n\n## 2026-11-23\n\n12:00:00 <Romeo> hm\n         12:00:00 <Juliet> I do\n         yes\n`,
  );
  append(own.archive, { body: 'turned', nick: '\u202eteiluJ\u2069> I do' });
  expect(file('text')).toMatch(/<teiluJ› I do> turned\n$/);
});

test('HTML holds what was said as text, and allows nothing to run or load', () => {
  append(own.archive, { body: '<script>alert("1")</script>', nick: '<img src=x>' });
  const page = file('html');
  expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
  expect(page).toContain('<b><bdi>&lt;img src=x&gt;</bdi></b>');
  expect(page).not.toMatch(/<(?:script|img|link|iframe)/i);
  expect(page).toContain("default-src 'none'");
});

const react = (nick: string, emoji: string): void => {
  append(own.archive, { nick, kind: 'reaction', reactsTo: 's1', xml: `<message><reaction>${emoji}</reaction></message>` });
};

function talk(): void {
  append(own.archive, { body: 'the est', id: 'm1', stanzaId: 's1' });
  append(own.archive, { body: 'the east', kind: 'correction', replaces: 'm1' });
  append(own.archive, { body: 'fool', nick: 'Tybalt', stanzaId: 's2' });
  append(own.archive, { kind: 'retraction', retracts: 's2', nick: undefined });
  append(own.archive, { body: 'oops', stanzaId: 's3' });
  append(own.archive, { kind: 'retraction', retracts: 's3' });
  append(own.archive, { body: 'whispered', kind: 'private', nick: 'Nurse' });
  append(own.archive, { body: 'yes', nick: 'Juliet', repliesTo: 's1' });
  react('Juliet', '👍');
}

test('text gives what is to be read: the last word, what was taken back as such, whispers apart', () => {
  talk();
  expect(file('text')).toBe(
    `# ${ORCHARD}\n\n## 2026-11-23\n\n12:00:00 <Romeo> [corrected] the east\n         [👍 Juliet]\n` +
      '12:00:00 <Tybalt> [removed by the room]\n12:00:00 <Romeo> [retracted]\n12:00:00 <Juliet> [answers Romeo] yes\n' +
      '\n## 2026-11-23, private messages\n\n12:00:00 <Nurse> whispered\n',
  );
  expect(file('text', { only: 'groupchat' })).not.toContain('whispered');
});

test('HTML gives what is to be read, and not what was retracted; JSON Lines give everything', () => {
  talk();
  const html = file('html');
  expect(html).toContain('<bdi>the east</bdi> <i>(corrected)</i> <small><bdi>👍</bdi> <bdi>Juliet</bdi></small>');
  expect(html).toMatch(/<b><bdi>Tybalt<\/bdi><\/b> <i>removed by the room<\/i>/);
  expect(html).toMatch(/<b><bdi>Juliet<\/bdi><\/b> <a href="#m1"><bdi>Romeo<\/bdi><\/a>: <bdi>yes/);
  expect(html).not.toMatch(/fool|oops/);
  expect(html.indexOf('private messages')).toBeGreaterThan(html.indexOf('yes'));
  expect(lines(file('jsonl')).filter((line) => /fool|oops|the est|whispered/.test(line))).toHaveLength(4);
});

test('a hostile correction, reply or reaction is text, too', () => {
  const hostile = '"><script>alert(1)</script>\n12:00:00 <Juliet> I do';
  append(own.archive, { body: 'x', id: 'm1', stanzaId: 's1', nick: hostile });
  append(own.archive, { body: hostile, kind: 'correction', replaces: 'm1', nick: hostile });
  append(own.archive, { body: 'y', repliesTo: 's1', nick: hostile });
  react(hostile, '"onload="alert(1)');
  expect(file('html')).not.toMatch(/<script|<[^>]*onload=/i);
  expect(lines(file('text')).filter((line) => line.startsWith('12:00:00 <Juliet>'))).toEqual([]);
});

test('a room of nothing but reactions for pages on end is read to its end', () => {
  append(own.archive, { body: 'first', stanzaId: 's1' });
  own.archive.transaction(() => {
    for (let n = 0; n < 2500; n++) appendInside(own.archive, { nick: `n${n}`, kind: 'reaction', reactsTo: 's1', xml: '<message/>' });
  });
  append(own.archive, { body: 'last' });
  expect(file('text', { only: 'groupchat' })).toMatch(/first\n12:00:00 <Romeo> last\n$/);
});

test('a hole whose times are none is refused: it would be in the way of every later look at the room', () => {
  const gap = (from: unknown, to: unknown): string => JSON.stringify({ gap: { room: ORCHARD, from, to, cause: 'lost' } });
  const header = lines(file('jsonl'))[0] ?? '';
  const report = importAll(own.archive, { account: JULIET, messages: fromJsonLines([header, gap(2 ** 53, 2 ** 53), gap(-1, 1), gap(1.5, 2), gap(1, 2)]) });
  expect(report.refused).toBe(3);
  expect(own.archive.gaps(JULIET, ORCHARD).map(({ from, to }) => [from, to])).toEqual([[1, 2]]);
});
