import { expect, test } from 'vitest';
import { commandsFor } from '../../renderer/state/command-names.ts';
import { createDrafts } from '../../renderer/state/drafts.ts';
import { grouped, tickedAtFirst, wishesOf, type LookedRoom } from '../../renderer/state/first-look.ts';
import { growthOf, weekOf } from '../../renderer/state/hours.ts';
import { daysOf } from '../../renderer/state/activity.ts';
import type { ApiGap } from '../../renderer/api/client.ts';
import { rowsOf } from '../../renderer/state/rows.ts';
import { emptyWindow, type Window } from '../../renderer/state/window.ts';
import { de } from '../../renderer/strings/de.ts';
import { en } from '../../renderer/strings/en.ts';
import { until } from '../support/until.ts';

const now = new Date(Date.UTC(2026, 10, 23, 12)); // a Monday

test('a year of days is whole, begins on a Monday, and adds up the accounts', () => {
  const day = '2026-11-20';
  const { days, total, active, busiest } = daysOf([{ day, messages: 3 }, { day, messages: 4 }, { day: '2020-01-01', messages: 9 }], now);
  expect(days).toHaveLength(52 * 7 + 1);
  expect(new Date(days[0]?.day ?? '').getUTCDay()).toBe(1);
  expect(days.at(-1)?.day).toBe('2026-11-23');
  expect({ total, active, busiest }).toMatchObject({ total: 7, active: 1, busiest: { day, messages: 7 } });
});

test('a hole in the archive stands before the first message that is later than its beginning', () => {
  const message = (id: number): Window['items'][number] => {
    const at = new Date(now.getTime() + id * 1000).toISOString();
    const said = { nick: 'juliet', at, arrivedAt: at, kind: 'message', body: `line ${id}`, subject: null, delayed: false, file: null, mention: null } as const;
    const ids = { id, account: 'romeo@example.org', room: 'hall@rooms.example.org', stanzaId: null, messageId: null, spoiler: null, unstyled: false, originId: null, occupantId: null };
    return { ...said, ...ids, mentioned: [], encrypted: false, to: null, earlier: [], retracted: null, reactions: [], claimedAt: null, reply: null };
  };
  const gap: ApiGap = {
    account: 'romeo@example.org',
    room: 'hall@rooms.example.org',
    from: new Date(now.getTime() + 2500).toISOString(),
    to: new Date(now.getTime() + 2900).toISOString(),
    cause: 'no archive',
  };
  const window: Window = { ...emptyWindow, phase: 'ready', older: false, newer: false, items: [1, 2, 3].map(message) };
  const rows = rowsOf(window, { nick: 'romeo', gaps: [gap] });
  expect(rows.map((row) => row.type)).toEqual(['start', 'day', 'message', 'message', 'gap', 'message']);
});

test('German leaves no word out', () => {
  expect(emptyWords(de)).toEqual(emptyWords(en));
});

/** Where a table of words has nothing to say. */
function emptyWords(words: object, path = ''): string[] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value === 'object' && value !== null) return emptyWords(value, `${path}${key}.`);
    return value === '' || value === undefined ? [`${path}${key}`] : [];
  });
}

test('the hours of a week add up the accounts, and tell the busiest hour and the busiest stretch', () => {
  const hours = (filled: Readonly<Record<number, number>>): number[] => Array.from({ length: 168 }, (_, index) => filled[index] ?? 0);
  const week = weekOf([hours({ 44: 5, 45: 4 }), hours({ 44: 3, 100: 1 })]);
  expect(week).toMatchObject({ total: 13, busiest: { day: 1, hour: 20, messages: 8 }, stretch: 19 });
  expect(week.days[1]?.[20]?.level).toBe(4);
  expect(week.days[4]?.[4]).toEqual({ messages: 1, level: 1 });
  expect(weekOf([hours({})])).toMatchObject({ total: 0, busiest: undefined, stretch: undefined });
});

test('growth is what the last thirty days brought, at the weight that messages have', () => {
  const perDay = [{ day: '2026-11-20', messages: 100 }, { day: '2026-01-01', messages: 900 }];
  expect(growthOf(perDay, { archiveBytes: 500_000, messages: 1000 }, now.getTime())).toBe(50_000);
  expect(growthOf([], { archiveBytes: 4096, messages: 0 }, now.getTime())).toBe(0);
});

test('what is unticked is kept out, what is ticked beyond its bookmark is joined', () => {
  const room = (name: string, autojoin: boolean, state: LookedRoom['state'] = 'there'): LookedRoom => ({ room: `${name}@rooms.example.org`, name, autojoin, occupants: null, description: null, state });
  const rooms = [room('a', true), room('b', true), room('c', false), room('d', false), room('e', true, 'unreachable')];
  expect(wishesOf(rooms, new Set(['a@rooms.example.org', 'c@rooms.example.org', 'e@rooms.example.org']))).toEqual({ keepOut: ['b@rooms.example.org'], join: ['c@rooms.example.org'] });
  const { now: at, notNow, away } = grouped(rooms);
  expect([at, notNow, away].map((group) => group.map(({ name }) => name))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

test('a room that does not exist is not ticked at first: whoever joins it would own it', () => {
  const room = (name: string, autojoin: boolean, state: LookedRoom['state']): LookedRoom => ({ room: name, name, autojoin, occupants: null, description: null, state });
  const rooms = [room('a', true, 'there'), room('b', true, 'missing'), room('c', true, 'unreachable'), room('d', false, 'missing'), room('e', true, 'unasked')];
  expect([...tickedAtFirst(rooms)]).toEqual(['a', 'c', 'e']);
});

test('drafts outlive the page, are bounded, and somebody else’s text in their place is not theirs', async () => {
  const kept = new Map<string, string>();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
  const drafts = createDrafts(storage);
  for (let n = 0; n < 120; n += 1) drafts.keep(`room ${n}`, `draft ${n}`);
  drafts.keep('room 119', '');
  expect(drafts.rooms.get().size).toBe(99);
  await until(() => kept.size === 1, { what: 'the drafts to be written down' });
  const again = createDrafts(storage);
  expect([again.of('room 118'), again.of('room 119'), again.of('room 1')]).toEqual(['draft 118', '', '']);
  kept.set('minimix.drafts', '{"a":');
  expect(createDrafts(storage).rooms.get().size).toBe(0);
});

test('a slash shows the commands that it may begin, and nothing else does', () => {
  expect(commandsFor('/').length).toBeGreaterThan(4);
  expect(commandsFor('/le').map(({ name }) => name)).toEqual(['leave']);
  expect([commandsFor('//le'), commandsFor('/nick x'), commandsFor('le')]).toEqual([[], [], []]);
});
