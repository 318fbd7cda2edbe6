import { occurrences, phraseOf, words, type Phrase, type Word } from './words.ts';

type Having = 'link' | 'file' | 'mention';

/** What a person asked of the archive. Everything must hold. */
export interface ParsedSearch {
  readonly phrases: readonly Phrase[];
  readonly without: readonly Phrase[];
  /** Room JIDs or their local parts, as typed; `*` at the end for a beginning. Any of them. */
  readonly rooms: readonly string[];
  /** Nicks or real JIDs, likewise. */
  readonly senders: readonly string[];
  readonly has: readonly Having[];
  /** Milliseconds since the epoch: at or after `after`, before `before`. */
  readonly after: number | undefined;
  readonly before: number | undefined;
}

type Parsed =
  | { readonly ok: true; readonly search: ParsedSearch }
  /** A sentence for the person, and where in the text (UTF-16 offsets) the trouble lies. */
  | { readonly ok: false; readonly message: string; readonly start: number; readonly end: number };

interface ParseOptions {
  /** For `today`, `yesterday`, `7d`, `12h`; milliseconds since the epoch. */
  readonly now: number;
  /** Minutes east of UTC, for dates. */
  readonly zone?: number;
  /** The last word, where nothing follows it, is matched by its beginning. */
  readonly partial?: boolean;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly negated: boolean;
  readonly key: string | undefined;
  readonly value: string;
  readonly quoted: boolean;
}

class Trouble extends Error {
  readonly start: number;
  readonly end: number;
  constructor(message: string, start: number, end: number) {
    super(message);
    this.start = start;
    this.end = end;
  }
}

const MAX_PIECES = 32;
const MAX_LENGTH = 1000;
const DAY = 86_400_000;
const HOUR = 3_600_000;
const KEYS = ['in', 'from', 'before', 'after', 'has'];

/**
 * Reads a search: words (all must occur), "phrases", begin*, -without, in:room, from:nick, before:2026-03,
 * after:7d, has:link, has:file, has:mention. Never throws; a query that cannot be read is answered with a sentence.
 */
export function parseSearch(text: string, options: ParseOptions): Parsed {
  try {
    return { ok: true, search: parsedOf(pieces(text), text, options) };
  } catch (error) {
    if (error instanceof Trouble) return { ok: false, message: error.message, start: error.start, end: error.end };
    throw error;
  }
}

function pieces(text: string): Piece[] {
  if (text.length > MAX_LENGTH) throw new Trouble(`A search is at most ${MAX_LENGTH} characters long.`, MAX_LENGTH, text.length);
  const found: Piece[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    if (at >= text.length) return found;
    if (found.length >= MAX_PIECES) throw new Trouble(`A search has at most ${MAX_PIECES} parts.`, at, text.length);
    const piece = pieceAt(text, at);
    found.push(piece);
    at = piece.end;
  }
}

function pieceAt(text: string, start: number): Piece {
  const negated = text[start] === '-' && /[^\s-]/.test(text[start + 1] ?? '');
  let at = negated ? start + 1 : start;
  const named = /^([a-z]+):/i.exec(text.slice(at, at + 12))?.[1]?.toLowerCase();
  const key = named !== undefined && KEYS.includes(named) ? named : undefined;
  if (key !== undefined) at += key.length + 1;
  if (text[at] === '"') {
    const close = text.indexOf('"', at + 1);
    if (close === -1) throw new Trouble('The quotation that opens here is not closed.', at, text.length);
    const starred = text[close + 1] === '*';
    return { start, end: close + (starred ? 2 : 1), negated, key, value: text.slice(at + 1, close) + (starred ? '*' : ''), quoted: true };
  }
  const value = /^[^\s"]*/.exec(text.slice(at))?.[0] ?? '';
  return { start, end: at + value.length, negated, key, value, quoted: false };
}

function parsedOf(parts: readonly Piece[], text: string, options: ParseOptions): ParsedSearch {
  const phrases: Phrase[] = [];
  const without: Phrase[] = [];
  const rooms: string[] = [];
  const senders: string[] = [];
  const has: Having[] = [];
  const after: number[] = [];
  const before: number[] = [];
  for (const part of parts) {
    if (part.key === undefined) {
      const open = options.partial === true && part.end === text.length && !part.quoted && !part.negated;
      const phrase = phraseOf(part.value, open || part.value.endsWith('*'));
      if (phrase) (part.negated ? without : phrases).push(phrase);
      else if (part.value.includes('*')) throw new Trouble('Put at least one letter before the *.', part.start, part.end);
      continue;
    }
    if (part.negated) throw new Trouble(`Only words can be excluded, not ${part.key}:.`, part.start, part.end);
    if (part.value === '') throw new Trouble(EXPECTED[part.key] ?? '', part.start, part.end);
    if (part.key === 'in') rooms.push(part.value);
    if (part.key === 'from') senders.push(part.value);
    if (part.key === 'has') has.push(havingOf(part));
    if (part.key === 'after') after.push(timeOf(part, options));
    if (part.key === 'before') before.push(timeOf(part, options));
  }
  if (phrases.length + rooms.length + senders.length + has.length + after.length + before.length === 0) {
    const only = without.length > 0 ? 'Add a word to search for: this search only excludes words.' : 'This search contains no word.';
    throw new Trouble(only, 0, text.length);
  }
  return {
    phrases,
    without,
    rooms,
    senders,
    has,
    after: after.length > 0 ? Math.max(...after) : undefined,
    before: before.length > 0 ? Math.min(...before) : undefined,
  };
}

const DATES = 'a date such as 2026-03-14, 2026-03 or 2026, or 7d, 12h, today, yesterday';
const EXPECTED: Record<string, string> = {
  in: 'Write a room after in:, such as in:orchard.',
  from: 'Write a nickname after from:, such as from:Romeo or from:"Romeo Montague".',
  has: 'Write link, file or mention after has:.',
  before: `Write ${DATES} after before:.`,
  after: `Write ${DATES} after after:.`,
};

function havingOf(part: Piece): Having {
  const wanted = part.value.toLowerCase();
  if (wanted === 'link' || wanted === 'file' || wanted === 'mention') return wanted;
  throw new Trouble(EXPECTED['has'] ?? '', part.start, part.end);
}

function timeOf(part: Piece, { now, zone = 0 }: ParseOptions): number {
  const local = zone * 60_000;
  const today = Math.floor((now + local) / DAY) * DAY - local;
  const value = part.value.toLowerCase();
  if (value === 'today') return today;
  if (value === 'yesterday') return today - DAY;
  const ago = /^(\d{1,5})([dh])$/.exec(value);
  if (ago) return now - Number(ago[1]) * (ago[2] === 'd' ? DAY : HOUR);
  const date = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:t(\d\d):(\d\d)(z)?)?$/.exec(value);
  if (date) {
    const [year, month, day, hour, minute] = date.slice(1, 6).map((number) => Number(number ?? Number.NaN));
    const at = Date.UTC(year ?? 0, (month || 1) - 1, day || 1, hour || 0, minute || 0);
    const read = new Date(at);
    if ((!month || read.getUTCMonth() + 1 === month) && (!day || read.getUTCDate() === day)) return date[6] ? at : at - local;
  }
  throw new Trouble(`"${part.value}" is not a date. ${EXPECTED[part.key ?? 'after']}`, part.start, part.end);
}

export interface Excerpt {
  readonly text: string;
  /** Pairs of UTF-16 offsets into `text` that the search found. */
  readonly marks: readonly (readonly [start: number, end: number])[];
}

/** The part of a body that shows what was found, about `width` characters, with the places to highlight. */
export function excerptOf(body: string, phrases: readonly Phrase[], width = 160): Excerpt {
  const among = words(body);
  const found = marksOf(among, phrases);
  const first = found[0]?.[0] ?? 0;
  let start = body.length <= width ? 0 : Math.max(0, Math.min(first - Math.floor(width / 4), body.length - width));
  let end = Math.min(body.length, start + width);
  if (start > 0) start = among.find((word) => word.start >= start && word.start <= first)?.start ?? start;
  if (end < body.length) end = among.findLast((word) => word.end <= end && word.end > first)?.end ?? end;
  const cut = `${start > 0 ? '…' : ''}${body.slice(start, end)}${end < body.length ? '…' : ''}`;
  const shift = (start > 0 ? 1 : 0) - start;
  const marks = found
    .filter(([from, to]) => from >= start && to <= end)
    .map(([from, to]) => [from + shift, to + shift] as const);
  return { text: cut, marks };
}

function marksOf(among: readonly Word[], phrases: readonly Phrase[]): [number, number][] {
  const found = phrases.flatMap((phrase) =>
    occurrences(phrase, among).map(({ first, last }): [number, number] => [among[first]?.start ?? 0, among[last]?.end ?? 0]),
  );
  found.sort(([a], [b]) => a - b);
  const joined: [number, number][] = [];
  for (const mark of found) {
    const previous = joined.at(-1);
    if (previous && mark[0] < previous[1]) previous[1] = Math.max(previous[1], mark[1]);
    else joined.push(mark);
  }
  return joined;
}

/** How well a body answers: how often the phrases occur in it, for its length. Comparable within one search. */
export function weightOf(body: string, phrases: readonly Phrase[]): number {
  const among = words(body);
  const spread = 0.5 + among.length / 40;
  return phrases.reduce((sum, phrase) => {
    const often = occurrences(phrase, among).length;
    return sum + often / (often + spread);
  }, 0);
}
