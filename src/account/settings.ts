import { randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseBareJid } from '../core/jid.ts';

const MAX_JID = 2047; // RFC 7622 3.1: two parts of 1023 bytes and the @
const MAX_PEM = 256 * 1024;
/** For the settings' reference: when a change takes effect. */
const AT_ONCE = { effect: 'at once' } as const;
const NEW_LOGIN = { effect: 'new login' } as const;

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
const certificates = z
  .string()
  .max(MAX_PEM, 'is too long for a list of certificates')
  .refine(readsAsCertificates, 'contains no readable certificate (PEM is needed)');

/** `host` is a name or an address, without brackets. */
export const serverAddress = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(253)
    .refine(isHost, 'is not a host name or an address')
    .meta({ ...NEW_LOGIN, description: 'Host name or IP address, without brackets' }),
  port: z.int().min(1).max(65535).meta({ ...NEW_LOGIN, description: 'Port of this host' }),
});

/** How Minimix treats bookmarks. A rule that is left out does not change. */
const bookmarkRules = z.strictObject({
  keepJoins: z
    .boolean()
    .optional()
    .meta({ ...AT_ONCE, default: true, description: 'Joining here turns on auto-join in the bookmark; leaving turns it off' }),
  severalGone: z
    .enum(['hold', 'restore', 'accept'])
    .optional()
    .meta({ ...AT_ONCE, default: 'hold', description: 'If several rooms disappear from the bookmarks at once: ask (hold), put them back (restore), or remove them (accept)' }),
  deadDays: z
    .int()
    .min(1)
    .max(3650)
    .optional()
    .meta({ ...AT_ONCE, default: 14, description: 'Days without an answer before a room counts as gone' }),
});

/** What rooms see while no device is online. */
const offlinePresence = z.strictObject({
  show: z
    .enum(['chat', 'online', 'away', 'xa', 'dnd'])
    .optional()
    .meta({ ...AT_ONCE, default: 'away', description: 'Your status in rooms while none of your devices is online' }),
  status: z
    .string()
    .max(1024)
    .optional()
    .meta({ ...AT_ONCE, description: 'Status text while none of your devices is online' }),
});

/** One account, in the settings and in the API. Unknown keys are refused. */
export const accountSettings = z
  .strictObject({
    jid: bareJid.meta({ description: 'XMPP address of the account, such as alice@example.org' }),
    resource: z
      .string()
      .min(1)
      .max(255)
      .refine((text) => !/\p{Cc}/u.test(text), 'contains a control character')
      // Random for each home: two daemons with one resource would disconnect each other in an endless loop.
      .default(() => `minimix-${randomBytes(3).toString('hex')}`)
      .meta({ ...NEW_LOGIN, description: 'Resource of Minimix (random if not set)' }),
    server: serverAddress.optional().meta({ description: 'Connect to this server instead of the one that DNS names' }),
    directTls: z
      .boolean()
      .optional()
      .meta({ ...NEW_LOGIN, default: false, description: 'Use direct TLS on `server`, without STARTTLS' }),
    ca: certificates.optional().meta({ ...NEW_LOGIN, description: 'Trust only these certificate authorities (PEM) for this account' }),
    pin: certificatePin
      .optional()
      .meta({ ...NEW_LOGIN, description: 'Certificate fingerprint: trust only the certificate with this SHA-256 (hex)' }),
    allowPlaintext: z
      .boolean()
      .optional()
      .meta({ ...NEW_LOGIN, default: false, description: 'Disable TLS (insecure: sends the password in clear text)' }),
    chat: z
      .boolean()
      .optional()
      .meta({ ...NEW_LOGIN, default: true, description: 'Answer chat messages that your own devices send to Minimix' }),
    joinInvited: z
      .boolean()
      .optional()
      .meta({ ...NEW_LOGIN, default: false, description: 'Join rooms you are invited to without asking' }),
    historyDays: z
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .meta({ ...NEW_LOGIN, default: 30, description: 'Days of history to load when joining a room for the first time, if the room has an archive' }),
    bookmarks: bookmarkRules.optional(),
    offline: offlinePresence.optional(),
  })
  .refine(
    (account) => !(account.ca !== undefined && account.pin !== undefined),
    'takes a CA or a pin, not both',
  )
  .refine(
    (account) => !account.directTls || !account.allowPlaintext,
    'cannot have both directTls and allowPlaintext',
  );
export type AccountSettings = Readonly<z.output<typeof accountSettings>>;

/** The part of an account that a connection needs. */
export function wireOptions({ jid, resource, server, directTls, ca, pin, allowPlaintext }: AccountSettings) {
  return {
    jid,
    resource,
    ...(server && { server }),
    ...(directTls !== undefined && { directTls }),
    ...(ca !== undefined && { ca }),
    ...(pin !== undefined && { pin }),
    ...(allowPlaintext !== undefined && { allowPlaintext }),
  };
}

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
