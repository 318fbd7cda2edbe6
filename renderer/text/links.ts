import { registerCustomProtocol, tokenize } from 'linkifyjs';

/** A stretch of a message: text, or text that leads somewhere. */
export type Piece = { readonly text: string } | { readonly text: string; readonly href: string };

const ALLOWED = new Set(['http:', 'https:', 'xmpp:', 'mailto:']);
const LINKS = 200; // a message with more is made to tire the reader, or us

registerCustomProtocol('xmpp', true);

/**
 * Finds the links in a text. Only http, https, xmpp and mailto lead anywhere; a bare address stays text, since in a
 * room `name@host` is more often a JID than a mailbox.
 */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  let links = 0;
  for (const token of tokenize(text)) {
    const shown = token.toString();
    const href = token.isLink && links < LINKS ? safeHref(shown, token.toHref('https')) : undefined;
    if (href === undefined) {
      plain += shown;
      continue;
    }
    if (plain !== '') pieces.push({ text: plain });
    plain = '';
    pieces.push({ text: shown, href });
    links += 1;
  }
  if (plain !== '') pieces.push({ text: plain });
  return pieces;
}

function safeHref(shown: string, href: string): string | undefined {
  if (href.startsWith('mailto:') && !shown.toLowerCase().startsWith('mailto:')) return undefined;
  const url = URL.parse(href);
  return url && ALLOWED.has(url.protocol) && url.username === '' ? url.href : undefined;
}

/** The room that an `xmpp:` link invites to (XEP-0147 `?join`), or that a person typed; with its password if it has one. */
export function roomOfLink(text: string): { room: string; password: string | undefined } | undefined {
  const typed = text.trim();
  const link = /^xmpp:(?:\/\/[^/]*\/)?([^?#]+)(?:\?([^#]*))?/i.exec(typed);
  const room = link ? decoded(link[1] ?? '') : typed;
  if (room === undefined || !/^[^\s@/<>"]+@[^\s@/<>"]+$/.test(room)) return undefined;
  const query = link?.[2]?.split(';') ?? [];
  const password = query.find((part) => part.startsWith('password='))?.slice('password='.length);
  return { room, password: password === undefined ? undefined : decoded(password) };
}

/** True for an `xmpp:` link that asks to join a room. */
export function isJoinLink(href: string): boolean {
  return /^xmpp:[^?#]+\?join(?:[;#]|$)/i.test(href);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a stray percent sign
  }
}
