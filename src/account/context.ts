import type { Log } from '../core/log.ts';
import type { Archive, OpenTransaction } from '../archive/contract.ts';
import type { Membership } from '../core/room.ts';
import type { Occupant } from '../core/occupant.ts';
import type { Connection } from '../xmpp/contract.ts';
import type { Element } from '../xmpp/xml.ts';
import type { AccountEvent, OwnEvents } from './events.ts';
import type { RoomSettings } from './rooms/contract.ts';

/** A room of the account, as a value: replaced, never changed. */
export interface Room {
  readonly jid: string;
  readonly membership: Membership;
  /** Join it again whenever we are out of it without a reason. */
  readonly wanted: boolean;
  /** The nick and the password that the person gave. */
  readonly nick: string | undefined;
  readonly password: string | undefined;
  readonly subject: string | undefined;
  readonly name: string | undefined;
  /** disco#info features; `undefined` until asked. */
  readonly features: ReadonlySet<string> | undefined;
  /** Everybody in the room sees everybody's real address (XEP-0045 7.2.3), and the room logs what is said (7.2.12). */
  readonly nonAnonymous: boolean;
  readonly logged: boolean;
  /** The nick that the room keeps for us (XEP-0045 7.12), if any; `undefined` until asked. */
  readonly reserved: { readonly nick: string | undefined } | undefined;
  /** True between our self-presence and the subject: what comes is the room's history (XEP-0045 7.1). */
  readonly entering: boolean;
  /** The room's archive is being read from here on (XEP-0313); on disk, so that it goes on after a restart. */
  readonly catchup: Catchup | undefined;
  /** Under way while `entering`, where there is something to connect to. */
  readonly replay: Replay | undefined;
  /** When our being there was last proven, in milliseconds since the epoch. */
  readonly verifiedAt: number | undefined;
  /** Full JIDs of our own sessions that the room lists under our nick. */
  readonly siblings: readonly string[];
  readonly settings: RoomSettings;
  /** Why we are not sure to be in it any more, though nothing says that we are out. */
  readonly doubt: string | undefined;
}

/** From where on a room's archive is read. */
interface CatchupPlace {
  /** Behind this id, or from this time on (ISO 8601). */
  readonly after?: string | undefined;
  readonly start?: string | undefined;
  /** The archive id behind which the next one stands. */
  readonly follows?: number | undefined;
  /** Time of our last message (milliseconds since the epoch), if the room's archive no longer has that message. */
  readonly lost?: number | undefined;
}

/** What a reading of a room's archive is for. The questions about it stand in history/catch-up-state.ts. */
export type Catchup = CatchupPlace & (
  /** The first join: what comes is the past, not news. */
  | { readonly state: 'first' }
  /** What was said while we were out: it goes before what is live. */
  | { readonly state: 'missed' }
  /** It is there already, and is read once more for the room's order (reorder-after-resume.ts). */
  | { readonly state: 'reorder' }
  /** The archive cannot be read for now, and nobody waits for it. `gap`: the row that marks the hole; none for a first join's past. */
  | { readonly state: 'unreadable'; readonly gap: number | undefined }
);

/** The history after a join without an archive: whether it reached back to what we have (XEP-0045 7.2.14). */
interface Replay {
  /** Room time of what we had last, in milliseconds since the epoch. */
  readonly from: number;
  /** Room time of the first message that we did not have. */
  readonly first: number | undefined;
  /** It brought something that we had: there is no hole. */
  readonly overlaps: boolean;
  /** It was known by its id, and not by its words and time alone. */
  readonly proven?: boolean | undefined;
}

/** What one batch, or one verb, changes. It becomes true when its transaction has committed. */
export interface Transaction {
  readonly at: number;
  room(jid: string): Room | undefined;
  put(room: Room): void;
  forget(jid: string): void;
  occupant(room: string, nick: string): Occupant | undefined;
  /** An upper bound of the number of occupants. */
  crowd(room: string): number;
  setOccupant(room: string, occupant: Occupant, xml: string): void;
  removeOccupant(room: string, nick: string): void;
  clearOccupants(room: string): void;
  /** Runs after the commit, in order. */
  onCommit(effect: () => void): void;
  /** Told to subscribers after the commit and after the effects. */
  emit(event: AccountEvent): void;
}

/** A transaction that is to be ended, one way or the other. */
export type StartedTransaction = Transaction & OpenTransaction;

/** What the parts of one account share. */
export interface AccountContext {
  readonly jid: string;
  readonly archive: Archive;
  readonly connection: Connection;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What one part has done, and others act on. */
  readonly events: OwnEvents;
  now(): number;
  /** All that `work` changes, in one transaction; throws what the disk throws, and then nothing has changed. */
  transact<T>(work: (transaction: Transaction) => T): T;
  /** The same, where whoever changes something ends it. */
  begin(): StartedTransaction;
  /** As `transact`, at the end of this turn of the event loop, in one commit with all others of the same turn. */
  batch(work: (transaction: Transaction) => void): Promise<void>;
  room(jid: string): Room | undefined;
  rooms(): Iterable<Room>;
  occupants(room: string): ReadonlyMap<string, Occupant>;
  /** What our presence in a room says of the person now; goes into each that we send there. */
  roomPresence(room: string): readonly Element[];
}
