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
