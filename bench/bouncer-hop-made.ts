// The least that a bouncer can be, for bench/bouncer.ts: TLS to the device, TLS to the server, and what comes passes unread.
// `node bouncer-hop-made.ts PORT CERTIFICATE KEY`: connects to PORT of this computer, and prints the port on which it listens.
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { portOf } from '../test/support/servers/server.ts';

const [port, certificate = '', key = ''] = process.argv.slice(2);
const secureContext = createSecureContext({ cert: readFileSync(certificate), key: readFileSync(key) });

function pass(from: Socket, to: Socket, each: (chunk: Buffer) => void = () => undefined): void {
  from.on('error', () => undefined).on('close', () => to.destroy());
  from.on('data', (chunk) => {
    to.write(chunk);
    each(chunk);
  });
}

const server = createServer({ noDelay: true }, (near) => {
  const far = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  pass(near, far);
  pass(far, near, (chunk) => {
    if (!chunk.includes('<proceed')) return;
    for (const socket of [near, far]) socket.removeAllListeners('data');
    const inside = new TLSSocket(near, { isServer: true, secureContext });
    const outside = connectTls({ socket: far, rejectUnauthorized: false }); // the bench's own server, on this computer
    pass(inside, outside);
    pass(outside, inside);
  });
});
server.listen(0, '127.0.0.1', () => console.log(portOf(server)));
