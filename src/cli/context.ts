import type { AccountSettings } from '../account/settings.ts';
import type { Format, Selection } from '../archive/transfer/export.ts';
import type { ImportReport } from '../archive/transfer/import.ts';
import { fileTrouble, MinimixError } from '../core/errors.ts';
import type { Finding } from '../core/diagnostics.ts';
import { oneLine } from '../core/printable.ts';
import { connectTo, faultOf, type DaemonAddress, type DaemonClient } from '../frontends/web/client/client.ts';
import type { BouncerWish } from '../frontends/web/contract/bouncer-contract.ts';
import type { RetirePlan } from './retire/retire-plan.ts';
import type { SettingNow } from '../frontends/web/contract/settings-contract.ts';
import type { AddedAccount, RemovedAccount } from '../frontends/web/contract/contract.ts';
import type { AddAccount } from '../frontends/web/api/inputs.ts';
import type { Printer } from './print.ts';

/** What a command needs from outside. main.ts provides it, since this floor may import neither the daemon nor file access. */
export interface World extends Printer {
  readonly version: string;
  readonly stdin: NodeJS.ReadStream;
  findHome(asked: string | undefined): string;
  /** The daemon that runs on the home; waits for one that is just starting, `patience` milliseconds at most. */
  findDaemon(home: string, patience?: number): Promise<DaemonAddress | undefined>;
  /** Runs a daemon until a signal stops it, and resolves with its exit code. */
  runDaemon(home: string, options: { verbose: boolean }): Promise<number>;
  /** Shows a tray icon until it is quit, and resolves with its exit code. */
  runTray(home: string, options: { readonly hidden: boolean; readonly links: readonly string[] }): Promise<number>;
  /** Changes the home's files if no daemon runs; rejects with `home-in-use` if one does. */
  readonly files: {
    list(home: string): Promise<readonly AccountSettings[]>;
    add(home: string, request: AddAccount): Promise<AddedAccount>;
    password(home: string, account: string, password: string): Promise<AddedAccount>;
    remove(home: string, account: string): Promise<RemovedAccount>;
    /** Changes the bouncer's settings. */
    bouncer(home: string, change: BouncerWish & { readonly on: boolean }): Promise<void>;
  };
  /** The home's settings; `set` rejects with `home-in-use` if a daemon runs. */
  readonly settings: {
    path(home: string): string;
    list(home: string): SettingNow[];
    /** Parses the words of a command line into a value of that setting. */
    valueOf(key: string, words: string): unknown;
    set(home: string, options: { key: string; value: unknown; account: string | undefined }): Promise<{ readonly restart: boolean }>;
  };
  readonly retiring: Retiring;
  /** Checks the whole set-up of a home and changes nothing. */
  doctor(home: string): AsyncIterable<Finding>;
  /** Tries each address at which devices reach the bouncer, and changes nothing. */
  reach(home: string): AsyncIterable<Finding>;
  readonly log: {
    /** The path of the newest log file. */
    path(home: string): string;
    /** One line of the log in a form for people, with its line break. */
    readable(line: string): string;
  };
  /** The home's archive; works beside a running daemon. */
  readonly archive: ArchiveFiles;
  /** The systemd user unit of a home. */
  service(home: string): HomeService;
}

/** Each call rejects with `no-systemd` and what to do instead if this user has no systemd. */
export interface HomeService {
  /** With `ask` false it does not ask the system what is possible, and returns the strictest unit. */
  unit(ask: boolean): Promise<ServiceUnit>;
  /** `spaces` is false if the unit had to do without the parts that need user namespaces. */
  install(start: boolean): Promise<{ readonly unit: ServiceUnit; readonly spaces: boolean }>;
  /** `packaged`: it belongs to a package of the system, so it was disabled, and its file is there still. */
  remove(): Promise<(Pick<ServiceUnit, 'name' | 'path'> & { readonly packaged: boolean }) | undefined>;
  status(): Promise<{ readonly unit: Pick<ServiceUnit, 'name' | 'path'>; readonly installed: boolean; readonly enabled: string; readonly active: string }>;
}

interface ServiceUnit {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** What a retirement does to a home and around it. */
interface Retiring {
  /** The plan of a retirement that has begun and is not finished. */
  read(home: string): RetirePlan | undefined;
  write(home: string, plan: RetirePlan): void;
  startDaemon(home: string): Promise<DaemonAddress>;
  /** Stops the daemon that `startDaemon` started, if it did. */
  stopOwn(): Promise<void>;
  /** Stops the home's daemon, whoever started it. */
  stopDaemon(home: string): Promise<void>;
  /** Says in a sentence what it removed; `undefined` if there was no service. */
  removeService(home: string): Promise<string | undefined>;
  forgetSecrets(home: string, accounts: readonly string[]): Promise<void>;
  erase(home: string): Promise<{ readonly removed: string[]; readonly left: string[] }>;
}

/** Operations on a whole archive; each rejects with one sentence for the person. */
export interface ArchiveFiles {
  /** Without an account it takes the only one of the archive. The file must not exist. */
  export(home: string, request: ExportRequest): Promise<{ account: string; bytes: number }>;
  /** Without an account it takes the only one of the home. */
  import(
    home: string,
    request: { readonly account?: string; readonly file: string },
    progress: (report: { readonly read: number }) => void,
  ): Promise<ImportReport & { readonly account: string }>;
  /** Encrypts the backup if there is a passphrase; calls for it last, once nothing else can fail. */
  backup(home: string, file: string, passphrase?: () => Promise<string>): Promise<void>;
  /** Calls for the passphrase if the file is encrypted. Rejects with `home-in-use` if a daemon runs. */
  restore(home: string, file: string, passphrase: () => Promise<string>): Promise<{ setAside: string | undefined }>;
}

interface ExportRequest extends Omit<Selection, 'account'> {
  readonly account?: string;
  readonly format: Format;
  readonly file: string;
}

/** Exit codes beside 0, which is success. */
export const EXIT = { failed: 1, usage: 2, noDaemon: 3, homeInUse: 4 } as const;

/** The options that every command takes. */
export interface GlobalOptions {
  readonly home?: string;
  readonly account?: string;
}

/** The API of the home's daemon; rejects with `no-daemon` if none runs. */
export async function reachDaemon(world: World, options: GlobalOptions): Promise<DaemonClient> {
  const home = world.findHome(options.home);
  const daemon = await world.findDaemon(home);
  if (daemon) return connectTo(daemon);
  throw new MinimixError('no-daemon', `No daemon runs on ${home}: start one with \`minimix run\`.`);
}

/** The account that --account names, in the form of the API. */
export function meant(options: GlobalOptions): { account?: string } {
  return options.account === undefined ? {} : { account: options.account };
}

/** The message and the exit code for an error; `undefined` for a bug. */
export function explain(error: unknown): { sentence: string; code: number } | undefined {
  const trouble = fileTrouble(error);
  if (trouble !== undefined && error instanceof Error && 'path' in error) return { sentence: `${oneLine(String(error.path))} cannot be used: ${trouble}.`, code: EXIT.failed };
  const fault = error instanceof MinimixError ? error : faultOf(error);
  if (!fault) return undefined;
  const codes: Readonly<Record<string, number>> = {
    'no-daemon': EXIT.noDaemon,
    'home-in-use': EXIT.homeInUse,
    'daemon-running': EXIT.homeInUse,
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
