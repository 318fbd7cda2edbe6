import type { IncomingMessage } from 'node:http';
import type { PeerUser } from '../../../xmpp/transport/peer-user.ts';

/** A refused request: an HTTP status, a code for programs, a sentence for a person. */
export interface RequestRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export type Caller = 'cli' | 'page';

/**
 * Is this request addressed to us by name? A site that rebinds its DNS name to 127.0.0.1 has its own name in
 * Host; applies to all that comes in, WebSocket upgrades included.
 */
export function refuseHost(request: IncomingMessage, port: number): RequestRefusal | undefined {
  const names = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  if (!names.includes(request.headers.host?.toLowerCase() ?? '')) {
    return { status: 421, code: 'wrong-host', message: 'This server answers only on its loopback address.' };
  }
  // An absolute target would speak of another host than the header that was just looked at.
  const target = request.url ?? '';
  if (target.startsWith('/') && !target.startsWith('//') && !target.includes('\\')) return undefined;
  return { status: 400, code: 'wrong-target', message: 'The request has no valid path.' };
}

/** Was it a page of another origin that sent this? Pages of other ports on loopback are other origins too. */
export function refuseOrigin(request: IncomingMessage): RequestRefusal | undefined {
  const { origin, host } = request.headers;
  if (origin === undefined || origin === `http://${host}`) return undefined;
  return { status: 403, code: 'wrong-origin', message: 'Other sites may not use this server.' };
}

/** For requests with a login of their own (the bouncer): allowed from every page on this computer, and from no other. */
export function refuseRemoteOrigin(request: IncomingMessage): RequestRefusal | undefined {
  const { origin } = request.headers;
  if (origin === undefined || /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin)) return undefined;
  return { status: 403, code: 'wrong-origin', message: 'Other sites may not use this server.' };
}

/** Is it another user of this computer? They are strangers; only root can read our token and memory anyway. */
export function refuseUser(user: PeerUser, own: number | undefined): RequestRefusal | undefined {
  if (typeof user !== 'number' || own === undefined || user === own || user === 0) return undefined;
  return { status: 403, code: 'other-user', message: 'This page belongs to another user of this computer. Its owner can open it to all of them with the setting web.otherUsers.' };
}

export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
