import type { Result } from '../../core/errors.ts';
import type { OfflinePresence } from '../../core/presence.ts';
import type { MessageRelation, OutboxMessage } from '../rooms/contract.ts';
import type { PresenceSummary } from './contract.ts';

/** What others get from the account: messages, presence, its nick. */
export interface AccountSending {
  /** Says it in the room, by the outbox; resolves with the origin-id once it is on disk. */
  sendMessage(room: string, body: string, about?: MessageRelation): Promise<Result<{ originId: string }>>;
  /** Our reactions to the message with that stanza-id (XEP-0444): these, and no others. */
  react(room: string, stanzaId: string, emojis: readonly string[]): Promise<Result<{ originId: string }>>;
  /** Takes back the message of ours with that stanza-id (XEP-0424). */
  retract(room: string, stanzaId: string): Promise<Result<{ originId: string }>>;
  /** Tells the room whether the person is typing (XEP-0085); lost where we are not in it. */
  tellTyping(room: string, typing: boolean): void;
  /** Says it to one occupant alone (XEP-0045 7.5), now or not at all. */
  sendPrivate(room: string, nick: string, body: string): Result<{ originId: string }>;
  /** What was said here and no room has sent back yet, oldest first. */
  outbox(): OutboxMessage[];
  /** Sends again what is asked about: the room may then have it twice. */
  sendAgain(originId: string): Result<OutboxMessage>;
  /** Forgets what is asked about, or what still waits. */
  discard(originId: string): Result<OutboxMessage>;
  presence(): PresenceSummary;
  /** The person uses the page: for the next minutes they are there, whatever their devices say. */
  usePage(): void;
  /** Publishes the account's nick (XEP-0172): the nick in all rooms whose bookmark names none. */
  setNick(nick: string | undefined): Promise<Result<{ readonly nick: string | undefined }>>;
  /** What rooms see with no device online. */
  offlinePresence(): OfflinePresence;
  setOfflinePresence(presence: OfflinePresence): void;
}
