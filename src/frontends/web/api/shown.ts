// Messages as they are to be read: the archive's reading view, for the page.
import type { KeptMessage } from '../../../core/groupchat.ts';
import { readableBody } from '../../../core/readable.ts';
import type { Viewed } from '../../../core/view.ts';
import { toTimeline, type TimelineMessage } from './timeline.ts';

/** A message as a person reads it, with later edits, deletions and reactions applied. */
export interface ShownMessage extends TimelineMessage {
  /** Its former texts, oldest first; empty if it was never edited. */
  readonly earlier: readonly { readonly body: string | null; readonly at: string }[];
  /** Its author or a moderator deleted it; `body` is then null. */
  readonly retracted: 'author' | 'room' | null;
  readonly reactions: readonly { readonly emoji: string; readonly nicks: readonly string[] }[];
  /** The message that it replies to: `id` is an archive id, null if that message is not in the archive. */
  readonly reply: { readonly id: number | null; readonly nick: string | null; readonly body: string | null; readonly retracted: boolean; readonly spoiler: boolean } | null;
}

const LONGEST_QUOTE = 300;

/** `of` gives a kept message by its archive id: a correction's text. */
export function toShown(viewed: Viewed, of: (archiveId: number) => KeptMessage | undefined): ShownMessage {
  const { message, body, corrections, retracted, reactions, reply } = viewed;
  const versions = corrections.map(({ archiveId, at }) => ({ body: readable(of(archiveId)), at }));
  const last = corrections.at(-1);
  const { mention, mentioned, file, spoiler, unstyled } = toTimeline((last && of(last.archiveId)) ?? message);
  const quoted = reply !== undefined && reply.message === undefined; // its quote stays, and no offset fits
  const earlier = [{ body: readable(message), at: message.at }, ...versions].slice(0, corrections.length);
  return {
    ...toTimeline(message),
    body: body ?? null,
    mention,
    mentioned: retracted || quoted ? [] : mentioned,
    file: retracted ? null : file,
    spoiler: retracted ? null : spoiler,
    unstyled,
    earlier: retracted ? [] : earlier.map((one) => ({ body: one.body ?? null, at: new Date(one.at).toISOString() })),
    retracted: retracted ? (retracted.byRoom ? 'room' : 'author') : null,
    reactions,
    reply: reply ? quoteOf(reply) : null,
  };
}

function quoteOf({ message, body, retracted }: NonNullable<Viewed['reply']>): NonNullable<ShownMessage['reply']> {
  const spoiler = message !== undefined && toTimeline(message).spoiler !== null; // a quote gives nothing away
  return {
    id: message?.archiveId ?? null,
    nick: message?.nick ?? null,
    body: body === undefined || spoiler ? null : body.slice(0, LONGEST_QUOTE).toWellFormed(),
    retracted,
    spoiler,
  };
}

function readable(message: KeptMessage | undefined): string | undefined {
  return message && readableBody(message);
}
