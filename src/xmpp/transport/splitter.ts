import type { StreamLimits } from '../contract.ts';
import { NS } from '../namespaces.ts';
import { createScope } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { LONGEST_ENTITY, StreamFault, checkEntity, isSpace, notWellFormed, parseTag, plainTag } from './tag.ts';
import type { Attribute, Tag } from './tag.ts';
import type { Outline } from './tree.ts';
import { escapeXML, escapeXMLText } from '../xml.ts';

/** A child of the stream's root, whole. */
export interface FirstLevel {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Its own text; on the root every namespace is declared that the stream header lent it. */
  readonly raw: string;
  /** The same as its tags and texts, of which `treeOf` makes the tree. */
  readonly outline: Outline;
}

export interface SplitterSink {
  open(header: ReadonlyMap<string, string>): void;
  element(element: FirstLevel): void;
  close(): void;
}

export interface Splitter {
  /** Takes decoded text, cut anywhere. Throws `StreamFault` once, and is dead then. */
  write(text: string): void;
  /** Whether nothing is unfinished. */
  idle(): boolean;
}

export const DEFAULT_LIMITS: StreamLimits = { stanzaBytes: 1024 * 1024, depth: 100, attributes: 100 };

// What no XML 1.0 document may hold. Surrogates are paired: the text comes out of a strict decoder.
// eslint-disable-next-line no-control-regex
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const CDATA_OPEN = '<![CDATA[';
const DECLARATION =
  /^<\?xml\s+version=(['"])1\.0\1(?:\s+encoding=(['"])utf-8\2)?(?:\s+standalone=(['"])(?:yes|no)\3)?\s*\?>$/i;
const LONGEST_DECLARATION = 128;
const LONGEST_HEADER = 16 * 1024;

/**
 * Cuts a stream into the children of its root, and lets through only XML that RFC 6120 11 allows. Every
 * character is looked at a fixed number of times, however the text is cut: what is unfinished is kept as a
 * growing string, and only a few characters are ever read again.
 */
export function createSplitter(limits: StreamLimits, sink: SplitterSink): Splitter {
  let mode: 'text' | 'tag' | 'cdata' | 'dead' = 'text';
  /** A few characters that cannot be judged before the next come. */
  let carry = '';
  let declared = false;
  /** The unfinished tag, and the quote that it is in. */
  let tagText = '';
  let quote = '';
  const names: string[] = [];
  let headerScope: Scope | undefined;
  let scope = createScope();
  /** The unfinished child of the root. */
  let saved = '';
  let savedBytes = 0;
  let root: Tag | undefined;
  let outline: (Tag | string | undefined)[] = [];
  /** Within the text at hand: where the unfinished child, or what is left of it, begins. */
  let start = 0;
  /** The next & and ]]> in it, or -1: searched for once, not once for every run of text. */
  let nextAmp = 0;
  let nextClose = 0;

  function write(chunk: string): void {
    if (mode === 'dead') return;
    let text = carry === '' ? chunk : carry + chunk;
    carry = '';
    start = 0;
    try {
      const bad = text.search(ILLEGAL);
      if (bad !== -1) text = text.slice(0, bad);
      nextAmp = text.indexOf('&');
      nextClose = text.indexOf(']]>');
      scan(text);
      if (bad !== -1) throw notWellFormed('a character that XML forbids');
    } catch (error) {
      mode = 'dead';
      throw error;
    }
  }

  function scan(text: string): void {
    let at = 0;
    while (at < text.length && mode !== 'dead') {
      const next = mode === 'text' ? inText(text, at) : mode === 'tag' ? inTag(text, at) : inCdata(text, at);
      if (next < 0) {
        carry = text.slice(~next);
        at = ~next;
        break;
      }
      at = next;
    }
    if (mode !== 'dead' && (names.length > 1 || tagText !== '')) save(text.slice(start, at));
  }

  /** Each of these returns where to go on, or the complement of where the next text has to be waited for. */
  function inText(text: string, at: number): number {
    const lt = text.indexOf('<', at);
    const end = lt === -1 ? text.length : lt;
    if (names.length < 2) {
      for (let i = at; i < end; i++) {
        if (!isSpace(text.charCodeAt(i))) throw notWellFormed('text between stanzas');
      }
    } else {
      const wait = checkText(text, at, end, lt === -1);
      const stop = wait === -1 ? end : wait;
      if (stop > at) outline.push(text.slice(at, stop));
      if (wait !== -1) return ~wait;
    }
    if (lt === -1) return end;
    if (names.length === 1) start = lt;
    const second = text.charAt(lt + 1);
    if (second === '') return ~lt;
    if (second === '!') return openCdata(text, lt);
    if (second === '?') return declaration(text, lt);
    mode = 'tag';
    return lt;
  }

  function checkText(text: string, from: number, end: number, open: boolean): number {
    if (nextAmp !== -1 && nextAmp < from) nextAmp = text.indexOf('&', from);
    while (nextAmp !== -1 && nextAmp < end) {
      if (open && end - nextAmp < LONGEST_ENTITY && text.indexOf(';', nextAmp) === -1) return nextAmp;
      checkEntity(text, nextAmp);
      nextAmp = text.indexOf('&', nextAmp + 1);
    }
    if (nextClose !== -1 && nextClose < from) nextClose = text.indexOf(']]>', from);
    if (nextClose !== -1 && nextClose < end) throw notWellFormed(']]> in text');
    if (!open) return -1;
    if (text.endsWith(']]') && end - from >= 2) return end - 2;
    return text.endsWith(']') ? end - 1 : -1;
  }

  function openCdata(text: string, lt: number): number {
    const begin = text.slice(lt, lt + CDATA_OPEN.length);
    if (begin === CDATA_OPEN && names.length > 1) {
      mode = 'cdata';
      return lt + CDATA_OPEN.length;
    }
    if (begin !== CDATA_OPEN && CDATA_OPEN.startsWith(begin)) return ~lt;
    throw new StreamFault('restricted-xml', 'a comment, a DTD, or CDATA between stanzas');
  }

  function inCdata(text: string, at: number): number {
    const close = text.indexOf(']]>', at);
    const wait = text.endsWith(']]') ? 2 : text.endsWith(']') ? 1 : 0;
    const end = close === -1 ? Math.max(at, text.length - wait) : close;
    if (end > at) outline.push(escapeXMLText(text.slice(at, end)));
    if (close === -1) return wait === 0 ? end : ~end;
    mode = 'text';
    return close + 3;
  }

  function declaration(text: string, lt: number): number {
    const end = text.indexOf('?>', lt);
    if (end === -1 && text.length - lt <= LONGEST_DECLARATION && names.length === 0 && !declared) return ~lt;
    if (declared || names.length > 0 || lt !== 0 || !DECLARATION.test(text.slice(lt, end + 2))) {
      throw new StreamFault('restricted-xml', 'a processing instruction');
    }
    declared = true;
    return end + 2;
  }

  function inTag(text: string, at: number): number {
    if (tagText === '' && text.charCodeAt(at + 1) === 47 /* / */) {
      // The usual end tag, without a string of its own.
      const open = names[names.length - 1] ?? '';
      const end = at + 2 + open.length;
      if (text.charCodeAt(end) === 62 && text.startsWith(open, at + 2) && open !== '') {
        mode = 'text';
        closing(open, text, end + 1);
        return end + 1;
      }
    }
    const plain = tagText === '' && quote === '' ? plainTag(text, at, limits.attributes) : undefined;
    if (plain) return took(plain, text, at + plain.length);
    let i = at;
    for (; i < text.length; i++) {
      if (quote !== '') {
        const close = text.indexOf(quote, i);
        if (close === -1) break;
        quote = '';
        i = close;
        continue;
      }
      const c = text.charCodeAt(i);
      if (c === 62 /* > */) return tag(text, at, i + 1);
      if (c === 34 || c === 39) quote = c === 34 ? '"' : "'";
    }
    tagText += text.slice(at);
    if (names.length === 0 && tagText.length > LONGEST_HEADER) throw tooBig('the stream header is too big');
    return text.length;
  }

  function tag(text: string, from: number, end: number): number {
    const whole = tagText + text.slice(from, end);
    tagText = '';
    return took(parseTag(whole, limits.attributes), text, end);
  }

  function took(read: Tag, text: string, end: number): number {
    mode = 'text';
    if (read.form === 'close') closing(read.name, text, end);
    else opening(read, text, end);
    declared = true; // from here on a declaration is too late
    return end;
  }

  function opening(read: Tag, text: string, end: number): void {
    if (names.length === 0) return header(read);
    if (names.length > limits.depth) throw tooBig('elements nested too deep');
    scope.enter(read);
    if (names.length === 1) startOutline(read);
    else outline.push(read);
    if (read.form === 'open') names.push(read.name);
    else {
      scope.leave();
      if (names.length === 1) finish(text, end);
    }
  }

  function startOutline(read: Tag): void {
    root = read;
    outline = [read];
  }

  function closing(name: string, text: string, end: number): void {
    if (names.pop() !== name) throw notWellFormed('tags that do not match');
    if (names.length === 0) {
      mode = 'dead';
      return sink.close();
    }
    scope.leave();
    outline.push(undefined);
    if (names.length === 1) finish(text, end);
  }

  function header(read: Tag): void {
    headerScope = createScope();
    headerScope.enter(read);
    const [prefix, local] = read.name.includes(':') ? read.name.split(':') : ['', read.name];
    if (local !== 'stream' || headerScope.lookup(prefix ?? '') !== NS.streams || read.form === 'empty') {
      throw new StreamFault('invalid-namespace', 'not the header of a stream');
    }
    names.push(read.name);
    saved = '';
    savedBytes = 0;
    scope = createScope(headerScope);
    sink.open(attributesOf(read));
  }

  function finish(text: string, end: number): void {
    const tail = text.slice(start, end);
    // no character is more than three bytes
    if (savedBytes + 3 * tail.length > limits.stanzaBytes && savedBytes + Buffer.byteLength(tail) > limits.stanzaBytes) throw tooBig('a stanza is too big');
    const raw = saved + tail;
    saved = '';
    savedBytes = 0;
    start = end;
    const read = root;
    if (read !== undefined) emit(read, raw);
  }

  function emit(read: Tag, raw: string): void {
    const attributes = attributesOf(read);
    const colon = read.name.indexOf(':');
    const prefix = colon === -1 ? '' : read.name.slice(0, colon);
    const own = attributes.get(prefix === '' ? 'xmlns' : `xmlns:${prefix}`);
    const inherited = headerScope?.lookup(prefix) ?? '';
    const lent: Attribute[] = [];
    if (prefix === '' && own === undefined) lent.push({ name: 'xmlns', value: inherited });
    for (const [name, value] of scope.takeBorrowed()) lent.push({ name: `xmlns:${name}`, value });
    outline[0] = lent.length === 0 ? read : { ...read, attributes: [...lent, ...read.attributes] };
    const after = 1 + read.name.length;
    sink.element({
      name: colon === -1 ? read.name : read.name.slice(colon + 1),
      namespace: own ?? inherited,
      attributes,
      raw: lent.length === 0 ? raw : raw.slice(0, after) + lent.map(({ name, value }) => ` ${name}='${escapeXML(value)}'`).join('') + raw.slice(after),
      outline,
    });
    outline = [];
  }

  function save(piece: string): void {
    saved += piece;
    savedBytes += Buffer.byteLength(piece);
    if (savedBytes > limits.stanzaBytes) throw tooBig('a stanza is too big');
  }

  return { write, idle: () => names.length <= 1 && tagText === '' && carry === '' };
}

function attributesOf({ attributes }: Tag): Map<string, string> {
  const map = new Map<string, string>();
  for (const { name, value } of attributes) map.set(name, value);
  return map;
}

function tooBig(message: string): StreamFault {
  return new StreamFault('policy-violation', message);
}
