import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { StreamEnd } from '../faults.ts';
import type { Dns, Endpoint } from './resolve.ts';
import { secure } from './tls.ts';
import type { Trust } from './tls.ts';

export interface Dialled {
  readonly socket: Socket;
  readonly secure: boolean;
  /** Its place in the list that was tried. */
  readonly index: number;
}

/**
 * Tries endpoint after endpoint until one takes the connection (and, where TLS comes first, proves who it
 * is). All addresses of a host are tried, IPv6 and IPv4 by turns. The last error is thrown where none does.
 */
export async function dial(
  endpoints: readonly Endpoint[],
  trust: Trust,
  options: { readonly dns: Dns; readonly patience: number; readonly signal: AbortSignal },
): Promise<Dialled> {
  let last: unknown = new StreamEnd('lost', 'there is no server to connect to');
  for (const [index, endpoint] of endpoints.entries()) {
    options.signal.throwIfAborted();
    try {
      return { ...(await dialOne(endpoint, trust, options)), index };
    } catch (error) {
      last = error;
    }
  }
  options.signal.throwIfAborted();
  throw last;
}

async function dialOne(
  endpoint: Endpoint,
  trust: Trust,
  { dns, patience, signal }: { readonly dns: Dns; readonly patience: number; readonly signal: AbortSignal },
): Promise<{ socket: Socket; secure: boolean }> {
  const socket = connect({
    host: endpoint.host,
    port: endpoint.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    autoSelectFamily: true,
    ...(dns.lookup && { lookup: dns.lookup }),
  });
  const giveUp = (): void => { socket.destroy(new StreamEnd('lost', 'gave up connecting')); };
  const clock = setTimeout(
    () => socket.destroy(new StreamEnd('lost', `${endpoint.host}:${endpoint.port} does not answer`)),
    patience,
  );
  signal.addEventListener('abort', giveUp, { once: true });
  socket.on('error', () => undefined); // told by the promises below; an error without a listener would be fatal
  try {
    await connected(socket);
    if (!endpoint.direct) return { socket, secure: false };
    return { socket: await secure(socket, trust, { direct: true }), secure: true };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(clock);
    signal.removeEventListener('abort', giveUp);
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      socket.off('connect', onConnect);
      socket.off('error', onError);
      socket.off('close', onClose);
    };
    const onConnect = (): void => (done(), resolve());
    const onError = (error: Error): void => (done(), reject(error));
    const onClose = (): void => (done(), reject(new StreamEnd('lost', 'the connection was closed')));
    socket.once('connect', onConnect);
    socket.once('error', onError);
    socket.once('close', onClose);
  });
}
