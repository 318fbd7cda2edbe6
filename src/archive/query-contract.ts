// What the archive is asked for, and what a search answers.
import type { KeptMessage } from '../core/groupchat.ts';
import type { Excerpt } from '../core/search.ts';

export interface PageQuery {
  readonly account: string;
  readonly room: string;
  /** 1 to 500. */
  readonly limit: number;
  /** Only messages that stand before this one in the room's order (an archive id). */
  readonly before?: number;
  /** Only messages that stand after this one; with it the page is the oldest `limit` of them. */
  readonly after?: number;
  /** As `after`, but what stands at that time or later (milliseconds since the epoch); `after` wins. */
  readonly from?: number;
  /** Private messages, or all others; by default both. */
  readonly only?: 'groupchat' | 'private';
}

export interface UnreadQuery {
  readonly account: string;
  readonly room: string;
  readonly after: number;
  readonly nick: string | undefined;
  readonly only: 'groupchat' | 'private';
  /** Of these, only what is meant for the person. */
  readonly mentions?: boolean;
}

/** Groupchat between two bounds; private messages left out. Times are room time, in milliseconds since the epoch. */
export interface RangeQuery {
  readonly account: string;
  /** Without a room: all of the account's, by archive id. */
  readonly room?: string;
  readonly from?: number;
  readonly to?: number;
  /** Archive ids, exclusive. */
  readonly after?: number;
  readonly before?: number;
  /** At most 500. */
  readonly limit: number;
  /** The last `limit` of what fits instead of the first; given oldest first all the same. */
  readonly newest?: boolean;
}

export interface SearchQuery {
  /** What the person typed, in the grammar of `core/search.ts`. */
  readonly text: string;
  readonly account?: string;
  readonly room?: string;
  /** 1 to 500. */
  readonly limit: number;
  /** `time` (default): newest first. `rank`: best first, among the newest few hundred that match. */
  readonly order?: 'time' | 'rank';
  /** By time: only what is older than this message (an archive id of an earlier answer). */
  readonly older?: number;
  /** For relative dates; milliseconds since the epoch. */
  readonly now?: number;
  /** Minutes east of UTC, for dates. */
  readonly zone?: number;
  /** Private messages, or all others; by default both: a hit's message says its kind. */
  readonly only?: 'groupchat' | 'private';
  /** Default true: an unfinished last word is matched by its beginning. */
  readonly partial?: boolean;
}

interface SearchHit {
  readonly message: KeptMessage;
  /** The archive id of the message that shows these words: of a correction's (XEP-0308), what it corrects. */
  readonly shownAt: number;
  readonly excerpt: Excerpt;
}

export type Found =
  | { readonly ok: true; readonly hits: readonly SearchHit[]; readonly more: boolean }
  /** The query cannot be read: a sentence for the person and where in the text (UTF-16 offsets) the trouble lies. */
  | { readonly ok: false; readonly message: string; readonly start: number; readonly end: number };
