import { expect, test } from 'vitest';
import { afterRejoin, bringsNews, bringsPast, isCatchingUp, isFirstReading, lacksHistory, readCatchup, readUpTo } from '../../../src/account/history/catch-up-state.ts';
import type { Catchup, Room } from '../../../src/account/context.ts';
import { newRoom } from '../../../src/account/transaction.ts';

const here = (catchup: Catchup | undefined, state: Room['membership']['state'] = 'joined'): Room => {
  const room = newRoom('cave@rooms.example.org');
  return { ...room, membership: { ...room.membership, state }, catchup };
};

test.each<[string, Catchup, { news: boolean; past: boolean; goesFirst: boolean; lacks: boolean; waitedFor: boolean }]>([
  ['a first join', { state: 'first', follows: 7 }, { news: false, past: true, goesFirst: false, lacks: true, waitedFor: true }],
  ['what was missed', { state: 'missed', follows: 7 }, { news: true, past: false, goesFirst: true, lacks: true, waitedFor: false }],
  ['the room’s order', { state: 'reorder', follows: 7 }, { news: true, past: false, goesFirst: false, lacks: false, waitedFor: false }],
  ['a hole', { state: 'unreadable', gap: 3, follows: 7 }, { news: false, past: false, goesFirst: false, lacks: true, waitedFor: false }],
  ['a first join’s past that cannot be read', { state: 'unreadable', gap: undefined, follows: 7 }, { news: false, past: true, goesFirst: false, lacks: true, waitedFor: false }],
])('a reading for %s', (_what, catchup, expected) => {
  const room = here(catchup);
  expect({ news: bringsNews(catchup), past: bringsPast(catchup), goesFirst: isCatchingUp(room), lacks: lacksHistory(room), waitedFor: isFirstReading(room) }).toEqual(expected);
  expect(readUpTo(room)).toBe(expected.goesFirst ? 7 : 'end');
  expect(isCatchingUp(here(catchup, 'joining'))).toBe(expected.goesFirst);
  expect(isCatchingUp(here(catchup, 'banned'))).toBe(false);
});

test('a room that is let in again has missed what was said meanwhile, also where only its order was to be read', () => {
  expect(afterRejoin({ state: 'reorder', after: 'x', follows: 7 })).toEqual({ state: 'missed', after: 'x', follows: 7 });
  for (const state of ['first', 'missed'] as const) expect(afterRejoin({ state })).toEqual({ state });
  expect(afterRejoin({ state: 'unreadable', gap: 3 })).toEqual({ state: 'unreadable', gap: 3 });
});

test.each<[Parameters<typeof readCatchup>[0], Catchup | undefined]>([
  [undefined, undefined],
  [{ start: '2026-11-27T10:00:00Z', first: true }, { start: '2026-11-27T10:00:00Z', state: 'first' }],
  [{ after: 'x', follows: 7, first: true, givenUp: true }, { after: 'x', follows: 7, state: 'unreadable', gap: undefined }],
  [{ after: 'x', follows: 7, first: false }, { after: 'x', follows: 7, state: 'missed' }],
  [{ after: 'x', follows: 7, first: false, lost: 9 }, { after: 'x', follows: 7, lost: 9, state: 'missed' }],
  [{ after: 'x', follows: 7, first: false, gap: 3 }, { after: 'x', follows: 7, state: 'unreadable', gap: 3 }],
  [{ after: 'x', follows: 7, first: false, known: true }, { after: 'x', follows: 7, state: 'reorder' }],
  [{ after: 'x', state: 'reorder' }, { after: 'x', state: 'reorder' }],
])('what an older home has stored is read: %j', (stored, catchup) => {
  expect(readCatchup(stored)).toEqual(catchup);
});
