import { expect, test } from 'vitest';
import { openAutojoin, type AutojoinContext, type AutojoinHooks } from '../../../src/account/bookmarks/autojoin.ts';
import type { Bookmark } from '../../../src/core/bookmark.ts';
import { until } from '../../support/until.ts';

const FULL = 'The disk with the archive is full.';
const bookmark = (room: string): Bookmark => ({ room, name: undefined, autojoin: true, nick: undefined, password: undefined, extensions: [], attributes: {}, others: [] });
const isFull = (room: string): boolean => room.endsWith('@full.example.org');

/** Rooms on a disk that is full where their service is called so: `in@…` is wanted already. What is joined and logged is told. */
function following() {
  const logged: string[] = [];
  const joined: string[] = [];
  const effects: (() => void)[] = [];
  const context: AutojoinContext = {
    log: (level, message) => void logged.push(`${level} ${message}`),
    room: (jid) => (jid.startsWith('in') ? { wanted: true, membership: { state: 'joined' } } : undefined),
    transact: () => expect.unreachable('no nick and no password has changed'),
  };
  const refuse = (room: string): void => {
    if (isFull(room)) throw new Error(FULL);
  };
  const hooks: AutojoinHooks = {
    memberships: { changed: () => undefined },
    verbs: {
      join: async (room) => (refuse(room), joined.push(room)),
      leave: async (room) => refuse(room),
    },
    renick: () => undefined,
    wishes: { add: refuse, end: () => true, of: () => [] },
  };
  const follow = openAutojoin(context, hooks);
  const all = (...changes: Parameters<typeof follow.all>[1]): void => {
    follow.all({ onCommit: (effect) => void effects.push(effect) }, changes, 'client');
    for (const effect of effects.splice(0)) effect();
  };
  return { ...follow, all, logged, joined };
}

test('a bookmark that cannot be followed is told in the log, and ends nothing', async () => {
  const { all, logged } = following();
  all({ room: 'in@full.example.org', before: bookmark('in@full.example.org'), after: undefined });
  await until(() => logged.length === 1, { what: 'a line in the log' });
  expect(logged[0]).toBe(`error in@full.example.org: its bookmark could not be followed: ${FULL}`);
});

test('a disk that is full at the first bookmark does not end the list: the next ones are followed', async () => {
  const { all, enter, logged, joined } = following();
  const rooms = ['in@full.example.org', 'out@full.example.org', 'out@muc.example.org'];
  enter(rooms.map(bookmark));
  expect(joined).toEqual(['out@muc.example.org']);
  all(...rooms.map((room) => ({ room, before: undefined, after: bookmark(room) })));
  expect(joined).toEqual(['out@muc.example.org', 'out@muc.example.org']);
  await until(() => logged.length === 4, { what: 'a line in the log for each' });
});
