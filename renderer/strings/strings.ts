import { de } from './de.ts';
import { en, type Strings } from './en.ts';

const languages = { en, de } as const;
type Language = keyof typeof languages;

const KEY = 'minimix.language';

/** What the person chose; `undefined` where the browser decides. */
export function chosenLanguage(): Language | undefined {
  return known(stored());
}

/** Keeps the choice and shows the page anew in it. */
export function chooseLanguage(choice: Language | undefined): void {
  if (choice === undefined) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  location.reload();
}

/** The first of the browser's languages that there is, else English. */
function preferred(): Language {
  const tags = globalThis.navigator?.languages ?? [];
  return tags.map((tag) => known(tag.slice(0, 2))).find((tag) => tag !== undefined) ?? 'en';
}

function known(tag: string | undefined): Language | undefined {
  return tag === 'en' || tag === 'de' ? tag : undefined;
}

function stored(): string | undefined {
  try {
    return globalThis.document === undefined ? undefined : (localStorage.getItem(KEY) ?? undefined);
  } catch {
    return undefined; // switched off by the person
  }
}

/** The language of this page; it stays until the page is loaded anew. */
export const language: Language = chosenLanguage() ?? preferred();
export const strings: Strings = languages[language];
