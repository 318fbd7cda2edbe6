import { StreamFault, notWellFormed } from './stream-fault.ts';

export interface Attribute {
  readonly name: string;
  /** References resolved, white space made spaces. */
  readonly value: string;
}

export interface Tag {
  readonly form: 'open' | 'close' | 'empty';
  readonly name: string;
  readonly attributes: readonly Attribute[];
  /** Characters from `<` to `>`. */
  readonly length: number;
}

const SPACE = 1;
const START = 2;
const NAME = 4;
const CLASS = new Uint8Array(128);
for (const c of ' \t\r\n') CLASS[c.charCodeAt(0)] = SPACE;
for (let c = 0; c < 128; c++) {
  const char = String.fromCharCode(c);
  if (/[A-Za-z_:]/.test(char)) CLASS[c] = START | NAME;
  else if (/[-.0-9]/.test(char)) CLASS[c] = NAME;
}

// XML 1.0 2.3, for names that are not plain ASCII.
const NAME_START =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}' +
  '\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const NC_NAME = `[${NAME_START}][${NAME_START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}]*`;
const QUALIFIED = new RegExp(`^${NC_NAME}(?::${NC_NAME})?$`, 'u');

const ENTITY = /&(?:amp|lt|gt|quot|apos|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));/y;
/** No reference that we take is longer. */
export const LONGEST_ENTITY = 10;

/** Reads a tag, given whole from `<` to `>`; all that XML 1.0 asks of one, but for namespaces. */
export function parseTag(text: string, maxAttributes: number): Tag {
  const end = text.length - 1;
  if (text.charCodeAt(1) === 47 /* / */) {
    return { form: 'close', name: qualified(text.slice(2, end).trimEnd()), attributes: [], length: text.length };
  }
  const empty = text.charCodeAt(end - 1) === 47;
  const stop = empty ? end - 1 : end;
  let at = nameEnd(text, 1, stop);
  const name = qualified(text.slice(1, at));
  const attributes: Attribute[] = [];
  for (;;) {
    const next = skipSpace(text, at, stop);
    if (next === stop) break;
    if (next === at) throw notWellFormed('attributes run together');
    at = attribute(text, next, stop, attributes);
    if (attributes.length > maxAttributes) throw new StreamFault('policy-violation', 'too many attributes');
  }
  return { form: empty ? 'empty' : 'open', name, attributes, length: text.length };
}

/**
 * The tag at `at`, read in one pass where it is written as nearly all are: an opening one, its names plain, a space before
 * each attribute, no reference in a value. Undefined where it is anything else, or unfinished: then `parseTag` decides.
 */
export function plainTag(text: string, at: number, maxAttributes: number): Tag | undefined {
  let i = plainNameEnd(text, at + 1);
  const name = text.slice(at + 1, i);
  const attributes: Attribute[] = [];
  while (i !== -1) {
    const c = text.charCodeAt(i);
    if (c === 62 /* > */) return { form: 'open', name, attributes, length: i + 1 - at };
    if (c === 47 /* / */ && text.charCodeAt(i + 1) === 62) return { form: 'empty', name, attributes, length: i + 2 - at };
    if (c !== 32 || attributes.length === maxAttributes) return undefined;
    i = plainAttribute(text, i + 1, attributes);
  }
  return undefined;
}

/** Reads one `name='value'` into `into`; returns where it ends, or -1. */
function plainAttribute(text: string, from: number, into: Attribute[]): number {
  const end = plainNameEnd(text, from);
  if (end === -1 || text.charCodeAt(end) !== 61 /* = */) return -1;
  const name = text.slice(from, end);
  for (const other of into) if (other.name === name) return -1;
  const quote = text.charCodeAt(end + 1);
  if (quote !== 34 && quote !== 39) return -1;
  for (let i = end + 2; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === quote) {
      into.push({ name, value: text.slice(end + 2, i) });
      return i + 1;
    }
    if (c < 32 || c === 38 /* & */ || c === 60 /* < */) return -1;
  }
  return -1;
}

/** Where an ASCII name with one colon at most ends, or -1 where there is none. */
function plainNameEnd(text: string, from: number): number {
  let first = true;
  let colons = 0;
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 128) return -1;
    if ((classOf(c) & NAME) === 0) return first ? -1 : i;
    if (first && (classOf(c) & START) === 0) return -1;
    if (c === 58 /* : */ && (first || ++colons > 1)) return -1;
    first = c === 58;
  }
  return -1;
}

/** Reads one `name = 'value'` into `into`; returns where it ends. */
function attribute(text: string, from: number, stop: number, into: Attribute[]): number {
  let at = nameEnd(text, from, stop);
  const name = qualified(text.slice(from, at));
  for (const other of into) if (other.name === name) throw notWellFormed(`two attributes ${name}`);
  at = skipSpace(text, at, stop);
  if (text.charCodeAt(at) !== 61 /* = */ || at >= stop) throw notWellFormed('an attribute without a value');
  at = skipSpace(text, at + 1, stop);
  const quote = text.charAt(at);
  if ((quote !== '"' && quote !== "'") || at >= stop) throw notWellFormed('a value without quotes');
  const close = text.indexOf(quote, at + 1);
  if (close === -1 || close >= stop) throw notWellFormed('a value without an end');
  const value = text.slice(at + 1, close);
  if (value.includes('<')) throw notWellFormed('< in a value');
  for (let amp = value.indexOf('&'); amp !== -1; amp = value.indexOf('&', amp + 1)) checkEntity(value, amp);
  into.push({ name, value: valueOf(value) });
  return close + 1;
}

function classOf(c: number): number {
  return CLASS[c] ?? 0;
}

function nameEnd(text: string, from: number, stop: number): number {
  let at = from;
  for (; at < stop; at++) {
    const c = text.charCodeAt(at);
    if (c < 128 && (classOf(c) & NAME) === 0) break;
  }
  return at;
}

function skipSpace(text: string, from: number, stop: number): number {
  let at = from;
  while (at < stop && isSpace(text.charCodeAt(at))) at++;
  return at;
}

export function isSpace(c: number): boolean {
  return c < 128 && CLASS[c] === SPACE;
}

function qualified(name: string): string {
  if (plainNameEnd(`${name}>`, 0) !== name.length && !QUALIFIED.test(name)) throw notWellFormed('not a name');
  return name;
}

/** Throws unless a predefined entity or a reference to a legal character stands at `at`. */
export function checkEntity(text: string, at: number): void {
  ENTITY.lastIndex = at;
  const match = ENTITY.exec(text);
  if (match === null) {
    // RFC 6120 11.1 forbids all but the predefined ones; a bare & is no XML at all.
    const named = /^&[^\s;&<]+;/.test(text.slice(at, at + 64));
    throw named ? new StreamFault('restricted-xml', 'an entity that XMPP forbids') : notWellFormed('a bare &');
  }
  const code = match[1] !== undefined ? Number(match[1]) : match[2] !== undefined ? parseInt(match[2], 16) : 32;
  if (!isXmlCharacter(code)) throw notWellFormed('a reference to a character that XML forbids');
}

function isXmlCharacter(code: number): boolean {
  if (code < 32) return code === 9 || code === 10 || code === 13;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The value of a checked attribute: references resolved, white space made spaces (XML 1.0 3.3.3). */
export function valueOf(written: string): string {
  return textOf(/[\t\r\n]/.test(written) ? written.replace(/\r\n|[\t\r\n]/g, ' ') : written);
}

/** Checked text, its references resolved. */
export function textOf(written: string): string {
  if (!written.includes('&')) return written;
  return written.replace(/&(#x?)?([^;]+);/g, (_, hash: string | undefined, body: string) =>
    hash === undefined ? (PREDEFINED[body] ?? '') : String.fromCodePoint(parseInt(body, hash === '#x' ? 16 : 10)),
  );
}
