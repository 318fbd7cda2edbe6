import type { ShownMessage } from './shown.ts';

/** The last message of a room in short, for a list of rooms. */
export interface LatestMessage {
  readonly id: number;
  readonly account: string;
  readonly room: string;
  readonly nick: string | null;
  /** UTC, ISO 8601: the room's time. */
  readonly at: string;
  /** Its beginning; null where `kind` says why there is none to show. */
  readonly text: string | null;
  readonly kind: 'text' | 'file' | 'encrypted' | 'spoiler' | 'deleted';
}

const LONGEST = 160;

/** `undefined` for what is nothing that somebody said, as a subject. */
export function toLatest({ id, account, room, nick, at, kind, body, encrypted, spoiler, retracted, file }: Omit<ShownMessage, 'earlier' | 'reactions' | 'reply'>): LatestMessage | undefined {
  const about = { id, account, room, nick, at };
  if (retracted !== null) return { ...about, kind: 'deleted', text: null };
  if (encrypted) return { ...about, kind: 'encrypted', text: null };
  if (body === null || kind === 'subject') return undefined;
  if (spoiler !== null) return { ...about, kind: 'spoiler', text: null };
  if (file && body.trim() === file.url) return { ...about, kind: 'file', text: file.name.slice(0, LONGEST).toWellFormed() };
  return { ...about, kind: 'text', text: body.slice(0, LONGEST).toWellFormed() };
}
