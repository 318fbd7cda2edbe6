// Where the server as a whole is the cause: each test has one of its own.
import { describe, expect, test } from 'vitest';
import { openMinimix } from '../../support/minimix.ts';
import { story } from '../../support/rooms/rooms.ts';
import { uniqueName, type XmppServer } from '../../support/servers/server.ts';
import { newAccount, servers, startServer, type CommonOptions } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

async function withMinimix(
  kind: 'prosody' | 'ejabberd', options: CommonOptions, run: (server: XmppServer, minimix: ReturnType<typeof openMinimix>) => Promise<void>,
): Promise<void> {
  const server = await startServer(kind, options);
  const minimix = openMinimix(server, await newAccount(server, 'alice'), { times: { silence: 200, every: 50, answer: 2_000 } });
  try {
    await minimix.online();
    await run(server, minimix);
  } finally {
    await minimix.stop();
    await server.stop();
  }
}

describe.each(servers.map(({ kind }) => ({ kind })))('a service on $kind', ({ kind }) => {
  const nobodyCreates = { extraMuc: 'restrict_room_creation = true', mayCreate: 'none' };

  test('that lets nobody create rooms says so (405); it restarts: we are told, and come back by the clock without a person', async () => {
    await withMinimix(kind, nobodyCreates, async (server, { account, state, online }) => {
      const refused = await account.rooms.join(`${uniqueName('new')}@${server.plainRooms}`, { nick: 'alice' });
      expect(refused).toMatchObject({ ok: false, error: { code: 'not-allowed', message: expect.stringContaining('create') } });
      const room = await server.room({ archive: true });
      await account.rooms.join(room, { nick: 'alice' });
      await server.restart();
      await online();
      const back = (): boolean => story(account, room).filter((line) => line === 'self alice').length === 2;
      await until(back, { what: 'the return', deadline: 30_000 });
      expect(['shutdown', 'removed-by-error', 'disconnected']).toContain(story(account, room)[2]);
      expect(await state(room, 'joined')).toMatchObject({ nick: 'alice' });
    });
  });
});

describe('a service on prosody', () => {
  test('that is taken down alone, without a word: found by the self-ping, and back by the clock once it is there', async () => {
    await withMinimix('prosody', {}, async (server, { account }) => {
      const room = await server.room({ archive: false });
      await account.rooms.join(room, { nick: 'alice' });
      await server.run(`module:unload("muc", "${server.plainRooms}")`);
      const down = await until(() => account.rooms.list().find(({ state }) => state !== 'joined'), { what: 'the loss' });
      expect(down?.reason).toMatch(/dropped you|cannot be reached/);
      await until(() => account.rooms.list()[0]?.state === 'service-down', { what: 'a try that fails' });
      await server.run(`module:load("muc", "${server.plainRooms}")`);
      await until(() => account.rooms.list()[0]?.state === 'joined', { what: 'the return', deadline: 40_000 });
      expect(story(account, room)).toContain('unreachable');
    });
  });
});
