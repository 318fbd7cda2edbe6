// Accounts with a bouncer each, and whoever comes to it; all of it ends with the test.
import { undoing } from '../../support/undo.ts';
import type { SharedServer } from '../../support/servers/server.ts';
import { newAccount, type Account } from '../../support/servers/servers.ts';
import { openDoor, type Door, type DoorOptions } from './door.ts';
import { HEADER, secureStranger, type Stranger } from './stranger.ts';

interface Doors {
  /** What else is to be closed, the last one first. */
  readonly open: { push(...those: { close(): Promise<void> | void }[]): void };
  /** Alice's daemon, online, with its bouncer. */
  door(options?: DoorOptions): Promise<Door & { alice: Account }>;
  /** Somebody by direct TLS who has been told how to log in. */
  atLogin(door: Door): Promise<Stranger>;
}

export function doors(server: SharedServer): Doors {
  const undo = undoing();
  const open: Doors['open'] = { push: (...those) => void undo.push(...those.map((one) => () => one.close())) };
  return {
    open,
    async door(options) {
      const alice = await newAccount(server, 'alice');
      const one = await openDoor(server, alice, options);
      undo.push(one.stop);
      await one.minimix.online();
      return { ...one, alice };
    },
    async atLogin({ directTlsPort, ca }) {
      const one = await secureStranger(directTlsPort, server.domain, ca);
      open.push(one);
      one.send(HEADER(server.domain));
      await one.hears('</stream:features>');
      return one;
    },
  };
}
