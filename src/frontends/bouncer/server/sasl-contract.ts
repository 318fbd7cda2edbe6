import type { LoginDevice } from '../../../core/device.ts';
import type { DeviceCredentials } from '../credentials/device-credentials.ts';

/** The channel bindings of the TLS connection; none without TLS. */
export type Bindings = ReadonlyMap<string, Buffer>;

/** The account with that user name in the stream's domain. */
export type FindCredentials = (username: string) => { readonly account: string; readonly credentials: DeviceCredentials } | undefined;

export type SaslStep =
  | { readonly step: 'challenge'; readonly data: string }
  | { readonly step: 'success'; readonly data: Buffer | undefined; readonly account: string; readonly device: LoginDevice }
  | { readonly step: 'failure'; readonly condition: string; readonly why: string };

/** One login under way. `next` takes what the client sent, decoded. */
export interface SaslConversation {
  next(message: Buffer): SaslStep;
}

/** What was offered on one stream: it does not change while the stream lasts. */
export interface SaslOffer {
  /** Best first. */
  readonly mechanisms: readonly string[];
  readonly bindings: Bindings;
  /** XEP-0440: the types that are announced. */
  readonly announced: readonly string[];
  /** XEP-0484: by what a token can be used. */
  readonly fast: readonly string[];
}

export function refused(condition: string, why: string): SaslStep {
  return { step: 'failure', condition, why };
}
