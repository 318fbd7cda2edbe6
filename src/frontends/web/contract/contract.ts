import type { Account } from '../../../account/contract.ts';
import type { AccountEvent } from '../../../account/events.ts';
import type { AccountStatus } from '../../../account/account-status.ts';
import type { ProbedServer } from '../../../account/server/probe-server.ts';
import type { ReadArchive, Retention } from '../../../archive/contract.ts';
import type { Found, SearchQuery } from '../../../archive/query-contract.ts';
import type { LatencySummary } from '../../../core/latency.ts';
import type { Result } from '../../../core/errors.ts';
import type { Finding } from '../../../core/diagnostics.ts';
import type { BouncerApi } from './bouncer-contract.ts';
import type { FilesApi, OutsideRooms } from './files-contract.ts';
import type { AddAccount } from '../api/inputs.ts';
import type { SettingsApi } from './settings-contract.ts';
import type { MonitoringApi } from './monitoring-contract.ts';

/** What the API needs of the daemon, which builds it from the floors below. */
export interface DaemonApi {
  readonly version: string;
  /** The home's directory. */
  readonly home: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly archive: ReadArchive;
  /** The archive's search, in a thread of its own. */
  find(query: SearchQuery): Promise<Found>;
  perDay(where: Parameters<ReadArchive['perDay']>[0]): Promise<ReturnType<ReadArchive['perDay']>>;
  setRetention(account: string, room: string, retention: Retention): void;
  /** What a person should know of the daemon itself, oldest first. */
  problems(): readonly Problem[];
  /** The running accounts, in the order of the settings. */
  accounts(): readonly Account[];
  /** The events of all accounts, including those that are added later. */
  subscribe(listener: (event: DaemonEvent) => void, signal: AbortSignal): void;
  /** Logs in once and reports what it found; stores nothing, writes nothing, joins nothing. */
  firstLook(request: AddAccount, signal?: AbortSignal): Promise<Result<ProbedServer>>;
  /** Keeps the account and starts it. */
  addAccount(request: AddAccount): Promise<Result<AddedAccount>>;
  /** Logs in with these settings and this password, and ends the login at once; refused with `refused` or `unreachable`. */
  checkLogin(request: AddAccount): Promise<Result<void>>;
  /** Stores another password and logs in with it; with `check` only if the server takes it, or cannot be reached. */
  changePassword(request: { readonly account: string; readonly password: string; readonly check: boolean }): Promise<Result<AddedAccount>>;
  /** Stops the account and forgets its settings and password; its archive stays. */
  removeAccount(jid: string): Promise<Result<RemovedAccount>>;
  readonly bouncer: BouncerApi;
  readonly files: FilesApi;
  readonly outside: OutsideRooms;
  readonly settings: SettingsApi;
  readonly watch: MonitoringApi;
  figures(): Statistics;
  /** A server of the home's own to try it all with. */
  readonly sandbox: { available(): boolean; begin(): Promise<Result<{ readonly account: string }>> };
  /** What the daemon knows of itself and of its accounts' servers, for `minimix doctor`. */
  examine(): Promise<Finding[]>;
  /** A one-time address of the page. */
  pageUrl(): string;
}

/** Something wrong with the daemon itself, such as an archive that was found damaged. */
export interface Problem {
  readonly code: string;
  /** One sentence or two, for the person. */
  readonly message: string;
  /** UTC, ISO 8601: since when. */
  readonly at: string;
}

/** The daemon's sizes and timings, for the overview. */
export interface Statistics {
  /** Size of the archive on disk, with its write-ahead log. */
  readonly archiveBytes: number;
  readonly messages: number;
  /** UTC, ISO 8601; null where none was made from here. */
  readonly lastBackup: string | null;
  /** How long live messages took until a device of the relay was known to have them, since the daemon's start. */
  readonly relay: LatencySummary;
}

/** Where a password was stored. */
type SecretPlace = 'keyring' | 'file';

export interface AddedAccount {
  readonly account: string;
  readonly password: SecretPlace;
}

export interface RemovedAccount {
  readonly account: string;
}

/** What happens to the accounts and in them. */
export type DaemonEvent = AccountEvent | { readonly type: 'account-removed'; readonly account: string };

export interface DaemonStatus {
  readonly version: string;
  readonly home: string;
  readonly pid: number;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly accounts: readonly AccountStatus[];
  readonly problems: readonly Problem[];
}
