// The two servers that the flow tests share. Each test takes accounts and rooms of its own on them; a test
// that restarts or suspends a server starts one of its own with `startServer`.
import { inject } from 'vitest';
import { attachEjabberd, startEjabberd, type EjabberdOptions } from './ejabberd.ts';
import { attachProsody, startProsody, type ProsodyOptions } from './prosody.ts';
import './servers.types.ts';
import type { ServerAddress, SharedServer, XmppServer } from './server.ts';

export { newAccount, type Account } from './server.ts';

const attach = { prosody: attachProsody, ejabberd: attachEjabberd } as const;

/** One row for each server: `describe.each(servers)('a room on $kind', (server) => …)`. */
export const servers: readonly SharedServer[] = inject('servers').map((address) => attach[address.kind](address));

/** The shared Prosody, for tests that need any one server. */
export const [prosody, ejabberd] = ['prosody', 'ejabberd'].map((kind) => {
  const server = servers.find((one) => one.kind === kind);
  if (!server) throw new Error(`the shared ${kind} is not running`);
  return server;
}) as [SharedServer, SharedServer];

/** What both kinds of server understand when a test starts its own. */
export type CommonOptions = ProsodyOptions & EjabberdOptions & { readonly logLevel?: 'debug' | 'info' };

/** A server of that kind for one test alone. Stop it in the end. */
export function startServer(kind: ServerAddress['kind'], options: CommonOptions = {}): Promise<XmppServer> {
  return kind === 'prosody' ? startProsody(options) : startEjabberd(options);
}
