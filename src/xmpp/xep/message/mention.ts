// XEP-0372: References (mentions), XEP-0461: Message Replies (whom it replies to)
import { bareOf, resourceOf } from '../../../core/jid.ts';
import { attrsOf } from '../../xml.ts';
import type { Element } from '../../xml.ts';

const NS_REFERENCE = 'urn:xmpp:reference:0';
const NS_REPLY = 'urn:xmpp:reply:0';
const MAX_REFERENCES = 50;

/** The occupants of `room` that a message names, by nick. */
export function readMentionedNicks(message: Element, room: string): readonly string[] {
  const references = message.getChildren('reference', NS_REFERENCE).slice(0, MAX_REFERENCES);
  return references.flatMap((reference) => {
    const { type, uri } = attrsOf(reference);
    return type === 'mention' ? nickIn(uri?.replace(/^xmpp:/, '') ?? '', room) : [];
  });
}

/** The nick of the occupant that a message replies to. */
export function readRepliedNick(message: Element, room: string): string | undefined {
  return nickIn(String(message.getChild('reply', NS_REPLY)?.attrs['to'] ?? ''), room)[0];
}

function nickIn(jid: string, room: string): string[] {
  const nick = resourceOf(decodedUri(jid));
  return bareOf(jid) === room && nick !== '' ? [nick] : [];
}

/** RFC 5122 2.4; what is no such encoding is taken as it stands. */
export function decodedUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a nick with a bare % in it
  }
}
