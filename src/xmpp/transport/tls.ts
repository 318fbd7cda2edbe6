import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { ConnectionOptions as NodeTlsOptions, TLSSocket } from 'node:tls';
import { domainToASCII } from 'node:url';
import { StreamEnd } from '../faults.ts';

export interface Trust {
  /** The account's domain: the name in the certificate, whatever host was dialled (RFC 6120 13.7.2). */
  readonly domain: string;
  readonly ca: string | undefined;
  readonly pin: string | undefined;
}

/** TLS over a connected socket; resolves once the server has shown the right certificate. */
export function secure(socket: Socket, trust: Trust, options: { direct: boolean }): Promise<TLSSocket> {
  const name = domainToASCII(trust.domain) || trust.domain;
  const settings: NodeTlsOptions = {
    socket,
    host: name, // what the certificate must name
    ...(isIP(name) === 0 && { servername: name }),
    ...(options.direct && { ALPNProtocols: ['xmpp-client'] }), // XEP-0368
    ...(trust.ca !== undefined && { ca: trust.ca }),
    // A pin is checked below, in place of the authorities.
    rejectUnauthorized: trust.pin === undefined,
    minVersion: 'TLSv1.2',
  };
  return new Promise((resolve, reject) => {
    const upgraded = connect(settings);
    const failed = (error: Error): void => reject(untrusted(error));
    const closed = (): void => reject(new StreamEnd('lost', 'the server hung up during the TLS handshake'));
    upgraded.once('error', failed);
    upgraded.once('close', closed);
    upgraded.once('secureConnect', () => {
      upgraded.off('error', failed);
      upgraded.off('close', closed);
      if (trust.pin === undefined || isPinned(upgraded, trust.pin)) return resolve(upgraded);
      upgraded.on('error', () => undefined); // it is being destroyed, and nobody else listens
      upgraded.destroy();
      reject(new StreamEnd('lost', 'the server’s certificate is not the one with the fingerprint in the settings'));
    });
  });
}

function isPinned(socket: TLSSocket, pin: string): boolean {
  const shown = socket.getPeerCertificate().fingerprint256; // SHA-256 over the DER
  return typeof shown === 'string' && plain(shown) === plain(pin);
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').trim().toLowerCase();
}

function untrusted(error: Error): StreamEnd {
  return new StreamEnd('lost', `TLS with the server failed: ${error.message}`, { cause: error });
}
