import type { Stanza } from '../../../xmpp/stanza.ts';
import type { DeviceLoginGrant, Granted } from '../server/host.ts';
import type { Log } from '../../../core/log.ts';
import type { DeviceLink, DeviceLinkUser, SessionWishes } from './link.ts';
import type { DeviceConnection } from './device-connection.ts';

/** The most bytes that wait for a device which reads nothing and acknowledges nothing (no XEP-0198). */
export const MAX_BUFFERED = 16 * 1024 * 1024;
/** So many times as much may wait on a link, for a device may acknowledge (XEP-0198) what it has not read. */
export const MOST_UNREAD = 4;

export interface SessionTimes {
  /** Milliseconds for which a session waits for a device that has disconnected. */
  readonly hold: number;
  /** Milliseconds that a device may be silent before it is asked, and to answer then. */
  readonly idle: number;
  readonly answer: number;
  /** Milliseconds from a device's disconnection to the hibernation of its session on the server: it may only have changed networks. */
  readonly hibernate: number;
  /** Milliseconds that the account's server has for what it is asked. */
  readonly upstream: number;
}

export const sessionTimes: SessionTimes = { hold: 5 * 60_000, idle: 5 * 60_000, answer: 30_000, hibernate: 3000, upstream: 20_000 };

/** What we answer to the device instead of its server. */
export interface Inside {
  /** True if the stanza was for a room, and was handled. */
  fromDevice(stanza: Stanza): boolean;
  /**
   * Whether it speaks to a room as an occupant of that room, which it is.
   * COMPAT: poezio 0.14 writes private messages so. Prosody takes them, ejabberd ends the stream.
   */
  isOccupant(stanza: Stanza): boolean;
  /** Hands the server's stanza on, as the device is to have it; what it has from us already, it does not get. */
  fromServer(stanza: Stanza, delivered: () => void): void;
  /** The device has connected, again or for the first time. */
  back(): void;
  /** The session is over. */
  over(): void;
}

export interface BouncerSession extends DeviceLinkUser {
  readonly login: DeviceLoginGrant;
  readonly jid: string;
  /** The id under which it can be resumed, once that is asked for. */
  readonly resumption: () => string | undefined;
  readonly address: () => string | undefined;
  readonly since: number;
  /** The device is here for the first time. It is told what `say` makes of what it wished for, and then all that has waited. */
  begin(link: DeviceLink, wishes: Pick<SessionWishes, 'enable'>, say: (granted: Granted) => string): void;
  /** Takes the session up on another link, with what `say` makes of it as the first; says why not. */
  resume(link: DeviceLink, h: string, say: (granted: Granted) => string): string | undefined;
  /** Counts a stanza out and sends it, now or when the device is back; `delivered` is called once the device has it. */
  send(text: string, delivered?: () => void): void;
  /** Hands a stanza of the device to the server; what it refuses, the device is told. */
  pass(stanza: Stanza): void;
  /** What the device sent could not be taken: that is logged, and the device is told. */
  untaken(stanza: Stanza, error: unknown): void;
  fromServer(stanza: Stanza, delivered: () => void): void;
  /** The server believes that the device is away. */
  hibernates(): boolean;
  /** Ends the session after the server has sent what it held back for the device. */
  giveUp(condition?: string, why?: string): Promise<void>;
  end(condition?: string, why?: string): Promise<void>;
}

/** What is done for the device: told to it, or handed to its server. */
export type Outward = Pick<BouncerSession, 'send' | 'pass' | 'untaken'>;

export interface BouncerSessionOptions {
  readonly login: DeviceLoginGrant;
  readonly jid: string;
  readonly connection: DeviceConnection;
  /** Made for the session: `send` is its way to the device. */
  readonly inside: (outward: Outward) => Inside;
  readonly times: SessionTimes;
  /** Bytes that may wait for the device. */
  readonly maxBuffered: number;
  readonly log: Log;
  readonly now: () => number;
  /** Told once, with what the device has not acknowledged; false where nobody keeps it. */
  readonly ended: (session: BouncerSession, left: readonly Unacknowledged[]) => boolean;
}

/** A stanza that the device was sent, or is to be sent, and when that was (milliseconds since the epoch). */
export interface Unacknowledged {
  readonly xml: string;
  readonly at: number;
}
