// Whoever connects to the bouncer without being let in: raw bytes, over plain TCP or TLS.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket, type TLSSocketOptions } from 'node:tls';
import { until } from '../../support/until.ts';

export interface Stranger {
  send(text: string | Buffer): void;
  /** All that came so far. */
  heard(): string;
  /** Resolves once it has come. */
  hears(text: string | RegExp): Promise<void>;
  ended(): Promise<void>;
  /** What binds this connection's TLS (RFC 9266, RFC 5929). */
  binding(type: 'tls-exporter' | 'tls-server-end-point' | 'tls-unique'): Buffer;
  /** Reads no more. */
  pause(): void;
  close(): void;
}

export const HEADER = (to: string): string =>
  `<?xml version='1.0'?><stream:stream to='${to}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;

export async function plainStranger(port: number): Promise<Stranger> {
  const socket = connectTcp(port, '127.0.0.1');
  await once(socket, 'connect');
  return strangerOn(socket);
}

/** Behind TLS, by XEP-0368. */
export async function secureStranger(port: number, servername: string, ca: string, tls: Pick<TLSSocketOptions, 'maxVersion'> = {}): Promise<Stranger> {
  const socket = connectTls({ port, host: '127.0.0.1', servername, ca, ALPNProtocols: ['xmpp-client'], ...tls });
  await once(socket, 'secureConnect');
  return strangerOn(socket);
}

function strangerOn(socket: Socket): Stranger {
  let text = '';
  let over = false;
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('utf8')));
  socket.once('close', () => (over = true));
  return {
    send: (what) => void socket.write(what),
    heard: () => text,
    async hears(what) {
      await until(() => (typeof what === 'string' ? text.includes(what) : what.test(text)), { what: `to hear ${String(what)}; heard ${text.slice(-500)}` });
    },
    async ended() {
      await until(() => over, { what: `the connection to end; heard ${text.slice(-500)}` });
    },
    binding(type) {
      if (!(socket instanceof TLSSocket)) throw new Error('this connection has no TLS');
      if (type === 'tls-exporter') return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
      if (type === 'tls-unique') return socket.getFinished() ?? Buffer.alloc(0);
      return createHash('sha256').update(socket.getPeerCertificate().raw).digest();
    },
    pause: () => void socket.pause(),
    close: () => socket.destroy(),
  };
}
