import type { KeptMessage } from './groupchat.ts';
import { readableBody } from './readable.ts';

/** A message as it is to be read. What was applied to it is named by archive ids, so that it can be undone and shown. */
export interface Viewed {
  /** As it was kept. */
  readonly message: KeptMessage;
  /** What to show: the last correction's body; nothing where it was retracted. */
  readonly body: string | undefined;
  /** XEP-0308: the corrections in their order. */
  readonly corrections: readonly { readonly archiveId: number; readonly at: number }[];
  /** XEP-0424, or XEP-0425 where the room did it. */
  readonly retracted: { readonly archiveId: number; readonly at: number; readonly byRoom: boolean } | undefined;
  /** XEP-0444: each sender's last word. */
  readonly reactions: readonly { readonly emoji: string; readonly nicks: readonly string[] }[];
  /** XEP-0461: what it answers; `message` where that is kept, `body` as it reads now: its last correction, nothing once it was retracted. */
  readonly reply: { readonly id: string; readonly message: KeptMessage | undefined; readonly body: string | undefined; readonly retracted: boolean } | undefined;
}

const MAX_REACTIONS = 20; // of one sender to one message; more is noise

/** What was said of a message, applied to it. `about` is in the room's order and may hold what does not concern it. */
export function viewed(message: KeptMessage, about: readonly KeptMessage[], answered?: Pick<Viewed, 'message' | 'body' | 'retracted'>): Viewed {
  const own = about.filter((other) => concerns(other, message));
  const corrections = own.filter((other) => other.replaces !== undefined && sameSender(other, message));
  const retraction = own.findLast((other) => other.retracts !== undefined && mayRetract(other, message));
  const last = corrections.at(-1);
  return {
    message,
    body: retraction ? undefined : bodyOf(last?.body === undefined ? message : last, answered !== undefined || message.repliesTo === undefined),
    corrections: corrections.map(({ archiveId, at }) => ({ archiveId, at })),
    retracted: retraction && { archiveId: retraction.archiveId, at: retraction.at, byRoom: retraction.nick === undefined },
    reactions: retraction ? [] : reactionsTo(own),
    reply:
      message.repliesTo === undefined
        ? undefined
        : { id: message.repliesTo, message: answered?.message, body: answered?.body, retracted: answered?.retracted !== undefined },
  };
}

/** The quote in a reply is all that is known of a message that is not kept: it stays. */
function bodyOf(message: KeptMessage, quoteIsKnown: boolean): string | undefined {
  const readable = readableBody(message);
  return readable === undefined || quoteIsKnown ? readable : message.body;
}

/** True for what only says something of another message, and is shown there. */
export function isApplied(message: KeptMessage, targets: readonly KeptMessage[]): boolean {
  return targets.some(
    (target) =>
      concerns(message, target) &&
      (message.reactsTo !== undefined ||
        (message.replaces !== undefined && sameSender(message, target)) ||
        (message.retracts !== undefined && mayRetract(message, target))),
  );
}

function concerns(other: KeptMessage, message: KeptMessage): boolean {
  if (other.archiveId === message.archiveId) return false;
  // XEP-0308 names the id that the sender gave; 0424 and 0444 the room's stanza-id, older clients the sender's.
  if (other.replaces !== undefined) return other.replaces === message.id;
  const target = other.retracts ?? other.reactsTo;
  return target !== undefined && [message.stanzaId, message.originId, message.id].includes(target);
}

/** The occupant-id where there is one (nicks can be taken over), else the nick. */
function sameSender(one: KeptMessage, other: KeptMessage): boolean {
  if (one.occupantId !== undefined || other.occupantId !== undefined) return one.occupantId === other.occupantId;
  return one.nick !== undefined && one.nick === other.nick;
}

/** The sender itself, or the room on a moderator's behalf. */
function mayRetract(other: KeptMessage, message: KeptMessage): boolean {
  return other.nick === undefined || sameSender(other, message);
}

function reactionsTo(own: readonly KeptMessage[]): { emoji: string; nicks: string[] }[] {
  const lastOf = new Map<string, KeptMessage>();
  for (const other of own) if (other.reactsTo !== undefined) lastOf.set(senderOf(other), other);
  const nicks = new Map<string, string[]>();
  for (const other of lastOf.values()) {
    for (const emoji of emojisOf(other.xml)) nicks.set(emoji, [...(nicks.get(emoji) ?? []), other.nick ?? '']);
  }
  return [...nicks].map(([emoji, those]) => ({ emoji, nicks: those }));
}

/** No nick is another's occupant-id, whatever it is. */
function senderOf({ occupantId, nick = '' }: KeptMessage): string {
  return occupantId === undefined ? `nick ${nick}` : `id ${occupantId}`;
}

/** The stanza's text is a server's well-formed XML; an emoji holds no markup. */
function emojisOf(xml: string): Set<string> {
  const found = xml.matchAll(/<reaction(?:\s[^>]*)?>\s*([^<&\s]{1,64})\s*<\/reaction>/g);
  return new Set([...found].slice(0, MAX_REACTIONS).map((match) => match[1] ?? ''));
}
