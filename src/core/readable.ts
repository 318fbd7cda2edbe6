import type { KeptMessage } from './groupchat.ts';

/** A part of a body in UTF-16 offsets. */
export interface Cut {
  readonly start: number;
  readonly end: number;
}

type Words = Pick<KeptMessage, 'kind' | 'body' | 'xml'>;

/** XEP-0428: whose fallbacks are for clients that know less than the page: a reply's quote (0461), and what is applied instead of read. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  'urn:xmpp:reply:0',
  'urn:xmpp:reactions:0',
  'urn:xmpp:message-retract:0',
  'urn:xmpp:message-retract:1',
  'urn:xmpp:message-moderate:0',
  'urn:xmpp:message-moderate:1',
]);
const NS_FALLBACK = 'urn:xmpp:fallback:0';
const MOST_FALLBACKS = 8;
/** Their body is never the sender's own words: it says that the client cannot show what this is (XEP-0380, 0424, 0425, 0444). */
const WORDLESS: readonly string[] = ['encrypted', 'retraction', 'reaction'];
const ENCRYPTED = /<(?:[\w-]+:)?(?:encrypted|encryption)\s[^>]*?(?:eu\.siacs\.conversations\.axolotl|urn:xmpp:omemo:[12]|urn:xmpp:openpgp:0|urn:xmpp:eme:0)/;

/**
 * The words of a message as its sender wrote them: without what stands there for clients that do not know what else is in it.
 * The archive keeps the body as it came; whoever shows, searches or reads it out asks here.
 */
export function readableBody(message: Words): string | undefined {
  const { kind, body } = message;
  if (body === undefined || WORDLESS.includes(kind)) return undefined;
  if (isEncrypted(message)) return undefined;
  const cuts = fallbacksIn(message);
  return cuts.length === 0 ? body : without(body, cuts);
}

/** Only the devices that it was encrypted for can read it; a private message keeps its own kind. */
export function isEncrypted({ kind, xml }: Pick<Words, 'kind' | 'xml'>): boolean {
  return kind === 'encrypted' || (kind === 'private' && ENCRYPTED.test(xml));
}

/**
 * The parts of a body that are a fallback, in their order. None where nothing else would be left: nobody shall write what other
 * clients show and this archive hides.
 */
export function fallbacksIn({ body, xml }: Pick<Words, 'body' | 'xml'>): readonly Cut[] {
  if (body === undefined || !xml.includes(NS_FALLBACK)) return [];
  const cuts: Cut[] = [];
  for (const [, attributes = '', inner = ''] of [...xml.matchAll(/<fallback\b([^>]*?)(?:\/>|>(.*?)<\/fallback>)/gs)].slice(0, MOST_FALLBACKS)) {
    if (attributeOf(attributes, 'xmlns') !== NS_FALLBACK || !UNDERSTOOD.has(attributeOf(attributes, 'for') ?? '')) continue;
    for (const [, range = ''] of [...inner.matchAll(/<body\b([^>]*?)\/?>/g)].slice(0, MOST_FALLBACKS)) {
      const [start, end] = [offsetOf(body, attributeOf(range, 'start') ?? '0'), offsetOf(body, attributeOf(range, 'end') ?? String(body.length))];
      if (start !== undefined && end !== undefined && start < end) cuts.push({ start, end });
    }
  }
  const joined = join(cuts);
  return without(body, joined).trim() === '' ? [] : joined;
}

function without(body: string, cuts: readonly Cut[]): string {
  let left = '';
  let at = 0;
  for (const { start, end } of cuts) {
    left += body.slice(at, start);
    at = end;
  }
  return left + body.slice(at);
}

/** In their order, none within another. */
function join(cuts: readonly Cut[]): readonly Cut[] {
  const joined: Cut[] = [];
  for (const cut of cuts.toSorted((one, other) => one.start - other.start)) {
    const last = joined.at(-1);
    if (last && cut.start <= last.end) joined.splice(-1, 1, { start: last.start, end: Math.max(last.end, cut.end) });
    else joined.push(cut);
  }
  return joined;
}

/** XEP-0426: code points are counted. `undefined` where it is no number. */
function offsetOf(body: string, written: string): number | undefined {
  if (!/^\d{1,9}$/.test(written)) return undefined;
  const wanted = Number(written);
  if (wanted >= body.length) return body.length;
  let at = 0;
  for (let counted = 0; counted < wanted && at < body.length; counted += 1) at += (body.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

function attributeOf(written: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(written);
  return found?.[1] ?? found?.[2];
}
