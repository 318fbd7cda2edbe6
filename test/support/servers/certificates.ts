import 'reflect-metadata'; // @peculiar/x509 asks for it before itself
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 24 * 60 * 60 * 1000;

export interface Certificates {
  /** PEM files: the authority, the leaf, its key, and leaf and key together (as ejabberd wants them). */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly bundleFile: string;
  /** The same as text, for clients and for servers inside the test. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the leaf's DER, in lower-case hex. */
  readonly fingerprint: string;
}

export interface CertificateOptions {
  /** Days from now; negative for a leaf that has run out. */
  readonly validDays?: number;
  /** Leave the loopback addresses out of the leaf. */
  readonly withoutAddresses?: boolean;
}

/** A throw-away authority and a leaf for the domain, its subdomains and loopback, written into `dir`. */
export async function makeCertificates(
  dir: string, domain: string, options: CertificateOptions = {},
): Promise<Certificates> {
  const [authority, leaf] = await Promise.all([keyPair(), keyPair()]);
  const notBefore = new Date(Date.now() - 30 * DAY);
  const name = `CN=Throw-away authority of a test for ${domain}`;
  const caCert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(), name, keys: authority, signingAlgorithm: ALGORITHM,
    notBefore, notAfter: new Date(Date.now() + 30 * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const leafCert = await x509.X509CertificateGenerator.create({
    serialNumber: serial(), subject: `CN=${domain}`, issuer: name, signingAlgorithm: ALGORITHM,
    publicKey: leaf.publicKey, signingKey: authority.privateKey,
    notBefore, notAfter: new Date(Date.now() + (options.validDays ?? 30) * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey), // Python 3.13 takes no certificate without (RFC 5280 4.2.1.1)
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']), // server and client
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: domain },
        { type: 'dns', value: `*.${domain}` },
        ...(options.withoutAddresses ? [] : [
          { type: 'ip' as const, value: '127.0.0.1' },
          { type: 'ip' as const, value: '::1' },
        ]),
      ]),
    ],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', leaf.privateKey), 'PRIVATE KEY');
  const thumbprint = await leafCert.getThumbprint('SHA-256');
  return {
    ...await write(dir, { ca: line(caCert.toString('pem')), cert: line(leafCert.toString('pem')), key: line(key) }),
    fingerprint: Buffer.from(thumbprint).toString('hex'),
  };
}

async function write(
  dir: string, { ca, cert, key }: { ca: string; cert: string; key: string },
): Promise<Omit<Certificates, 'fingerprint'>> {
  await mkdir(dir, { recursive: true });
  const files = {
    caFile: join(dir, 'ca.pem'), certFile: join(dir, 'leaf.pem'),
    keyFile: join(dir, 'leaf.key'), bundleFile: join(dir, 'bundle.pem'),
  };
  await Promise.all([
    writeFile(files.caFile, ca),
    writeFile(files.certFile, cert),
    writeFile(files.keyFile, key, { mode: 0o600 }),
    writeFile(files.bundleFile, cert + key, { mode: 0o600 }),
  ]);
  return { ...files, ca, cert, key };
}

const keyPair = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
const serial = (): string => Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex');
const line = (pem: string): string => (pem.endsWith('\n') ? pem : `${pem}\n`);
