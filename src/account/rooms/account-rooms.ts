import type { LedgerRecord } from '../../archive/contract.ts';
import type { Result } from '../../core/errors.ts';
import type { Invitation } from '../../core/invitation.ts';
import type { Occupant } from '../../core/occupant.ts';
import type { RoomRegistration } from '../sending/contract.ts';
import type { RoomSettings, RoomSummary } from './contract.ts';
import type { ManagedOccupant, PrivilegeWish } from './privileges.ts';
import type { SharedOccupancy } from './shared-occupancy-contract.ts';
import type { JoinOptions } from './verbs.ts';

/** The account's rooms: who is in them, and what a person does about them. */
export interface AccountRooms {
  list(): RoomSummary[];
  occupants(room: string): Occupant[];
  /** Everybody in it, with what the room allows us to do about them. */
  managed(room: string): ManagedOccupant[];
  /** XEP-0045 8 and 9: kicks, bans, gives a voice or other privileges; resolves once the room has done it, or refused. */
  changePrivileges(room: string, wish: PrivilegeWish): Promise<Result<undefined>>;
  /** Joins, remembers, and resolves once the room has let us in or refused. */
  join(room: string, options?: JoinOptions): Promise<Result<RoomSummary>>;
  /** Leaves and forgets; final within 5 s. `farewell`: what the room is told (XEP-0045 7.14). */
  leave(room: string, farewell?: string): Promise<Result<undefined>>;
  /** Joins the venue that a destroyed or moved room has named. */
  follow(room: string): Promise<Result<RoomSummary>>;
  /** Changes what the person chose for a room. */
  set(room: string, settings: RoomSettings): Result<RoomSummary>;
  /** What happened in the room, oldest first: each join, loss, cause and return. */
  ledger(room: string, limit: number): LedgerRecord[];
  /** Asks the room for another nick; resolves once the room has granted or refused it. */
  changeNick(room: string, nick: string): Promise<Result<RoomSummary>>;
  /** Asks the moderators for a voice (XEP-0045 8.6). */
  requestVoice(room: string): Result<undefined>;
  /** XEP-0045 7.10: what the room asks of whoever registers. */
  registration(room: string): Promise<Result<RoomRegistration>>;
  /** Registers; what is not given stays as the room proposed it, and the nick is the wanted one. */
  register(room: string, values: Readonly<Record<string, string>>): Promise<Result<RoomRegistration>>;
  unregister(room: string): Promise<Result<RoomRegistration>>;
  invitations(): Invitation[];
  accept(room: string, nick?: string): Promise<Result<RoomSummary>>;
  decline(room: string, reason?: string): Result<undefined>;
  /** The one place in each room, for the bouncer. */
  readonly occupancy: SharedOccupancy;
}
