// A room that takes messages and never shows one, while somebody goes on saying them.
import { expect, test } from 'vitest';
import { worlds } from '../../support/rooms/scripted.ts';

const open = worlds();
const ROOM = 'sink@rooms.scripted.test';

test('what waits for a room that shows nothing is bounded in size as in number', async () => {
  const { account } = await open();
  await account.rooms.join(ROOM, { nick: 'romeo' });
  const body = 'x'.repeat(60_000);
  let taken = 0;
  let last = await account.sending.sendMessage(ROOM, body);
  while (last.ok && taken < 400) {
    taken += 1;
    last = await account.sending.sendMessage(ROOM, body);
  }
  expect(last).toMatchObject({ ok: false, error: { code: 'congested' } });
  expect(taken).toBeLessThan(300);
  expect(await account.sending.sendMessage(ROOM, 'short')).toMatchObject({ ok: true });
});
