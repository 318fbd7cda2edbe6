import { statfsSync, statSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Account } from '../../account/contract.ts';
import type { Archive } from '../../archive/contract.ts';
import { storedValues } from '../../archive/stored-values.ts';
import type { Settings } from '../../config/config.ts';
import { sentenceOf } from '../../core/errors.ts';
import { unwell, type HealthReason } from '../../core/health.ts';
import type { DaemonEvent, Problem } from '../../frontends/web/contract/contract.ts';
import type { HealthEntry, MonitoringApi } from '../../frontends/web/contract/monitoring-contract.ts';
import { exposition } from './exposition.ts';
import type { LogLevel } from '../../core/log.ts';
import { familiesOf, STEP, type HeardStanzas } from './metrics.ts';
import type { ArchiveWrites } from './watched-archive.ts';

interface MonitoringOptions {
  readonly home: string;
  readonly version: string;
  readonly startedAt: number;
  readonly accounts: () => readonly Account[];
  readonly subscribe: (listener: (event: DaemonEvent) => void, signal: AbortSignal) => void;
  readonly archive: Archive;
  readonly archivePath: string;
  readonly writes: ArchiveWrites;
  readonly problems: () => readonly Problem[];
  readonly settings: () => Settings['watch'];
  readonly logged: () => Readonly<Record<LogLevel, number>>;
  /** The current time in milliseconds since the epoch; the machine's clock by default. */
  readonly now?: () => number;
  readonly signal: AbortSignal;
}

/** Milliseconds between two test writes, however often /health is asked. */
const PROBE = 10_000;
const LITTLE_ROOM = 64 * 1024 * 1024; // bytes
const UNHEARD: HeardStanzas = { offlineSince: undefined, logins: 0, messages: 0 };

/** Watches over the daemon for /health and /metrics. */
export function startMonitoring(options: MonitoringOptions): MonitoringApi {
  const { accounts, archive, writes, startedAt, signal, now = Date.now } = options;
  const heard = new Map<string, HeardStanzas>();
  /** Since when each room of each account is known, or was lost. */
  const seen = new Map<string, number>();
  let probed: { readonly at: number; readonly trouble: string | undefined } | undefined;
  const delay = monitorEventLoopDelay({ resolution: STEP });
  delay.enable();
  signal.addEventListener('abort', () => { delay.disable(); }, { once: true });
  options.subscribe(hear, signal);

  function hear(event: DaemonEvent): void {
    if (event.type === 'account-removed') heard.delete(event.account);
    else if (event.type === 'status') {
      const { account, connection } = event.status;
      const known = of(account);
      const online = connection.state === 'online';
      const logins = known.logins + (online && known.offlineSince !== undefined ? 1 : 0);
      heard.set(account, { ...known, logins, offlineSince: online ? undefined : (known.offlineSince ?? now()) });
    } else if (event.type === 'message') {
      const known = of(event.message.account);
      heard.set(event.message.account, { ...known, messages: known.messages + 1 });
    } else if (event.type === 'room-forgotten') seen.delete(`${event.account} ${event.room}`);
  }

  /** Treats an account as offline until its first event. */
  function of(account: string): HeardStanzas {
    return heard.get(account) ?? { ...UNHEARD, offlineSince: now() };
  }

  function provenAt(account: string, { room, verifiedAt }: { room: string; verifiedAt: string | undefined }): number {
    const key = `${account} ${room}`;
    const first = seen.get(key) ?? now();
    seen.set(key, first);
    return Math.max(first, verifiedAt === undefined ? 0 : Date.parse(verifiedAt));
  }

  /** Writes to the archive from time to time, to know whether the disk takes writes. */
  function unwritable(): string | undefined {
    const told = writes.trouble(now());
    if (told !== undefined) return told;
    if (probed && now() - probed.at < PROBE) return probed.trouble;
    let trouble: string | undefined;
    try {
      const [any] = accounts();
      archive.transaction(() => any && archive.setValue(any.jid, storedValues.health, now()));
    } catch (error) {
      trouble = sentenceOf(error).replace(/[.\s]+$/, '');
    }
    probed = { at: now(), trouble };
    return trouble;
  }

  function reasons(): HealthReason[] {
    const all = accounts();
    for (const { jid } of all) if (!heard.has(jid)) heard.set(jid, of(jid));
    return unwell({
      now: now(),
      limits: options.settings(),
      archive: unwritable(),
      accounts: all.map(({ jid }) => ({ account: jid, offlineSince: of(jid).offlineSince })),
      rooms: all.flatMap(({ jid, rooms }) => rooms.list().map((room) => ({ account: jid, room: room.room, state: room.state, provenAt: provenAt(jid, room) }))),
    });
  }

  /** A room without a known time counts from the daemon's start. */
  for (const { jid, rooms } of accounts()) for (const { room } of rooms.list()) seen.set(`${jid} ${room}`, startedAt);

  return {
    offers: () => ({ health: options.settings().health, metrics: options.settings().metrics }),
    health(named) {
      const found = reasons();
      const little = roomLeft(options.home);
      const warnings = [...options.problems(), ...(little === undefined ? [] : [little])];
      return {
        status: found.length === 0 ? 'ok' : 'failing',
        version: options.version,
        startedAt: new Date(startedAt).toISOString(),
        reasons: named || options.settings().names ? found.map(entryOf) : counted(found),
        warnings: warnings.map(({ code, message, at }) => ({ code, message: named ? message : 'See `minimix status`.', since: at })),
      };
    },
    metrics(named) {
      const names = named || options.settings().names;
      return exposition(
        familiesOf({
          version: options.version,
          startedAt,
          names,
          accounts: accounts().map((account) => ({ account, heard: of(account.jid) })),
          unwell: reasons(),
          writes,
          archiveBytes: bytesOf(options.archivePath),
          freeBytes: freeOf(options.home),
          lastId: archive.lastId(),
          logged: options.logged(),
          problems: options.problems().length,
          delay,
        }),
      );
    },
  };
}

function entryOf({ since, ...reason }: HealthReason): HealthEntry {
  return { ...reason, ...(since !== undefined && { since: new Date(since).toISOString() }) };
}

/** For callers without a login: how many of each, without names. */
function counted(reasons: readonly HealthReason[]): HealthEntry[] {
  const words = { 'account-offline': 'accounts are offline', 'room-unverified': 'rooms are unverified', 'archive-unwritable': 'The archive cannot be written.' };
  return (['archive-unwritable', 'account-offline', 'room-unverified'] as const).flatMap((code) => {
    const count = reasons.filter((reason) => reason.code === code).length;
    if (count === 0) return [];
    return [{ code, count, message: code === 'archive-unwritable' ? words[code] : `${count} ${words[code]} for longer than the settings allow.` }];
  });
}

function roomLeft(home: string): { code: string; message: string; at: string } | undefined {
  const free = freeOf(home);
  if (free === undefined || free >= LITTLE_ROOM) return undefined;
  return { code: 'disk-low', message: `The disk of ${home} has ${Math.floor(free / 1024 / 1024)} MB left.`, at: new Date().toISOString() };
}

/** Free bytes for users other than root; `undefined` if the platform does not say. */
export function freeOf(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined; // this file system does not support the call
  }
}

/** The files of the archive: the database and SQLite's files beside it. */
function bytesOf(path: string): number {
  return ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0);
}
