import { Fragment, memo, useMemo, type MouseEvent } from 'react';
import { dialog } from '../../state/page.ts';
import { strings } from '../../strings/strings.ts';
import { isJoinLink, piecesOf, roomOfLink, type Piece } from '../../text/links.ts';
import { withMentions, type MentionPiece, type TextPart } from '../../text/mentioned.ts';
import { blocksOf, isEmojiAlone, spansOf, type Block, type Span } from '../../text/styling.ts';
import { count } from '../../text/time.ts';
import { endOfCharacter, visibleText } from '../../text/visible.ts';
import { CodeBlock } from './code-block.tsx';

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
  /** False where its sender wants it as it stands (XEP-0393 5.1). */
  readonly styled?: boolean;
  /** Absent where the text is always folded. */
  readonly onFold?: () => void;
}

/** A stranger's text: isolated in its direction, styled, links found, folded where it is long. Never HTML. */
export const MessageText = memo(function MessageText({ text, unfolded, mentioned = NOBODY, styled = true, onFold }: Props) {
  const shown = useMemo(() => visibleText(text), [text]);
  const long = shown.length > LONG || lineBreak(shown, TALL) < shown.length;
  const part = long && !unfolded ? folded(shown) : shown;
  const source = useMemo(() => ({ text: part, pieces: placed(withMentions(linked(part), mentioned)) }), [part, mentioned]);
  const blocks = useMemo(() => (styled ? blocksOf(part) : [asItStands(part)]), [part, styled]);
  return (
    <>
      <span dir="auto" className={isEmojiAlone(part) ? 'text text-emoji' : 'text'}>
        <Blocks source={source} blocks={blocks} styled={styled} />
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

type PlacedPiece = MentionPiece & TextPart;

interface Source {
  readonly text: string;
  /** All of the text, in order. */
  readonly pieces: readonly PlacedPiece[];
}

function placed(pieces: readonly MentionPiece[]): PlacedPiece[] {
  let at = 0;
  return pieces.map((piece) => ({ ...piece, start: at, end: (at += piece.text.length) }));
}

function asItStands(text: string): Block {
  return { kind: 'lines', lines: [{ start: 0, end: text.length }] };
}

// What is cut out of one text never moves: an index is a key.
/* oxlint-disable react/no-array-index-key */
function Blocks({ source, blocks, styled }: { source: Source; blocks: readonly Block[]; styled: boolean }) {
  return blocks.map((block, index) => {
    if (block.kind === 'code') return <CodeBlock key={index} text={block.lines.map(({ start, end }) => source.text.slice(start, end)).join('\n')} language={block.language} />;
    if (block.kind === 'quote') {
      return (
        <span key={index} className="quoted">
          <Blocks source={source} blocks={block.blocks} styled={styled} />
        </span>
      );
    }
    return (
      <Fragment key={index}>
        {block.lines.map((line, number) => (
          <Fragment key={number}>
            {number > 0 && '\n'}
            {styled ? <Spans source={source} spans={spansOf(source.text, line, source.pieces.filter(isLink))} /> : <Words source={source} part={line} />}
          </Fragment>
        ))}
      </Fragment>
    );
  });
}

const tags = { strong: 'strong', emphasis: 'em', strike: 's', code: 'code' } as const;

function Spans({ source, spans }: { source: Source; spans: readonly Span[] }) {
  return spans.map((span, index) => {
    if (!('style' in span)) return <Words key={index} source={source} part={span} />;
    const Tag = tags[span.style];
    const sign = source.text[span.start];
    return (
      <Tag key={index}>
        <span className="sign">{sign}</span>
        <Spans source={source} spans={span.inner} />
        <span className="sign">{sign}</span>
      </Tag>
    );
  });
}

/** A part of the text, with its links and mentions. */
function Words({ source: { pieces }, part }: { source: Source; part: TextPart }) {
  return pieces
    .filter((piece) => piece.start < part.end && piece.end > part.start)
    .map((piece, index) => {
      const text = piece.text.slice(Math.max(0, part.start - piece.start), part.end - piece.start);
      return <PieceView key={index} piece={{ ...piece, text }} />;
    });
}
/* oxlint-enable react/no-array-index-key */

function isLink(piece: PlacedPiece): boolean {
  return 'href' in piece;
}

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
