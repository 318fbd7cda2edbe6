/** An emoji as a person looks for it. */
export interface KnownEmoji {
  readonly emoji: string;
  /** In the page's language. */
  readonly label: string;
  /** What is written between two colons, in English everywhere. */
  readonly names: readonly string[];
  readonly tags: readonly string[];
}

/** What is being typed of a name, from its colon on. */
export interface TypedName {
  readonly start: number;
  readonly typed: string;
}

const LEAST = 2; // characters behind the colon: ':D' and 'at 8:30' are no search

/** The beginning of a name right before the caret; a colon within a word, as in an address, begins none. */
export function nameBefore(text: string, caret: number): TypedName | undefined {
  const found = /(?<![\p{L}\p{N}:/])(:[\p{L}\p{N}_+-]+)$/u.exec(text.slice(0, caret));
  if (!found?.[1] || found[1].length <= LEAST) return undefined;
  return { start: found.index, typed: found[1].slice(1) };
}

/** Those that fit, the best first: by the whole name, its beginning, a word of it, then by tags and label. */
export function fitting(known: readonly KnownEmoji[], typed: string, most: number): KnownEmoji[] {
  const wanted = typed.toLowerCase();
  const ranked: KnownEmoji[][] = [[], [], [], [], []];
  for (const one of known) ranked[rankOf(one, wanted)]?.push(one);
  return ranked.flat().slice(0, most);
}

function rankOf({ names, tags, label }: KnownEmoji, wanted: string): number {
  if (names.includes(wanted)) return 0;
  if (names.some((name) => name.startsWith(wanted))) return 1;
  if (names.some((name) => name.includes(`_${wanted}`))) return 2;
  if (tags.some((tag) => tag.startsWith(wanted))) return 3;
  return label.toLowerCase().includes(wanted) ? 4 : 5;
}

/** The text with a name that was closed right before the caret made its emoji; `undefined` where there is none. */
export function withNameReplaced(known: readonly KnownEmoji[], text: string, caret: number): { readonly text: string; readonly caret: number } | undefined {
  if (text[caret - 1] !== ':') return undefined;
  const name = nameBefore(text, caret - 1);
  const emoji = name && known.find(({ names }) => names.includes(name.typed.toLowerCase()))?.emoji;
  if (!name || emoji === undefined) return undefined;
  return { text: text.slice(0, name.start) + emoji + text.slice(caret), caret: name.start + emoji.length };
}
