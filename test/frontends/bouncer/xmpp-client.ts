// @xmpp/client as it is, in a process of its own, for it trusts what the process trusts alone: xmpp-client.ts SERVICE DOMAIN USER PASSWORD.
// It prints what goes over its stream; on a line of standard input it loses its connection.
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { client } from '@xmpp/client';

const [service = '', domain = '', username = '', password = ''] = process.argv.slice(2);
const xmpp = client({ service, domain, username, password, resource: 'xmpp.js', timeout: 30_000 });
xmpp.reconnect.delay = 50;
const tell = (what: string, text: string): void => void process.stdout.write(`${JSON.stringify({ what, text })}\n`);
xmpp.on('error', (error) => tell('error', error.message));
xmpp.on('element', (element) => tell('in', element.toString()));
xmpp.on('send', (element) => tell('out', element.toString()));
xmpp.on('online', (jid) => tell('online', jid.toString()));
createInterface({ input: process.stdin }).on('line', () => {
  const { socket } = xmpp;
  const inner: unknown = socket !== null && 'socket' in socket ? socket.socket : socket;
  if (inner instanceof Socket) inner.destroy();
});
await xmpp.start().catch((error: unknown) => tell('error', String(error)));
