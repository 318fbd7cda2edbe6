import type { Connection, ConnectionOptions, StreamLimits } from './contract.ts';
import { openClientStream } from './stream/client-stream.ts';
import { stayConnected } from './stream/reconnect.ts';
import type { Stream } from './stream/stream.ts';
import type { Dialled } from './transport/dial.ts';
import { systemDns } from './transport/resolve.ts';
import type { Dns } from './transport/resolve.ts';
import type { Trust } from './transport/tls.ts';

/**
 * A connection of one account that looks after itself: it logs in, counts (XEP-0198), resumes and comes back
 * until it is stopped. `dns` is for tests.
 */
export function connect(options: ConnectionOptions, dns: Dns = systemDns): Connection {
  return stayConnected(options, dns, openClientStream);
}

/** One XMPP stream on a connected socket. */
export function openStream(dialled: Dialled, { trust, limits, patience }: { trust: Trust; limits: StreamLimits; patience: number }): Stream {
  return openClientStream(dialled, { trust, limits, patience });
}
