import type { Log } from '../core/log.ts';
import { oneLine } from '../core/printable.ts';

const segmenter = new Intl.Segmenter();

/**
 * A stranger's words on one line, of at most so many characters as a reader counts them: no controls, no bidi tricks,
 * nothing invisible. What is bounded first is the work: nobody reads the rest of 100 kB.
 */
export function plain(text: string, longest: number): string {
  const line = oneLine(text.slice(0, longest * 40).toWellFormed()).trim();
  const characters: string[] = [];
  for (const { segment } of segmenter.segment(line)) {
    if (characters.length === longest) return `${characters.slice(0, -1).join('')}…`;
    characters.push(Array.from(segment).slice(0, MOST_MARKS).join(''));
  }
  return characters.join('');
}

/** Many combining marks on one letter would cover the lines above and below. The largest emoji has eleven parts. */
const MOST_MARKS = 12;

/** The name that a person knows a room by: its own, else the first part of its address. */
export function roomTitle(room: { readonly room: string; readonly name?: string | undefined }, longest: number): string {
  const name = plain(room.name ?? '', longest);
  return name === '' ? plain(room.room.split('@')[0] || room.room, longest) : name;
}

/** The tray keeps no log of its own: what fails there unseen goes to where it was started from. */
export const trayLog: Log = (_level, message) => console.error(message);
