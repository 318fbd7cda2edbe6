import { isAscii, isUtf8 } from 'node:buffer';
import type { Element } from 'ltx';
import type { StreamLimits } from '../contract.ts';
import { NS } from '../namespaces.ts';
import { lazyStanza, TOO_BIG } from '../stanza.ts';
import type { PassedOver, Stanza, StanzaKind } from '../stanza.ts';
import { createElementParser, startTagOf } from './element-parser.ts';
import type { ElementParser, FirstLevel } from './element-parser.ts';
import { createSplitter } from './splitter.ts';
import type { ReadPast } from './splitter.ts';
import { StanzaRefusal, StreamFault, notWellFormed } from './stream-fault.ts';
import { treeOf } from './tree.ts';

/** A child of the stream's root: a stanza, or what only the stream itself is concerned with. */
type Item = { readonly stanza: Stanza } | { readonly nonza: Element };
/** The same, or a stanza of which no more than its start is known. */
export type Incoming = Item | { readonly passedOver: PassedOver };

/** What one read of the socket brought. */
export interface Read<T = Item> {
  /** The header, where it came with this read. */
  readonly header: ReadonlyMap<string, string> | undefined;
  readonly items: readonly T[];
  /** The server's `</stream:stream>` came. */
  readonly closed: boolean;
  /** What is wrong with the text after `items`; nothing may be read from this stream any more. */
  readonly fault: StreamFault | undefined;
  /** The stanza that the fault stands in, where it stands in one. */
  readonly broken: PassedOver | undefined;
}

export interface Reader<T = Item> {
  read(bytes: Buffer): Read<T>;
}

const KINDS: ReadonlySet<string> = new Set<StanzaKind>(['message', 'presence', 'iq']);
/** Bytes, and texts, of what is remembered. */
const LONGEST_KNOWN = 64;
const MOST_KNOWN = 16;
const MAX_PART = 1023; // RFC 7622 3.1, bytes
/** Characters of a stanza that was passed over which are kept. */
const KEPT = 1024;

/** Bytes of one stream to its items. What is not taken ends it. */
export function createReader(limits: StreamLimits): Reader {
  return readerOf<Item>(limits, undefined);
}

/** Bytes of one stream to its items. A stanza that is well-formed and cannot be taken is passed over, and the stream goes on. */
export function createLenientReader(limits: StreamLimits): Reader<Incoming> {
  return readerOf<Incoming>(limits, (passedOver) => ({ passedOver }));
}

/** A reader whose stream is a stranger's until it is said whose it is: strict, and within narrow limits, until then. */
export function createGateReader(limits: StreamLimits): Reader<Incoming> & {
  /** Whoever is there has logged in: from here on the stream is read leniently, and within these limits. */
  admit(limits: StreamLimits): void;
} {
  const inForce = { ...limits };
  let admitted = false;
  const reader = readerOf<Incoming>(inForce, (passedOver) => ({ passedOver }), () => admitted);
  return {
    read: reader.read,
    admit(wider) {
      admitted = true;
      Object.assign(inForce, wider);
    },
  };
}

function readerOf<T>(limits: StreamLimits, given: ((stanza: PassedOver) => T) | undefined, lenient = (): boolean => given !== undefined): Reader<T | Item> {
  const isJid = createJidCheck();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** The last byte was none of ASCII: the decoder may hold a part of a character. */
  let cut = false;
  let parser: ElementParser | undefined;
  let header: Read['header'];
  let items: (T | Item)[] = [];
  let closed = false;
  let broken: PassedOver | undefined;
  /** Read before, byte for byte, with the splitter as idle as now: servers ask `<r/>` behind nearly every stanza. */
  const known = new Map<string, Read<T | Item>>();

  const splitter = createSplitter(limits, { open, element, excess, readPast, close });

  function open(bytes: Buffer): void {
    parser = createElementParser(decode(bytes), limits);
    header = parser.header;
    if (header.get('xmlns') !== NS.client) throw new StreamFault('invalid-namespace', `the stream is not ${NS.client}`);
  }

  function element(bytes: Buffer): void {
    if (parser === undefined) throw notWellFormed('no header');
    try {
      items.push(itemOf(parser.parse(decode(bytes)), isJid));
    } catch (error) {
      if (error instanceof StanzaRefusal) passOver(error, bytes, bytes.length);
      else {
        broken = stanzaOf(bytes, { size: bytes.length, cause: 'not-xml', why: error instanceof Error ? error.message : String(error) });
        throw error;
      }
    }
  }

  function excess(cause: ReadPast['cause']): void {
    if (!lenient()) throw refusalOf(cause).asFault();
  }

  function readPast({ cause, size, head }: ReadPast): void {
    passOver(refusalOf(cause), head, size);
  }

  function passOver(refusal: StanzaRefusal, head: Buffer, size: number): void {
    const stanza = lenient() ? stanzaOf(head, { size, cause: refusal.reason, why: refusal.message }) : undefined;
    if (given === undefined || stanza === undefined) throw refusal.asFault();
    items.push(given(stanza));
  }

  function close(endTag: Buffer): void {
    parser?.end(decode(endTag));
    closed = true;
  }

  function read(bytes: Buffer): Read<T | Item> {
    header = undefined;
    items = [];
    broken = undefined;
    let fault: StreamFault | undefined;
    const isText = followsAsText(bytes);
    try {
      const short = bytes.length <= LONGEST_KNOWN && !closed && splitter.idle() ? bytes.toString('latin1') : undefined;
      const before = short === undefined ? undefined : known.get(short);
      if (before) return before;
      splitter.write(bytes);
      if (short !== undefined && isText && splitter.idle()) remember(short);
    } catch (error) {
      if (error instanceof StanzaRefusal) fault = error.asFault(); // of the header: nothing is passed over there
      else if (error instanceof StreamFault) fault = error;
      else throw error;
      const remains = splitter.remains();
      broken ??= remains && stanzaOf(remains, { size: remains.length, cause: 'not-xml', why: fault.message });
    }
    if (!isText) fault = new StreamFault('unsupported-encoding', 'bytes that are not UTF-8');
    if (fault) known.clear(); // nothing more is read from this stream
    return { header, items, closed, fault, broken };
  }

  /** Told at once, and not when the element has ended that they stand in. Characters may be cut anywhere. */
  function followsAsText(bytes: Buffer): boolean {
    if (!cut && isAscii(bytes)) return true;
    cut = (bytes.at(-1) ?? 0) > 0x7f;
    try {
      decoder.decode(bytes, { stream: true });
      return true;
    } catch {
      return false; // `fatal`: that is how it tells
    }
  }

  function remember(short: string): void {
    const [item] = items;
    if (header !== undefined || closed || items.length !== 1 || typeof item !== 'object' || item === null || !('nonza' in item)) return;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(short, { header, items, closed, fault: undefined, broken: undefined });
  }

  return { read };
}

function refusalOf(cause: ReadPast['cause']): StanzaRefusal {
  return new StanzaRefusal(cause, cause === 'size' ? TOO_BIG : 'elements nested too deep');
}

/** A stanza by its start; `undefined` where it begins like none. */
function stanzaOf(head: Buffer, { size, cause, why }: { size: number; cause: PassedOver['cause']; why: string }): PassedOver | undefined {
  const text = head.toString('utf8'); // what is cut, or is no UTF-8, is shown as such
  const { name, attributes } = startTagOf(text);
  if (!KINDS.has(name) || (attributes.get('xmlns') ?? NS.client) !== NS.client) return undefined;
  const address = (which: string): string => attributes.get(which) ?? '';
  return {
    kind: name as StanzaKind, // KINDS has it
    from: address('from'),
    to: address('to'),
    type: attributes.get('type'),
    id: attributes.get('id'),
    cause,
    why,
    size,
    head: text.slice(0, KEPT),
  };
}

function decode(bytes: Buffer): string {
  // Bytes that are no UTF-8 would be U+FFFD in silence: what is kept would not be what was sent.
  if (!isUtf8(bytes)) throw new StreamFault('unsupported-encoding', 'bytes that are not UTF-8');
  return bytes.toString('utf8');
}

function itemOf({ name, namespace, attributes, raw, outline }: FirstLevel, isJid: (text: string) => boolean): Item {
  if (namespace !== NS.client) return { nonza: treeOf(outline) };
  if (!KINDS.has(name)) throw new StreamFault('unsupported-stanza-type', `<${name}/> is not a stanza`);
  for (const address of ['from', 'to']) {
    const text = attributes.get(address);
    if (text === undefined || isJid(text)) continue;
    throw new StanzaRefusal('address', `${address} is not a JID`);
  }
  return { stanza: lazyStanza({ kind: name as StanzaKind, raw, attributes, outline }) }; // KINDS has it
}

/**
 * Whether an address stamped by the server can be one at all. No stricter than that: the resource of a room's
 * occupant is whatever a stranger chose as a nick, and must not be able to end our stream.
 */
export function isWireJid(text: string): boolean {
  const slash = text.indexOf('/');
  const bare = slash === -1 ? text : text.slice(0, slash);
  if (slash === text.length - 1) return false;
  if (slash !== -1 && Buffer.byteLength(text) - Buffer.byteLength(bare) - 1 > MAX_PART) return false;
  const at = bare.indexOf('@');
  const domain = bare.slice(at + 1);
  if (at === 0 || domain === '' || domain.includes('@') || /[\s<>"&']/.test(bare)) return false;
  const local = at === -1 ? '' : bare.slice(0, at);
  return Buffer.byteLength(domain) <= MAX_PART && Buffer.byteLength(local) <= MAX_PART;
}

/** The same few occupants speak all the time. */
function createJidCheck(): (text: string) => boolean {
  const known = new Set<string>();
  return (text) => {
    if (known.has(text)) return true;
    if (!isWireJid(text)) return false;
    if (known.size >= 512) known.clear();
    known.add(text);
    return true;
  };
}
