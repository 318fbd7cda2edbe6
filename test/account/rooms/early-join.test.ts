// A person may ask for a room while the account is still on its way to its server.
import { expect, test } from 'vitest';
import { openMinimix } from '../../support/minimix.ts';
import { entry, ME, presenceError, startRooms } from '../../support/rooms/server.ts';
import { undoing } from '../../support/undo.ts';

const ROOM = 'cave@rooms.scripted.test';
const undo = undoing();

async function connecting() {
  const rooms = await startRooms();
  undo.push(rooms.stop);
  const minimix = openMinimix({ host: '127.0.0.1', port: rooms.port }, { jid: ME, password: 'pencil' }, { allowPlaintext: true });
  undo.push(minimix.stop);
  expect(minimix.account.status().connection.state).toBe('connecting');
  return { ...minimix, ...rooms };
}

test('a room that is wanted before the login is over is joined after it, and its answer is waited for', async () => {
  const { account } = await connecting();
  expect(await account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true, value: { room: ROOM, state: 'joined' } });
});

test('a device’s nick that is taken is refused then, too, and no other one tried', async () => {
  const { account, script } = await connecting();
  script(ROOM, { join: (_, nick) => (nick === 'romeo' ? presenceError(`${ROOM}/${nick}`, 'conflict') : entry(ROOM, nick)) });
  expect(await account.rooms.occupancy.join(ROOM, 'phone', { nick: 'romeo', exact: true })).toMatchObject({ ok: false, error: { code: 'nick-conflict' } });
});
