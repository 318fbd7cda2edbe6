import { z } from 'zod';
import type { Account, AccountEvent, AccountStatus, Alert } from '../account/contract.ts';
import type { FirstLook } from '../account/look.ts';
import { accountSettings, bareJid } from '../account/settings.ts';
import type { Found, ReadArchive, Retention, SearchQuery } from '../archive/contract.ts';
import type { DelaySummary } from '../core/delays.ts';
import { MOST_HOURS, MOST_REPLAYED } from '../core/device.ts';
import type { Result } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { KeptMessage, MessageKind } from '../core/groupchat.ts';
import type { Invitation } from '../core/invitation.ts';
import type { RoomPresence } from '../core/presence.ts';
import type { Excerpt } from '../core/search.ts';
import type { BouncerDoor } from './bouncer-contract.ts';
import { fileOfMessage } from './file-link.ts';
import type { FilesDoor, OutsideRooms } from './files-contract.ts';
import type { SettingsDoor } from './settings-contract.ts';
import type { WatchDoor } from './watch-contract.ts';

/** What the API needs of the daemon, which builds it from the floors below. */
export interface House {
  readonly version: string;
  /** The home's directory. */
  readonly home: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly archive: ReadArchive;
  /** As the archive's own, beside the daemon's thread. */
  find(query: SearchQuery): Promise<Found>;
  perDay(where: Parameters<ReadArchive['perDay']>[0]): Promise<ReturnType<ReadArchive['perDay']>>;
  setRetention(account: string, room: string, retention: Retention): void;
  /** What a person should know of the house itself, oldest first. */
  problems(): readonly Problem[];
  /** The running accounts, in the order of the settings. */
  accounts(): readonly Account[];
  /** What all accounts tell, those included that are added later. */
  subscribe(sink: (event: HouseEvent) => void, signal: AbortSignal): void;
  /** Logs in once and tells what there is; nothing is kept, written or joined. */
  firstLook(request: AddAccount): Promise<Result<FirstLook>>;
  /** Keeps the account and starts it. */
  addAccount(request: AddAccount): Promise<Result<AddedAccount>>;
  /** Stops the account and forgets its settings and password; its archive stays. */
  removeAccount(jid: string): Promise<Result<RemovedAccount>>;
  readonly bouncer: BouncerDoor;
  readonly files: FilesDoor;
  readonly outside: OutsideRooms;
  readonly settings: SettingsDoor;
  readonly watch: WatchDoor;
  figures(): HouseFigures;
  /** A server of the home's own to try it all with. */
  readonly sandbox: { available(): boolean; begin(): Promise<Result<{ readonly account: string }>> };
  /** What the daemon knows of itself and of its accounts' servers, for `minimix doctor`. */
  examine(): Promise<Finding[]>;
  /** A one-time address of the page. */
  pageUrl(): string;
}

/** Something wrong with the house itself, such as an archive that was found damaged. */
export interface Problem {
  readonly code: string;
  /** One sentence or two, for the person. */
  readonly message: string;
  /** UTC, ISO 8601: since when. */
  readonly at: string;
}

/** What the house weighs and how it fares, for the overview. */
export interface HouseFigures {
  /** The archive on disk, with its write-ahead log. */
  readonly archiveBytes: number;
  readonly messages: number;
  /** UTC, ISO 8601; null where none was made from here. */
  readonly lastBackup: string | null;
  /** How long live messages took until a device of the relay was known to have them, since the daemon's start. */
  readonly relay: DelaySummary;
}

/** Where a password went. */
export type SecretPlace = 'keyring' | 'file';

export interface AddedAccount {
  readonly account: string;
  readonly password: SecretPlace;
}

export interface RemovedAccount {
  readonly account: string;
}

/** A message as the page and the command line see it: `history --json` has these names. */
export interface TimelineMessage {
  /** The archive id; only grows. */
  readonly id: number;
  readonly account: string;
  readonly room: string;
  readonly nick: string | null;
  /** UTC, ISO 8601: the room's time. */
  readonly at: string;
  readonly arrivedAt: string;
  readonly kind: MessageKind;
  readonly body: string | null;
  readonly subject: string | null;
  readonly stanzaId: string | null;
  readonly originId: string | null;
  readonly occupantId: string | null;
  /** Came as the room's history, not live. */
  readonly delayed: boolean;
  /** What it links to where it is about a file; `picture` by its name alone. */
  readonly file: { readonly url: string; readonly name: string; readonly picture: boolean } | null;
}

/** What a search found: `excerpt.marks` are pairs of UTF-16 offsets into `excerpt.text`. */
export interface TimelineHit extends TimelineMessage {
  readonly excerpt: Excerpt;
}

/** An invitation that waits; the room's password stays in the daemon. */
export interface PageInvitation {
  readonly account: string;
  readonly room: string;
  readonly by: string | null;
  readonly reason: string | null;
  readonly mediated: boolean;
  /** UTC, ISO 8601. */
  readonly at: string;
}

/** What happens to the accounts and in them. */
export type HouseEvent = AccountEvent | { readonly type: 'account-removed'; readonly account: string };

/** What of it the page is told as it stands. */
const PLAIN = ['room', 'room-forgotten', 'status', 'devices', 'read', 'bookmarks', 'account-removed'] as const;
type PlainEvent = Extract<HouseEvent, { readonly type: (typeof PLAIN)[number] }>;

/** What `events` tells. Ids on the stream are archive ids: the last that the reader has. */
export type PageEvent =
  | PlainEvent
  /** `fresh` as in AccountEvent: false for what is kept but no news. */
  | {
      readonly type: 'message';
      readonly message: TimelineMessage;
      readonly fresh: boolean;
      /** It says something of another message: what is shown of that one, or of this, is to be asked for anew. */
      readonly refers: boolean;
      /** The person is to be told of it at once, by their settings of the room: for notifications. */
      readonly alert: Alert | null;
    }
  | { readonly type: 'invitations'; readonly account: string; readonly invitations: readonly PageInvitation[] }
  /** More was missed than the stream gives: ask for everything anew. */
  | { readonly type: 'reset' };

export interface HouseStatus {
  readonly version: string;
  readonly home: string;
  readonly pid: number;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly accounts: readonly AccountStatus[];
  readonly problems: readonly Problem[];
}

const printable = (text: string): boolean => !/\p{Cc}/u.test(text);

export const nick = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(255, 'is longer than 255 characters')
  .refine(printable, 'holds a control character');

const show = z.enum(['online', 'chat', 'away', 'xa', 'dnd']);
const status = z.string().trim().max(500, 'is longer than 500 characters').refine(printable, 'holds a control character').optional();

/** What a room sees of the person. */
const roomPresence = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('follow') }),
  z.strictObject({ kind: z.literal('fixed'), show, status }),
  z.strictObject({ kind: z.literal('hidden') }),
]) satisfies z.ZodType<RoomPresence>;

const body = z.string().min(1, 'is empty').max(32_768, 'is longer than 32768 characters');
const archiveId = z.int().min(1);
const stanzaId = z.string().min(1).max(1024).refine(printable, 'holds a control character');

const minute = z.int().min(0).max(1439);

/** By id, label or resource. */
const deviceName = z.string().min(1, 'is empty').max(1023);

const MOST_DAYS = 36_500;
const MOST_KEPT = 1_000_000_000;

/** How long a room's messages are kept. */
export const retention = z.discriminatedUnion('keep', [
  z.strictObject({ keep: z.literal('forever') }),
  z.strictObject({ keep: z.literal('none') }),
  z.strictObject({ keep: z.literal('days'), days: z.int().min(1).max(MOST_DAYS) }),
  z.strictObject({ keep: z.literal('messages'), messages: z.int().min(1).max(MOST_KEPT) }),
]) satisfies z.ZodType<Retention>;

export const inputs = {
  account: z.object({ account: bareJid.optional() }),
  room: z.object({ account: bareJid.optional(), room: bareJid }),
  addAccount: z.object({
    settings: accountSettings,
    password: z.string().min(1, 'is empty').max(1024),
    /** Rooms that are not entered here, though the account's bookmarks say so. */
    keepOut: z.array(bareJid).max(2000).optional(),
  }),
  removeAccount: z.object({ account: bareJid }),
  join: z.object({
    account: bareJid.optional(),
    room: bareJid,
    nick: nick.optional(),
    password: z.string().max(1024).optional(),
  }),
  say: z.object({
    account: bareJid.optional(),
    room: bareJid,
    body,
    /** The id of our message that it takes the place of. */
    replaces: stanzaId.optional(),
    /** The room's stanza-id of the message that it answers, and its author's nick. */
    reply: z.object({ id: stanzaId, nick }).optional(),
    /** The link of a file that the message is about; the body should be the same. */
    file: z.url({ protocol: /^https?$/ }).max(3000).optional(),
  }),
  history: z.object({
    account: bareJid.optional(),
    room: bareJid,
    limit: z.int().min(1).max(500).default(50),
    before: archiveId.optional(),
    after: z.int().min(0).optional(),
    /** What stands at that time or later. */
    from: z.iso.datetime({ offset: true }).optional(),
    private: z.boolean().default(false),
  }),
  /** The first message of a day, or after it. */
  at: z.object({ account: bareJid.optional(), room: bareJid, from: z.iso.datetime({ offset: true }) }),
  read: z.object({ account: bareJid.optional(), room: bareJid, id: archiveId, private: z.boolean().default(false) }),
  ledger: z.object({
    account: bareJid.optional(),
    room: bareJid,
    limit: z.int().min(1).max(2000).default(200),
  }),
  setRoom: z.object({
    account: bareJid.optional(),
    room: bareJid,
    rejoinAfterKick: z.boolean().optional(),
    neverCreate: z.boolean().optional(),
    presence: roomPresence.optional(),
  }),
  presence: z.object({ account: bareJid.optional(), show, status }),
  accountNick: z.object({ account: bareJid.optional(), nick: nick.nullable() }),
  register: z.object({
    account: bareJid.optional(),
    room: bareJid,
    values: z.record(z.string().min(1).max(1023), z.string().max(10_000)),
  }),
  activity: z.object({ account: bareJid, room: bareJid.optional() }),
  hours: z.object({ account: bareJid, days: z.int().min(1).max(3660).default(90), zone: z.int().min(-1440).max(1440).default(0) }),
  changeDevice: z.object({
    account: bareJid.optional(),
    device: deviceName,
    label: z.string().trim().max(60, 'is longer than 60 characters').refine(printable, 'holds a control character').optional(),
    attached: z.boolean().optional(),
    policy: z.enum(['everything', 'mentions', 'nothing', 'default']).optional(),
    room: bareJid.optional(),
    leaves: z.enum(['here', 'everywhere']).optional(),
    /** Further words that count as a mention there. */
    words: z.array(z.string().trim().min(1).max(100, 'is longer than 100 characters')).max(50, 'are more than 50').optional(),
    /** How much it gets of what it missed. */
    limit: z.object({ messages: z.int().min(1).max(MOST_REPLAYED), hours: z.int().min(1).max(MOST_HOURS) }).optional(),
    /** Mentions in words; `quiet` in minutes after midnight of the daemon's clock. */
    digest: z.union([z.literal('off'), z.object({ quiet: z.object({ from: minute, to: minute }).optional() })]).optional(),
  }),
  device: z.object({ account: bareJid.optional(), device: deviceName }),
  pauseRelay: z.object({ account: bareJid.optional(), until: z.iso.datetime({ offset: true, error: 'is not a time such as 2026-11-27T18:00:00Z' }).optional() }),
  nick: z.object({ account: bareJid.optional(), room: bareJid, nick }),
  accept: z.object({ account: bareJid.optional(), room: bareJid, nick: nick.optional() }),
  decline: z.object({
    account: bareJid.optional(),
    room: bareJid,
    reason: z.string().max(1024, 'is longer than 1024 characters').optional(),
  }),
  unsaid: z.object({ account: bareJid.optional(), originId: z.string().min(1).max(1024) }),
  setRetention: z.object({ account: bareJid.optional(), room: bareJid, retention }),
  search: z.object({
    account: bareJid.optional(),
    room: bareJid.optional(),
    text: z.string().trim().min(1, 'is empty').max(1000, 'is longer than 1000 characters'),
    limit: z.int().min(1).max(500).default(50),
    order: z.enum(['time', 'rank']).default('time'),
    /** By time: only what is older than this message. */
    older: archiveId.optional(),
    /** Minutes east of UTC, for the dates in `text`. */
    zone: z.int().min(-1440).max(1440).optional(),
  }),
  events: z.object({ lastEventId: z.string().max(20).regex(/^\d+$/).optional() }).optional(),
};

export type AddAccount = z.output<typeof inputs.addAccount>;

/** The event as the page sees it; `undefined` where it is between other floors. */
export function toPageEvent(event: HouseEvent, house: Pick<House, 'accounts'>): PageEvent | undefined {
  if (event.type === 'message') return messageEvent(event.message, event.fresh, house);
  if (event.type === 'invitations') return invitationsOf(event.account, event.invitations);
  return isPlain(event) ? event : undefined;
}

export function messageEvent(message: KeptMessage, fresh: boolean, house: Pick<House, 'accounts'>): PageEvent {
  const refers = [message.replaces, message.retracts, message.reactsTo, message.repliesTo].some((id) => id !== undefined);
  const alert = fresh ? house.accounts().find(({ jid }) => jid === message.account)?.alert(message) : undefined;
  return { type: 'message', message: toTimeline(message), fresh, refers, alert: alert ?? null };
}

/** The event that tells all of an account's invitations. */
export function invitationsOf(account: string, invitations: readonly Invitation[]): PageEvent {
  return {
    type: 'invitations',
    account,
    invitations: invitations.map((invitation) => toPageInvitation(account, invitation)),
  };
}

export function toPageInvitation(account: string, invitation: Invitation): PageInvitation {
  const { room, by, reason, mediated, at } = invitation;
  return { account, room, by: by ?? null, reason: reason ?? null, mediated, at: new Date(at).toISOString() };
}

function isPlain(event: HouseEvent): event is PlainEvent {
  return PLAIN.some((type) => type === event.type);
}

/** The stanza's own text stays in the archive: nobody above needs it. */
export function toTimeline(message: KeptMessage): TimelineMessage {
  return {
    id: message.archiveId,
    account: message.account,
    room: message.room,
    nick: message.nick ?? null,
    at: new Date(message.at).toISOString(),
    arrivedAt: new Date(message.arrivedAt).toISOString(),
    kind: message.kind,
    body: message.body ?? null,
    subject: message.subject ?? null,
    stanzaId: message.stanzaId ?? null,
    originId: message.originId ?? null,
    occupantId: message.occupantId ?? null,
    delayed: message.delayed,
    file: fileOfMessage(message) ?? null,
  };
}
