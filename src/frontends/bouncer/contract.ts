import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Account } from '../../account/contract.ts';
import type { AddedDevice, DeviceLogin } from '../../account/devices/contract.ts';
import type { Leaving } from '../../core/device.ts';
import type { Archive } from '../../archive/contract.ts';
import type { Result } from '../../core/errors.ts';
import type { Authority, CertificateStore, OwnCertificate } from './credentials/certificates.ts';
import type { Log } from '../../core/log.ts';
import type { ListenEndpoint } from './server/listener.ts';
import { deviceJoinTimes } from './rooms/device-join.ts';
import type { DeviceJoinTimes } from './rooms/device-join.ts';
import { sessionTimes } from './session/session-contract.ts';
import type { SessionTimes } from './session/session-contract.ts';
import { throttleTimes } from './server/throttle.ts';
import type { ThrottleTimes } from './server/throttle.ts';
import type { DeviceConnectionSettings } from './session/device-connection.ts';

/** Where devices connect by default: on loopback only, because no port is opened to the network unless somebody asks for it. */
export const DEFAULT_LISTEN: ListenEndpoint = { host: '127.0.0.1', port: 15222 };
export const DEFAULT_DIRECT_TLS: ListenEndpoint = { host: '127.0.0.1', port: 15223 };

/** Addresses of this computer on which devices of the network connect; those that listen for this computer alone stay as they are. */
export interface NetworkDoor {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly directTlsPort: number;
}

export interface RunningBouncer {
  readonly host: string;
  readonly port: number;
  readonly directTlsPort: number;
  /** With those of its addresses at which it listens now. */
  readonly network?: NetworkDoor | undefined;
}

export interface BouncerSettings {
  readonly listen: ListenEndpoint;
  readonly directTls: ListenEndpoint;
  /** Where devices of the network connect as well. */
  readonly network?: NetworkDoor | undefined;
  /** Names and addresses that devices connect to, beside those of the listeners. */
  readonly names?: readonly string[] | undefined;
  readonly own?: OwnCertificate | undefined;
}

interface BouncerTimes extends SessionTimes, DeviceJoinTimes, ThrottleTimes {
  /** Milliseconds for TLS and login. */
  readonly login: number;
  /** Milliseconds until an address of the network at which it could not listen is tried again. */
  readonly network: number;
}

export const bouncerTimes: BouncerTimes = { ...sessionTimes, ...deviceJoinTimes, ...throttleTimes, login: 30_000, network: 30_000 };

export interface BouncerAccount {
  readonly account: Account;
  readonly settings: DeviceConnectionSettings;
  readonly password: () => Promise<string>;
}

export interface Bouncer {
  /** From now on its devices can log in, until the signal ends them. */
  addAccount(account: BouncerAccount, signal: AbortSignal): void;
  /** Begins to listen; resolves with the ports. Rejects with a sentence where one for this computer is taken; the network's are tried again. */
  start(settings: BouncerSettings): Promise<{ port: number; directTlsPort: number }>;
  /** What leaving a room means from now on, on each device for which nothing is chosen; `here` until then. */
  setLeaving(leaving: Leaving): void;
  /** Ends all sessions and listens no more. */
  stop(): Promise<void>;
  running(): RunningBouncer | undefined;
  /** RFC 7395, on the web's port of this computer; false where the upgrade is for somebody else, or the bouncer is off. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  authority(): Promise<Authority>;
  addDevice(account: string, name: string): Promise<Result<AddedDevice>>;
  /** By id or name: it has a new password, and what it has open under the old one ends. */
  renew(account: string, which: string): Promise<Result<AddedDevice>>;
  /** By id or name: its sessions end at once. */
  revoke(account: string, which: string): Promise<Result<{ readonly id: string; readonly name: string }>>;
  devices(account: string): DeviceLogin[];
}

export interface BouncerOptions {
  readonly archive: Archive;
  readonly certificates: CertificateStore;
  /** The key (32 bytes) by which the devices' tokens are kept (XEP-0484): asked for when the bouncer starts. Without it there are none. */
  readonly tokenKey?: () => Promise<Buffer>;
  readonly log: Log;
  readonly now?: () => number;
  readonly times?: Partial<BouncerTimes>;
  /** Told why it does not listen everywhere in the network, a sentence for each address; none once it does. */
  readonly networkMissing?: (why: readonly string[]) => void;
  /** Bytes that may wait for a device. */
  readonly maxBuffered?: number;
}
