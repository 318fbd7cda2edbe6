// The daemon is killed and takes its stream up again: no server tells it then who was online all the time.
import { afterEach, describe, expect, test } from 'vitest';
import { smackLike } from '../../support/clients/gadget.ts';
import { connectPerson } from '../../support/clients/person.ts';
import { daemonInRoom } from '../../support/rooms/daemon-in-room.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  test('a device that stays online is relayed to by the daemon that comes after, and one that went meanwhile is not online', async () => {
    const { alice, room, home } = await daemonInRoom(server, open, { archive: false });
    const bob = await newAccount(server, 'bob');
    const talker = await connectPerson(server, bob.user, bob.password);
    open.push(talker.close);
    await talker.join(room, 'bob');
    const [stays, goes] = [smackLike(server, alice, 'stays'), smackLike(server, alice, 'goes')];
    for (const gadget of [stays, goes]) {
      open.push(() => gadget.off(true));
      await gadget.on();
    }
    const online = async (): Promise<string[]> => {
      const devices = await home.json<{ relay: boolean; online: boolean; resource: string }>(['devices']);
      return devices.filter((device) => device.relay && device.online).map(({ resource }) => resource.split('.', 1)[0] ?? '').toSorted();
    };
    await until(async () => (await online()).length === 2, { what: 'both to be known', every: 100 });
    const hears = (words: string): Promise<boolean> => until(() => stays.heard().some(({ body }) => body === words), { what: words });

    for (const life of [1, 2]) {
      await talker.say(room, `in life ${life}`);
      await hears(`in life ${life}`);
      await home.kill();
      await talker.say(room, `after life ${life}`);
      await goes.off(true);
      await home.start();
      await hears(`after life ${life}`);
      expect(await online()).toEqual(['stays']);
    }
    expect(home.log().split('"resumed"')).toHaveLength(3);
  }, 180_000);
});
