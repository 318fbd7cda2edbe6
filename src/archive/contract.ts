import type { GroupchatMessage, KeptMessage } from '../core/groupchat.ts';
import type { MentionReason } from '../core/mention.ts';
import type { Viewed } from '../core/view.ts';
import type { Occupant } from '../core/occupant.ts';
import type { StoredValue } from './stored-values.ts';
import type { Found, PageQuery, RangeQuery, SearchQuery, UnreadQuery } from './query-contract.ts';

/** How a message reached us; decides how a duplicate is recognised and where in the room's order it stands. */
export type Source =
  /** Live, or resent by a resumed stream; `retold` is the room's own stamp, where it may be telling its past once more. */
  | { readonly kind: 'live'; readonly retold?: number | undefined }
  /** XEP-0045 history after a join. Aligned with the kept tail since `beginHistoryMerge` where it has no stanza-id. */
  | { readonly kind: 'history' }
  /**
   * XEP-0313. Stands in the room's order behind the message `follows` (an archive id) and before the next one kept
   * there, whatever its stamp says; so does one that is kept already but stood before `follows`, unless the archive has
   * given it before in this reading (`again`): then it tells nothing of the order.
   */
  | { readonly kind: 'mam'; readonly follows: number | undefined; readonly again?: boolean }
  /** Our own private message, archived as sent. */
  | { readonly kind: 'sent' }
  /**
   * From a file. Stands by its stamp, but not before `follows`, the one before it in the file. A message with the same words of the same second is the same, unless it is in
   * `met`: the archive ids that this file's messages have had so far, which append adds to.
   */
  | { readonly kind: 'import'; readonly met: Set<number>; readonly follows: number | undefined };

export interface NewMessage {
  readonly account: string;
  readonly message: GroupchatMessage;
  readonly arrivedAt: number;
  readonly xml: string;
  readonly source: Source;
  /** Why it is meant for the person; for `has:mention`, and kept with it. */
  readonly mention?: MentionReason | undefined;
}

export type Appended =
  | { readonly kept: true; readonly message: KeptMessage }
  /** Already there under `archiveId`. */
  | { readonly kept: false; readonly archiveId: number; readonly why: string };

export interface ArchiveGap {
  readonly id: number;
  readonly account: string;
  readonly room: string;
  /** Milliseconds since the epoch; the hole lies between. */
  readonly from: number;
  readonly to: number;
  readonly cause: string;
}

/** One line of a room's ledger. `event` is a signal of `core/room.ts`, or `occupant-…` for what others did. */
export interface LedgerRecord {
  readonly id: number;
  readonly account: string;
  readonly room: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly event: string;
  readonly nick: string | undefined;
  readonly text: string | undefined;
}

/** What the archive remembers of a room, so that a restart finds it as it was. */
export interface RoomRecord {
  readonly account: string;
  readonly room: string;
  /** `core/room.ts` membership, as JSON. */
  readonly membership: string;
  /** Join again at the next start. */
  readonly wanted: boolean;
  readonly nick: string | undefined;
  readonly password: string | undefined;
  readonly subject: string | undefined;
}

/** One change of a bookmark. `before` and `after` are JSON of `core/bookmark.ts`; `undefined` is no bookmark. */
export interface BookmarkLogEntry {
  readonly id: number;
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Where it was seen first: a storage, or `minimix` for what was done here. */
  readonly storage: string;
  readonly room: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** One sentence. */
  readonly cause: string;
}

export interface OccupantRecord {
  readonly room: string;
  readonly occupant: Occupant;
  /** The last presence, as it came. */
  readonly xml: string;
}

/** XEP-0198 state of an account's stream, as JSON of `xmpp/contract.ts` StreamState; opaque here. */
type StreamRecord = string;

/** A stanza of ours that is not known to have arrived. */
export interface OutboxEntry {
  readonly id: number;
  readonly account: string;
  readonly room: string;
  /** XEP-0359 origin-id: how we know it when the room reflects it. */
  readonly originId: string;
  readonly xml: string;
  readonly createdAt: number;
  /** The stream and the number under which it was last written to the wire (XEP-0198). */
  readonly stream: string | undefined;
  readonly outbound: number | undefined;
  readonly state: 'waiting' | 'sent' | 'ask';
  /** How many streams the server has ended over it, as far as is known. */
  readonly ends: number;
  /** What it said the last time. */
  readonly cause: string | undefined;
}

/** A stanza that could not be taken, alone; what came beside it was. */
export interface QuarantinedStanza {
  readonly id: number;
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Its `from`, where it could be read. */
  readonly sender: string | undefined;
  readonly kind: 'message' | 'presence' | 'iq' | 'other';
  /** Bytes on the wire. */
  readonly size: number;
  /** Why it was passed over, one sentence. */
  readonly cause: string;
  /** Its beginning: cut to 4096 characters when it is kept. */
  readonly text: string;
}

/** How long a room's messages are kept. The newest one stays in any case: catching up goes on from it. */
export type Retention =
  | { readonly keep: 'forever' }
  | { readonly keep: 'days'; readonly days: number }
  | { readonly keep: 'messages'; readonly messages: number }
  /** An hour, so that what a room replays is known again, and until every cursor has passed. */
  | { readonly keep: 'none' };

/** What any handle can answer. */
export interface ReadArchive {
  /** Oldest first. */
  page(query: PageQuery): KeptMessage[];
  /**
   * A page as it is to be read: corrections, retractions, moderation, reactions and replies applied, and what they
   * were applied by left out. `page` gives the same stretch raw.
   */
  view(query: PageQuery): Viewed[];
  /** Best or newest first. Never throws on what a person typed: what cannot be read finds nothing. */
  search(query: SearchQuery): KeptMessage[];
  /** The same with excerpts, and with a sentence for a query that cannot be read. */
  find(query: SearchQuery): Found;
  range(query: RangeQuery): KeptMessage[];
  /** Whether the id is one of this account's messages. */
  holds(account: string, archiveId: number): boolean;
  message(archiveId: number): KeptMessage | undefined;
  /** The archive id of what the room has given this stanza-id (XEP-0359). */
  byStanzaId(account: string, room: string, stanzaId: string): number | undefined;
  /** Whether a kept message stands behind another one (archive ids) in the room's order. */
  isBehind(account: string, room: string, options: { id: number; other: number }): boolean;
  /** These archive ids in the room's order; those that are gone are left out. */
  inOrder(account: string, room: string, ids: readonly number[]): number[];
  /** How much was said behind `after` (an archive id) by others than `nick`: 1000 at most. */
  unread(query: UnreadQuery): number;
  /** The last message of a room in its order; with `withStanzaId`, the last that MAM can continue from. */
  last(account: string, room: string, withStanzaId?: boolean): KeptMessage | undefined;
  /** Messages with a greater archive id, in id order; for cursors. */
  since(account: string, room: string, options: { archiveId: number; limit: number }): KeptMessage[];
  count(account: string, room?: string): number;
  /** How many messages on each day (UTC, `2026-11-23`), oldest first; of all rooms where none is given. */
  perDay(where: { readonly account: string; readonly room?: string }): { readonly day: string; readonly messages: number }[];
  /**
   * How many messages in each hour of the week since then (milliseconds since the epoch): 168 numbers, from Monday's
   * first hour on, `zone` minutes east of UTC.
   */
  perHour(where: { readonly account: string; readonly since: number; readonly zone: number }): number[];
  retention(account: string, room: string): Retention;
  /** The accounts and the rooms that messages are kept of, joined or not. */
  accounts(): string[];
  keptRooms(account: string): string[];
  gaps(account: string, room: string): ArchiveGap[];
  rooms(account: string): RoomRecord[];
  /** The last `limit` entries of a room's ledger, oldest first. */
  ledger(account: string, room: string, limit: number): LedgerRecord[];
  occupants(account: string): OccupantRecord[];
  /** The bookmarks of one place (`list`, or a storage), as JSON. */
  bookmarks(account: string, place: string): { readonly room: string; readonly value: string }[];
  /** The last `limit` changes of bookmarks, later than `after` (milliseconds since the epoch), oldest first. */
  bookmarkLog(account: string, query: { readonly limit: number; readonly after?: number }): BookmarkLogEntry[];
  bookmarkLogEntry(account: string, id: number): BookmarkLogEntry | undefined;
  /** The last `limit` stanzas that could not be taken, oldest first; by default, all that are kept. */
  quarantined(account: string, limit?: number): QuarantinedStanza[];
  occupantXml(account: string, room: string, nick: string): string | undefined;
  stream(account: string): StreamRecord | undefined;
  outbox(account: string): OutboxEntry[];
  /** Named cursors, such as a device's in a room: the last archive id it has. */
  cursor(account: string, owner: string, room: string): number | undefined;
  /** The last archive id given to anybody; 0 where there is none. */
  lastId(): number;
  /** A small value of an account, by its entry in `storedValues`. Throws where it is not what was written. */
  value<T>(account: string, what: StoredValue<T>): T | undefined;
}

/** A transaction of the archive that is to be ended, one way or the other. */
export interface OpenTransaction {
  /** Throws what the disk says; it is to be rolled back then. */
  commit(): void;
  /** Takes back all of it, for this reason. Does nothing once it is committed. */
  rollback(error: unknown): void;
}

/** What only the daemon's one writing handle can do. */
interface WriteArchive {
  /** All or nothing; throws what SQLite throws (disk full, corrupt). Not re-entrant. */
  transaction<T>(work: () => T): T;
  /** The same, where whoever writes ends it. Throws what `transaction` throws; and nothing else may be begun until it has ended. */
  begin(): OpenTransaction;
  /**
   * Resolves once all that is committed by now is on disk, so that a power cut cannot take it back: only then may it be
   * acknowledged. One sync for many commits, beside the event loop. Rejects where the disk did not take it.
   */
  barrier(soon?: 'soon'): Promise<void>;
  /** Once, whole. Only inside `transaction`. */
  append(message: NewMessage): Appended;
  /** A room's history is about to be replayed after a join: aligns what follows with the kept tail. */
  beginHistoryMerge(account: string, room: string): void;
  /** The room has told all of it. */
  endHistoryMerge(account: string, room: string): void;
  saveRoom(record: RoomRecord): void;
  forgetRoom(account: string, room: string): void;
  /** The ledger outlives the room's record; it keeps its last thousand entries. */
  addToLedger(entry: Omit<LedgerRecord, 'id'>): void;
  setBookmark(account: string, options: { place: string; room: string; value?: string | undefined }): void;
  /** The log keeps its last twenty thousand entries. Returns the id. */
  addToBookmarkLog(entry: Omit<BookmarkLogEntry, 'id'>): number;
  /** Puts a stanza on record that could not be taken: the last 500 of an account are kept. Returns the id. */
  quarantine(entry: Omit<QuarantinedStanza, 'id'>): number;
  saveOccupant(account: string, record: OccupantRecord): void;
  removeOccupant(account: string, room: string, nick: string): void;
  clearOccupants(account: string, room: string): void;
  saveStream(account: string, stream: StreamRecord | undefined): void;
  addToOutbox(entry: Omit<OutboxEntry, 'id' | 'ends' | 'cause'>): number;
  updateOutbox(id: number, change: Partial<Pick<OutboxEntry, 'stream' | 'outbound' | 'state' | 'ends' | 'cause'>>): void;
  removeFromOutbox(id: number): void;
  setCursor(account: string, options: { owner: string; room: string; archiveId: number }): void;
  /** Forgets all cursors of an owner, and what is kept beside them (`deliveredBeyond`). */
  removeCursors(account: string, owner: string): void;
  setValue<T>(account: string, what: StoredValue<T>, value: T | undefined): void;
  addGap(gap: Omit<ArchiveGap, 'id'>): number;
  removeGap(id: number): void;
  setRetention(account: string, room: string, retention: Retention): void;
  /**
   * One slice of maintenance, some 20 ms, outside of transactions: drops what retention has ended and every cursor has
   * passed, compresses what is old, gives free pages back to the disk. True where more is left to do.
   */
  tidy(now: number): boolean;
  /** Removes all that is kept of an account. */
  removeAccount(account: string): void;
}

/** The daemon's own handle. */
export interface Archive extends ReadArchive, WriteArchive {
  /** Whether the file that is written to is still the one of its name: false once it was removed or replaced. */
  isInPlace(): boolean;
  close(): void;
}
