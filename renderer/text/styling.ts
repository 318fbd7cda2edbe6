// XEP-0393: Message Styling. The text stays as it was written: a part is named by its offsets, its signs among it.

export type TextStyle = 'strong' | 'emphasis' | 'strike' | 'code';

/** A stretch of one line: plain, or styled by one sign at each end, with what is styled within. */
export type Span =
  | { readonly start: number; readonly end: number }
  | { readonly start: number; readonly end: number; readonly style: TextStyle; readonly inner: readonly Span[] };

/** A line by its offsets, without the signs of the quotes around it and without its end. */
export interface Line {
  readonly start: number;
  readonly end: number;
}

export type Block =
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  | { readonly kind: 'code'; readonly language: string; readonly lines: readonly Line[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] };

const FENCE = '```';
const MOST_DEEP = 6; // quotes within quotes, and styles within styles: more is made to tire whoever draws it
const MOST_STYLED = 400; // of one line
const LONGEST_LANGUAGE = 30;
const STYLES: Readonly<Record<string, TextStyle>> = { '*': 'strong', _: 'emphasis', '~': 'strike', '`': 'code' };

/** 6.1: the blocks of a text: code between fences, quotes by their sign, and lines. */
export function blocksOf(text: string): Block[] {
  const lines: Line[] = [];
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    lines.push({ start, end });
    start = end + 1;
  }
  return blocksIn(text, lines, 0);
}

function blocksIn(text: string, lines: readonly Line[], deep: number): Block[] {
  const blocks: Block[] = [];
  let plain: Line[] = [];
  const flush = (): void => {
    if (plain.length > 0) blocks.push({ kind: 'lines', lines: plain });
    plain = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    if (!line) break;
    if (text.startsWith(FENCE, line.start) && line.start + FENCE.length <= line.end) {
      flush();
      const rest = lines.slice(at + 1);
      const close = rest.findIndex(({ start, end }) => text.slice(start, end).trimEnd() === FENCE);
      const inner = close === -1 ? rest : rest.slice(0, close);
      blocks.push({ kind: 'code', language: text.slice(line.start + FENCE.length, line.end).trim().slice(0, LONGEST_LANGUAGE), lines: inner });
      at = close === -1 ? lines.length : at + 1 + close;
    } else if (deep < MOST_DEEP && isQuoted(text, line)) {
      flush();
      const quoted: Line[] = [];
      for (let next = lines[at]; next && isQuoted(text, next); next = lines[(at += 1)]) {
        const sign = text[next.start + 1] === ' ' && next.start + 1 < next.end ? 2 : 1;
        quoted.push({ start: next.start + sign, end: next.end });
      }
      at -= 1;
      blocks.push({ kind: 'quote', blocks: blocksIn(text, quoted, deep + 1) });
    } else plain.push(line);
  }
  flush();
  return blocks;
}

/** A smiley such as ">:)" or ">_<" quotes nothing. */
function isQuoted(text: string, { start, end }: Line): boolean {
  if (text[start] !== '>' || start >= end) return false;
  const next = text[start + 1];
  return start + 1 === end || next === ' ' || next === '>' || /[\p{L}\p{N}"'`*~[(]/u.test(next ?? '');
}

/** 6.2: the spans of a line. `solid` are parts in which no sign counts, as in a link; in their order. */
export function spansOf(text: string, line: Line, solid: readonly Line[] = []): Span[] {
  let left = MOST_STYLED;

  const isSolid = (at: number): boolean => solid.some(({ start, end }) => at >= start && at < end);

  /** Signs that close nowhere behind some place: who opens later need not look. */
  const unclosed = new Set<string>();

  function closing(sign: string, from: number, end: number): number {
    const known = `${sign}${end}`;
    if (unclosed.has(known)) return -1;
    for (let at = from + 1; at < end; at += 1) {
      if (text[at] !== sign || isSolid(at) || /\s/.test(text[at - 1] ?? ' ')) continue;
      return at;
    }
    unclosed.add(known);
    return -1;
  }

  function read(start: number, end: number, deep: number): Span[] {
    const spans: Span[] = [];
    let plain = start;
    for (let at = start; at < end; at += 1) {
      const sign = text[at] ?? '';
      const style = STYLES[sign];
      if (style === undefined || left <= 0 || deep >= MOST_DEEP || isSolid(at) || !mayOpen(at, start)) continue;
      if (text[at + 1] === sign || /\s/.test(text[at + 1] ?? ' ')) continue;
      const close = closing(sign, at + 1, end);
      if (close === -1) continue;
      left -= 1;
      if (plain < at) spans.push({ start: plain, end: at });
      const inner = style === 'code' ? [{ start: at + 1, end: close }] : read(at + 1, close, deep + 1);
      spans.push({ start: at, end: close + 1, style, inner });
      plain = close + 1;
      at = close;
    }
    if (plain < end) spans.push({ start: plain, end });
    return spans;
  }

  /** At the beginning, behind a space, or behind another sign that has opened. Also behind a bracket or a quotation mark, as people write. */
  const mayOpen = (at: number, start: number): boolean => at === start || /[\s([{"'„“»]/.test(text[at - 1] ?? ' ');

  return read(line.start, line.end, 0);
}

const EMOJI_ALONE = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200D\uFE0F\s]+$/u;
const FEW = 3;
const characters = new Intl.Segmenter();

/** One emoji or a few and nothing else: they are drawn large. */
export function isEmojiAlone(text: string): boolean {
  if (text.length > 60 || !EMOJI_ALONE.test(text)) return false;
  const count = [...characters.segment(text.replaceAll(/\s/g, ''))].length;
  return count > 0 && count <= FEW;
}
