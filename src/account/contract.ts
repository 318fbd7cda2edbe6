import type { LedgerEntry } from '../archive/contract.ts';
import type { Device, RelayDecision } from '../core/device.ts';
import type { Result } from '../core/errors.ts';
import type { Finding } from '../core/diagnostics.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import type { Invitation } from '../core/invitation.ts';
import type { Occupant } from '../core/occupant.ts';
import type { OfflinePresence } from '../core/presence.ts';
import type { ConnectionStatus, IqAnswer } from '../xmpp/contract.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { Element } from '../xmpp/xml.ts';
import type { BookmarkVerbs } from './bookmarks/contract.ts';
import type { DeviceChange, DeviceSummary, DeviceTest, RelayTarget } from './devices/contract.ts';
import type { ReadState, RoomSettings, RoomSummary, MessageRelation, OutboxMessage } from './rooms/contract.ts';
import type { SharedOccupancy } from './rooms/shared-occupancy-contract.ts';
import type { PresenceSummary, RoomRegistration } from './sending/contract.ts';

export interface AccountStatus {
  readonly account: string;
  readonly connection: ConnectionStatus;
  readonly rooms: number;
  readonly joined: number;
  readonly messages: number;
  /** Where the person has paused the relay. */
  readonly relayPause?: RelayPause | undefined;
}

/** Why a person is told of a message at once: it is meant for them, it is private, or they want all of that room. */
export type Alert = 'mention' | 'private' | 'room';

/** UTC, ISO 8601; null for until it is resumed. */
export interface RelayPause {
  readonly until: string | null;
}

/** What a door is told; each after it is on disk. */
export type AccountEvent =
  /** `fresh` is false for what a first join brings of the room's past: kept, but no news. */
  | { readonly type: 'message'; readonly message: KeptMessage; readonly fresh: boolean }
  /** What else a room we know has sent: presence, errors, and messages that the archive does not keep. */
  | { readonly type: 'room-stanza'; readonly account: string; readonly room: string; readonly stanza: Stanza }
  | { readonly type: 'room'; readonly room: RoomSummary }
  /** The room's archive is read to its end, or cannot be read for now. */
  | { readonly type: 'caught-up'; readonly account: string; readonly room: string }
  | { readonly type: 'room-forgotten'; readonly account: string; readonly room: string }
  /** The list of bookmarks has changed; so many removals wait for the person. */
  | { readonly type: 'bookmarks'; readonly account: string; readonly held: number }
  | { readonly type: 'status'; readonly status: AccountStatus }
  | { readonly type: 'invitations'; readonly account: string; readonly invitations: readonly Invitation[] }
  /** The person has read on, here or on another device (XEP-0490). */
  | { readonly type: 'read'; readonly state: ReadState }
  | { readonly type: 'devices'; readonly devices: readonly DeviceSummary[] }
  /** A message of one of the account's own resources to our full JID, as far as nobody below has understood it. */
  | { readonly type: 'own-message'; readonly from: string; readonly stanza: Stanza }
  /** A stanza error from one of the account's own resources, in answer to what a door wrote. */
  | { readonly type: 'bounced'; readonly from: string; readonly stanza: Stanza };

/** How a door answers requests to the daemon's full JID. Only the account's own resources and server reach `handle`. */
export interface IqHandler {
  /** The payload that it is for, by name and namespace. */
  readonly name: string;
  readonly xmlns: string;
  readonly types: readonly ('get' | 'set')[];
  /** What disco#info tells of it (XEP-0030). */
  readonly features?: readonly string[];
  /** The answer, or `undefined` where it is written later by `write`. */
  handle(stanza: Stanza, payload: Element): Element | undefined;
  /** disco#info and disco#items of nodes below the full JID; `undefined` where the node is not its own. */
  info?(node: string): Element | undefined;
  items?(node: string, to: string): Element | undefined;
}

export type EventListener = (event: AccountEvent) => void;

/** One account, wired. Verbs that may fail by nature return a `Result`. */
export interface Account {
  readonly jid: string;
  start(): void;
  stop(): Promise<void>;
  status(): AccountStatus;
  rooms(): RoomSummary[];
  occupants(room: string): Occupant[];
  /** The room's archive is being read for what was missed: until it is, what comes live stands behind a hole. */
  catchingUp(room: string): boolean;
  /** Of the rooms in which anything was marked as read. */
  readStates(): ReadState[];
  /** All up to that message (an archive id) was on a screen: also told to the other devices. */
  markRead(room: string, id: number, only: ReadState['only']): Result<ReadState>;
  devices(): DeviceSummary[];
  changeDevice(device: string, change: DeviceChange): Result<DeviceSummary>;
  /** Sends it a relayed message and waits for what comes back; an error switches the relay off. */
  testDevice(device: string): Promise<Result<DeviceTest>>;
  /** Forgets it and what it has had; seen again, it is new. */
  forgetDevice(device: string): Result<undefined>;
  /** The devices that are online and get the relay; `devices` is told whenever that may have changed. */
  relays(): RelayTarget[];
  /** Whether a device gets a message by the relay, by the person's wishes and where it is itself, and why. */
  relayDecision(device: string, message: KeptMessage): RelayDecision;
  /** Something that a person should know of how a device is served. */
  noteDevice(device: string, text: string | undefined): void;
  /** The own resources that are to be told of a message in words. */
  digestTargets(message: KeptMessage): { readonly jid: string; readonly device: Device; readonly why: string }[];
  /** Full JIDs of own resources that get the relay of a room, each with the reason. */
  relayTargets(room: string): { readonly jid: string; readonly decision: RelayDecision }[];
  /** Nothing is relayed until then (milliseconds since the epoch), or until `resumeRelay`; devices get it afterwards. */
  pauseRelay(until?: number): AccountStatus;
  resumeRelay(): AccountStatus;
  /** Whether the person is to be told of a message at once, by their settings of the room, and why. */
  alert(message: KeptMessage): Alert | undefined;
  /** Switches the relay to a resource off, for it answered with an error. */
  refuseRelay(jid: string, why: string): void;
  /** Joins, remembers, and resolves once the room has let us in or refused. */
  join(room: string, options?: { nick?: string; password?: string }): Promise<Result<RoomSummary>>;
  /** Leaves and forgets; final within 5 s. */
  leave(room: string): Promise<Result<undefined>>;
  readonly bookmarks: BookmarkVerbs;
  presence(): PresenceSummary;
  /** Publishes the account's nick (XEP-0172): the nick in all rooms whose bookmark names none. */
  setNick(nick: string | undefined): Promise<Result<{ readonly nick: string | undefined }>>;
  /** XEP-0045 7.10: what the room asks of whoever registers. */
  registration(room: string): Promise<Result<RoomRegistration>>;
  /** Registers; what is not given stays as the room proposed it, and the nick is the wanted one. */
  register(room: string, values: Readonly<Record<string, string>>): Promise<Result<RoomRegistration>>;
  unregister(room: string): Promise<Result<RoomRegistration>>;
  /** What rooms see with no device online. */
  offlinePresence(): OfflinePresence;
  setOfflinePresence(presence: OfflinePresence): void;
  /** Joins the venue that a destroyed or moved room has named. */
  follow(room: string): Promise<Result<RoomSummary>>;
  /** Changes what the person chose for a room. */
  set(room: string, settings: RoomSettings): Result<RoomSummary>;
  /** What happened in the room, oldest first: each join, loss, cause and return. */
  ledger(room: string, limit: number): LedgerEntry[];
  invitations(): Invitation[];
  accept(room: string, nick?: string): Promise<Result<RoomSummary>>;
  decline(room: string, reason?: string): Result<undefined>;
  /** Asks the moderators for a voice (XEP-0045 8.6). */
  requestVoice(room: string): Result<undefined>;
  /** Asks the room for another nick; resolves once the room has granted or refused it. */
  changeNick(room: string, nick: string): Promise<Result<RoomSummary>>;
  /** Says it in the room, by the outbox; resolves with the origin-id once it is on disk. */
  sendMessage(room: string, body: string, about?: MessageRelation): Promise<Result<{ originId: string }>>;
  /** What was said here and no room has sent back yet, oldest first. */
  outbox(): OutboxMessage[];
  /** Sends again what is asked about: the room may then have it twice. */
  sendAgain(originId: string): Result<OutboxMessage>;
  /** Forgets what is asked about, or what still waits. */
  discard(originId: string): Result<OutboxMessage>;
  /** Writes a whole stanza to the server now, or says why not. For doors; never for groupchat. */
  write(stanza: string, options?: { readonly checked?: boolean }): Result<number>;
  /** Asks somebody, for a door; never rejects. */
  ask(request: Element, timeout?: number): Promise<IqAnswer>;
  /** The number that the server has acknowledged of what was written (XEP-0198), now and whenever it changes. */
  acknowledged(): number;
  onAcknowledged(listener: (h: number) => void, signal: AbortSignal): void;
  /** To be called before `start`, so that others learn of it (XEP-0115). */
  onIq(handler: IqHandler, signal: AbortSignal): void;
  /** The one place in each room, for the bouncer. */
  readonly occupancy: SharedOccupancy;
  /** What the server offers, what its clock says, and how bookmarks and rooms fare; for `minimix doctor`. */
  examine(): Promise<Finding[]>;
  /** A listener that throws is detached and logged. */
  subscribe(listener: EventListener, signal: AbortSignal): void;
}
