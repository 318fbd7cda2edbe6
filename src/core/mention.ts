import { fold, occurrences, phraseOf, words } from './words.ts';

/** What a device or a person wants to be told of. */
export type Policy = 'everything' | 'mentions' | 'nothing';

/** By what a message is known to be meant for the person. */
export interface MentionRules {
  /** The nick in the room. */
  readonly nicks: readonly string[];
  /** Further words, as typed by the person. */
  readonly words: readonly string[];
  readonly replies: boolean;
}

/** What of a message matters here. */
export interface Mentionable {
  readonly nick: string | undefined;
  readonly body: string | undefined;
  /** XEP-0461: the nick of the author that it replies to. */
  readonly repliesToNick: string | undefined;
  /** XEP-0372: the nicks that it names. */
  readonly names: readonly string[];
}

/** Why a message is meant for the person, in a few words; `undefined` where it is not. Nobody mentions themselves. */
export function mentionIn(message: Mentionable, rules: MentionRules): string | undefined {
  const { nick, body, repliesToNick, names } = message;
  if (nick !== undefined && rules.nicks.includes(nick)) return undefined;
  if (rules.replies && repliesToNick !== undefined && rules.nicks.includes(repliesToNick)) return 'it replies to you';
  if (names.some((name) => rules.nicks.includes(name))) return 'it mentions you';
  if (body === undefined) return undefined;
  if (rules.nicks.some((own) => stands(own, body))) return 'it mentions you';
  const word = rules.words.find((one) => stands(one, body));
  return word === undefined ? undefined : `it contains the word “${word}”`;
}

/** Whole words, whatever their case and accents; what is made of signs alone is looked for as it is. */
function stands(wanted: string, body: string): boolean {
  const phrase = phraseOf(wanted);
  if (phrase) return occurrences(phrase, words(body)).length > 0;
  return wanted.trim() !== '' && fold(body).includes(fold(wanted.trim()));
}
