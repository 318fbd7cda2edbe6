import { expect, test } from 'vitest';
import type { Api, ApiRoom, Latest, RawMessage } from '../../renderer/api/client.ts';
import { createLatest } from '../../renderer/state/rooms/latest.ts';
import { shortMoment } from '../../renderer/text/time.ts';
import { toLatest } from '../../src/frontends/web/api/latest.ts';

const account = 'romeo@example.org';
const room = 'hall@rooms.example.org';
const KEY = `${account} ${room}`;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const said = (id: number, more: Partial<RawMessage> = {}): RawMessage =>
  ({ id, account, room, nick: 'juliet', at: new Date(Date.UTC(2026, 10, 23, 12, id)).toISOString(), kind: 'message', body: `line ${id}`, encrypted: false, spoiler: null, file: null, ...more }) as RawMessage;

function scene() {
  const asked: string[][] = [];
  let answer: readonly Latest[] = [];
  const api = { latest: { query: async ({ rooms }: { rooms: string[] }) => (asked.push(rooms), answer) } } as unknown as Api;
  return { latest: createLatest(api), asked, answers: (these: readonly Latest[]) => void (answer = these) };
}

test('each room is asked for once, fifty at a time', async () => {
  const { latest, asked } = scene();
  const rooms = Array.from({ length: 120 }, (_, n) => ({ account, room: `r${n}@rooms.example.org` }));
  latest.load(rooms);
  latest.load(rooms);
  await turn();
  expect(asked.map(({ length }) => length)).toEqual([50, 50, 20]);
});

test('what is said live takes the place of what was last, and older history does not', () => {
  const { latest } = scene();
  latest.hear([{ message: said(5), refers: false }]);
  latest.hear([{ message: said(6, { at: said(2).at }), refers: false }]);
  expect(latest.store.get().get(KEY)).toMatchObject({ id: 5, text: 'line 5' });
  latest.hear([{ message: said(7, { spoiler: 'how it ends', body: 'the butler' }), refers: false }]);
  expect(latest.store.get().get(KEY)).toMatchObject({ id: 7, kind: 'spoiler', text: null });
});

test('what is private, or says nothing, is not the last message of a room', () => {
  const { latest } = scene();
  latest.hear([{ message: said(5, { kind: 'private' }), refers: false }, { message: said(6, { kind: 'subject', body: null }), refers: false }]);
  expect(latest.store.get().size).toBe(0);
});

test('an edit or a deletion makes the room be asked again', async () => {
  const { latest, asked, answers } = scene();
  latest.hear([{ message: said(5), refers: false }]);
  answers([{ id: 5, account, room, nick: 'juliet', at: said(5).at, kind: 'deleted', text: null }]);
  latest.hear([{ message: said(6, { kind: 'retraction', body: null }), refers: true }]);
  await new Promise<void>((resolve) => {
    const stop = latest.store.subscribe(() => {
      if (latest.store.get().get(KEY)?.kind !== 'deleted') return;
      stop();
      resolve();
    });
  });
  expect(asked).toEqual([[room]]);
});

test.each([
  [{}, { kind: 'text', text: 'words' }],
  [{ retracted: 'author' as const, body: null }, { kind: 'deleted', text: null }],
  [{ encrypted: true, body: null }, { kind: 'encrypted', text: null }],
  [{ spoiler: '' }, { kind: 'spoiler', text: null }],
  [{ body: 'https://example.org/a.png', file: { url: 'https://example.org/a.png', name: 'a.png', picture: true } }, { kind: 'file', text: 'a.png' }],
  [{ kind: 'subject' as const, body: null }, undefined],
])('in short: %j', (more, expected) => {
  const message = { ...said(1), body: 'words', retracted: null, ...more };
  const short = toLatest(message);
  expect(short && { kind: short.kind, text: short.text }).toEqual(expected);
});

test('a time in a list is the hour today, the weekday within a week, else the day', () => {
  const now = new Date(2026, 10, 23, 12);
  expect(shortMoment(new Date(2026, 10, 23, 9, 5), now)).toMatch(/9:05/);
  expect(shortMoment(new Date(2026, 10, 20, 9, 5), now)).toBe('Fri');
  expect(shortMoment(new Date(2026, 9, 1), now)).toMatch(/^(1 Oct|Oct 1)$/);
  expect(shortMoment(new Date(2024, 9, 1), now)).toMatch(/Oct.*2024/);
});

test('rooms stand by the time of their last message, and those that cannot be entered below', async () => {
  const { inOrder } = await import('../../renderer/state/rooms/room-order.ts');
  const named = (name: string, state = 'joined'): ApiRoom => ({ account, room: `${name}@rooms.example.org`, name, state }) as ApiRoom;
  const at = (name: string, minute: number): readonly [string, Latest] => [`${account} ${name}@rooms.example.org`, { id: minute, account, room, nick: 'juliet', at: said(minute).at, kind: 'text', text: '' }];
  const last = new Map([at('attic', 1), at('cellar', 9), at('banned', 10)]);
  expect(inOrder([named('banned', 'banned'), named('attic'), named('barn'), named('annex'), named('cellar')], last).map(({ name }) => name)).toEqual(['cellar', 'attic', 'annex', 'barn', 'banned']);
});
