import type { MentionReason } from './mention.ts';

/** What a groupchat stanza is for; decides how a reader of the archive sees it. */
export type MessageKind =
  | 'message'
  | 'subject'
  | 'correction'
  | 'retraction'
  | 'reaction'
  | 'marker'
  | 'encrypted'
  | 'private'
  | 'other';

/** A groupchat stanza as columns. The stanza's own text is kept beside it, whole. */
export interface GroupchatMessage {
  /** The room's bare JID. */
  readonly room: string;
  /** The sender's nick; `undefined` where the room itself speaks. */
  readonly nick: string | undefined;
  readonly kind: MessageKind;
  /** The stanza's `id` attribute. */
  readonly id: string | undefined;
  /** XEP-0359 stanza-id, only where the room set it (`by` is the room). */
  readonly stanzaId: string | undefined;
  /** XEP-0359 origin-id, as the sender claims it. */
  readonly originId: string | undefined;
  /** XEP-0421 occupant-id. */
  readonly occupantId: string | undefined;
  /** The sender's real bare JID where the room shows it. */
  readonly realJid: string | undefined;
  readonly body: string | undefined;
  readonly subject: string | undefined;
  /** Room time in milliseconds since the epoch: the XEP-0203 stamp set by the room, else the arrival. */
  readonly at: number;
  /** True where the room sent it as history (XEP-0045 7.2.14, a delay stamped by the room). */
  readonly delayed: boolean;
  /** XEP-0308: the id that it corrects. */
  readonly replaces?: string | undefined;
  /** XEP-0424, 0425: the id that it retracts. */
  readonly retracts?: string | undefined;
  /** XEP-0444: the id that it reacts to. */
  readonly reactsTo?: string | undefined;
  /** XEP-0461: the id that it replies to. */
  readonly repliesTo?: string | undefined;
}

/** A message that the archive holds. `archiveId` only grows, over all rooms and accounts, and is every cursor. */
export interface KeptMessage extends GroupchatMessage {
  readonly archiveId: number;
  /** The account's bare JID. */
  readonly account: string;
  /** Why it is meant for the person, decided once, when it was received; nothing where it is not. */
  readonly mention?: MentionReason | undefined;
  /** When it reached the daemon, in milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** The stanza's text as it came, with the `jabber:client` namespace explicit. */
  readonly xml: string;
}
