import { describe, expect, test } from 'vitest';
import type { Message } from '../../renderer/api/client.ts';
import { rowsOf } from '../../renderer/state/rows.ts';
import { hrefOf, readRoute, type Route } from '../../renderer/state/route.ts';
import { createUnread } from '../../renderer/state/unread.ts';
import { piecesOf } from '../../renderer/text/links.ts';
import { withMentions } from '../../renderer/text/mentioned.ts';
import { appended, emptyWindow, latest, PAGE, promised, reread, withOlder, type Window } from '../../renderer/state/window.ts';

const noon = Date.UTC(2026, 10, 23, 12);

function message(id: number, more: Partial<Message> = {}): Message {
  const at = new Date(noon + id * 1000).toISOString();
  return {
    id,
    account: 'romeo@example.org',
    room: 'hall@rooms.example.org',
    nick: 'juliet',
    at,
    arrivedAt: at,
    kind: 'message',
    body: `line ${id}`,
    subject: null,
    stanzaId: null, messageId: null, spoiler: null, unstyled: false,
    originId: null,
    occupantId: null,
    delayed: false,
    file: null, mention: null, mentioned: [], encrypted: false, to: null,
    earlier: [],
    retracted: null,
    reactions: [],
    claimedAt: null,
    reply: null,
    ...more,
  };
}

const messages = (from: number, to: number): Message[] => Array.from({ length: to - from + 1 }, (_, n) => message(from + n));
const ids = (window: Window): number[] => window.items.map(({ id }) => id);

describe('a window of the archive', () => {
  test('what is read again takes the place of what was there, and what came meanwhile stays behind it', () => {
    const window: Window = { ...emptyWindow, phase: 'ready', items: messages(1, 5) };
    const page = [message(3, { body: 'corrected' }), message(4)];
    const again = reread({ ...window, items: [...window.items, message(6)] }, page);
    expect(ids(again)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(again.items[2]?.body).toBe('corrected');
  });

  test('what is read again, and is shown at another message now, has no line any more', () => {
    const window: Window = { ...emptyWindow, phase: 'ready', items: messages(1, 5) };
    expect(ids(reread(window, [message(2), message(4), message(5)]))).toEqual([1, 2, 4, 5]);
  });

  test('a live message goes to the end, once', () => {
    const window = latest(emptyWindow, messages(1, 3));
    const next = appended(window, message(4));
    expect(next && ids(next)).toEqual([1, 2, 3, 4]);
    expect(next && appended(next, message(4))).toBe(next);
  });

  test('what was heard while the page was loading comes behind it', () => {
    const early = appended(emptyWindow, message(9)) ?? emptyWindow;
    expect(ids(latest(early, messages(1, 8)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('history that was caught up has no place at the end', () => {
    const late = message(50, { delayed: true, at: new Date(noon - 60_000).toISOString() });
    expect(appended(latest(emptyWindow, messages(1, 3)), late)).toBeUndefined();
  });

  test('a short page is the first one, and the far end is let go', () => {
    const window = latest(emptyWindow, messages(10_000, 10_000 + PAGE - 1));
    expect(window.older).toBe(true);
    expect(withOlder(window, messages(1, 5)).older).toBe(false);
    let grown = window;
    for (let page = 1; page < 40; page += 1) grown = withOlder(grown, messages(10_000 - page * PAGE, 10_000 - (page - 1) * PAGE - 1));
    expect(grown.items.length).toBe(1500);
    expect(grown.newer).toBe(true);
  });

  test('what was said here is pending until the room reflects it, whichever is known first', () => {
    const pending = { ...latest(emptyWindow, []), pending: [{ key: 1, body: 'x', originId: undefined, about: {}, failed: undefined }] };
    expect(appended(promised(pending, 1, 'o1'), message(1, { originId: 'o1' }))?.pending).toEqual([]);
    expect(promised(appended(pending, message(1, { originId: 'o1' })) ?? pending, 1, 'o1').pending).toEqual([]);
  });
});

describe('rows', () => {
  const window = (items: Message[]): Window => ({ ...emptyWindow, phase: 'ready', older: false, items });
  const shape = (items: Message[], fresh?: number): string[] =>
    rowsOf(window(items), { nick: 'romeo', freshAfter: fresh }).map((row) => (row.type === 'message' ? (row.head ? 'head' : 'more') : row.type));

  test('messages of one person within five minutes stand under one nick', () => {
    const later = message(4, { at: new Date(noon + 10 * 60_000).toISOString() });
    expect(shape([message(1), message(2), message(3, { nick: 'nurse' }), later])).toEqual(['start', 'day', 'head', 'more', 'head', 'head']);
  });

  test('a day, the last that was read and a subject part a group', () => {
    const nextDay = message(3, { at: new Date(noon + 26 * 3_600_000).toISOString() });
    expect(shape([message(1), message(2), nextDay], 1)).toEqual(['start', 'day', 'head', 'fresh', 'head', 'day', 'head']);
    const subject = message(2, { kind: 'subject', body: null, subject: 'Capulets' });
    expect(shape([message(1), subject, message(3)])).toEqual(['start', 'day', 'head', 'notice', 'head']);
  });

  test('markers and reactions have no line', () => {
    expect(shape([message(1, { kind: 'marker', body: null }), message(2, { kind: 'reaction' })])).toEqual(['start']);
  });

  test('a row is a mention as the daemon has decided, and never of what we said ourselves', () => {
    const said = [message(1, { mention: 'explicit' }), message(2, { body: 'romeo' }), message(3, { nick: 'romeo', mention: 'nick' })];
    const rows = rowsOf({ ...emptyWindow, phase: 'ready', items: said }, { nick: 'romeo' });
    expect(rows.flatMap((row) => (row.type === 'message' ? row.mention : []))).toEqual([true, false, false]);
  });

  test.each([
    ['a name alone', [{ start: 3, end: 6 }], ['hi ', '[Ali]', ', see ', '<https://x.example/Ali>', ' now']],
    ['none', [], ['hi Ali, see ', '<https://x.example/Ali>', ' now']],
    ['parts that overlap, out of order, beyond the end', [{ start: 5, end: 8 }, { start: -4, end: 6 }, { start: 900, end: 999 }], ['[hi Ali]', '[, ]', 'see ', '<https://x.example/Ali>', ' now']],
    ['a part that reaches into a link', [{ start: 8, end: 20 }], ['hi Ali, ', '[see ]', '<https://x.example/Ali>', ' now']],
  ])('the parts of a text that mention somebody stand apart: %s', (_what, parts, shown) => {
    const pieces = withMentions(piecesOf('hi Ali, see https://x.example/Ali now'), parts);
    expect(pieces.map((piece) => ('href' in piece ? `<${piece.text}>` : 'mention' in piece ? `[${piece.text}]` : piece.text))).toEqual(shown);
  });
});

describe('unread counts', () => {
  const own = (): string => 'romeo';
  const key = 'romeo@example.org hall@rooms.example.org';

  test('others count, mentions twice; our own words and old history do not', () => {
    const book = createUnread(undefined);
    const old = message(1, { delayed: true, at: new Date(noon - 86_400_000).toISOString() });
    book.hear([old, message(2), message(3, { body: 'romeo!', mention: 'nick' }), message(4, { nick: 'romeo' })], own, noon);
    expect(book.store.get().get(key)).toMatchObject({ count: 2, mentions: 1, readTo: 1 });
    book.read(key, 4, noon);
    expect(book.store.get().get(key)).toMatchObject({ count: 0, mentions: 0, readTo: 4 });
  });

  test('what was read on another device is read here, and what was read here alone is said again', () => {
    const book = createUnread(undefined);
    book.hear([message(2), message(3), message(4)], own, noon);
    expect(book.told(key, { readTo: 3, unread: 1, mentions: 0 }, noon)).toBe(false);
    expect(book.store.get().get(key)).toMatchObject({ count: 1, mentions: 0, readTo: 3 });
    book.hear([message(5, { body: 'romeo!', mention: 'nick' })], own, noon);
    expect(book.store.get().get(key)).toMatchObject({ count: 2, mentions: 1 });
    expect([book.read(key, 5, noon), book.read(key, 5, noon)]).toEqual([true, false]);
    expect(book.told(key, { readTo: 3, unread: 2, mentions: 1 }, noon)).toBe(true);
    expect(book.store.get().get(key)).toMatchObject({ count: 0, readTo: 5 });
  });

  test('they outlive the page, and a broken store does not break it', () => {
    const kept = new Map<string, string>();
    const storage = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, text: string) => void kept.set(name, text) };
    createUnread(storage).hear([message(7)], own, noon);
    expect(createUnread(storage).store.get().get(key)?.count).toBe(1);
    for (const name of kept.keys()) kept.set(name, '[["x",{"count":"many"}],7,{}');
    expect(createUnread(storage).store.get().size).toBe(0);
  });
});

test.each<Route>([
  { view: 'home' },
  { view: 'overview' },
  { view: 'add-account' },
  { view: 'room', account: 'romeo@example.org', room: 'a/b%?#@rooms.example.org', at: 17 },
  { view: 'search', text: 'two words & more', account: 'romeo@example.org', room: 'hall@rooms.example.org' },
])('the address of $view leads back to it', (route) => {
  expect(readRoute(hrefOf(route))).toEqual(route);
});
