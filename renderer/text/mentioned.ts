import type { Piece } from './links.ts';

/** A part of a text, as UTF-16 offsets. */
export interface TextPart {
  readonly start: number;
  readonly end: number;
}

export type MentionPiece = Piece | { readonly text: string; readonly mention: true };

/** The pieces of a text with what mentions somebody apart. A link stays whole; parts that overlap are one. */
export function withMentions(pieces: readonly Piece[], parts: readonly TextPart[]): MentionPiece[] {
  if (parts.length === 0) return [...pieces];
  const inOrder = parts.toSorted((a, b) => a.start - b.start);
  let at = 0;
  return pieces.flatMap((piece) => {
    const from = at;
    at += piece.text.length;
    return 'href' in piece ? [piece] : split(piece.text, from, inOrder);
  });
}

function split(text: string, from: number, parts: readonly TextPart[]): MentionPiece[] {
  const found: MentionPiece[] = [];
  let done = 0;
  for (const part of parts) {
    const start = Math.max(part.start - from, done);
    const end = Math.min(part.end - from, text.length);
    if (start >= end) continue;
    if (start > done) found.push({ text: text.slice(done, start) });
    found.push({ text: text.slice(start, end), mention: true });
    done = end;
  }
  if (done < text.length) found.push({ text: text.slice(done) });
  return found;
}
