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
    // Checked below, before a byte is sent: a certificate that is not trusted is told with its fingerprint, and a pin takes the place of the authorities.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
  };
  return new Promise((resolve, reject) => {
    const upgraded = connect(settings);
    const failed = (error: Error): void => reject(handshakeFailure(error));
    const closed = (): void => reject(new StreamEnd('lost', 'the server hung up during the TLS handshake'));
    upgraded.once('error', failed);
    upgraded.once('close', closed);
    upgraded.once('secureConnect', () => {
      upgraded.off('error', failed);
      upgraded.off('close', closed);
      const fingerprint = upgraded.getPeerCertificate().fingerprint256; // SHA-256 over the DER
      const trusted = trust.pin === undefined ? upgraded.authorized : typeof fingerprint === 'string' && plain(fingerprint) === plain(trust.pin);
      if (trusted) return resolve(upgraded);
      upgraded.on('error', () => undefined); // it is being destroyed, and nobody else listens
      const why = trust.pin === undefined ? faultOf(upgraded.authorizationError, name) : 'is not the one with the fingerprint in the settings';
      upgraded.destroy();
      reject(new StreamEnd('lost', `the server’s certificate ${why}`, typeof fingerprint === 'string' ? { certificate: plain(fingerprint) } : {}));
    });
  });
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').trim().toLowerCase();
}

/** What is wrong with a certificate, by OpenSSL's name for it (X509_verify_cert_error_string(3)). */
const FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired, or the clock of this computer is wrong',
  CERT_NOT_YET_VALID: 'is not valid yet, or the clock of this computer is wrong',
  CERT_REVOKED: 'has been revoked',
};

function faultOf(error: unknown, name: string): string {
  // Node gives the code alone, and its types say that it is an Error.
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code.includes('ERR_TLS_CERT_ALTNAME_INVALID')) return `is for another name than ${name}`;
  return FAULTS[code] ?? 'is not from an authority that this computer trusts';
}

/** No TLS at all, mostly: without OpenSSL's own words, which name its source files. */
function handshakeFailure(error: Error): StreamEnd {
  const code = 'code' in error ? String(error.code) : '';
  const why = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code) ? 'it does not speak TLS on this port' : /^\w{1,60}$/.test(code) ? code : 'unknown cause';
  return new StreamEnd('lost', `TLS with the server failed: ${why}`, { cause: error });
}
