import { strings } from '../strings/strings.ts';

/** Every command, with what it does. */
const all = [
  { name: 'me', words: strings.composing.verbs.me },
  { name: 'nick', words: strings.composing.verbs.nick },
  { name: 'join', words: strings.composing.verbs.join },
  { name: 'leave', words: strings.composing.verbs.leave },
  { name: 'search', words: strings.composing.verbs.search },
  { name: 'date', words: strings.composing.verbs.date },
] as const;

/** The commands that start with what was typed; none if the line is not a command, or a command with arguments. */
export function commandsFor(text: string): readonly { readonly name: string; readonly words: string }[] {
  const typed = /^\/([a-z]*)$/i.exec(text)?.[1]?.toLowerCase();
  return typed === undefined ? [] : all.filter(({ name }) => name.startsWith(typed));
}
