import type { LedgerEntry } from '../archive/contract.ts';
import type { Result } from '../core/errors.ts';
import type { Invitation } from '../core/invitation.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import type { Occupant } from '../core/occupant.ts';
import type { RelayDecision } from '../core/device.ts';
import type { ConnectionStatus } from '../xmpp/contract.ts';
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
}

/** What the person chose for one room. */
export interface RoomSettings {
  /** Come back by the clock after a kick (DESIGN: only where the person set it so). */
  readonly rejoinAfterKick?: boolean | undefined;
  /** Refuse to be the one who creates the room by joining it. */
  readonly neverCreate?: boolean | undefined;
}

/** A resource of the account that is online. */
export interface DeviceSummary {
  readonly account: string;
  readonly id: string;
  readonly label: string;
  readonly resource: string;
  readonly online: boolean;
  readonly door: 'relay' | 'bouncer' | 'none';
  readonly relay: boolean;
  readonly why: string;
}

export interface AccountStatus {
  readonly account: string;
  readonly connection: ConnectionStatus;
  readonly rooms: number;
  readonly joined: number;
  readonly messages: number;
}

/** What a door is told; each after it is on disk. */
export type AccountEvent =
  /** `fresh` is false for what a first join brings of the room's past: kept, but no news. */
  | { readonly type: 'message'; readonly message: KeptMessage; readonly fresh: boolean }
  | { readonly type: 'room'; readonly room: RoomSummary }
  | { readonly type: 'room-forgotten'; readonly account: string; readonly room: string }
  | { readonly type: 'status'; readonly status: AccountStatus }
  | { readonly type: 'invitations'; readonly account: string; readonly invitations: readonly Invitation[] }
  | { readonly type: 'devices'; readonly devices: readonly DeviceSummary[] }
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

/** One account, wired. Verbs that may fail by nature return a `Result`. */
export interface Account {
  readonly jid: string;
  start(): void;
  stop(): Promise<void>;
  status(): AccountStatus;
  rooms(): RoomSummary[];
  occupants(room: string): Occupant[];
  devices(): DeviceSummary[];
  /** Full JIDs of own resources that get the relay of a room, each with the reason. */
  relayTargets(room: string): { readonly jid: string; readonly decision: RelayDecision }[];
  /** Switches the relay to a resource off, for it answered with an error. */
  refuseRelay(jid: string, why: string): void;
  /** Joins, remembers, and resolves once the room has let us in or refused. */
  join(room: string, options?: { nick?: string; password?: string }): Promise<Result<RoomSummary>>;
  /** Leaves and forgets; final within 5 s. */
  leave(room: string): Promise<Result<undefined>>;
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
  say(room: string, body: string): Promise<Result<{ originId: string }>>;
  /** Writes a whole stanza to the server now, or says why not. For doors; never for groupchat. */
  write(stanza: string): Result<number>;
  /** To be called before `start`, so that others learn of it (XEP-0115). */
  onIq(handler: IqHandler, signal: AbortSignal): void;
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
}
