// What the API takes: each call's input, checked before anything sees it.
import { z } from 'zod';
import { accountSettings, bareJid } from '../../../account/settings.ts';
import type { Retention } from '../../../archive/contract.ts';
import { MOST_HOURS, MOST_REPLAYED } from '../../../core/device.ts';
import { privilegeChanges } from '../../../core/privileges.ts';
import type { RoomPresence } from '../../../core/presence.ts';

const printable = (text: string): boolean => !/\p{Cc}/u.test(text);

export const nick = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(255, 'is longer than 255 characters')
  .refine(printable, 'contains a control character');

const show = z.enum(['online', 'chat', 'away', 'xa', 'dnd']);
const status = z.string().trim().max(500, 'is longer than 500 characters').refine(printable, 'contains a control character').optional();

/** What a room sees of the person. */
const roomPresence = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('follow') }),
  z.strictObject({ kind: z.literal('fixed'), show, status }),
  z.strictObject({ kind: z.literal('hidden') }),
]) satisfies z.ZodType<RoomPresence>;

const body = z.string().min(1, 'is empty').max(32_768, 'is longer than 32768 characters');
const archiveId = z.int().min(1);
const stanzaId = z.string().min(1).max(1024).refine(printable, 'contains a control character');

/** XEP-0444 4: an emoji and nothing else; what joins and colours it is a part of it. */
const emoji = z.string().max(40).regex(/^(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200D\uFE0F\u{E0020}-\u{E007F}]+|[\d#*]\uFE0F?\u20E3)$/u, 'is no emoji');

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
  changePassword: z.object({ account: bareJid, password: z.string().min(1, 'is empty').max(1024), check: z.boolean().default(true) }),
  removeAccount: z.object({ account: bareJid }),
  join: z.object({
    account: bareJid.optional(),
    room: bareJid,
    nick: nick.optional(),
    password: z.string().max(1024).optional(),
    /** A room that is new and lets nobody in is not kept. */
    tentative: z.boolean().optional(),
  }),
  say: z.object({
    account: bareJid.optional(),
    room: bareJid,
    body,
    /** The id of our message that it takes the place of. */
    replaces: stanzaId.optional(),
    /** The room's stanza-id of the message that it answers, and its author's nick. */
    reply: z.object({ id: stanzaId, nick, quote: z.string().max(2000).optional() }).optional(),
    /** XEP-0382: what stands there until somebody asks for the text, or ''. */
    spoiler: z.string().trim().max(200).refine(printable, 'contains a control character').optional(),
    /** The link of a file that the message is about; the body should be the same. */
    file: z.url({ protocol: /^https?$/ }).max(3000).optional(),
    /** The nicks in the text that were chosen from the room's (XEP-0513). */
    mentions: z.array(nick).max(20).optional(),
  }),
  react: z.object({ account: bareJid.optional(), room: bareJid, id: stanzaId, emojis: z.array(emoji).max(20, 'are more than 20') }),
  retract: z.object({ account: bareJid.optional(), room: bareJid, id: stanzaId }),
  typing: z.object({ account: bareJid.optional(), room: bareJid, typing: z.boolean() }),
  changePrivileges: z.object({
    account: bareJid.optional(),
    room: bareJid,
    nick,
    change: z.enum(privilegeChanges),
    reason: z.string().trim().max(500, 'is longer than 500 characters').refine(printable, 'contains a control character').optional(),
  }),
  sayPrivate: z.object({ account: bareJid.optional(), room: bareJid, nick, body }),
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
  latest: z.object({ account: bareJid.optional(), rooms: z.array(bareJid).max(50, 'are more than 50') }),
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
    label: z.string().trim().max(60, 'is longer than 60 characters').refine(printable, 'contains a control character').optional(),
    attached: z.boolean().optional(),
    policy: z.enum(['everything', 'mentions', 'nothing', 'default']).optional(),
    room: bareJid.optional(),
    leaves: z.enum(['here', 'everywhere', 'default']).optional(),
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
  sign: z.object({ paths: z.array(z.string().max(4096).regex(/^\/(picture|avatar)\?[^#\s]+$/, 'is no picture')).max(100) }),
  events: z.object({ lastEventId: z.string().max(20).regex(/^\d+$/).optional() }).optional(),
};

export type AddAccount = z.output<typeof inputs.addAccount>;
