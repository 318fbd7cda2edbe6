import 'reflect-metadata'; // @peculiar/x509 asks for it before itself
import { createHash, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { domainToASCII } from 'node:url';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

/** Where certificates are stored: files in the home that only their owner can read. */
export interface CertificateStore {
  read(name: string): string | undefined;
  write(name: string, text: string): void;
  /** The full path, to show to the person. */
  path(name: string): string;
}

export interface ServerIdentity {
  readonly context: SecureContext;
  /** SHA-256 of the leaf's DER, lower-case hex. */
  readonly fingerprint: string;
  /** RFC 5929 4.1, tls-server-end-point: the hash of the leaf, by the hash of its signature. */
  readonly endPoint: Buffer;
}

/** The person's own certificate as PEM: the chain, leaf first, and its key. */
export interface OwnCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** Path of the PEM that a device has to trust: the local authority's, or the person's own chain if there is one. */
  readonly file: string;
  readonly fingerprint: string;
}

const CA_FILE = 'bouncer-ca.pem';
const CA_KEY = 'bouncer-ca.key';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 24 * 60 * 60_000;
const CA_DAYS = 10 * 365;
/** Apple accepts no certificate that is valid for more than 825 days. */
const LEAF_DAYS = 800;
const RENEW_DAYS = 30;

/** The local authority, made on first use. */
export async function openAuthority(store: CertificateStore, name: string): Promise<Authority> {
  const known = store.read(CA_FILE);
  if (known === undefined || store.read(CA_KEY) === undefined) await makeAuthority(store, name);
  return { file: store.path(CA_FILE), fingerprint: fingerprintOf(store.read(CA_FILE) ?? '') };
}

/**
 * The certificate shown for `domain`: the person's own, else a leaf of the local authority that also names `names`
 * (hosts and addresses of the listeners). It stays the same until its names change or its end is near.
 */
export async function openIdentity(
  store: CertificateStore,
  { domain, names, own, now }: { domain: string; names: readonly string[]; own: OwnCertificate | undefined; now: number },
): Promise<ServerIdentity> {
  if (own) return identityOf(own.cert, own.key);
  const wanted = [...new Set([domainToASCII(domain) || domain, ...names, '127.0.0.1', '::1', 'localhost'])];
  const stem = `bouncer-${domain.replaceAll(/[^\p{L}\p{N}.-]/gu, '_')}`;
  const cert = store.read(`${stem}.pem`);
  const key = store.read(`${stem}.key`);
  if (cert !== undefined && key !== undefined && stillGood(cert, wanted, now)) return identityOf(cert, key);
  const leaf = await makeLeaf(store, wanted, now);
  store.write(`${stem}.key`, leaf.key);
  store.write(`${stem}.pem`, leaf.cert);
  return identityOf(leaf.cert, leaf.key);
}

/** SHA-256 of a certificate, as people compare it: upper-case pairs with colons. */
export function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

function identityOf(cert: string, key: string): ServerIdentity {
  const { raw, fingerprint256 } = new X509Certificate(cert);
  const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  return { context, fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(), endPoint: endPointOf(raw) };
}

function endPointOf(der: Buffer): Buffer {
  const { signatureAlgorithm } = new x509.X509Certificate(new Uint8Array(der));
  const name = /SHA-(384|512)/.exec(JSON.stringify(signatureAlgorithm))?.[1] ?? '256';
  return createHash(`sha${name}`).update(der).digest();
}

function stillGood(pem: string, wanted: readonly string[], now: number): boolean {
  const cert = new X509Certificate(pem);
  if (Date.parse(cert.validTo) - now < RENEW_DAYS * DAY) return false;
  return wanted.every((name) => (isIP(name) ? cert.checkIP(name) : cert.checkHost(name)) !== undefined);
}

async function makeAuthority(store: CertificateStore, name: string): Promise<void> {
  const keys = await keyPair();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [`Minimix on ${name}`] }, { O: ['Local authority of one person'] }],
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + CA_DAYS * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  store.write(CA_KEY, await exported(keys));
  store.write(CA_FILE, line(cert.toString('pem')));
}

async function makeLeaf(store: CertificateStore, names: readonly string[], now: number): Promise<OwnCertificate> {
  const authority = new x509.X509Certificate(store.read(CA_FILE) ?? '');
  const pkcs8 = x509.PemConverter.decodeFirst(store.read(CA_KEY) ?? '');
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
  const keys = await keyPair();
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [names[0] ?? 'minimix'] }],
    issuer: authority.subjectName,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + LEAF_DAYS * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1']), // server
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }))),
      await x509.AuthorityKeyIdentifierExtension.create(authority),
    ],
  });
  return { cert: line(cert.toString('pem')), key: await exported(keys) };
}

async function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exported(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return line(x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'));
}

function serial(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40; // positive, and of one length
  return bytes.toString('hex');
}

function line(pem: string): string {
  return pem.endsWith('\n') ? pem : `${pem}\n`;
}
