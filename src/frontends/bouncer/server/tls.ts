import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { ServerIdentity } from '../credentials/certificates.ts';
import type { Bindings } from './sasl-contract.ts';

interface Secured {
  readonly socket: TLSSocket;
  readonly bindings: Bindings;
}

/** Does the TLS handshake on an accepted connection. `choose` gets the name that the device asks for (SNI). */
export function secureServer(
  plain: Socket,
  { choose, direct }: { choose: (servername: string | undefined) => ServerIdentity; direct: boolean },
): Promise<Secured> {
  let shown = choose(undefined);
  const socket = new TLSSocket(plain, {
    isServer: true,
    secureContext: shown.context,
    SNICallback(servername, done) {
      shown = choose(servername);
      done(null, shown.context);
    },
    ...(direct && { ALPNProtocols: ['xmpp-client'] }), // XEP-0368
  });
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(error);
    const closed = (): void => reject(new Error('hung up during the TLS handshake'));
    socket.on('error', failed); // this listener stays, so that a late error is not fatal
    socket.once('_tlsError', failed);
    socket.once('close', closed);
    socket.once('secure', () => {
      socket.off('close', closed);
      resolve({ socket, bindings: bindingsOf(socket, shown) });
    });
  });
}

/** XEP-0440. tls-exporter is sound with TLS 1.3 alone (RFC 9266 4.2). */
function bindingsOf(socket: TLSSocket, identity: ServerIdentity): Bindings {
  const bindings = new Map<string, Buffer>();
  if (socket.getProtocol() === 'TLSv1.3') {
    bindings.set('tls-exporter', socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
  }
  bindings.set('tls-server-end-point', identity.endPoint);
  // COMPAT: slixmpp 1.8 (poezio 0.14) knows only this one. RFC 5929 has none for TLS 1.3, whose Finished message covers
  // the whole handshake all the same (RFC 8446 4.4.4); OpenSSL gives the client's on both sides.
  const finished = socket.getPeerFinished();
  if (finished && !socket.isSessionReused()) bindings.set('tls-unique', finished);
  return bindings;
}
