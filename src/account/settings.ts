import { randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseBareJid } from '../core/jid.ts';
import type { AccountSettings } from './contract.ts';

const MAX_JID = 2047; // RFC 7622 3.1: two parts of 1023 bytes and the @
const MAX_PEM = 256 * 1024;

/** A bare JID with a local part, as a person types it; comes out in its normal form. */
export const bareJid = z
  .string()
  .max(MAX_JID, 'is too long for a JID')
  .transform((text, context) => {
    const jid = parseBareJid(text);
    if (jid !== undefined) return jid;
    context.addIssue({ code: 'custom', message: 'is not a bare JID such as name@example.org' });
    return z.NEVER;
  });

/** SHA-256 of a certificate, hex, colons allowed; comes out as 64 lower-case digits. */
export const certificatePin = z
  .string()
  .max(200, 'is too long for a SHA-256')
  .transform((text) =>
    text
      .replace(/^sha-?256[:=/]/i, '')
      .replaceAll(/[:\s]/g, '')
      .toLowerCase(),
  )
  .refine((hex) => /^[0-9a-f]{64}$/.test(hex), 'is not a SHA-256 in hex (64 digits, colons allowed)');

/** PEM text of one or more certificates. */
export const certificates = z
  .string()
  .max(MAX_PEM, 'is too long for a list of certificates')
  .refine(readsAsCertificates, 'holds no certificate that can be read (PEM is needed)');

/** `host` is a name or an address, without brackets. */
export const serverAddress = z.strictObject({
  host: z.string().min(1).max(253).refine(isHost, 'is not a host name or an address'),
  port: z.int().min(1).max(65535),
});

/** One account as the settings keep it and as the API takes it; unknown keys are refused. */
export const accountSettings = z
  .strictObject({
    jid: bareJid,
    resource: z
      .string()
      .min(1)
      .max(255)
      .refine((text) => !/\p{Cc}/u.test(text), 'holds a control character')
      // Of each home's own: two daemons with one resource would throw each other out without end.
      .default(() => `minimix-${randomBytes(3).toString('hex')}`),
    server: serverAddress.optional(),
    directTls: z.boolean().optional(),
    ca: certificates.optional(),
    pin: certificatePin.optional(),
    allowPlaintext: z.boolean().optional(),
    chat: z.boolean().optional(),
  })
  .refine(
    (account) => !(account.ca !== undefined && account.pin !== undefined),
    'takes a CA or a pin, not both',
  )
  .refine(
    (account) => !account.directTls || !account.allowPlaintext,
    'cannot be plain and TLS',
  ) satisfies z.ZodType<AccountSettings>;

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^(?!-)[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*\.?$/u.test(text);
}

function readsAsCertificates(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block)).length > 0;
  } catch {
    return false; // X509Certificate throws on what is no certificate: the answer is no
  }
}
