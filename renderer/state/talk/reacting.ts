import { api, type Message } from '../../api/client.ts';
import { createStore, type Store } from '../store.ts';

type Reactions = Message['reactions'];

/** Our reactions that were sent and not read again yet, by the message's archive id. */
interface Wish {
  readonly emojis: readonly string[];
  /** The reactions that were shown when it was sent. */
  readonly before: Reactions;
}

export const reacting: Store<ReadonlyMap<number, Wish>> = createStore<ReadonlyMap<number, Wish>>(new Map());

/** What is shown: the reactions as read, with what was sent since in the place of our own. */
export function withWish(reactions: Reactions, wish: Wish | undefined, nick: string | undefined): Reactions {
  if (!wish || nick === undefined || !sameReactions(reactions, wish.before)) return reactions;
  const others = reactions.map(({ emoji, nicks }) => ({ emoji, nicks: nicks.filter((one) => one !== nick) }));
  const known = new Set(others.map(({ emoji }) => emoji));
  const all = [...others, ...wish.emojis.filter((emoji) => !known.has(emoji)).map((emoji) => ({ emoji, nicks: [] as string[] }))];
  return all.map(({ emoji, nicks }) => ({ emoji, nicks: wish.emojis.includes(emoji) ? [...nicks, nick] : nicks })).filter(({ nicks }) => nicks.length > 0);
}

/** XEP-0444: all of ours are told with each change. */
export function ownAfter(shown: Reactions, nick: string, emoji: string): string[] {
  const own = shown.filter(({ nicks }) => nicks.includes(nick)).map((one) => one.emoji);
  return own.includes(emoji) ? own.filter((one) => one !== emoji) : [...own, emoji];
}

/** Adds our reaction to a message, or takes it back where it is there. Rejects with the daemon's reason. */
export async function toggleReaction(message: Message, nick: string, emoji: string): Promise<void> {
  const { id, stanzaId, account, room, reactions } = message;
  if (stanzaId === null) return;
  const emojis = ownAfter(withWish(reactions, reacting.get().get(id), nick), nick, emoji);
  keep(id, { emojis, before: reactions });
  try {
    await api.react.mutate({ account, room, id: stanzaId, emojis });
  } catch (error) {
    keep(id, undefined);
    throw error;
  }
}

const MOST = 200;

function keep(id: number, wish: Wish | undefined): void {
  const next = new Map(reacting.get());
  next.delete(id);
  if (wish) next.set(id, wish);
  for (const eldest of next.keys()) if (next.size > MOST) next.delete(eldest);
  reacting.set(next);
}

/** Whatever was read since holds what was sent, or what came after it. */
function sameReactions(one: Reactions, other: Reactions): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
