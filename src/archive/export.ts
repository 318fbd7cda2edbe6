import type { KeptMessage } from '../core/groupchat.ts';
import type { ReadArchive } from './contract.ts';
import { htmlEnd, htmlOf, htmlStart } from './export-html.ts';

export type Format = 'jsonl' | 'text' | 'html';

/** What an export reads. */
export type Exportable = Pick<ReadArchive, 'page' | 'keptRooms' | 'gaps'>;

export interface Selection {
  readonly account: string;
  /** All rooms where there is none. */
  readonly room?: string;
  /** Room times in milliseconds since the epoch: at or after, before. */
  readonly after?: number;
  readonly before?: number;
}

const PAGE = 200;

/** Names and versions the lines that follow; the first line of a JSON Lines export. */
export const HEADER = { minimix: 'archive', version: 1 } as const;

/**
 * The messages of a selection as pieces of a file, room by room in the room's order. JSON Lines are complete and can
 * be imported again; text is for reading; HTML is one file that needs nothing else and runs nothing.
 */
export function* exported(archive: Exportable, selection: Selection, format: Format): Generator<string> {
  const rooms = selection.room === undefined ? archive.keptRooms(selection.account) : [selection.room];
  if (format === 'jsonl') yield `${JSON.stringify(HEADER)}\n`;
  if (format === 'html') yield htmlStart(selection.account, rooms);
  for (const room of rooms) {
    if (format === 'text') yield `# ${room}\n`;
    if (format === 'jsonl') for (const { id: _id, ...gap } of archive.gaps(selection.account, room)) yield `${JSON.stringify({ gap })}\n`;
    yield* roomExported(archive, selection, room, format);
  }
  if (format === 'html') yield htmlEnd();
}

function* roomExported(archive: Exportable, selection: Selection, room: string, format: Format): Generator<string> {
  let day = '';
  for (const message of messagesOf(archive, selection, room)) {
    const today = new Date(message.at).toISOString().slice(0, 10);
    const newDay = today !== day;
    day = today;
    if (format === 'jsonl') yield `${JSON.stringify(message)}\n`;
    if (format === 'text') yield `${newDay ? `\n## ${today}\n\n` : ''}${textOf(message)}\n`;
    if (format === 'html') yield htmlOf(message, newDay ? today : undefined);
  }
}

function* messagesOf(archive: Exportable, { account, after, before }: Selection, room: string): Generator<KeptMessage> {
  for (let last = 0; ; ) {
    const page = archive.page({ account, room, limit: PAGE, after: last });
    for (const message of page) {
      if ((after === undefined || message.at >= after) && (before === undefined || message.at < before)) yield message;
    }
    if (page.length < PAGE) return;
    last = page.at(-1)?.archiveId ?? last;
  }
}

function textOf(message: KeptMessage): string {
  const time = new Date(message.at).toISOString().slice(11, 19);
  const said = message.body ?? (message.subject === undefined ? `[${message.kind}]` : `[subject] ${message.subject}`);
  const lines = said.split(/\r\n|[\n\r\u2028\u2029]/).join('\n         '); // nobody writes a line in another's name
  return `${time} <${message.nick ?? ''}> ${lines}`;
}
