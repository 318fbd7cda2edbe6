import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { Connections } from './connections.ts';
import { MinimixError } from '../../../core/errors.ts';

const PORTS_TRIED = 20;
const GRACE = 1000; // milliseconds for answers under way when we stop

interface LoopbackServer {
  /** For the WebSocket upgrades that the daemon hands on. */
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1, on `port` or the next one that is free; 0 takes any. */
export async function startServer(port: number, handle: RequestListener, connections: Connections): Promise<LoopbackServer> {
  const server = createServer({ maxHeaderSize: 16_384, connectionsCheckingInterval: 5000 }, handle);
  server.on('connection', connections.admit);
  server.headersTimeout = 10_000;
  server.requestTimeout = 3_600_000; // a large file on its way to a slow server; headers have a deadline of their own
  server.keepAliveTimeout = 10_000;
  const taken = await listen(server, port);
  return {
    server,
    port: taken,
    url: `http://127.0.0.1:${taken}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      const cut = setTimeout(() => server.closeAllConnections(), GRACE);
      await closed;
      clearTimeout(cut);
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  const wished = port === 0 ? [] : Array.from({ length: PORTS_TRIED }, (_, step) => port + step);
  for (const candidate of [...wished.filter((number) => number < 65_536), 0]) {
    try {
      server.listen({ port: candidate, host: '127.0.0.1', exclusive: true });
      await once(server, 'listening');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') continue;
      throw error;
    }
    const address = server.address();
    if (address !== null && typeof address === 'object') return address.port;
  }
  throw new MinimixError('no-port', 'There is no free port on 127.0.0.1 for the page.');
}
