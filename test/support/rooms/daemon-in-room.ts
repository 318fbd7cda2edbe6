// A daemon that is a process of its own, and so can be killed, in a room.
import { expect } from 'vitest';
import { makeHome, type Home } from '../daemon.ts';
import { newAccount, type Account, type SharedServer } from '../servers/server.ts';

/** Alice's daemon, started, in a new room; `open` takes what is to end with the test. */
export async function daemonInRoom(server: SharedServer, open: (() => Promise<void>)[], { archive }: { readonly archive: boolean }): Promise<{ alice: Account; room: string; home: Home }> {
  const alice = await newAccount(server, 'alice');
  const room = await server.room({ archive });
  const home = makeHome();
  open.push(home.remove);
  await home.addAccount(server, alice);
  await home.start();
  expect(await home.cli(['join', room])).toMatchObject({ code: 0 });
  return { alice, room, home };
}
