import { expect, test } from 'vitest';
import { daysOf } from '../../renderer/state/activity.ts';
import type { Gap } from '../../renderer/api/client.ts';
import { rowsOf } from '../../renderer/state/rows.ts';
import { emptyWindow, type Window } from '../../renderer/state/window.ts';
import { de } from '../../renderer/strings/de.ts';
import { en } from '../../renderer/strings/en.ts';

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
    const said = { nick: 'juliet', at, arrivedAt: at, kind: 'message', body: `line ${id}`, subject: null, delayed: false, file: null } as const;
    const ids = { id, account: 'romeo@example.org', room: 'hall@rooms.example.org', stanzaId: null, originId: null, occupantId: null };
    return { ...said, ...ids, earlier: [], retracted: null, reactions: [], reply: null };
  };
  const gap: Gap = {
    account: 'romeo@example.org',
    room: 'hall@rooms.example.org',
    from: new Date(now.getTime() + 2500).toISOString(),
    to: new Date(now.getTime() + 2900).toISOString(),
    cause: 'no archive',
  };
  const window: Window = { ...emptyWindow, phase: 'ready', older: false, newer: false, items: [1, 2, 3].map(message) };
  const rows = rowsOf(window, 'romeo', undefined, [gap]);
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
