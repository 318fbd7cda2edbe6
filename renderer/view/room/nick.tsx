import type { CSSProperties } from 'react';
import { strings } from '../../strings/strings.ts';
import { colourOf } from '../../text/hue.ts';
import { visibleNick } from '../../text/visible.ts';

type NickStyle = CSSProperties & Record<'--nick-on-light' | '--nick-on-dark', string>;

/** The colours of a nick as CSS variables; the style sheet picks by the ground. */
function nickStyle(nick: string): NickStyle {
  const { onLight, onDark } = colourOf(nick);
  return { '--nick-on-light': onLight, '--nick-on-dark': onDark };
}

/** A nick as its owner wrote it, isolated, so that it cannot turn what stands around it. */
export function Nick({ nick, coloured = false }: { nick: string | null; coloured?: boolean }) {
  if (nick === null) return <span className="nick">{strings.roomItself}</span>;
  return (
    <bdi className={coloured ? 'nick nick-coloured' : 'nick'} style={coloured ? nickStyle(nick) : undefined}>
      {visibleNick(nick, strings.unknownNick)}
    </bdi>
  );
}

/** The first letter on the nick's own colour; says nothing to a screen reader, the nick stands beside it. */
export function Badge({ nick }: { nick: string | null }) {
  const shown = nick === null ? '#' : visibleNick(nick, '?');
  const first = shown.match(/[\p{L}\p{N}]/u)?.[0] ?? String.fromCodePoint(shown.codePointAt(0) ?? 63);
  return (
    <span className="badge" aria-hidden="true" style={nickStyle(nick ?? '')}>
      {first.toUpperCase()}
    </span>
  );
}
