// If an append fails, the stream is destroyed without acknowledging, nothing is told, and it is tried again.
import { expect, test } from 'vitest';
import { apiOf, makeHome } from '../../support/daemon.ts';
import { connectPerson } from '../../support/clients/person.ts';
import { newAccount, prosody as server } from '../../support/servers/servers.ts';
import { makeSmallDisk, noSmallDisk } from '../../support/harm/small-disk.ts';
import { undoing } from '../../support/undo.ts';
import { until } from '../../support/until.ts';

const undo = undoing();

interface Line {
  readonly nick: string;
  readonly body: string | null;
}

const impossible = noSmallDisk();

test.for([{ archive: true }, { archive: false }])(
  'a full disk stops nothing for good: once there is room again, all is there (archive: $archive)',
  async ({ archive }, { skip }) => {
    if (impossible !== undefined) skip(impossible);
    const disk = makeSmallDisk(16);
    undo.push(disk.remove);
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive });
    const home = makeHome(disk.dir);
    undo.push(home.remove);
    await home.addAccount(server, alice);
    await home.start();
    expect(await home.cli(['join', room])).toMatchObject({ code: 0 });
    const talker = await connectPerson(server, bob.user, bob.password);
    undo.push(talker.close);
    await talker.join(room, 'bob');

    const said: string[] = [];
    const say = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) {
        said.push(`word ${said.length + 1}`);
        await talker.say(room, said.at(-1) ?? '');
      }
    };
    const heard = async (): Promise<string[]> =>
      (await home.json<Line>(['history', room, '--limit', '500'])).flatMap(({ nick, body }) => (nick === 'bob' && body !== null ? [body] : []));

    await say(5);
    await until(async () => (await heard()).length === 5, { what: 'the first words' });
    const pid = home.pid();
    const api = apiOf(home);
    await until(async () => {
      disk.fill(); // what is given back meanwhile is taken again
      await say(5);
      const connection = (await api.status.query()).accounts[0]?.connection; // it stands only between two logins
      return connection !== undefined && 'why' in connection && connection.why.endsWith('The disk with the archive is full.');
    }, { what: 'the daemon to say that the disk is full', deadline: 60_000 });
    await say(30); // more than the 20 that a room tells of its past
    disk.free();
    await until(async () => (await heard()).length >= said.length, { what: 'all that was said', deadline: 40_000, every: 300 }).catch((error: unknown) => {
      throw new Error(home.log(), { cause: error });
    });
    expect(await heard()).toEqual(said);
    expect(home.pid()).toBe(pid);
    expect((await home.json<{ state: string }>(['rooms'])).map(({ state }) => state)).toEqual(['joined']);
  },
);
