/** A word as the index holds it (folded), and where it stood in the text (UTF-16 offsets). */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const MAX_WORD = 64; // longer ones (keys, base64) are cut, in the index and in the question alike
const LONG = new RegExp(`[a-z0-9]{${MAX_WORD + 1},}`, 'g');
const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*|\p{So}/gu;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]/u;

/** More marks on one letter than the stream-safe form has (UAX 15, 13): to normalise a run costs the square of its length. */
const TOO_MANY_MARKS = /(?<=[\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;

/** Lower case, compatibility forms resolved, accents off; scripts whose marks are vowels keep them. */
export function fold(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  return text
    .toLowerCase()
    .replace(TOO_MANY_MARKS, '')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]/g, '')
    .normalize('NFC');
}

/**
 * The words of a text, folded. A run of a script written without spaces gives its pairs of characters and its last
 * character, so that any part of it is found as a phrase of pairs.
 */
export function words(text: string): Word[] {
  const found: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    const start = match.index;
    if (UNSPACED.test(match[0])) for (const pair of pairs(match[0], start)) found.push(pair);
    else found.push({ text: fold(match[0]).slice(0, MAX_WORD), start, end: start + match[0].length });
  }
  return found;
}

/** What the full-text index is given for a body: the folded words with spaces or ASCII's other signs between. */
export function indexed(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) {
    if (!/[a-z0-9]/i.test(text)) return '';
    return text.length <= MAX_WORD ? text.toLowerCase() : text.toLowerCase().replace(LONG, (word) => word.slice(0, MAX_WORD));
  }
  return words(text)
    .map((word) => word.text)
    .join(' ');
}

function pairs(run: string, offset: number): Word[] {
  const found: Word[] = [];
  let at = offset;
  let spaced = '';
  let spacedAt = offset;
  let previous: { char: string; at: number } | undefined;
  const endSpaced = (): void => {
    if (spaced !== '') found.push({ text: fold(spaced).slice(0, MAX_WORD), start: spacedAt, end: spacedAt + spaced.length });
    spaced = '';
  };
  const endPairs = (): void => {
    if (previous) found.push({ text: fold(previous.char), start: previous.at, end: previous.at + previous.char.length });
    previous = undefined;
  };
  for (const char of run) {
    const unspaced = UNSPACED.test(char) || (previous !== undefined && /\p{M}/u.test(char));
    if (unspaced) {
      endSpaced();
      if (previous) found.push({ text: fold(previous.char + char), start: previous.at, end: at + char.length });
      previous = { char, at };
    } else {
      endPairs();
      if (spaced === '') spacedAt = at;
      spaced += char;
    }
    at += char.length;
  }
  endSpaced();
  endPairs();
  return found;
}

/** Words that stand side by side in a text; the last one may go on where `prefix` is set. */
export interface Phrase {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** What a person looks for, as the index would hold it; `undefined` where there is no word in it. */
export function phraseOf(text: string, prefix = false): Phrase | undefined {
  const found = words(text);
  const last = found.at(-1);
  if (!last) return undefined;
  const single = UNSPACED.test(last.text) && Array.from(last.text).length === 1;
  if (!single) return { words: found.map((word) => word.text), prefix };
  const tail = found.at(-2)?.end === last.end; // the last half of a pair says nothing that the pair does not
  return { words: (tail ? found.slice(0, -1) : found).map((word) => word.text), prefix: !tail };
}

/** Where a phrase stands among the words of a text: indices of its first and last word. */
export function occurrences(phrase: Phrase, among: readonly Word[]): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  const length = phrase.words.length;
  for (let first = 0; first + length <= among.length; first++) {
    const fits = phrase.words.every((wanted, n) => {
      const word = among[first + n]?.text ?? '';
      return phrase.prefix && n === length - 1 ? word.startsWith(wanted) : word === wanted;
    });
    if (fits) found.push({ first, last: first + length - 1 });
  }
  return found;
}
