import { Socket } from 'node:net';
import { client } from '@xmpp/client';
import type { Client } from '@xmpp/client';
import type { ScriptedServer } from '../support/servers/scripted-server.ts';

export type { Client };

/** @xmpp/client as it is, logging in to the scripted server; its error events are heard, so that they cannot kill. */
export function plainClient(port: number, domain: string, more: object = {}): Client {
  const xmpp = client({
    service: `xmpp://127.0.0.1:${port}`,
    domain,
    username: 'romeo',
    password: 'pencil',
    resource: 'plain',
    ...more,
  });
  xmpp.on('error', () => undefined);
  return xmpp;
}

export interface Plain {
  readonly xmpp: Client;
  /** What `start()` came to: undefined as long as it hangs. */
  outcome(): 'online' | 'failed' | undefined;
  end(): void;
}

/** Starts one, and lets go of it with `end()`, whatever state it is stuck in. */
export function startPlain(server: Pick<ScriptedServer, 'port' | 'domain'>, more: object = {}): Plain {
  const xmpp = plainClient(server.port, server.domain, more);
  let outcome: 'online' | 'failed' | undefined;
  xmpp.start().then(
    () => (outcome = 'online'),
    () => (outcome ??= 'failed'),
  );
  const end = (): void => {
    xmpp.reconnect.stop();
    xmpp.emit('disconnect', { clean: true }); // stream management clears its timers on this
    // Its TLS socket is a wrapper. A reset seen by the library would be an unhandled rejection: start() awaits one of
    // its two promises only.
    const { socket } = xmpp;
    const inner: unknown = socket !== null && 'socket' in socket ? socket.socket : socket;
    if (inner instanceof Socket) inner.destroy();
  };
  return { xmpp, outcome: () => outcome, end };
}
