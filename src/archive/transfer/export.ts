import type { KeptMessage } from '../../core/groupchat.ts';
import type { Viewed } from '../../core/view.ts';
import type { ReadArchive } from '../contract.ts';
import type { PageQuery } from '../query-contract.ts';
import { htmlEnd, htmlOf, htmlStart } from './export-html.ts';

export type Format = 'jsonl' | 'text' | 'html';

/** What an export reads. */
type Exportable = Pick<ReadArchive, 'page' | 'view' | 'keptRooms' | 'gaps'>;

export interface Selection {
  readonly account: string;
  /** All rooms where there is none. */
  readonly room?: string;
  /** Room times in milliseconds since the epoch: at or after, before. */
  readonly after?: number;
  readonly before?: number;
  /** Private messages, or all others; else both: apart from each other in text and HTML, in their order in JSON Lines. */
  readonly only?: 'groupchat' | 'private';
}

const PAGE = 200;

/** Names and versions the lines that follow; the first line of a JSON Lines export. */
const HEADER = { minimix: 'archive', version: 1 } as const;

/**
 * The messages of a selection as pieces of a file, room by room in the room's order. JSON Lines are raw and complete, and
 * can be imported again; text and HTML are for reading, with corrections, retractions and reactions applied; HTML is one
 * file that needs nothing else and runs nothing.
 */
export function* exported(archive: Exportable, selection: Selection, format: Format): Generator<string> {
  const rooms = selection.room === undefined ? archive.keptRooms(selection.account) : [selection.room];
  if (format === 'jsonl') yield `${JSON.stringify(HEADER)}\n`;
  if (format === 'html') yield htmlStart(selection.account, rooms);
  for (const room of rooms) {
    if (format === 'jsonl') yield* linesOf(archive, selection, room);
    else yield* readingOf(archive, selection, { room, format });
  }
  if (format === 'html') yield htmlEnd();
}

function* linesOf(archive: Exportable, selection: Selection, room: string): Generator<string> {
  for (const { id: _id, ...gap } of archive.gaps(selection.account, room)) yield `${JSON.stringify({ gap })}\n`;
  for (const { raw } of stretches(archive, selection, room)) {
    for (const message of raw) if (isSelected(selection, message)) yield `${JSON.stringify(message)}\n`;
  }
}

function* readingOf(archive: Exportable, selection: Selection, { room, format }: { room: string; format: 'text' | 'html' }): Generator<string> {
  const parts = selection.only === undefined ? (['groupchat', 'private'] as const) : [selection.only];
  if (format === 'text') yield `# ${room}\n`;
  for (const only of parts) {
    let day = '';
    for (const { raw, query } of stretches(archive, { ...selection, only }, room)) {
      const among = new Set(raw.map((message) => message.archiveId));
      // As many as the stretch has: all of it that is shown, and maybe some that the next stretch has.
      for (const viewed of archive.view({ ...query, limit: raw.length })) {
        if (!among.has(viewed.message.archiveId) || !isSelected(selection, viewed.message)) continue;
        const today = `${new Date(viewed.message.at).toISOString().slice(0, 10)}${only === 'private' ? ', private messages' : ''}`;
        const heading = today === day ? undefined : today;
        day = today;
        yield format === 'text' ? textOf(viewed, heading) : htmlOf(viewed, heading);
      }
    }
  }
}

function* stretches(
  archive: Exportable,
  { account, only }: Selection,
  room: string,
): Generator<{ readonly raw: KeptMessage[]; readonly query: PageQuery }> {
  for (let last = 0; ; ) {
    const query: PageQuery = { account, room, limit: PAGE, after: last, ...(only && { only }) };
    const raw = archive.page(query);
    if (raw.length > 0) yield { raw, query };
    if (raw.length < PAGE) return;
    last = raw.at(-1)?.archiveId ?? last;
  }
}

function isSelected({ after, before }: Selection, { at }: KeptMessage): boolean {
  return (after === undefined || at >= after) && (before === undefined || at < before);
}

function textOf({ message, body, corrections, retracted, reactions, reply }: Viewed, heading: string | undefined): string {
  const time = new Date(message.at).toISOString().slice(11, 19);
  const notes: string[] = [];
  if (reply) notes.push(`[answers ${reply.message ? named(reply.message.nick) : 'a message that is not in the archive'}] `);
  if (corrections.length > 0 && !retracted) notes.push('[corrected] ');
  const said = retracted ? (retracted.byRoom ? '[removed by the room]' : '[retracted]') : (body ?? bodiless(message));
  const reacted = reactions.map(({ emoji, nicks }) => `\n[${named(emoji)} ${nicks.map(named).join(', ')}]`).join('');
  // Nobody writes a line in another's name.
  const lines = `<${named(message.nick)}> ${notes.join('')}${said}${reacted}`.split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/);
  return `${heading === undefined ? '' : `\n## ${heading}\n\n`}${time} ${lines.join('\n         ')}\n`;
}

/** A name without what would turn the text around it (Unicode TR 9) or end it: nobody's name reads as another's line. */
function named(nick: string | undefined): string {
  return (nick ?? '').replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').replaceAll('<', '‹').replaceAll('>', '›');
}

function bodiless({ kind, subject }: KeptMessage): string {
  return subject === undefined ? `[${kind}]` : `[subject] ${subject}`;
}
