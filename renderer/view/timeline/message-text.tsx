import { memo, useMemo, type MouseEvent } from 'react';
import { dialog } from '../../state/page.ts';
import { strings } from '../../strings/strings.ts';
import { isJoinLink, piecesOf, roomOfLink, type Piece } from '../../text/links.ts';
import { withMentions, type MentionPiece, type TextPart } from '../../text/mentioned.ts';
import { count } from '../../text/time.ts';
import { endOfCharacter, visibleText } from '../../text/visible.ts';

const LONG = 4000; // characters; longer texts are folded
const TALL = 40; // lines
const FOLDED = 900;
const FOLDED_LINES = 12;
const LINKED = 20_000; // characters of an unfolded text in which links are looked for

const NOBODY: readonly TextPart[] = [];

interface Props {
  readonly text: string;
  readonly unfolded: boolean;
  /** The parts of the text that mention somebody. */
  readonly mentioned?: readonly TextPart[];
  /** Absent where the text is always folded. */
  readonly onFold?: () => void;
}

/** A stranger's text: isolated in its direction, links found, folded where it is long. Never HTML. */
export const MessageText = memo(function MessageText({ text, unfolded, mentioned = NOBODY, onFold }: Props) {
  const shown = useMemo(() => visibleText(text), [text]);
  const long = shown.length > LONG || lineBreak(shown, TALL) < shown.length;
  const part = long && !unfolded ? folded(shown) : shown;
  const pieces = useMemo(() => withMentions(linked(part), mentioned), [part, mentioned]);
  return (
    <>
      <span dir="auto" className="text">
        {pieces.map((piece, index) => (
          // Pieces of one text never move.
          <PieceView key={index} piece={piece} />
        ))}
        {part !== shown && '…'}
      </span>
      {long && onFold && (
        <button type="button" className="link fold" onClick={onFold} aria-expanded={unfolded}>
          {unfolded ? strings.timeline.fold : strings.timeline.folded(sizeOf(text))}
        </button>
      )}
    </>
  );
});

function PieceView({ piece }: { piece: MentionPiece }) {
  if ('mention' in piece) return <bdi className="mentioned">{piece.text}</bdi>;
  if (!('href' in piece)) return piece.text;
  const room = isJoinLink(piece.href) ? roomOfLink(piece.href) : undefined;
  const join = (event: MouseEvent): void => {
    if (!room) return;
    event.preventDefault(); // we are the client that the link asks for
    dialog.set({ name: 'join', room: room.room, ...(room.password === undefined ? {} : { password: room.password }) });
  };
  return (
    <a href={piece.href} title={piece.href} target="_blank" rel="noopener noreferrer nofollow" onClick={join}>
      <bdi>{piece.text}</bdi>
    </a>
  );
}

function linked(text: string): Piece[] {
  if (text.length <= LINKED) return piecesOf(text);
  const end = endOfCharacter(text, LINKED);
  return [...piecesOf(text.slice(0, end)), { text: text.slice(end) }];
}

function folded(text: string): string {
  const end = Math.min(FOLDED, lineBreak(text, FOLDED_LINES));
  return text.slice(0, endOfCharacter(text, end));
}

/** Where line number `lines` ends, or the text's end. */
function lineBreak(text: string, lines: number): number {
  let at = -1;
  for (let line = 0; line < lines; line += 1) {
    at = text.indexOf('\n', at + 1);
    if (at === -1) return text.length;
  }
  return at;
}

function sizeOf(text: string): string {
  const bytes = new TextEncoder().encode(text).length;
  return bytes < 1000 ? `${bytes} B` : `${count(Math.round(bytes / 1000))} kB`;
}
