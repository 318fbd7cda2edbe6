// XEP-0513 0.1: Explicit Mentions
import type { ExplicitMention } from '../../../core/mention.ts';
import { decodedUri } from './mention.ts';
import { attrsOf, xml, type Element } from '../../xml.ts';

export const NS_MENTIONS = 'urn:xmpp:mentions:0';

/** Mentions of one message; what more there is, is made to tire whoever reads it. */
export const MAX_MENTIONS = 50;
const MAX_ID = 256;
const MAX_JID = 3071; // RFC 7622 3.1

/**
 * The single persons that a message mentions. Groups (a `mentions` attribute) are optional in the XEP and not read: with
 * them, anybody could call everybody.
 */
export function readExplicitMentions(message: Element): readonly ExplicitMention[] {
  const found = message.getChildren('mention', NS_MENTIONS).slice(0, MAX_MENTIONS);
  return found.flatMap((mention) => {
    const { mentions, occupantid, jid, uri } = attrsOf(mention);
    if (mentions !== undefined) return [];
    const occupantId = bounded(occupantid, MAX_ID);
    const address = occupantId === undefined ? bounded(jid ?? addressIn(uri), MAX_JID) : undefined;
    if (occupantId === undefined && address === undefined) return [];
    const silent = mention.getChild('noping', NS_MENTIONS) !== undefined;
    return [{ occupantId, jid: address, range: rangeOf(mention), silent }];
  });
}

export function mentionElement({ occupantId, jid, range, silent }: ExplicitMention): Element {
  const where = range && { begin: String(range.begin), end: String(range.end) };
  const who = occupantId === undefined ? { jid } : { occupantid: occupantId };
  return xml('mention', { xmlns: NS_MENTIONS, ...where, ...who }, ...(silent === true ? [xml('noping')] : []));
}

/** COMPAT: `uri` as before the XEP was given its number. */
function addressIn(uri: string | undefined): string | undefined {
  return uri?.startsWith('xmpp:') ? decodedUri(uri.slice('xmpp:'.length)) : undefined;
}

function rangeOf(mention: Element): ExplicitMention['range'] {
  const { begin, end } = attrsOf(mention);
  if (!isNumber(begin) || !isNumber(end) || Number(begin) >= Number(end)) return undefined;
  return { begin: Number(begin), end: Number(end) };
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,9}$/.test(text);
}

function bounded(text: string | undefined, most: number): string | undefined {
  return text !== undefined && text !== '' && text.length <= most ? text : undefined;
}
