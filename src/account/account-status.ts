import type { ConnectionStatus } from '../xmpp/contract.ts';

export interface AccountStatus {
  readonly account: string;
  readonly connection: ConnectionStatus;
  readonly rooms: number;
  readonly joined: number;
  readonly messages: number;
  /** Where the person has paused the relay. */
  readonly relayPause?: RelayPause | undefined;
  /** Where the person has paused the pushes that room messages ask for. */
  readonly pushPause?: RelayPause | undefined;
}

/** UTC, ISO 8601; null for until it is resumed. */
export interface RelayPause {
  readonly until: string | null;
}
