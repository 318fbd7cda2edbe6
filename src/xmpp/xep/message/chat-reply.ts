// RFC 6121 5.2.2: a chat in answer to a chat, with XEP-0334 hints: it is neither copied nor kept
import type { Stanza } from '../../stanza.ts';
import { xml } from '../../xml.ts';

/** In the id of what we answer: two daemons of one account do not answer each other. */
const MARK = 'mxr-';
const NS_HINTS = 'urn:xmpp:hints';

export function chatReply(to: string, id: string, body: string): string {
  const hints = ['no-copy', 'no-store', 'no-permanent-store'].map((hint) => xml(hint, { xmlns: NS_HINTS }));
  const clean = body.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd');
  return xml('message', { to, type: 'chat', id: `${MARK}${id}` }, xml('body', {}, clean), ...hints).toString();
}

export function isChatReply({ id }: Stanza): boolean {
  return id?.startsWith(MARK) === true;
}
