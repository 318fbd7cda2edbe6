import type { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Account } from '../../account/contract.ts';
import { moves } from '../../core/room.ts';
import type { HealthReason } from '../../core/health.ts';
import type { Family, Sample } from './exposition.ts';
import type { LogLevel } from '../../core/log.ts';
import type { ArchiveWrites } from './watched-archive.ts';

/** What the events of an account have told so far; times in milliseconds since the epoch. */
export interface HeardStanzas {
  readonly offlineSince: number | undefined;
  readonly logins: number;
  readonly messages: number;
}

interface MetricInputs {
  readonly version: string;
  readonly startedAt: number;
  /** Use JIDs as labels; otherwise number the accounts in the order of the settings, and only count rooms. */
  readonly names: boolean;
  readonly accounts: readonly { readonly account: Account; readonly heard: HeardStanzas }[];
  readonly unwell: readonly HealthReason[];
  readonly writes: ArchiveWrites;
  readonly archiveBytes: number;
  readonly freeBytes: number | undefined;
  readonly lastId: number;
  readonly logged: Readonly<Record<LogLevel, number>>;
  readonly problems: number;
  readonly delay: ReturnType<typeof monitorEventLoopDelay>;
}

/** At most this many rooms are listed one by one; with more, they are only counted. */
const MOST_ROOMS = 500;
/** Milliseconds between two measurements of the event loop. */
export const STEP = 20;
const FRONTENDS = ['relay', 'bouncer', 'none'] as const;

/** Everything that /metrics shows. No label has a value that a stranger chose, unless the settings ask for names. */
export function familiesOf(figures: MetricInputs): Family[] {
  return [...ofDaemon(figures), ...ofProcess(figures), ...ofAccounts(figures), ...(figures.names ? ofRooms(figures) : [])];
}

function gauge(name: string, help: string, ...samples: readonly (number | Sample)[]): Family {
  return { name, type: 'gauge', help, samples: samples.map((one) => (typeof one === 'number' ? { value: one } : one)) };
}

function counter(name: string, help: string, ...samples: readonly (number | Sample)[]): Family {
  return { ...gauge(name, help, ...samples), type: 'counter' };
}

function ofDaemon({ version, startedAt, unwell, writes, archiveBytes, freeBytes, lastId, logged, problems }: MetricInputs): Family[] {
  const codes = ['account-offline', 'room-unverified', 'archive-unwritable'] as const;
  return [
    gauge('minimix_build_info', 'The running version; always 1.', { value: 1, labels: { version } }),
    gauge('minimix_start_time_seconds', 'Start time of the daemon, seconds since the epoch.', startedAt / 1000),
    gauge('minimix_healthy', '1 if /health answers 200.', unwell.length === 0 ? 1 : 0),
    gauge('minimix_unhealthy_reasons', 'Number of reasons why it does not.', ...codes.map((code) => ({ value: unwell.filter((one) => one.code === code).length, labels: { code } }))),
    gauge('minimix_problems', 'Problems of the daemon that last, as `minimix status` lists them.', problems),
    counter('minimix_archive_commits_total', 'Transactions written to disk.', writes.done),
    counter('minimix_archive_failures_total', 'Transactions that the disk refused.', writes.failed),
    gauge('minimix_archive_bytes', 'Size of the archive on disk, with its write-ahead log.', archiveBytes),
    gauge('minimix_archive_last_id', 'The last archive id assigned.', lastId),
    ...(freeBytes === undefined ? [] : [gauge('minimix_disk_free_bytes', 'Free space on the disk of the home.', freeBytes)]),
    counter('minimix_log_lines_total', 'Log lines, including those that only the level `debug` writes.', ...Object.entries(logged).map(([level, value]) => ({ value, labels: { level } }))),
  ];
}

function ofProcess({ delay }: MetricInputs): Family[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  // The histogram counts from one whole step of its clock: only what is above one step is delay.
  const seconds = (nanoseconds: number): number => (Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e9 - STEP / 1000) : 0);
  const quantiles = [0.5, 0.99].map((quantile) => ({ value: seconds(delay.percentile(quantile * 100)), labels: { quantile: String(quantile) } }));
  return [
    counter('process_cpu_seconds_total', 'CPU time, user and system.', (user + system) / 1e6),
    gauge('process_resident_memory_bytes', 'Resident memory.', rss),
    gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use.', heapUsed),
    {
      name: 'minimix_event_loop_delay_seconds',
      type: 'summary',
      help: 'Delay of the event loop since the start.',
      samples: [...quantiles, { value: seconds(delay.mean) * delay.count, suffix: '_sum' }, { value: delay.count, suffix: '_count' }],
    },
  ];
}

/** Up to when each room that is being read is read. */
const catchingUp = (account: Account): (string | undefined)[] => account.rooms.list().flatMap(({ catchUp }) => (catchUp ? [catchUp.upTo] : []));

function ofAccounts({ accounts, names }: MetricInputs): Family[] {
  const each = accounts.map(({ account, heard }, at) => ({ account, heard, label: names ? account.jid : String(at + 1) }));
  const samples = (of: (account: Account, heard: HeardStanzas) => number): Sample[] => each.map(({ account, heard, label }) => ({ value: of(account, heard), labels: { account: label } }));
  const spread = <T>(key: string, { values, list, pick }: { values: readonly string[]; list: (account: Account) => readonly T[]; pick: (one: T) => string }): Sample[] =>
    each.flatMap(({ account, label }) => {
      const all = list(account);
      return values.map((value) => ({ value: all.filter((one) => pick(one) === value).length, labels: { account: label, [key]: value } }));
    });
  return [
    gauge('minimix_account_online', '1 if the account is online.', ...samples((_account, { offlineSince }) => (offlineSince === undefined ? 1 : 0))),
    counter('minimix_logins_total', 'Times that the account came online, resumptions included.', ...samples((_account, { logins }) => logins)),
    counter('minimix_messages_kept_total', 'Messages archived since the start.', ...samples((_account, { messages }) => messages)),
    gauge('minimix_rooms', 'Rooms by state.', ...spread('state', { values: Object.keys(moves), list: (account) => account.rooms.list(), pick: ({ state }) => state })),
    gauge('minimix_rooms_catching_up', 'Rooms whose archives are being read for what was missed.', ...samples((account) => catchingUp(account).length)),
    gauge('minimix_catch_up_read_timestamp_seconds', 'Up to when the one that is read least far is read, seconds since the epoch.', ...each.flatMap(({ account, label }) => {
      const read = catchingUp(account).flatMap((upTo) => (upTo === undefined ? [] : Date.parse(upTo) / 1000));
      return read.length === 0 ? [] : [{ value: Math.min(...read), labels: { account: label } }];
    })),
    gauge('minimix_occupants', 'Occupants of all rooms.', ...samples((account) => account.rooms.list().reduce((sum, { occupants }) => sum + occupants, 0))),
    gauge('minimix_devices_online', 'Devices online, by frontend.', ...spread('frontend', { values: FRONTENDS, list: (account) => account.devices.list().filter(({ online }) => online), pick: ({ frontend }) => frontend })),
    gauge('minimix_outbox', 'Messages sent but not confirmed by their room.', ...spread('state', { values: ['waiting', 'sent', 'ask'], list: (account) => account.sending.outbox(), pick: ({ state }) => state })),
    gauge('minimix_invitations', 'Invitations that wait for an answer.', ...samples((account) => account.rooms.invitations().length)),
    gauge('minimix_bookmarks_held', 'Removed bookmarks that need a decision.', ...samples((account) => account.bookmarks.held().length)),
  ];
}

function ofRooms({ accounts }: MetricInputs): Family[] {
  const all = accounts.flatMap(({ account }) => account.rooms.list().map((room) => ({ ...room, labels: { account: account.jid, room: room.room } }))).slice(0, MOST_ROOMS);
  const proven = all.flatMap(({ verifiedAt, labels }) => (verifiedAt === undefined ? [] : [{ value: Date.parse(verifiedAt) / 1000, labels }]));
  return [
    gauge('minimix_room_joined', '1 if the account is in the room.', ...all.map(({ state, labels }) => ({ value: state === 'joined' ? 1 : 0, labels }))),
    gauge('minimix_room_verified_timestamp_seconds', 'Time when the membership was last verified, seconds since the epoch.', ...proven),
  ];
}
