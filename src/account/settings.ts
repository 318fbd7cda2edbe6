import { randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseBareJid } from '../core/jid.ts';

const MAX_JID = 2047; // RFC 7622 3.1: two parts of 1023 bytes and the @
const MAX_PEM = 256 * 1024;
/** For the settings' reference: when a change counts. */
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
  .refine(readsAsCertificates, 'holds no certificate that can be read (PEM is needed)');

/** `host` is a name or an address, without brackets. */
export const serverAddress = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(253)
    .refine(isHost, 'is not a host name or an address')
    .meta({ ...NEW_LOGIN, description: 'A name or an address, without brackets.' }),
  port: z.int().min(1).max(65535).meta({ ...NEW_LOGIN, description: 'Its port.' }),
});

/** How bookmarks are kept; what is left out stays as it is. */
const bookmarkRules = z.strictObject({
  keepJoins: z
    .boolean()
    .optional()
    .meta({ ...AT_ONCE, default: true, description: 'Whether a join or leave here is written to the bookmarks.' }),
  severalGone: z
    .enum(['hold', 'restore', 'accept'])
    .optional()
    .meta({ ...AT_ONCE, default: 'hold', description: 'What to do where several rooms are gone from the bookmarks at once.' }),
  deadDays: z
    .int()
    .min(1)
    .max(3650)
    .optional()
    .meta({ ...AT_ONCE, default: 14, description: 'After how many days without an answer a room is dead.' }),
});

/** What rooms see with no device online. */
const offlinePresence = z.strictObject({
  show: z
    .enum(['chat', 'online', 'away', 'xa', 'dnd'])
    .optional()
    .meta({ ...AT_ONCE, default: 'away', description: 'How available rooms see you while none of your devices is online.' }),
  status: z
    .string()
    .max(1024)
    .optional()
    .meta({ ...AT_ONCE, description: 'The words beside it.' }),
});

/** One account as the settings keep it and as the API takes it; unknown keys are refused. */
export const accountSettings = z
  .strictObject({
    jid: bareJid.meta({ description: 'The account’s address, such as alice@example.org.' }),
    resource: z
      .string()
      .min(1)
      .max(255)
      .refine((text) => !/\p{Cc}/u.test(text), 'holds a control character')
      // Of each home's own: two daemons with one resource would throw each other out without end.
      .default(() => `minimix-${randomBytes(3).toString('hex')}`)
      .meta({ ...NEW_LOGIN, description: 'The daemon’s own resource; drawn by lot where none is given.' }),
    server: serverAddress.optional().meta({ description: 'Connect here instead of where DNS says.' }),
    directTls: z
      .boolean()
      .optional()
      .meta({ ...NEW_LOGIN, default: false, description: 'TLS from the first byte on `server`, without STARTTLS.' }),
    ca: certificates.optional().meta({ ...NEW_LOGIN, description: 'Trust these authorities (PEM) for this account, and no others.' }),
    pin: certificatePin
      .optional()
      .meta({ ...NEW_LOGIN, description: 'Trust exactly the server’s certificate with this SHA-256, in hex, instead of any authority.' }),
    allowPlaintext: z
      .boolean()
      .optional()
      .meta({ ...NEW_LOGIN, default: false, description: 'Never ask for TLS: everybody on the way reads the password.' }),
    chat: z
      .boolean()
      .optional()
      .meta({ ...NEW_LOGIN, default: true, description: 'Whether a plain chat of your own devices to the daemon is answered.' }),
    joinInvited: z
      .boolean()
      .optional()
      .meta({ ...NEW_LOGIN, default: false, description: 'Whether a room that you are invited to is joined without asking you.' }),
    historyDays: z
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .meta({ ...NEW_LOGIN, default: 30, description: 'How many days of a room’s past a first join brings, where the room has an archive.' }),
    bookmarks: bookmarkRules.optional(),
    offline: offlinePresence.optional(),
  })
  .refine(
    (account) => !(account.ca !== undefined && account.pin !== undefined),
    'takes a CA or a pin, not both',
  )
  .refine(
    (account) => !account.directTls || !account.allowPlaintext,
    'cannot be plain and TLS',
  );
export type AccountSettings = Readonly<z.output<typeof accountSettings>>;

/** How its server is reached, as a connection takes it. */
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
