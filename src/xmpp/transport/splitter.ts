import type { StreamLimits } from '../contract.ts';
import { StreamFault, notWellFormed } from './stream-fault.ts';

/** A child of the stream's root that was read past, within bounded memory. */
export interface ReadPast {
  readonly cause: 'size' | 'depth';
  /** Bytes, from its first to its last. */
  readonly size: number;
  /** Its first bytes: the whole start tag, where that is no longer than `HEAD`. */
  readonly head: Buffer;
}

interface SplitterSink {
  /** The stream's header, and an XML declaration in front of it. */
  open(header: Buffer): void;
  /** A child of the root, whole. */
  element(bytes: Buffer): void;
  /** One is over a limit, and is read past from here on; a throw ends the stream instead. */
  excess(cause: 'size' | 'depth'): void;
  readPast(element: ReadPast): void;
  /** The end of the root, as it is written. */
  close(endTag: Buffer): void;
}

interface Splitter {
  /** Takes bytes, cut anywhere. Throws what it finds wrong, or what the sink throws, once; it is dead then. */
  write(bytes: Buffer): void;
  /** Whether nothing is unfinished. */
  idle(): boolean;
  /** Once it has thrown: the first bytes of the child that was unfinished then; `undefined` between two. */
  remains(): Buffer | undefined;
}

export const DEFAULT_LIMITS: StreamLimits = { stanzaBytes: 1024 * 1024, depth: 100, attributes: 100 };
/** Bytes of an element that is read past which are kept for its start tag; of a header, which may have no more. */
const HEAD = 16 * 1024;
/** Bytes of one element; who sends more sends nothing but that. */
const MAX_READ_PAST = 256 * 1024 * 1024;
const DECLARATION = Buffer.from('<?xml ');
const CDATA = Buffer.from('<![CDATA[');

const [TAB, LF, CR, SPACE, BANG, DOUBLE, SINGLE, SLASH, LT, GT, QUESTION, BRACKET] = [9, 10, 13, 32, 33, 34, 39, 47, 60, 62, 63, 93];

type State = 'text' | 'lt' | 'tag' | 'value' | 'end-tag' | 'cdata-start' | 'cdata' | 'declaration' | 'dead';

/**
 * Cuts a stream into the children of its root. It finds bounds and nothing else: what stands within them is the parser's to
 * judge, and all markup that RFC 6120 11 forbids (comments, DTDs, processing instructions) ends the stream here. Each byte is
 * looked at once, however the bytes are cut, and no more is kept than one child within the limits, or the head of one beyond.
 */
export function createSplitter(limits: StreamLimits, sink: SplitterSink): Splitter {
  let state: State = 'text';
  /** Open elements, the root among them. */
  let depth = 0;
  let quote = 0;
  /** The two bytes before, in a tag or CDATA section. */
  let before = 0;
  let last = 0;
  /** Of `<![CDATA[`, read so far. */
  let opened = 0;
  let declared = false;
  /** The unfinished child (or header): what came of it in earlier writes, and how much of it came in all. */
  let store = Buffer.allocUnsafe(1024);
  let stored = 0;
  let size = 0;
  let skipping: ReadPast['cause'] | undefined;
  /** Where it begins in the bytes at hand, or -1 between two. */
  let start = -1;
  let remains: Buffer | undefined;

  function write(bytes: Buffer): void {
    if (state === 'dead') return;
    try {
      if (start !== -1) start = 0;
      let at = 0;
      while (at < bytes.length && !isDead()) at = step(bytes, at);
      if (start !== -1 && !isDead()) keep(bytes.subarray(start));
    } catch (error) {
      state = 'dead';
      remains = start === -1 ? undefined : headWith(bytes.subarray(start));
      throw error;
    }
  }

  /** As a function: the compiler does not see that others change it meanwhile. */
  function isDead(): boolean {
    return state === 'dead';
  }

  /** Reads on from `at`; returns where to go on. */
  function step(bytes: Buffer, at: number): number {
    switch (state) {
      case 'text':
        return inText(bytes, at);
      case 'lt':
        return behindLt(bytes[at] ?? 0, at);
      case 'tag':
        return inTag(bytes, at);
      case 'value': {
        const end = bytes.indexOf(quote, at);
        if (end === -1) return bytes.length;
        state = 'tag';
        before = quote;
        return end + 1;
      }
      case 'end-tag': {
        const end = bytes.indexOf(GT, at);
        if (end === -1) return bytes.length;
        return closed(bytes, end + 1);
      }
      case 'cdata-start':
        if (bytes[at] !== CDATA[opened]) throw new StreamFault('restricted-xml', 'a comment, or a DTD');
        if (++opened === CDATA.length) state = 'cdata';
        return at + 1;
      case 'cdata':
        return inCdata(bytes, at);
      case 'declaration': {
        const end = bytes.indexOf(GT, at);
        if (end === -1) return bytes.length;
        if (!whole(bytes, end).subarray(0, DECLARATION.length).equals(DECLARATION)) throw new StreamFault('restricted-xml', 'a processing instruction');
        state = 'text';
        return end + 1;
      }
      case 'dead':
        return bytes.length;
    }
  }

  function inText(bytes: Buffer, at: number): number {
    const found = bytes.indexOf(LT, at);
    const end = found === -1 ? bytes.length : found;
    if (depth < 2) {
      for (let i = at; i < end; i++) {
        const c = bytes[i];
        if (c !== SPACE && c !== LF && c !== CR && c !== TAB) throw notWellFormed('text between stanzas');
      }
    }
    if (found === -1) return end;
    if (start === -1) start = found;
    state = 'lt';
    return found + 1;
  }

  function behindLt(c: number, at: number): number {
    if (c === SLASH) {
      state = 'end-tag';
      return at + 1;
    }
    if (c === BANG) {
      if (depth < 2) throw new StreamFault('restricted-xml', 'a comment, a DTD, or CDATA between stanzas');
      state = 'cdata-start';
      opened = 2;
      before = last = 0;
      return at + 1;
    }
    if (c === QUESTION) {
      if (depth > 0 || declared) throw new StreamFault('restricted-xml', 'a processing instruction');
      declared = true;
      state = 'declaration';
      return at + 1;
    }
    state = 'tag';
    before = 0;
    return at;
  }

  function inTag(bytes: Buffer, at: number): number {
    for (let i = at; i < bytes.length; i++) {
      const c = bytes[i] ?? 0;
      if (c === GT) return openedTag(bytes, i + 1, before === SLASH);
      before = c;
      if (c !== DOUBLE && c !== SINGLE) continue;
      quote = c;
      state = 'value';
      return i + 1;
    }
    return bytes.length;
  }

  function inCdata(bytes: Buffer, at: number): number {
    for (let i = at; i < bytes.length; i++) {
      const c = bytes[i] ?? 0;
      const ends = c === GT && last === BRACKET && before === BRACKET;
      before = last;
      last = c;
      if (!ends) continue;
      state = 'text';
      return i + 1;
    }
    return bytes.length;
  }

  function openedTag(bytes: Buffer, end: number, empty: boolean): number {
    state = 'text';
    if (depth === 0) {
      if (empty) throw new StreamFault('invalid-namespace', 'not the header of a stream');
      depth = 1;
      const header = whole(bytes, end);
      reset();
      sink.open(header);
      return end;
    }
    if (depth > limits.depth) exceed('depth');
    if (!empty) depth++;
    else if (depth === 1) finish(bytes, end);
    return end;
  }

  function closed(bytes: Buffer, end: number): number {
    state = 'text';
    depth--;
    if (depth < 0) throw notWellFormed('an end tag of nothing');
    if (depth === 1) finish(bytes, end);
    else if (depth === 0) {
      state = 'dead';
      sink.close(whole(bytes, end));
    }
    return end;
  }

  function finish(bytes: Buffer, end: number): void {
    if (skipping === undefined && size + end - start > limits.stanzaBytes) exceed('size');
    if (skipping === undefined) {
      const element = whole(bytes, end);
      reset();
      return sink.element(element);
    }
    const head = headWith(bytes.subarray(start, end));
    const past = { cause: skipping, size: size + end - start, head };
    reset();
    sink.readPast(past);
  }

  /** What was kept of it, and what is at hand. */
  function whole(bytes: Buffer, end: number): Buffer {
    const rest = bytes.subarray(start, end);
    return stored === 0 ? rest : Buffer.concat([store.subarray(0, stored), rest]);
  }

  function headWith(rest: Buffer): Buffer {
    const room = Math.max(0, HEAD - stored);
    return Buffer.concat([store.subarray(0, Math.min(stored, HEAD)), rest.subarray(0, room)]);
  }

  function reset(): void {
    if (store.length > 4 * HEAD) store = Buffer.allocUnsafe(1024); // one big stanza is no reason to keep as much for good
    stored = 0;
    size = 0;
    skipping = undefined;
    start = -1;
  }

  function exceed(cause: ReadPast['cause']): void {
    if (skipping !== undefined) return;
    sink.excess(cause);
    skipping = cause;
    store = Buffer.from(store.subarray(0, Math.min(stored, HEAD)));
    stored = store.length;
  }

  function keep(piece: Buffer): void {
    size += piece.length;
    if (depth === 0 && size > HEAD) throw new StreamFault('policy-violation', 'the stream header is too big');
    if (size > MAX_READ_PAST) throw new StreamFault('policy-violation', 'an element without an end');
    if (skipping === undefined && depth > 0 && size > limits.stanzaBytes) exceed('size');
    const room = skipping === undefined ? piece.length : Math.max(0, Math.min(piece.length, HEAD - stored));
    if (room === 0) return;
    if (stored + room > store.length) {
      const larger = Buffer.allocUnsafe(Math.max(stored + room, 2 * store.length));
      store.copy(larger, 0, 0, stored);
      store = larger;
    }
    piece.copy(store, stored, 0, room);
    stored += room;
  }

  return {
    write,
    idle: () => start === -1 && state !== 'dead',
    remains: () => remains,
  };
}
