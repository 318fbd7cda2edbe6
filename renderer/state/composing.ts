import type { Message } from '../api/client.ts';
import { createStore, type Store } from './store.ts';

/** What the composer of a room is about, beside saying something new. */
export type Composing =
  | { readonly mode: 'reply'; readonly message: Message }
  | { readonly mode: 'correct'; readonly message: Message };

/** By the room's key. */
export const composing: Store<ReadonlyMap<string, Composing>> = createStore<ReadonlyMap<string, Composing>>(new Map());

export function compose(key: string, about: Composing | undefined): void {
  const next = new Map(composing.get());
  if (about) next.set(key, about);
  else next.delete(key);
  composing.set(next);
}

/** Whether a message can be answered: the room gave it an id. */
export function canReply(message: Message): boolean {
  return message.stanzaId !== null && message.nick !== null && message.retracted === null && message.kind !== 'private';
}

/** Whether a message is ours to correct: its sender's id is known, and it was said in words. */
export function canCorrect(message: Message, nick: string | undefined): boolean {
  return message.nick === nick && message.originId !== null && message.kind === 'message' && message.retracted === null;
}
