import type { Log } from '../../../core/log.ts';
import type { Hash } from '../credentials/keys.ts';
import type { ServerIdentity } from '../credentials/certificates.ts';
import type { LoginDevice } from '../../../core/device.ts';
import type { DeviceLink, DeviceLinkUser } from '../session/link.ts';
import type { FindCredentials } from './sasl-contract.ts';
import type { Throttle } from './throttle.ts';

export interface DeviceLoginGrant {
  readonly account: string;
  readonly device: LoginDevice;
}

/** The session that takes the stream over and its first words, or why it was refused. */
export type Bound =
  | { readonly ok: true; readonly user: DeviceLinkUser; begin(): void }
  | { readonly ok: false; readonly condition: string; readonly why: string };

/** What a stream asks of the daemon. */
export interface StreamHost {
  readonly log: Log;
  readonly throttle: Throttle;
  readonly times: { readonly login: number; readonly bind: number };
  readonly limits: { readonly stanzaBytes: number };
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
  /** Further stream features after the login, as text. */
  features(account: string): string;
  bind(login: DeviceLoginGrant, request: { id: string; resource: string | undefined }, link: DeviceLink): Promise<Bound>;
  resume(login: DeviceLoginGrant, request: { previd: string; h: string }, link: DeviceLink): Bound;
}
