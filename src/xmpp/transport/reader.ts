import { isAscii } from 'node:buffer';
import { Element } from 'ltx';
import type { StreamLimits } from '../contract.ts';
import { NS } from '../namespaces.ts';
import { createSplitter } from './splitter.ts';
import type { FirstLevel } from './splitter.ts';
import { lazyStanza } from '../stanza.ts';
import type { Stanza, StanzaKind } from '../stanza.ts';
import { StreamFault, notWellFormed } from './tag.ts';
import { parseElement } from '../xml.ts';

/** A child of the stream's root: a stanza, or what only the stream itself is concerned with. */
export type Item = { readonly stanza: Stanza } | { readonly nonza: Element };

/** What one read of the socket brought. */
export interface Read {
  /** The header, where it came with this read. */
  readonly header: ReadonlyMap<string, string> | undefined;
  readonly items: readonly Item[];
  /** The server's `</stream:stream>` came. */
  readonly closed: boolean;
  /** What is wrong with the text after `items`; nothing may be read from this stream any more. */
  readonly fault: StreamFault | undefined;
}

export interface Reader {
  read(bytes: Uint8Array): Read;
}

const KINDS: ReadonlySet<string> = new Set<StanzaKind>(['message', 'presence', 'iq']);
type Decoder = InstanceType<typeof TextDecoder>;
/** Characters, and texts, of what is remembered. */
const LONGEST_KNOWN = 64;
const MOST_KNOWN = 16;
const MAX_PART = 1023; // RFC 7622 3.1, bytes

/** Bytes of one stream to its items. Characters may be cut anywhere; bytes that are no UTF-8 are a fault. */
export function createReader(limits: StreamLimits): Reader {
  // Not StringDecoder, which turns broken bytes into U+FFFD in silence: what is kept would not be what was
  // sent.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const jids = createJidCheck();
  /** The last byte was none of ASCII: the decoder may hold a part of a character. */
  let open = false;
  let header: Read['header'];
  let items: Item[] = [];
  let closed = false;
  /** Read before, word for word, with the splitter as idle as now: servers ask `<r/>` behind nearly every stanza. */
  const known = new Map<string, Read>();

  const splitter = createSplitter(limits, {
    open: (attributes) => {
      if (attributes.get('xmlns') !== NS.client) {
        throw new StreamFault('invalid-namespace', `the stream is not ${NS.client}`);
      }
      header = attributes;
    },
    element: (element) => items.push(itemOf(element, jids)),
    close: () => (closed = true),
  });

  function read(bytes: Uint8Array): Read {
    header = undefined;
    items = [];
    let fault: StreamFault | undefined;
    try {
      const text = textOf(bytes);
      const short = text.length <= LONGEST_KNOWN && !closed && splitter.idle() ? text : undefined;
      const before = short === undefined ? undefined : known.get(short);
      if (before) return before;
      splitter.write(text);
      if (short !== undefined && splitter.idle()) remember(short);
    } catch (error) {
      if (!(error instanceof StreamFault)) throw error;
      fault = error;
      known.clear(); // nothing more is read from this stream
    }
    return { header, items, closed, fault };
  }

  function remember(text: string): void {
    if (header !== undefined || closed || items.length !== 1 || items.some((item) => 'stanza' in item)) return;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, { header, items, closed, fault: undefined });
  }

  /** Most of what comes is ASCII, which needs no decoder. */
  function textOf(bytes: Uint8Array): string {
    if (!open && isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    open = (bytes.at(-1) ?? 0) > 0x7f;
    return decode(decoder, bytes);
  }

  return { read };
}

function decode(decoder: Decoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: true });
  } catch {
    throw new StreamFault('unsupported-encoding', 'bytes that are not UTF-8');
  }
}

function itemOf(element: FirstLevel, isJid: (text: string) => boolean): Item {
  const { name, namespace, attributes, raw, outline } = element;
  if (namespace !== NS.client) return { nonza: alone(element) ?? parse(raw) };
  if (!KINDS.has(name)) throw new StreamFault('unsupported-stanza-type', `<${name}/> is not a stanza`);
  for (const address of ['from', 'to']) {
    const text = attributes.get(address);
    if (text === undefined || isJid(text)) continue;
    throw new StreamFault('improper-addressing', `${address} is not a JID`);
  }
  return { stanza: lazyStanza(name as StanzaKind, raw, attributes, outline) }; // KINDS has it
}

/** `<r/>` and `<a/>` come with nearly every stanza: an element with nothing in it needs no parser. */
function alone({ name, namespace, attributes, raw }: FirstLevel): Element | undefined {
  const bare = raw.startsWith(name, 1) && raw.endsWith('/>') && !raw.includes('<', 1);
  return bare ? new Element(name, { ...Object.fromEntries(attributes), xmlns: namespace }) : undefined;
}

function parse(raw: string): Element {
  try {
    return parseElement(raw);
  } catch (error) {
    throw notWellFormed(String(error));
  }
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
