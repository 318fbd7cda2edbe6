import type { Result } from '../../core/errors.ts';
import type { DeviceWishes } from '../../core/device.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import type { RoomState } from '../../core/room.ts';
import type { Element } from '../../xmpp/xml.ts';
import type { DeviceChange, DeviceSummary } from '../devices/contract.ts';
import type { PolicyDecision } from '../devices/policy.ts';
import type { RoomSummary } from './contract.ts';

/** A room as the one membership has it at this moment. */
export interface RoomView {
  readonly room: string;
  readonly state: RoomState;
  /** Somebody wants the account to be in it: while it is left, this tells that it is entered again. */
  readonly wanted: boolean;
  readonly nick: string | undefined;
  readonly subject: string | undefined;
  readonly reason: string | undefined;
  readonly venue: string | undefined;
  /** Between our self-presence and the subject. */
  readonly entering: boolean;
  /** The room's archive has, or may have, what ours does not. */
  readonly lacksHistory: boolean;
  /** The room's past is being read for the first time. */
  readonly firstReading: boolean;
  readonly features: ReadonlySet<string> | undefined;
}

/** The devices that a frontend knows by a login of its own. */
export interface DeviceProvider {
  list(): readonly DeviceSummary[];
  /** By id or label; `undefined` where it is none of the frontend's. */
  change(name: string, change: DeviceChange): Result<DeviceSummary> | undefined;
  /** The id of the device that has this resource now. */
  at(resource: string): string | undefined;
}

/** The account's one place in each room, for a frontend that lets devices believe that it is theirs. */
export interface SharedOccupancy {
  /** The daemon's full JID: the occupant. */
  jid(): string;
  room(room: string): RoomView | undefined;
  /** `exact`: with that nick or not at all. Joins for a device, whose wish it is from now on; refused, it is a wish no more. */
  join(room: string, device: string, options: { nick?: string; password?: string; exact?: boolean }): Promise<Result<RoomSummary>>;
  /** The device wants the room in which the account is. */
  wish(room: string, device: string): void;
  /** The device wants the room no more: it is left where nobody else does. */
  unwish(room: string, device: string, farewell?: string): void;
  /** The device is gone for good. */
  unwishAll(device: string): void;
  /** What a device says of itself to this room alone; the best of all devices is what the room sees. */
  present(room: string, device: string, presence: Element | undefined): void;
  /** Says a whole groupchat message by the outbox. */
  sendMessage(room: string, xml: string, originId: string): Result<unknown>;
  /** Archives a private message as sent, and sends it. */
  sendPrivate(room: string, xml: string): Result<number>;
  /** The frontend's devices, online or not, which stand in the list beside the others; returns how to say that they changed. */
  host(guests: DeviceProvider, signal: AbortSignal): () => void;
  /** From now on this resource is a device of the frontend: never relayed to. */
  hold(jid: string, signal: AbortSignal): void;
  /**
   * From when on (milliseconds since the epoch) the archive has all that the room's own has, but for the gaps that are
   * on record; `undefined` where that is not known.
   */
  coveredFrom(room: string): number | undefined;
  /** The room has kept something that we have not. */
  markIncomplete(room: string): void;
  /** Whether a device that believes itself to be an occupant is shown a message, by the person's wishes for it, and why. */
  decideShown(device: DeviceWishes, message: KeptMessage): PolicyDecision;
  /** What the account's server offers on a stream. */
  features(): Element | undefined;
}
