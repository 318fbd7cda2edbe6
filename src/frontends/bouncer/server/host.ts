import type { Log } from '../../../core/log.ts';
import type { DeviceTokens } from '../credentials/device-tokens.ts';
import type { Hash } from '../credentials/keys.ts';
import type { ServerIdentity } from '../credentials/certificates.ts';
import type { LoginDevice } from '../../../core/device.ts';
import type { DeviceLink, DeviceLinkUser, SessionWishes } from '../session/link.ts';
import type { FindCredentials } from './sasl-contract.ts';
import type { Throttle } from './throttle.ts';

export interface DeviceLoginGrant {
  readonly account: string;
  readonly device: LoginDevice;
  /** Which installation of a client it is, where it has said so (XEP-0388 2.3). */
  readonly userAgent: string | undefined;
}

export interface BindRequest {
  /** The resource that the device asks for (RFC 6120 7.7), or what its resource is to begin with (XEP-0386 3.2.1). */
  readonly name: { readonly resource: string | undefined } | { readonly tag: string | undefined };
  readonly wishes: SessionWishes | undefined;
}

/** What a device is told with its session: its full JID, and the answers to what it asked for of it, as text. */
export interface Granted {
  readonly jid: string;
  readonly answers: string;
}

/** The session that takes the stream over, or why it was refused. It begins with the words that `say` makes of what it grants. */
export type Bound =
  | { readonly ok: true; readonly user: DeviceLinkUser; begin(say: (granted: Granted) => string): void }
  | { readonly ok: false; readonly condition: string; readonly why: string };

/** What a stream asks of the daemon. */
export interface StreamHost {
  readonly log: Log;
  readonly throttle: Throttle;
  readonly times: { readonly login: number; readonly bind: number };
  /** Of a device that has logged in: bytes of a stanza, and milliseconds of silence after which it is asked whether it is there. */
  readonly limits: { readonly stanzaBytes: number; readonly idle: number };
  /** The certificate for a domain; the first certificate if the domain is unknown. */
  identity(domain: string | undefined): ServerIdentity;
  /** The domains that can be logged in to. */
  hosts(domain: string): boolean;
  books(domain: string): FindCredentials;
  /**
   * The hashes of SCRAM by which every device of the domain can log in. It is told by the domain and not by the account, so that
   * nobody learns from it which accounts there are.
   */
  hashes(domain: string): readonly Hash[];
  /** Whether tokens can be kept (XEP-0484). */
  fast(): boolean;
  tokens(account: string): DeviceTokens | undefined;
  /** Further stream features after the login, as text. */
  features(account: string): string;
  bind(login: DeviceLoginGrant, request: BindRequest, link: DeviceLink): Promise<Bound>;
  resume(login: DeviceLoginGrant, request: { previd: string; h: string }, link: DeviceLink): Bound;
}
