import { beforeEach, expect, test } from 'vitest';
import { createNotices, type Notice, type NoticeOptions } from '../../src/tray/notices.ts';
import { stringsFor } from '../../src/tray/strings.ts';

let shown: Notice[];
let timers: { milliseconds: number; work: () => void }[];
beforeEach(() => {
  shown = [];
  timers = [];
});

function notices(more: Partial<NoticeOptions> = {}) {
  return createNotices({
    strings: stringsFor('en'),
    markup: true,
    show: (notice) => shown.push(notice),
    wanted: () => true,
    hideText: () => false,
    looking: () => false,
    later: (milliseconds, work) => void timers.push({ milliseconds, work }),
    ...more,
  });
}

/** Lets the timer that waits run out. */
const pass = (): void => timers.shift()?.work();

const message = (body: string, more = {}, alert: 'mention' | 'private' | 'room' | null = 'mention') => ({
  type: 'message' as const,
  fresh: true,
  refers: false,
  alert,
  message: {
    id: 7, account: 'a@x', room: 'garden@rooms.example.org', nick: 'bob', at: '', arrivedAt: '', kind: 'message' as const, body, subject: null,
    stanzaId: null, messageId: null, spoiler: null, unstyled: false, originId: null, occupantId: null, claimedAt: null, delayed: false, file: null, mention: null, mentioned: [], encrypted: false, to: null, ...more,
  },
});

test('a mention is told with who, where and what, and leads to its place', () => {
  notices()(message('tea, Ali?'), undefined);
  pass();
  expect(shown).toEqual([
    { title: 'bob in garden', body: 'tea, Ali?', fragment: '#/room/a%40x/garden%40rooms.example.org/7', key: 'a@x garden@rooms.example.org', answer: { account: 'a@x', room: 'garden@rooms.example.org', to: undefined } },
  ]);
});

test('what is said in a room can be answered there, with the id that the room gave; what is private, only on the page', () => {
  const hear = notices();
  hear(message('tea?', { stanzaId: 's1' }), undefined);
  hear(message('psst', { kind: 'private', room: 'b@x' }, 'private'), undefined);
  pass();
  expect(shown.map(({ answer }) => answer)).toEqual([{ account: 'a@x', room: 'garden@rooms.example.org', to: { id: 's1', nick: 'bob' } }, undefined]);
});

test('what the room’s settings leave out, what is old, and what is on screen is not told', () => {
  notices()(message('hello', {}, null), undefined);
  notices()({ ...message('hello'), fresh: false }, undefined);
  notices({ looking: (key) => key === 'a@x garden@rooms.example.org' })(message('hello'), undefined);
  notices({ wanted: () => false })(message('hello'), undefined);
  expect(timers).toEqual([]);
});

test('a spoiler tells its hint, and nothing where it has none', () => {
  const hear = notices();
  hear(message('the butler did it', { spoiler: 'how it ends' }), 'The Garden');
  hear(message('the butler did it', { spoiler: '', room: 'b@x' }), undefined);
  pass();
  expect(shown.map(({ body }) => body)).toEqual(['how it ends', 'You were mentioned.']);
});

test('the text is hidden where the person wants it so; who and where is not', () => {
  const hear = notices({ hideText: () => true });
  hear(message('the secret'), 'The Garden');
  hear(message('another', { kind: 'private', room: 'b@x' }, 'private'), undefined);
  pass();
  expect(shown.map(({ title, body }) => [title, body])).toEqual([
    ['bob in The Garden', 'You were mentioned.'],
    ['bob in b', 'A private message.'],
  ]);
  expect(JSON.stringify(shown)).not.toContain('secret');
});

test('a burst is one notification a room, and a flood of rooms is one in all', () => {
  const hear = notices();
  for (let n = 0; n < 40; n += 1) hear(message(`message ${n}`), undefined);
  pass();
  expect(shown.map(({ body }) => body)).toEqual(['message 39 (and 39 more)']);
  for (let n = 0; n < 9; n += 1) hear(message('hey', { room: `r${n}@x` }), undefined);
  expect(timers).toHaveLength(1); // no sooner than the rest is over
  expect(timers[0]?.milliseconds).toBe(5000);
  pass();
  expect(shown.slice(1)).toEqual([{ title: '9 messages for you', body: 'In 9 rooms', fragment: '#/', key: '', answer: undefined }]);
});

test('a pause that begins while messages are gathered is kept to', () => {
  let wanted = true;
  notices({ wanted: () => wanted })(message('hello'), undefined);
  wanted = false;
  pass();
  expect(shown).toEqual([]);
});

test.each([
  ['script and markup', '<script>x()</script><a href="https://e.example">x</a>&lt;b&gt;', '‹script›x()‹/script›‹a href="https://e.example"›x‹/a›＆lt;b＆gt;'],
  ['a bidi override', 'safe\u202Etxt.exe\u2066', 'safetxt.exe'],
  ['what is invisible', 'a\u200Bb\uFEFFc\u{E0041}d', 'abcd'],
  ['controls and lines', 'a\u0007b\r\nc\u2028d', 'ab c d'],
  ['half a character', 'a\uD83D', 'a'],
])('%s is harmless text', (_name, body, expected) => {
  notices()(message(body), undefined);
  pass();
  expect(shown[0]?.body.replaceAll('\uFFFD', '')).toBe(expected);
});

test('100 kB, 500 names, heaps of marks and a hostile nick are bounded', () => {
  const hear = notices();
  hear(message('lorem '.repeat(17_000), { nick: `<b>\u202E${'n'.repeat(5000)}` }), `${'r'.repeat(5000)}\n`);
  hear(message(Array.from({ length: 500 }, (_, n) => `@nick${n}`).join(' '), { room: 'b@x' }), undefined);
  hear(message(`z${'\u0316'.repeat(50_000)}algo`, { room: 'c@x' }), undefined);
  pass();
  expect(shown).toHaveLength(3);
  for (const { title, body } of shown) {
    expect(title.length).toBeLessThanOrEqual(90);
    expect(body.length).toBeLessThanOrEqual(210);
    expect(`${title}${body}`).not.toMatch(/[\u202E\n]/);
  }
});
