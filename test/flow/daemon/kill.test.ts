// `kill -9` of the daemon while bob talks, then a restart: every message once, in order.
import { afterEach, describe, expect, test } from 'vitest';
import { connectPerson } from '../../support/clients/person.ts';
import { daemonInRoom } from '../../support/rooms/daemon-in-room.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

interface Line {
  readonly id: number;
  readonly account: string;
  readonly room: string;
  readonly nick: string;
  readonly at: string;
  readonly body: string | null;
}

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
  });

  test.each([{ archive: true }, { archive: false }])(
    'a daemon that is killed while bob talks has every message once and in order after its restart (archive: $archive)',
    async ({ archive }) => {
      const { room, home } = await daemonInRoom(server, open, { archive });
      const bob = await newAccount(server, 'bob');
      const talker = await connectPerson(server, bob.user, bob.password);
      open.push(talker.close);
      await talker.join(room, 'bob');

      const said: string[] = [];
      const say = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i += 1) {
          const body = `word ${said.length + 1}`;
          said.push(body);
          await talker.say(room, body);
        }
      };
      const history = async (): Promise<string[]> => {
        const lines = await home.json<Line>(['history', room, '--limit', '500']);
        return lines.flatMap(({ nick, body }) => (nick === 'bob' && body !== null ? [body] : []));
      };

      await say(10);
      for (let round = 0; round < 3; round += 1) {
        const talking = say(20);
        await home.kill();
        await talking;
        await say(15); // more than a moment's worth, and with the others above the 20 of a room's history
        await home.start();
        await say(5);
      }
      await until(async () => (await history()).length >= said.length, { what: 'the last word', deadline: 20_000, every: 300 });
      expect(await history()).toEqual(said);
      const ids = (await home.json<Line>(['history', room, '--limit', '500'])).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect((await home.json<{ room: string; state: string }>(['rooms'])).map(({ state }) => state)).toEqual(['joined']);
    },
    90_000,
  );
});
