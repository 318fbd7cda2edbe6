import { expect, test } from 'vitest';
import type { AccountContext, Room } from '../../../src/account/context.ts';
import { openEvents } from '../../../src/account/events.ts';
import { openCatchUps } from '../../../src/account/history/catch-up.ts';
import { newRoom } from '../../../src/account/transaction.ts';

// After a resumption each room is asked whether it has more, and only then the outbox is looked through: what the end of a
// room's history sends must not be taken there for something that the old stream has lost. It was said twice.
test('a room that has nothing to be read tells so after the step of whoever asked, not within it', async () => {
  const room: Room = { ...newRoom('cave@rooms.example.org'), membership: { ...newRoom('').membership, state: 'joined' } };
  const events = openEvents(() => undefined, () => 0);
  const context = { signal: new AbortController().signal, events, room: () => room } as unknown as AccountContext;
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const catchUps = openCatchUps(context, () => { order.push('read to its end'); resolve(); });
  catchUps.run(room.jid);
  order.push('the outbox');
  await promise;
  expect(order).toEqual(['the outbox', 'read to its end']);
});
