// Minimix among rooms that answer as the test says: for what no real server does, or not when asked.
import { afterEach } from 'vitest';
import { openMinimix, type Minimix, type MinimixOptions } from '../minimix.ts';
import { ME, startRooms, type RoomServer, type RoomServerOptions } from './server.ts';

export * from './server.ts';

export interface World extends Minimix, Pick<RoomServer, 'heard' | 'script' | 'send' | 'drop' | 'end'> {
  readonly jid: string;
  /** A fence: all that was sent before has been taken in and answered. */
  settle(): Promise<void>;
}

/** Opens a world with one account in it; both end with the test. */
export function worlds(): (options?: MinimixOptions & Pick<RoomServerOptions, 'sm' | 'takes'>) => Promise<World> {
  const open: (() => Promise<unknown>)[] = [];
  let ids = 0;
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });
  return async ({ sm, takes, ...options } = {}) => {
    const { port, stop, ...rooms } = await startRooms({ ...(sm && { sm }), ...(takes && { takes }) });
    const minimix = openMinimix({ host: '127.0.0.1', port }, { jid: ME, password: 'pencil' }, { allowPlaintext: true, ...options });
    open.push(() => Promise.all([minimix.stop(), stop()]));
    await minimix.online();
    return {
      ...minimix,
      ...rooms,
      jid: ME,
      async settle() {
        const id = `fence-${(ids += 1)}`;
        rooms.send(`<iq type='get' id='${id}' from='scripted.test'><ping xmlns='urn:xmpp:ping'/></iq>`);
        const fence = rooms.heard.next((stanza) => stanza.attrs['id'] === id, { what: 'the fence', deadline: 20_000 });
        await fence.catch((error: unknown) => {
          throw new Error(`${String(error)}; the log: ${minimix.log.slice(-5).join('; ').slice(0, 2_000)}`, { cause: error });
        });
      },
    };
  };
}
