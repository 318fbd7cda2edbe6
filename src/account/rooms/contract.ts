import type { ChosenNick } from '../../core/nick.ts';
import type { Occupant } from '../../core/occupant.ts';
import type { RoomPresence } from '../../core/presence.ts';
import type { RoomState } from '../../core/room.ts';
import type { About } from '../../xmpp/xep/message/groupchat.ts';
import type { NotifyLevel } from '../../xmpp/xep/bookmarks/notify.ts';

/** A room as a person sees it. */
export interface RoomSummary {
  readonly account: string;
  readonly room: string;
  readonly name: string | undefined;
  readonly state: RoomState;
  readonly nick: string | undefined;
  readonly occupants: number;
  /** UTC, ISO 8601: when our being there was last proven. */
  readonly verifiedAt: string | undefined;
  /** Why it is in this state, in one sentence, where that needs saying. */
  readonly reason: string | undefined;
  readonly subject: string | undefined;
  /** Everybody in it sees everybody's real address (XEP-0045 7.2.3). */
  readonly nonAnonymous?: boolean | undefined;
  /** The room logs what is said, for all to read (7.2.12). */
  readonly logged?: boolean | undefined;
  /** Where a destroyed or moved room said that it went. */
  readonly venue?: string | undefined;
  /** Our role in it: a visitor has no voice in a moderated room. */
  readonly role?: Occupant['role'] | undefined;
  readonly settings?: RoomSettings | undefined;
  /** The nick that should be ours there, and where it comes from; `nick` differs while somebody else has it. */
  readonly wanted?: ChosenNick | undefined;
  /** Why the room did not grant the nick that was asked for last. */
  readonly nickRefusal?: string | undefined;
  /** XEP-0492: when clients notify of it, where the bookmark says so. */
  readonly notify?: NotifyLevel | undefined;
  /** Its archive is being read (XEP-0313); `upTo`: the room's time of the last message that came of it, UTC, ISO 8601. */
  readonly catchUp?: { readonly upTo: string | undefined } | undefined;
  /** One can register with it (XEP-0045 7.10). */
  readonly registers?: boolean | undefined;
  /** Who wants the account to be in it: it leaves when nobody does. */
  readonly wishes?: RoomWishers | undefined;
}

/** Whose wish a room is. */
export interface RoomWishers {
  /** Its bookmark joins it. */
  readonly bookmark: boolean;
  /** Somebody joined it at the page or the command line. */
  readonly person: boolean;
  /** The devices at the bouncer that are in it, by their labels; offline ones too. */
  readonly devices: readonly string[];
}

/** What the person chose for one room. */
export interface RoomSettings {
  /** Rejoin on a timer after a kick; only if the person has chosen so. */
  readonly rejoinAfterKick?: boolean | undefined;
  /** Refuse to be the one who creates the room by joining it. */
  readonly neverCreate?: boolean | undefined;
  /** What the room sees of the person; by default `follow`. */
  readonly presence?: RoomPresence | undefined;
}

/** What a message of ours says of another, and of whom, as a person says it. */
export interface MessageRelation extends Omit<About, 'explicit'> {
  /** The nicks in its text that were chosen from the room's: they are sent as XEP-0513 beside it. */
  readonly mentions?: readonly string[] | undefined;
}

/** Something of ours that a room is not known to have. */
export interface OutboxMessage {
  readonly account: string;
  readonly room: string;
  readonly originId: string;
  readonly body: string | undefined;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** `ask`: it was sent, was lost or was not, and nothing can tell: the person says what is to be done. */
  readonly state: 'waiting' | 'sent' | 'ask';
  /** Why the person is asked, where it is for more than that: the server has ended two streams over it, and this was its word. */
  readonly cause: string | undefined;
}

/** How far the person has read a room, on whatever device, and what is behind that. */
export interface ReadState {
  readonly account: string;
  readonly room: string;
  /** What is said to all, or what is said in private there. */
  readonly only: 'groupchat' | 'private';
  /** The archive id of the last message that was on a screen. */
  readonly readTo: number;
  /** By others, behind it: 1000 at most. */
  readonly unread: number;
  /** Of those, how many are meant for the person. */
  readonly mentions: number;
}
