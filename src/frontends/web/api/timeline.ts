import type { KeptMessage, MessageKind } from '../../../core/groupchat.ts';
import type { Excerpt } from '../../../core/search.ts';
import { fileOfMessage } from './file-link.ts';

/** A message as the page and the command line see it: `history --json` has these names. */
export interface TimelineMessage {
  /** The archive id; only grows. */
  readonly id: number;
  readonly account: string;
  readonly room: string;
  readonly nick: string | null;
  /** UTC, ISO 8601: the room's time. */
  readonly at: string;
  readonly arrivedAt: string;
  readonly kind: MessageKind;
  readonly body: string | null;
  readonly subject: string | null;
  readonly stanzaId: string | null;
  readonly originId: string | null;
  readonly occupantId: string | null;
  /** Came as the room's history, not live. */
  readonly delayed: boolean;
  /** What it links to where it is about a file; `picture` by its name alone. */
  readonly file: { readonly url: string; readonly name: string; readonly picture: boolean } | null;
}

/** What a search found: `excerpt.marks` are pairs of UTF-16 offsets into `excerpt.text`. */
export interface TimelineHit extends TimelineMessage {
  readonly excerpt: Excerpt;
}

/** The stanza's own text stays in the archive: nobody above needs it. */
export function toTimeline(message: KeptMessage): TimelineMessage {
  return {
    id: message.archiveId,
    account: message.account,
    room: message.room,
    nick: message.nick ?? null,
    at: new Date(message.at).toISOString(),
    arrivedAt: new Date(message.arrivedAt).toISOString(),
    kind: message.kind,
    body: message.body ?? null,
    subject: message.subject ?? null,
    stanzaId: message.stanzaId ?? null,
    originId: message.originId ?? null,
    occupantId: message.occupantId ?? null,
    delayed: message.delayed,
    file: fileOfMessage(message) ?? null,
  };
}
