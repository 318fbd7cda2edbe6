import type { LedgerEntry } from '../archive/contract.ts';
import type { Result } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { Invitation } from '../core/invitation.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import type { Occupant } from '../core/occupant.ts';
import type { Device, Digest, RelayDecision, ReplayLimit } from '../core/device.ts';
import type { Policy } from '../core/mention.ts';
import type { ChosenNick } from '../core/nick.ts';
import type { ConnectionStatus, IqAnswer } from '../xmpp/contract.ts';
import type { BookmarkSettings, BookmarkVerbs } from './bookmarks-contract.ts';
import type { PresenceSummary, RoomRegistration } from './self-contract.ts';
import type { OfflinePresence, RoomPresence } from '../core/presence.ts';
import type { RoomState } from '../core/room.ts';
import type { NotifyLevel } from '../xmpp/features/notify.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { Element } from '../xmpp/xml.ts';

/** A room as a person sees it. */
export interface RoomSummary {
  readonly account: string;
  readonly room: string;
  readonly name: string | undefined;
  /** A state of `core/room.ts`. */
  readonly state: string;
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
  /** One can register with it (XEP-0045 7.10). */
  readonly registers?: boolean | undefined;
}

/** What the person chose for one room. */
export interface RoomSettings {
  /** Come back by the clock after a kick (DESIGN: only where the person set it so). */
  readonly rejoinAfterKick?: boolean | undefined;
  /** Refuse to be the one who creates the room by joining it. */
  readonly neverCreate?: boolean | undefined;
  /** What the room sees of the person; `follow` where nothing is said. */
  readonly presence?: RoomPresence | undefined;
}

/** What a message of ours says something of. */
export interface SayAbout {
  /** XEP-0308: the id of our message that it takes the place of. */
  readonly replaces?: string | undefined;
  /** XEP-0461: the room's stanza-id of the message that it answers, and its author's nick. */
  readonly reply?: { readonly id: string; readonly nick: string } | undefined;
  /** XEP-0066: the link of the file that it is about. */
  readonly file?: string | undefined;
}

/** Something of ours that a room is not known to have. */
export interface UnsaidMessage {
  readonly account: string;
  readonly room: string;
  readonly originId: string;
  readonly body: string | undefined;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** `ask`: it was sent, was lost or was not, and nothing can tell: the person says what is to be done. */
  readonly state: 'waiting' | 'sent' | 'ask';
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

/** A device of the account, online or not. */
export interface DeviceSummary {
  readonly account: string;
  readonly id: string;
  readonly label: string;
  readonly resource: string;
  readonly online: boolean;
  readonly door: 'relay' | 'bouncer' | 'none';
  readonly relay: boolean;
  readonly why: string;
  readonly software: string | undefined;
  /** UTC, ISO 8601. */
  readonly lastSeen: string;
  readonly policy: Policy;
  /** By room, where it differs. */
  readonly policies: Readonly<Record<string, Policy>>;
  /** What leaving a room on it means, where it is one that itself joins rooms. */
  readonly leaves?: Leaving | undefined;
  /** Of one on the server: further words that count as a mention, how much it is given afterwards, mentions in words. */
  readonly words?: readonly string[] | undefined;
  readonly limit?: ReplayLimit | undefined;
  readonly digest?: Digest | undefined;
}

/** `here`: on that device alone, while anybody else wants the room. `everywhere`: for the account. */
export type Leaving = 'here' | 'everywhere';

/** What became of a test that was sent to a device. */
export interface DeviceTest {
  readonly account: string;
  readonly device: string;
  readonly label: string;
  /** `silent`: it answered no ping in time. */
  readonly outcome: 'arrived' | 'refused' | 'silent';
  /** One sentence for the person. */
  readonly text: string;
}

/** What the person can change about a device; what is left out stays. */
export interface DeviceChange {
  /** '' for none. */
  readonly label?: string | undefined;
  /** The switch of the relay; `true` also forgives an error that it answered with. */
  readonly attached?: boolean | undefined;
  /** For `room` where that is given, else for all rooms that have none of their own; `default` gives a room's up. */
  readonly policy?: Policy | 'default' | undefined;
  readonly room?: string | undefined;
  /** Further words that count as a mention there. */
  readonly words?: readonly string[] | undefined;
  readonly limit?: ReplayLimit | undefined;
  readonly digest?: Digest | 'off' | undefined;
  readonly leaves?: Leaving | undefined;
}

/** A device that is online and gets the relay. */
export interface RelayTarget {
  readonly device: string;
  /** The full JID that it has today. */
  readonly jid: string;
  /** Another number is another session, whatever its resource. */
  readonly session: number;
  /** The archive id from which on it is owed what a room has no cursor for. */
  readonly from: number;
  readonly limit: ReplayLimit;
  /** It announces XEP-0199. */
  readonly pings: boolean;
}

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

export type Sink = (event: AccountEvent) => void;

/** A room as the one membership has it at this moment. */
export interface RoomView {
  readonly room: string;
  readonly state: RoomState;
  readonly nick: string | undefined;
  readonly subject: string | undefined;
  readonly reason: string | undefined;
  readonly venue: string | undefined;
  /** Between our self-presence and the subject. */
  readonly entering: boolean;
  /** The room's archive is being read: what it will have is not all there yet. */
  readonly catchingUp: boolean;
  readonly features: ReadonlySet<string> | undefined;
}

/** The devices that a door knows by a login of its own. */
export interface Guests {
  list(): readonly DeviceSummary[];
  /** By id or label; `undefined` where it is none of the door's. */
  change(name: string, change: DeviceChange): Result<DeviceSummary> | undefined;
}

/** The account's one place in each room, for a door that lets devices believe that it is theirs. */
export interface Seat {
  /** The daemon's full JID: the occupant. */
  jid(): string;
  room(room: string): RoomView | undefined;
  /** Joins for a device. A room that nobody else wants is left again with the last device (`release`). */
  join(room: string, options: { nick?: string; password?: string }): Promise<Result<RoomSummary>>;
  /** No device wants the room any more: true where it is left, for nobody else does. */
  release(room: string): boolean;
  /** Says a whole groupchat message by the outbox. */
  say(room: string, xml: string, originId: string): Result<unknown>;
  /** Archives a private message as sent, and sends it. */
  sayPrivate(room: string, xml: string): Result<number>;
  /** The door's devices, online or not, which stand in the list beside the others; returns how to say that they changed. */
  host(guests: Guests, signal: AbortSignal): () => void;
  /** From now on this resource is a device of the door: never relayed to. */
  hold(jid: string, signal: AbortSignal): void;
  /**
   * From when on (milliseconds since the epoch) the archive has all that the room's own has, but for the gaps that are
   * on record; `undefined` where that is not known.
   */
  wholeFrom(room: string): number | undefined;
  /** The room has kept something that we have not. */
  notWhole(room: string): void;
  /** Why a message is meant for the person; `undefined` where it is not. `words`: further ones that count. */
  mention(message: KeptMessage, words: readonly string[]): string | undefined;
  /** What the account's server offers on a stream. */
  features(): Element | undefined;
}

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
  say(room: string, body: string, about?: SayAbout): Promise<Result<{ originId: string }>>;
  /** What was said here and no room has sent back yet, oldest first. */
  outbox(): UnsaidMessage[];
  /** Sends again what is asked about: the room may then have it twice. */
  sayAgain(originId: string): Result<UnsaidMessage>;
  /** Forgets what is asked about, or what still waits. */
  unsay(originId: string): Result<UnsaidMessage>;
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
  readonly seat: Seat;
  /** What the server offers, what its clock says, and how bookmarks and rooms fare; for `minimix doctor`. */
  examine(): Promise<Finding[]>;
  /** A sink that throws is detached and logged. */
  subscribe(sink: Sink, signal: AbortSignal): void;
}

/** Settings of one account, as config.ts has checked them. */
export interface AccountSettings {
  readonly jid: string;
  readonly resource: string;
  readonly server?: { readonly host: string; readonly port: number } | undefined;
  readonly directTls?: boolean | undefined;
  /** PEM text of a private CA. */
  readonly ca?: string | undefined;
  readonly pin?: string | undefined;
  readonly allowPlaintext?: boolean | undefined;
  /** Whether a plain chat of the account's own devices to the daemon is answered; default true. */
  readonly chat?: boolean | undefined;
  /** A room that the person is invited to is joined at once; where nothing is said, the invitation waits. */
  readonly joinInvited?: boolean | undefined;
  /** Of a room's past, how many days a first join brings from its archive; default 30. */
  readonly historyDays?: number | undefined;
  /** How bookmarks are kept, as far as the person has chosen. */
  readonly bookmarks?: { readonly [K in keyof BookmarkSettings]?: BookmarkSettings[K] | undefined } | undefined;
  /** What rooms see with no device online, as far as the person has chosen. */
  readonly offline?: { readonly show?: OfflinePresence['show'] | undefined; readonly status?: string | undefined } | undefined;
}
