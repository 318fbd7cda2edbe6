import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { inBackground } from '../../../core/background.ts';
import { MinimixError, sentenceOf } from '../../../core/errors.ts';
import { serveDevice } from './stream.ts';
import type { StreamHost } from './host.ts';
import { peerOf } from './throttle.ts';

export interface ListenEndpoint {
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  readonly port: number;
  stop(): Promise<void>;
}

const MAX_CONNECTIONS = 256;

/** Listens for devices on one endpoint; port 0 means any free port. Rejects with a sentence if it cannot listen. */
export async function startListener({ host, port }: ListenEndpoint, streams: StreamHost, direct: boolean): Promise<Listener> {
  const open = new Set<{ end(condition: string): void }>();
  const server = createServer((socket) => {
    const address = socket.remoteAddress ?? 'nowhere';
    inBackground(streams.log, `a connection from ${address}`, serve(socket, address));
  });

  async function serve(socket: Socket, address: string): Promise<void> {
    socket.on('error', () => undefined); // 'close' follows
    const peer = await peerOf(socket);
    if (peer === undefined || socket.destroyed || !server.listening) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    const stream = serveDevice(socket, streams, { security: direct ? 'direct' : 'starttls', address, peer });
    open.add(stream);
    socket.once('close', () => open.delete(stream));
  }
  server.maxConnections = MAX_CONNECTIONS;
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    throw new MinimixError('bouncer-port', `The bouncer cannot listen on ${host}:${port}: ${sentenceOf(error)}.`, error);
  }
  server.on('error', (error) => streams.log('error', `the bouncer's listener failed: ${sentenceOf(error)}`));
  return {
    port: portOf(server),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const stream of open) stream.end('system-shutdown');
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}
