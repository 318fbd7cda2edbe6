// A TCP link between a client and a server of a test, which can be cut or turned into a black hole.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '../servers/server.ts';

export interface Link {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Connections that are open now. */
  connections(): number;
  /** Resets all connections; new ones are taken. */
  cut(): void;
  /** From now on nothing passes in either direction and nothing is closed; new connections are taken and stay silent. */
  swallow(): void;
  /** From now on so many bytes a second pass in either direction, on each connection; without a number, all that there is. */
  pace(bytesPerSecond?: number): void;
  /** Holds what comes on the connections that are open, in either direction, until it is released: nothing is lost. */
  hold(): void;
  release(): void;
  /** Passes on again what comes from now on; connections that lost bytes meanwhile are reset. */
  restore(): void;
  close(): Promise<void>;
}

/** Listens on loopback, on a free port where none is named, and passes all on to `target`. */
export async function startLink(target: { readonly port: number; readonly host?: string }, at = 0): Promise<Link> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let silent = false;
  let pace = Infinity;
  const server = createServer((near) => {
    const far = connect(target.port, target.host ?? '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        if (!silent) to.write(chunk);
        if (pace === Infinity) return;
        from.pause();
        setTimeout(() => from.resume(), chunk.length / pace * 1000).unref();
      });
      from.on('end', () => { if (!silent) to.end(); });
      from.on('error', () => undefined); // 'close' follows
      from.on('close', () => {
        pairs.delete(pair);
        if (!silent) to.destroy();
      });
    }
  });
  server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  const cut = (): void => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    pairs.clear();
  };
  return {
    host: '127.0.0.1', port, cut,
    connections: () => pairs.size,
    swallow() { silent = true; },
    pace(bytesPerSecond = Infinity) { pace = bytesPerSecond; },
    hold() { for (const socket of [...pairs].flat()) socket.pause(); },
    release() { for (const socket of [...pairs].flat()) socket.resume(); },
    restore() {
      if (silent) cut(); // bytes are missing: a TLS stream could not go on
      silent = false;
    },
    async close() {
      cut();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
