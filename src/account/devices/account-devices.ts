import type { RelayDevice, RelayDecision } from '../../core/device.ts';
import type { Result } from '../../core/errors.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import type { AccountStatus } from '../account-status.ts';
import type { Alert, DeviceChange, DeviceSummary, DeviceTest, RelayTarget } from './contract.ts';

/** The person's devices, what each is given, and when the person is alerted. */
export interface AccountDevices {
  list(): DeviceSummary[];
  change(device: string, change: DeviceChange): Result<DeviceSummary>;
  /** The same for the device that has this resource now, and says so itself: a resource may be called as another device is. */
  changeAt(resource: string, change: DeviceChange): Result<DeviceSummary>;
  /** Sends it a relayed message and waits for what comes back; an error switches the relay off. */
  test(device: string): Promise<Result<DeviceTest>>;
  /** Forgets it and what it has had; seen again, it is new. */
  forget(device: string): Result<undefined>;
  /** The devices that are online and get the relay; `devices` is told whenever that may have changed. */
  relays(): RelayTarget[];
  /** Whether a device gets a message by the relay, by the person's wishes and where it is itself, and why. */
  relayDecision(device: string, message: KeptMessage): RelayDecision;
  /** Something that a person should know of how a device is served. */
  note(device: string, text: string | undefined): void;
  /** The own resources that are to be told of a message in words. */
  digestTargets(message: KeptMessage): { readonly jid: string; readonly device: RelayDevice; readonly why: string }[];
  /** Nothing is relayed until then (milliseconds since the epoch), or until `resumeRelay`; devices get it afterwards. */
  pauseRelay(until?: number): AccountStatus;
  resumeRelay(): AccountStatus;
  /** No device is pushed to for what rooms say until then, or until `resumePush`. What else the server pushes is not ours. */
  pausePush(until?: number): AccountStatus;
  resumePush(): AccountStatus;
  isPushPaused(): boolean;
  /** Whether the person is to be told of a message at once, by their settings of the room, and why. */
  alert(message: KeptMessage): Alert | undefined;
  /** Switches the relay to a resource off, for it answered with an error. */
  refuseRelay(jid: string, why: string): void;
}
