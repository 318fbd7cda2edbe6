import { endOfCharacter } from './visible.ts';

export interface ExcerptPiece {
  readonly text: string;
  readonly hit: boolean;
}

const LENGTH = 280;
const BEFORE = 60;

/** The part of a text around its first hit, with the words (or their beginnings) that were looked for marked. */
export function excerptOf(text: string, words: readonly string[]): ExcerptPiece[] {
  const pattern = patternOf(words);
  const first = pattern === undefined ? 0 : Math.max(0, text.search(pattern));
  const start = first > LENGTH - BEFORE ? startOfCharacter(text, first - BEFORE) : 0;
  const end = text.length - start <= LENGTH ? text.length : endOfCharacter(text, start + LENGTH);
  const part = `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
  if (pattern === undefined) return [{ text: part, hit: false }];
  // `split` with a group gives what lies between, then the match, in turn.
  return part.split(pattern).flatMap((piece, index) => (piece === '' ? [] : [{ text: piece, hit: index % 2 === 1 }]));
}

function patternOf(words: readonly string[]): RegExp | undefined {
  const longestFirst = words.slice(0, 20).toSorted((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return undefined;
  return new RegExp(`(?<![\\p{L}\\p{N}])(${longestFirst.map((word) => RegExp.escape(word)).join('|')})`, 'iu');
}

function startOfCharacter(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at;
}
