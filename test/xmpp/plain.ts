import { client } from '@xmpp/client';
import type { Client } from '@xmpp/client';
import type { ScriptedServer } from '../support/scripted-server.ts';

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
    const { socket } = xmpp;
    socket?.on('error', () => undefined);
    if (socket !== null && 'destroy' in socket && typeof socket.destroy === 'function') socket.destroy();
    else socket?.end();
  };
  return { xmpp, outcome: () => outcome, end };
}
