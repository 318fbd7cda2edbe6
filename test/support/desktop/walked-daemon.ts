// What a walk through a tray goes through: a daemon of its own, in a room in which somebody else talks.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectPerson, type Person } from '../clients/person.ts';
import { addressOf, apiOf, makeHome, type Home } from '../daemon.ts';
import type { Account, ServerAddress, SharedServer } from '../servers/server.ts';
import { until } from '../until.ts';
import type { WalkedTray } from './walk.ts';

interface WalkedDaemon {
  readonly home: Home;
  readonly talker: Person;
  /** What the walk asks of it; the menu may end it, and start another one on the home. */
  readonly asked: Pick<WalkedTray, 'api' | 'isDaemonUp' | 'say' | 'said' | 'account' | 'room' | 'log'>;
}

/** Starts it for `alice`, with `bob` in a new room; `undo` takes what is to end with it. */
export async function startWalkedDaemon(server: Pick<SharedServer, keyof ServerAddress | 'room'>, [alice, bob]: readonly [Account, Account], undo: (() => unknown)[]): Promise<WalkedDaemon> {
  const room = await server.room({ archive: true });
  const home = makeHome();
  undo.push(home.remove);
  await home.addAccount(server, alice);
  await home.start();
  const isDaemonUp = (): boolean => existsSync(join(home.dir, 'daemon.json'));
  undo.push(() => {
    if (isDaemonUp()) process.kill(addressOf(home).pid, 'SIGKILL'); // the one that the menu started
  });
  const api = () => apiOf(home);
  await until(async () => (await api().status.query()).accounts[0]?.connection.state === 'online', { what: `${alice.jid} to be online` });
  await api().join.mutate({ room, nick: 'Ali' });
  const talker = await connectPerson(server, bob.user, bob.password);
  undo.push(talker.close);
  await talker.join(room, 'bob');
  return {
    home,
    talker,
    asked: {
      api,
      isDaemonUp,
      say: (body) => talker.say(room, body),
      said: async () => (await api().history.query({ room })).map(({ body }) => body),
      account: alice.jid,
      room,
      log: join(home.dir, 'log/minimix.log'),
    },
  };
}
