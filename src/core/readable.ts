import { SaxesParser } from 'saxes';
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
const MOST_RANGES = 64;
/** Their body is never the sender's own words: it says that the client cannot show what this is (XEP-0380, 0424, 0425, 0444). */
const WORDLESS: readonly string[] = ['encrypted', 'retraction', 'reaction'];
const ENCRYPTIONS: ReadonlySet<string> = new Set([
  'eu.siacs.conversations.axolotl', 'urn:xmpp:omemo:1', 'urn:xmpp:omemo:2', 'urn:xmpp:openpgp:0', 'urn:xmpp:eme:0',
]);

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
  if (kind !== 'private') return kind === 'encrypted';
  if (![...ENCRYPTIONS].some((namespace) => xml.includes(namespace))) return false;
  let found = false;
  readTags(xml, ({ depth, local, uri }) => {
    found ||= depth === 1 && (local === 'encrypted' || local === 'encryption') && ENCRYPTIONS.has(uri);
  });
  return found;
}

/**
 * The parts of a body that are a fallback, in their order. None where nothing else would be left: nobody shall write what other
 * clients show and this archive hides.
 */
export function fallbacksIn({ body, xml }: Pick<Words, 'body' | 'xml'>): readonly Cut[] {
  if (body === undefined || !xml.includes(NS_FALLBACK)) return [];
  const ranges: Tag[] = [];
  let isOpen = false;
  readTags(xml, (tag) => {
    if (tag.depth === 1) isOpen = tag.local === 'fallback' && tag.uri === NS_FALLBACK && UNDERSTOOD.has(tag.attribute('for') ?? '');
    else if (isOpen && tag.depth === 2 && tag.local === 'body' && tag.uri === NS_FALLBACK && ranges.length < MOST_RANGES) ranges.push(tag);
  });
  const cuts = ranges.flatMap(({ attribute }) => {
    const [start, end] = [offsetOf(body, attribute('start') ?? '0'), offsetOf(body, attribute('end') ?? String(body.length))];
    return start !== undefined && end !== undefined && start < end ? [{ start, end }] : [];
  });
  const joined = join(cuts);
  return without(body, joined).trim() === '' ? [] : joined;
}

interface Tag {
  /** 1 for what stands in the message itself. */
  readonly depth: number;
  readonly local: string;
  readonly uri: string;
  readonly attribute: (name: string) => string | undefined;
}

/** The start tags of a kept stanza, which was well-formed when it was kept. */
function readTags(xml: string, take: (tag: Tag) => void): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  let depth = 0;
  parser.on('opentag', ({ local, uri, attributes }) => {
    take({ depth, local, uri, attribute: (name) => attributes[name]?.value });
    depth += 1;
  });
  parser.on('closetag', () => { depth -= 1; });
  parser.on('error', () => undefined); // what cannot be read says nothing
  parser.write(xml).close();
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
