import type { EmojiPickerRootProps } from 'frimousse';
import { language } from '../../strings/strings.ts';
import type { KnownEmoji } from '../../text/emoji-names.ts';

type EmojiData = Awaited<ReturnType<NonNullable<EmojiPickerRootProps['resolveEmojiData']>>>;

/** Loaded when the first emoji is looked for, and kept. */
let loading: Promise<{ readonly picker: EmojiData; readonly known: readonly KnownEmoji[] }> | undefined;

/** Every emoji that browsers draw today, with its names; a failure is tried again the next time. */
export function loadEmoji(): NonNullable<typeof loading> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Awaited<NonNullable<typeof loading>>> {
  const [{ default: all }, { default: messages }, { default: names }] = await Promise.all([
    language === 'de' ? import('emojibase-data/de/data.json') : import('emojibase-data/en/data.json'),
    language === 'de' ? import('emojibase-data/de/messages.json') : import('emojibase-data/en/messages.json'),
    import('emojibase-data/en/shortcodes/github.json'),
  ]);
  const named: Readonly<Record<string, string | readonly string[]>> = names;
  const shown = all.filter(({ group }) => group !== undefined);
  const skinTones = { light: '', 'medium-light': '', medium: '', 'medium-dark': '', dark: '' };
  for (const { key, message } of messages.skinTones) if (key in skinTones) skinTones[key as keyof typeof skinTones] = message;
  return {
    known: shown.map(({ emoji, label, tags, hexcode }) => ({ emoji: qualified(emoji), label, tags: tags ?? [], names: [named[hexcode] ?? []].flat() })),
    picker: {
      locale: language,
      emojis: shown.map(({ emoji, label, tags, group, version }) => ({ emoji: qualified(emoji), label, tags: tags ?? [], category: group ?? 0, version })),
      categories: messages.groups.filter(({ key }) => key !== 'component').map(({ order, message }) => ({ index: order, label: message })),
      skinTones,
    },
  };
}

/** As others send it: the data marks each as a picture, also what is one by itself, and two spellings would be two reactions. */
function qualified(emoji: string): string {
  return /^\p{Emoji_Presentation}\uFE0F$/u.test(emoji) ? emoji.replace('\uFE0F', '') : emoji;
}
