import type { Message } from '../api/client.ts';
import { createStore, type Store } from './store.ts';

/** The message that the composer of a room replies to or edits; nothing for a new message. */
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

/** True if the room gave the message an id, which a reply needs. */
export function canReply(message: Message): boolean {
  return message.stanzaId !== null && message.nick !== null && message.retracted === null && message.kind !== 'private';
}

/** True if the room can be told of it: it gave the message an id (XEP-0444, 0424). */
export function canReact(message: Message): boolean {
  return message.stanzaId !== null && message.retracted === null && message.kind !== 'private';
}

/** True if we may take the message back: it is our own. */
export function canRetract(message: Message, nick: string | undefined): boolean {
  return canReact(message) && message.nick === nick && nick !== undefined;
}

/** True if we may edit the message: it is our own, its sender's id is known, and it has text. */
export function canCorrect(message: Message, nick: string | undefined): boolean {
  return message.nick === nick && message.messageId !== null && message.kind === 'message' && message.retracted === null;
}
