import { expect, test } from 'vitest';
import { openAutojoin, type AutojoinHooks } from '../../../src/account/bookmarks/autojoin.ts';
import type { Transaction, AccountContext } from '../../../src/account/context.ts';
import type { Bookmark } from '../../../src/core/bookmark.ts';
import { until } from '../../support/until.ts';

/** What a verb meets whose transaction finds no room on the disk. */
const full = async (): Promise<never> => {
  throw new Error('The disk with the archive is full.');
};

test('a bookmark that cannot be followed is told in the log, and ends nothing', async () => {
  const logged: string[] = [];
  // `as`: what is not needed here is not there.
  const context = { log: (level: string, message: string) => void logged.push(`${level} ${message}`), room: () => ({ wanted: true }) } as unknown as AccountContext;
  const hooks = { verbs: { join: full, leave: full }, wishes: { add: () => undefined, end: () => true, of: () => [] }, memberships: { changed: () => undefined } } as unknown as AutojoinHooks;
  const follow = openAutojoin(context, hooks);
  const effects: (() => void)[] = [];
  const transaction = { onCommit: (effect: () => void) => void effects.push(effect) } as unknown as Transaction;
  follow.all(transaction, [{ room: 'cave@muc.example.org', before: undefined, after: undefined }], 'client');
  for (const effect of effects) effect();
  await until(() => logged.length === 1, { what: 'a line in the log' });
  expect(logged[0]).toMatch(/^error .*cave@muc\.example\.org.*full/);

  const absent = openAutojoin({ ...context, room: () => undefined }, hooks);
  // `as`: a bookmark of which only this is asked.
  absent.enter([{ room: 'hall@muc.example.org', autojoin: true } as Bookmark]);
  await until(() => logged.length === 2, { what: 'another line in the log' });
});

test('a disk that is full at the first bookmark does not end the list: the next ones are followed', async () => {
  const logged: string[] = [];
  const joined: string[] = [];
  // `as`: what is not needed here is not there.
  const context = { log: (_level: string, message: string) => void logged.push(message), room: (jid: string) => (jid.startsWith('in') ? { wanted: true } : undefined) } as unknown as AccountContext;
  const add = (room: string): void => {
    if (room.endsWith('@full.example.org')) throw new Error('The disk with the archive is full.');
  };
  const hooks = { verbs: { join: async (room: string) => void joined.push(room) }, wishes: { add }, memberships: { changed: () => undefined } } as unknown as AutojoinHooks;
  const follow = openAutojoin(context, hooks);
  const rooms = ['in@full.example.org', 'out@full.example.org', 'out@muc.example.org'];
  follow.enter(rooms.map((room) => ({ room, autojoin: true }) as Bookmark));
  expect(joined).toEqual(['out@muc.example.org']);

  const effects: (() => void)[] = [];
  const transaction = { onCommit: (effect: () => void) => void effects.push(effect) } as unknown as Transaction;
  follow.all(transaction, rooms.map((room) => ({ room, before: undefined, after: { room, autojoin: true } as Bookmark })), 'client');
  for (const effect of effects) effect();
  expect(joined).toEqual(['out@muc.example.org', 'out@muc.example.org']);
  await until(() => logged.length === 4, { what: 'a line in the log for each' });
});
