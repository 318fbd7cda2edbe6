import type { AccountSettings } from '../account/settings.ts';
import type { Format, Selection } from '../archive/transfer/export.ts';
import type { ImportReport } from '../archive/transfer/import.ts';
import { MinimixError } from '../core/errors.ts';
import type { Finding } from '../core/diagnostics.ts';
import { oneLine, safeJson } from '../core/printable.ts';
import { connectTo, faultOf, type DaemonAddress, type DaemonClient } from '../frontends/web/client/client.ts';
import type { BouncerWish } from '../frontends/web/contract/bouncer-contract.ts';
import type { RetirePlan } from './retire/retire-plan.ts';
import type { SettingNow } from '../frontends/web/contract/settings-contract.ts';
import type { AddedAccount, RemovedAccount } from '../frontends/web/contract/contract.ts';
import type { AddAccount } from '../frontends/web/api/inputs.ts';

/**
 * What a command may use of the world: main.ts gives it, for this floor knows neither the daemon nor the
 * files.
 */
export interface World {
  readonly version: string;
  readonly stdin: NodeJS.ReadStream;
  out(text: string): void;
  err(text: string): void;
  findHome(asked: string | undefined): string;
  /** The daemon that holds the home; waits a moment for one that is just starting. */
  findDaemon(home: string): Promise<DaemonAddress | undefined>;
  /** Runs a daemon until it is stopped by a signal, and resolves with the exit code. */
  runDaemon(home: string, options: { verbose: boolean }): Promise<number>;
  /** The home's files, where no daemon runs; rejects with `home-in-use` where one does. */
  readonly files: {
    list(home: string): Promise<readonly AccountSettings[]>;
    add(home: string, request: AddAccount): Promise<AddedAccount>;
    remove(home: string, account: string): Promise<RemovedAccount>;
    /** Changes the bouncer's settings. */
    bouncer(home: string, change: BouncerWish & { readonly on: boolean }): Promise<void>;
  };
  /** The home's settings; `set` rejects with `home-in-use` where a daemon runs. */
  readonly settings: {
    path(home: string): string;
    list(home: string): SettingNow[];
    /** The words of a command line as the value that the setting takes. */
    valueOf(key: string, words: string): unknown;
    set(home: string, key: string, value: unknown, account: string | undefined): Promise<{ readonly restart: boolean }>;
  };
  readonly retiring: Retiring;
  /** Looks at the whole set-up of a home, and changes nothing. */
  doctor(home: string): AsyncIterable<Finding>;
  readonly log: {
    /** Where the newest file of the log lies. */
    path(home: string): string;
    /** A line of it as a person reads it, with its line break. */
    readable(line: string): string;
  };
  /** The home's archive, beside a daemon that may run. */
  readonly archive: ArchiveFiles;
  /** The systemd user unit of a home. */
  service(home: string): HomeService;
  /** The text as it stands out on a terminal; elsewhere the text itself. */
  strong(text: string): string;
}

/** Each rejects with `no-systemd`, and what to do instead, where there is none for this user. */
export interface HomeService {
  /** Without asking the system, it is the unit at its strictest. */
  unit(ask: boolean): Promise<ServiceUnit>;
  /** `spaces` is false where parts that need user namespaces were left out. */
  install(start: boolean): Promise<{ readonly unit: ServiceUnit; readonly spaces: boolean }>;
  remove(): Promise<ServiceUnit | undefined>;
  status(): Promise<{ readonly unit: ServiceUnit; readonly installed: boolean; readonly enabled: string; readonly active: string }>;
}

export interface ServiceUnit {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** What a retirement does to a home and around it. */
export interface Retiring {
  /** One that has begun and is not done. */
  read(home: string): RetirePlan | undefined;
  write(home: string, plan: RetirePlan): void;
  startDaemon(home: string): Promise<DaemonAddress>;
  /** Ends the daemon that was started here, if any was. */
  stopOwn(): Promise<void>;
  /** Ends the home's daemon, whoever started it. */
  stopDaemon(home: string): Promise<void>;
  /** What was removed, as a sentence; `undefined` where there was none. */
  removeService(home: string): Promise<string | undefined>;
  forgetSecrets(home: string, accounts: readonly string[]): Promise<void>;
  erase(home: string): Promise<{ readonly removed: string[]; readonly left: string[] }>;
}

/** What is done with whole archives; each rejects with one sentence. */
export interface ArchiveFiles {
  /** Where no account is named, it is the only one of the archive. The file must be new. */
  export(home: string, request: ExportRequest): Promise<{ account: string; bytes: number }>;
  /** Where no account is named, it is the only one of the home. */
  import(
    home: string,
    request: { readonly account?: string; readonly file: string },
    progress: (report: { readonly read: number }) => void,
  ): Promise<ImportReport & { readonly account: string }>;
  /** With a passphrase it is encrypted; that is asked for once all else is well. */
  backup(home: string, file: string, passphrase?: () => Promise<string>): Promise<void>;
  /** The passphrase is asked for where the file is encrypted. Rejects with `home-in-use` where a daemon runs. */
  restore(home: string, file: string, passphrase: () => Promise<string>): Promise<{ setAside: string | undefined }>;
}

export interface ExportRequest extends Omit<Selection, 'account'> {
  readonly account?: string;
  readonly format: Format;
  readonly file: string;
}

/** 0 is success. */
export const EXIT = { failed: 1, usage: 2, noDaemon: 3, homeInUse: 4 } as const;

/** The options that stand before or after every command. */
export interface GlobalOptions {
  readonly home?: string;
  readonly account?: string;
}

/** The API of the home's daemon; rejects with `no-daemon` where there is none. */
export async function reachDaemon(world: World, options: GlobalOptions): Promise<DaemonClient> {
  const home = world.findHome(options.home);
  const daemon = await world.findDaemon(home);
  if (daemon) return connectTo(daemon);
  throw new MinimixError('no-daemon', `No daemon runs on ${home}: start one with \`minimix run\`.`);
}

/** Which account is meant, as the API takes it. */
export function meant(options: GlobalOptions): { account?: string } {
  return options.account === undefined ? {} : { account: options.account };
}

/** One JSON object on a line of its own; what is unknown is null. */
export function printJson(world: World, value: Readonly<Record<string, unknown>>): void {
  const whole = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, item ?? null]));
  world.out(`${safeJson(whole)}\n`);
}

/** A line made of our own words and of what others wrote; nothing in it moves the cursor. */
export function printLine(world: World, ...parts: readonly (string | number | null | undefined)[]): void {
  world.out(
    `${parts.flatMap((part) => (part === null || part === undefined ? [] : [oneLine(String(part))])).join(' ')}\n`,
  );
}

/** Where a list is empty, says so to a person; what is read by a program stays empty. */
export function tellEmpty(world: World, list: readonly unknown[], json: boolean | undefined, sentence: string): void {
  if (list.length === 0 && !json) world.err(`${sentence}\n`);
}

/** What a failed command says and exits with. */
export function explain(error: unknown): { sentence: string; code: number } | undefined {
  const fault = error instanceof MinimixError ? error : faultOf(error);
  if (!fault) return undefined;
  const codes: Readonly<Record<string, number>> = {
    'no-daemon': EXIT.noDaemon,
    'home-in-use': EXIT.homeInUse,
    invalid: EXIT.usage,
    usage: EXIT.usage,
    'bad-query': EXIT.usage,
    'bad-nick': EXIT.usage,
    'no-setting': EXIT.usage,
    'bad-setting': EXIT.usage,
    'account-needed': EXIT.usage,
  };
  const hint = fault.code === 'account-needed' ? ' (--account JID)' : '';
  return { sentence: `${oneLine(fault.message)}${hint}`, code: codes[fault.code] ?? EXIT.failed };
}
