import { bareOf, canonicalJid } from './jid.ts';
import { fold, occurrences, phraseOf, words, type Word } from './words.ts';

const ASCII = /^[\0-\x7f]*$/;

/** What a device or a person wants to be told of. */
export type Policy = 'everything' | 'mentions' | 'nothing';

/** Why a message is meant for the person; `mentionIn()` has the order in which they are looked at. Stored by position: append-only. */
export const MENTION_REASONS = ['nick', 'reply', 'explicit', 'reference', 'word'] as const;
export type MentionReason = (typeof MENTION_REASONS)[number];

/** XEP-0513: one that a message names apart from its text. */
export interface ExplicitMention {
  /** XEP-0421. */
  readonly occupantId?: string | undefined;
  /** Of the person, or of an occupant (`room@service/nick`), where no occupant-id is given. */
  readonly jid?: string | undefined;
  /** The part of the body that names them, in code points; `end` is the first one behind it. */
  readonly range?: { readonly begin: number; readonly end: number } | undefined;
  /** `<noping/>`: the sender only talks about them. */
  readonly silent?: boolean | undefined;
}

/** By what a message is known to be meant for the person. */
export interface MentionRules {
  /** The nick in the room. */
  readonly nicks: readonly string[];
  /** The occupant-id in the room, where it gives any. */
  readonly occupantId?: string | undefined;
  /** Addresses of the person: the account, and the occupant in the room. */
  readonly jids?: readonly string[];
  /** Further words, as typed by the person. */
  readonly words: readonly string[];
  readonly replies: boolean;
}

/** What of a message matters here. */
export interface Mentionable {
  readonly nick: string | undefined;
  readonly occupantId?: string | undefined;
  readonly body: string | undefined;
  /** XEP-0461: the nick of the author that it replies to. */
  readonly repliesToNick: string | undefined;
  /** XEP-0372: the nicks that it names. */
  readonly names: readonly string[];
  readonly explicit?: readonly ExplicitMention[];
}

/**
 * Why a message is meant for the person; `undefined` where it is not. Nobody mentions themselves. A sender who names the
 * person explicitly, and only to talk about them, does not mention them by that (XEP-0513 `<noping/>`).
 */
export function mentionIn(message: Mentionable, rules: MentionRules): MentionReason | undefined {
  const { body, repliesToNick, names } = message;
  if (isOwn(message, rules)) return undefined;
  if (rules.replies && repliesToNick !== undefined && rules.nicks.includes(repliesToNick)) return 'reply';
  const explicit = (message.explicit ?? []).filter((one) => isMeant(one, rules));
  if (explicit.some(({ silent }) => silent !== true)) return 'explicit';
  if (explicit.length === 0 && names.some((name) => rules.nicks.includes(name))) return 'reference';
  if (body === undefined) return undefined;
  if (explicit.length === 0 && wordIn(body, rules.nicks) !== undefined) return 'nick';
  return wordIn(body, rules.words) === undefined ? undefined : 'word';
}

/** The first of these words that stands in a text as a word of its own. */
export function wordIn(body: string, wanted: readonly string[]): string | undefined {
  return wanted.length === 0 ? undefined : wanted.find(standsIn(body));
}

/** The reason as a sentence for the person. */
export function sentenceOfMention(reason: MentionReason): string {
  if (reason === 'reply') return 'it replies to you';
  return reason === 'word' ? 'it contains one of your words' : 'it mentions you';
}

/** By the occupant-id where both sides have one, since nicks can be taken over; else by the nick. */
function isOwn({ nick, occupantId }: Mentionable, rules: MentionRules): boolean {
  if (occupantId !== undefined && rules.occupantId !== undefined) return occupantId === rules.occupantId;
  return nick !== undefined && rules.nicks.includes(nick);
}

function isMeant({ occupantId, jid }: ExplicitMention, { occupantId: own, jids = [] }: MentionRules): boolean {
  if (occupantId !== undefined) return occupantId === own;
  if (jid === undefined) return false;
  const canonical = canonicalJid(jid);
  return jids.some((one) => canonicalJid(one) === canonical || one === bareOf(canonical));
}

/** Whole words, whatever their case and accents; what is made of signs alone is looked for as it is. The body is read once for all. */
function standsIn(body: string): (wanted: string) => boolean {
  const folded = fold(body);
  let among: readonly Word[] | undefined;
  return (wanted) => {
    const phrase = phraseOf(wanted);
    if (!phrase) return wanted.trim() !== '' && folded.includes(fold(wanted.trim()));
    if (phrase.words.some((word) => ASCII.test(word) && !folded.includes(word))) return false; // spares nearly every message the words
    return occurrences(phrase, (among ??= words(body))).length > 0;
  };
}
