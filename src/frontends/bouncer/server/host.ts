import type { Identity } from '../credentials/certificates.ts';
import type { BouncerDevice } from '../credentials/device-credentials.ts';
import type { Link, LinkUser } from '../session/link.ts';
import type { FindBook } from './sasl-server.ts';
import type { Throttle } from './throttle.ts';

export type Log = (level: 'debug' | 'info' | 'warn' | 'error', message: string, about?: object) => void;

export interface Login {
  readonly account: string;
  readonly device: BouncerDevice;
}

/** Either who takes over, with what is said first, or why nobody does. */
export type Bound =
  | { readonly ok: true; readonly user: LinkUser; begin(): void }
  | { readonly ok: false; readonly condition: string; readonly why: string };

/** What a stream asks of the house. */
export interface StreamHost {
  readonly log: Log;
  readonly throttle: Throttle;
  readonly times: { readonly login: number; readonly bind: number };
  readonly limits: { readonly stanzaBytes: number };
  /** The certificate for a domain; the first one where it is not known. */
  identity(domain: string | undefined): Identity;
  /** The domains that can be logged in to. */
  hosts(domain: string): boolean;
  books(domain: string): FindBook;
  /** Stream features after the login, as text, beside what the stream itself offers. */
  features(account: string): string;
  bind(login: Login, request: { id: string; resource: string | undefined }, link: Link): Promise<Bound>;
  resume(login: Login, request: { previd: string; h: string }, link: Link): Bound;
}
