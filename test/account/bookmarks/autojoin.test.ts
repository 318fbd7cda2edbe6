import { describe, expect, test } from 'vitest';
import { openAutojoin, type AutojoinContext, type AutojoinHooks } from '../../../src/account/bookmarks/autojoin.ts';
import type { Room, Transaction } from '../../../src/account/context.ts';
import { newRoom } from '../../../src/account/transaction.ts';
import type { Bookmark } from '../../../src/core/bookmark.ts';
import { absent, type RoomState } from '../../../src/core/room.ts';
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
    room: (jid) => (jid.startsWith('in') ? { wanted: true, nick: undefined, membership: { state: 'joined' } } : undefined),
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
    past: () => [],
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

describe('a room that the account is in, and whose nick was changed there since', () => {
  const ROOM = 'room@muc.example.org';
  const named = (nick: string | undefined, autojoin = true): Bookmark => ({ ...bookmark(ROOM), nick, autojoin });

  /** The nick that the room has when a client has changed its bookmark; it was `Ali` first, and is `Alice` now. */
  function nickAfter(before: Bookmark | undefined, after: Bookmark, about: { by?: 'client' | 'person'; state?: RoomState; nick?: string | undefined } = {}): string | undefined {
    const { by = 'client', state = 'joined' } = about;
    let room: Room = { ...newRoom(ROOM), wanted: true, nick: 'nick' in about ? about.nick : 'Alice', membership: { ...absent, state, nick: 'Alice' } };
    const renamed: string[] = [];
    const effects: (() => void)[] = [];
    const follow = openAutojoin({
      log: (_level, message) => expect.unreachable(message),
      room: () => room,
      transact: (work) => work({ room: () => room, put: (changed: Room) => (room = changed) } as unknown as Transaction),
    }, {
      memberships: { changed: () => undefined },
      verbs: { join: async () => undefined, leave: async () => undefined },
      renick: (jid) => void renamed.push(jid),
      wishes: { add: () => undefined, end: () => true, of: () => [] },
      past: () => [named('Ali'), named('Alice')],
    });
    follow.all({ onCommit: (effect) => void effects.push(effect) }, [{ room: ROOM, before, after }], by);
    for (const effect of effects) effect();
    expect(renamed).toEqual(room.nick === 'Alice' || room.nick === about.nick ? [] : [ROOM]);
    return room.nick;
  }

  test('keeps it where a client bookmarks it, for a bookmark’s nick is for the entry', () => {
    expect(nickAfter(undefined, named('Ali'))).toBe('Alice');
    expect(nickAfter(undefined, named('Ali'), { state: 'joining' })).toBe('Alice');
  });

  test('keeps it where a client switches its bookmark on again, with the nick from before', () => {
    expect(nickAfter(named('Alice', false), named('Ali'))).toBe('Alice');
  });

  test('takes one that nobody has had there from a bookmark that is switched on', () => {
    expect(nickAfter(named('Alice', false), named('Lis'))).toBe('Lis');
  });

  test('takes what a client makes of the nick in its bookmark, an earlier one too', () => {
    for (const nick of ['Ali', 'Lis']) expect(nickAfter(named('Alice'), named(nick))).toBe(nick);
  });

  test('takes what a person writes into a new bookmark here', () => {
    expect(nickAfter(undefined, named('Ali'), { by: 'person' })).toBe('Ali');
  });

  test('takes a new bookmark’s where nobody had asked for one', () => {
    expect(nickAfter(undefined, named('Ali'), { nick: undefined })).toBe('Ali');
  });

  test('takes a new bookmark’s where it did not let the account in: it is for the next entry', () => {
    expect(nickAfter(undefined, named('Ali'), { state: 'nick-conflict' })).toBe('Ali');
  });
});
