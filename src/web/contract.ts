import { z } from 'zod';
import type { Account, AccountEvent, AccountStatus } from '../account/contract.ts';
import { accountSettings, bareJid } from '../account/settings.ts';
import type { ReadArchive } from '../archive/contract.ts';
import type { Result } from '../core/errors.ts';
import type { KeptMessage, MessageKind } from '../core/groupchat.ts';

/** What the API needs of the daemon, which builds it from the floors below. */
export interface House {
  readonly version: string;
  /** The home's directory. */
  readonly home: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly archive: ReadArchive;
  /** The running accounts, in the order of the settings. */
  accounts(): readonly Account[];
  /** What all accounts tell, those included that are added later. */
  subscribe(sink: (event: HouseEvent) => void, signal: AbortSignal): void;
  /** Keeps the account and starts it. */
  addAccount(request: AddAccount): Promise<Result<AddedAccount>>;
  /** Stops the account and forgets its settings and password; its archive stays. */
  removeAccount(jid: string): Promise<Result<RemovedAccount>>;
  /** A one-time address of the page. */
  pageUrl(): string;
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
}

/** What happens to the accounts and in them. */
export type HouseEvent = AccountEvent | { readonly type: 'account-removed'; readonly account: string };

/** What of it the page is told as it stands. */
const PLAIN = ['room', 'room-forgotten', 'status', 'devices', 'account-removed'] as const;
type PlainEvent = Extract<HouseEvent, { readonly type: (typeof PLAIN)[number] }>;

/** What `events` tells. Ids on the stream are archive ids: the last that the reader has. */
export type PageEvent =
  | PlainEvent
  /** `fresh` as in AccountEvent: false for what is kept but no news. */
  | { readonly type: 'message'; readonly message: TimelineMessage; readonly fresh: boolean }
  /** More was missed than the stream gives: ask for everything anew. */
  | { readonly type: 'reset' };

export interface HouseStatus {
  readonly version: string;
  readonly home: string;
  readonly pid: number;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly accounts: readonly AccountStatus[];
}

const printable = (text: string): boolean => !/\p{Cc}/u.test(text);

export const nick = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(255, 'is longer than 255 characters')
  .refine(printable, 'holds a control character');

export const inputs = {
  account: z.object({ account: bareJid.optional() }),
  room: z.object({ account: bareJid.optional(), room: bareJid }),
  addAccount: z.object({ settings: accountSettings, password: z.string().min(1, 'is empty').max(1024) }),
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
    body: z.string().min(1, 'is empty').max(32_768, 'is longer than 32768 characters'),
  }),
  history: z.object({
    account: bareJid.optional(),
    room: bareJid,
    limit: z.int().min(1).max(500).default(50),
    before: z.int().min(1).optional(),
    after: z.int().min(0).optional(),
  }),
  search: z.object({
    account: bareJid.optional(),
    room: bareJid.optional(),
    text: z.string().trim().min(1, 'is empty').max(500, 'is longer than 500 characters'),
    limit: z.int().min(1).max(500).default(50),
  }),
  events: z.object({ lastEventId: z.string().max(20).regex(/^\d+$/).optional() }).optional(),
};

export type AddAccount = z.output<typeof inputs.addAccount>;

/** The event as the page sees it; `undefined` where it is between other floors. */
export function toPageEvent(event: HouseEvent): PageEvent | undefined {
  if (event.type === 'message') return { ...event, message: toTimeline(event.message) };
  return isPlain(event) ? event : undefined;
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
  };
}
