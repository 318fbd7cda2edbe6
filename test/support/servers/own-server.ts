import { afterAll, beforeAll } from 'vitest';
import type { SharedServer, XmppServer } from './server.ts';

/** A server for the tests of one `describe` alone: begun before them, ended after. What stands for it is that server from then on. */
export function ownServer(start: () => Promise<XmppServer>): SharedServer {
  let running: XmppServer | undefined;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(async () => running?.stop());
  return new Proxy({} as SharedServer, {
    get: (_target, key) => Reflect.get(running ?? {}, key),
    ownKeys: () => Reflect.ownKeys(running ?? {}),
    getOwnPropertyDescriptor: (_target, key) => Reflect.getOwnPropertyDescriptor(running ?? {}, key),
  });
}
