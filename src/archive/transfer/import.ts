import { z } from 'zod';
import type { GroupchatMessage } from '../../core/groupchat.ts';
import { MENTION_REASONS, type MentionReason } from '../../core/mention.ts';
import { MinimixError } from '../../core/errors.ts';
import type { NewMessage, Archive } from '../contract.ts';
import { KINDS } from '../schema/rows.ts';

/** What an import has done so far; `trouble` holds the first few lines that were refused, and why. */
export interface ImportReport {
  read: number;
  kept: number;
  known: number;
  refused: number;
  readonly trouble: { readonly line: number; readonly why: string }[];
}

/** One message of a file, or why it is none. */
export type Imported =
  | { readonly message: GroupchatMessage; readonly mention?: MentionReason | undefined; readonly arrivedAt: number; readonly xml: string }
  | { readonly refused: string }
  | { readonly gap: { readonly room: string; readonly from: number; readonly to: number; readonly cause: string } };

const BATCH = 200; // a transaction; the daemon may wait for one
const MAX_TROUBLE = 20;

/**
 * Imports messages for an account. Idempotent: what is kept is met again. `progress` is told after each transaction
 * and may stop the import by answering false; what is in by then stays.
 */
export function importAll(
  archive: Archive,
  { account, messages, progress = () => true }: { account: string; messages: Iterable<Imported>; progress?: (report: ImportReport) => boolean },
): ImportReport {
  const report: ImportReport = { read: 0, kept: 0, known: 0, refused: 0, trouble: [] };
  const met = new Set<number>();
  const last = new Map<string, number>();
  const source = messages[Symbol.iterator]();
  for (let more = true; more; ) {
    more = archive.transaction(() => {
      for (let n = 0; n < BATCH; n++) {
        const next = source.next();
        if (next.done) return false;
        importOne(archive, account, { one: next.value, course: { met, last }, report });
      }
      return true;
    });
    if (!progress(report)) break;
  }
  return report;
}

/** The archive ids of what the file had so far, and the last one of each room. */
interface Course {
  readonly met: Set<number>;
  readonly last: Map<string, number>;
}

function importOne(archive: Archive, account: string, { one, course, report }: { one: Imported; course: Course; report: ImportReport }): void {
  report.read += 1;
  if ('refused' in one) {
    report.refused += 1;
    if (report.trouble.length < MAX_TROUBLE) report.trouble.push({ line: report.read, why: one.refused });
    return;
  }
  if ('gap' in one) {
    const same = archive.gaps(account, one.gap.room).some((gap) => gap.from === one.gap.from && gap.to === one.gap.to);
    if (!same) archive.addGap({ account, ...one.gap });
    return;
  }
  const { room } = one.message;
  const given: NewMessage = { account, ...one, source: { kind: 'import', met: course.met, follows: course.last.get(room) } };
  const appended = archive.append(given);
  course.last.set(room, appended.kept ? appended.message.archiveId : appended.archiveId);
  if (appended.kept) report.kept += 1;
  else report.known += 1;
}

const MAX_CAUSE = 1000; // characters
const MAX_DATE = 8_640_000_000_000_000;
const text = z.string().optional();
const time = z.number().int().min(0).max(MAX_DATE);
const room = z.string().min(3).max(3071);
const line = z.object({
  room,
  nick: z.string().max(1023).optional(),
  kind: z.enum(KINDS),
  id: text,
  stanzaId: text,
  originId: text,
  occupantId: text,
  realJid: text,
  body: text,
  subject: text,
  replaces: text,
  retracts: text,
  reactsTo: text,
  repliesTo: text,
  at: time,
  delayed: z.boolean(),
  mention: z.enum(MENTION_REASONS).optional(),
  arrivedAt: time,
  xml: z.string().min(1),
});
const gapLine = z.object({
  gap: z.object({ room, from: time, to: time, cause: z.string().max(MAX_CAUSE) }),
});
const header = z.object({ minimix: z.literal('archive'), version: z.literal(1) });

/** The messages of our own JSON Lines. Throws `import-unknown` where the first line is not an export's. */
export function* fromJsonLines(lines: Iterable<string>): Generator<Imported> {
  let first = true;
  for (const written of lines) {
    if (written.trim() === '') continue;
    const value = jsonOf(written);
    if (first && !header.safeParse(value).success) {
      throw new MinimixError('import-unknown', 'This is not an export of Minimix, or it was written by a newer version.');
    }
    if (!first) yield lineOf(value);
    first = false;
  }
}

function jsonOf(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined; // refused by the shape's check
  }
}

function lineOf(value: unknown): Imported {
  const gap = gapLine.safeParse(value);
  if (gap.success) return gap.data;
  const read = line.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { refused: issue ? `${issue.path.join('.') || 'the line'}: ${issue.message}` : 'not a message' };
  }
  const { mention, arrivedAt, xml, ...rest } = read.data;
  const { nick, id, stanzaId, originId, occupantId, realJid, body, subject } = rest;
  return { message: { ...rest, nick, id, stanzaId, originId, occupantId, realJid, body, subject }, mention, arrivedAt, xml };
}
