// What is kept as JSON, or as one small text, in the table of values: each with its key, its shape, and whether it is
// a secret. A value that is not named here cannot be read or written, and no backup has it.
import { z } from 'zod';
import { storageNames, type Bookmark, type StorageName } from '../core/bookmark.ts';
import { MinimixError } from '../core/errors.ts';
import { defaultLimit, type RelayDevice } from '../core/device.ts';
import type { Invitation } from '../core/invitation.ts';
import type { Policy } from '../core/mention.ts';
import type { Show } from '../core/occupant.ts';
import type { OfflinePresence } from '../core/presence.ts';

/**
 * What of it a backup must not have: nothing, the whole (a key, or what only a device with a key has a use for), or
 * fields of these names wherever they stand in it.
 */
type Secrecy = 'open' | 'secret' | { readonly secretFields: readonly string[] };

/** One named value of an account. */
export interface StoredValue<T> {
  readonly key: string;
  /** Throws where the text is not what was written. */
  read(text: string): T;
  write(value: T): string;
}

interface Codec<T> {
  read(text: string): T;
  write(value: T): string;
}

function json<T>(shape: z.ZodType<T>): Codec<T> {
  return { read: (text) => shape.parse(JSON.parse(text)), write: (value) => JSON.stringify(value) };
}
const plainText: Codec<string> = { read: (text) => text, write: (value) => value };
const number: Codec<number> = {
  read(written) {
    const value = Number(written);
    if (Number.isNaN(value)) throw new MinimixError('archive-failed', 'The archive has a value that is no number.');
    return value;
  },
  write: String,
};

function one<T>(key: string, secrecy: Secrecy, codec: Codec<T>) {
  return { key, secrecy, ...codec };
}

function family<T>(prefix: string, secrecy: Secrecy, codec: Codec<T>) {
  return { prefix, secrecy, of: (name: string): StoredValue<T> => ({ key: `${prefix}:${name}`, ...codec }) };
}

/** A field that JSON leaves out where it is undefined: the type has it nevertheless, unlike with `optional()`. */
function leftOut<T>(shape: z.ZodType<T>) {
  return shape.optional().transform((value) => value);
}

const text = z.string();
const maybe = leftOut(text);
const policy = z.enum(['everything', 'mentions', 'nothing'] satisfies Policy[]);
const shows = ['chat', 'away', 'xa', 'dnd'] as const satisfies readonly Show[];

/** JSON leaves out what is undefined; a default stands for what a former version did not know. */
const device = z.object({
  id: text,
  label: maybe,
  resources: z.array(text),
  capsNode: maybe,
  identity: maybe,
  software: maybe,
  lastSeen: z.number(),
  from: z.number(),
  wish: leftOut(z.boolean()),
  refused: maybe,
  policy,
  policies: z.record(text, policy).default({}),
  words: z.array(text).default([]),
  limit: z.object({ messages: z.number(), hours: z.number() }).default(defaultLimit),
  digest: leftOut(z.object({ quiet: leftOut(z.object({ from: z.number(), to: z.number() })) })),
});

const invitation = z.object({ room: text, by: maybe, reason: maybe, password: maybe, mediated: z.boolean(), at: z.number() });

const said = z.object({
  id: text,
  /** Of what was said: the same id with other words is another message. */
  digest: text,
  device: maybe,
  /** Where an error goes. */
  from: text,
  wrapper: maybe,
});
/** A message that a device has said through us. */
export type SaidByDevice = Readonly<z.output<typeof said>>;

export interface StoredBookmarkMeta {
  readonly held: readonly {
    readonly id: number;
    /** Milliseconds since the epoch. */
    readonly at: number;
    readonly storage: StorageName;
    readonly rooms: readonly string[];
    readonly cause: string;
    /** Resources of the account that were online since it was last right, one of which it may have been. */
    readonly online: readonly string[];
  }[];
  readonly settings: { readonly keepJoins: boolean; readonly severalGone: 'hold' | 'restore' | 'accept'; readonly deadDays: number };
  readonly leftHere: readonly string[];
  /** Storages that were looked at; one that is empty has no rows to say so. */
  readonly looked: readonly StorageName[];
}

const defaultSettings: StoredBookmarkMeta['settings'] = { keepJoins: true, severalGone: 'hold', deadDays: 14 };
const bookmarkMeta = z.object({
  held: z.array(z.object({
    id: z.number(),
    at: z.number(),
    storage: z.enum(storageNames),
    rooms: z.array(text),
    cause: text,
    online: z.array(text),
  })).default([]),
  settings: z.object({
    keepJoins: z.boolean().default(defaultSettings.keepJoins),
    severalGone: z.enum(['hold', 'restore', 'accept']).default(defaultSettings.severalGone),
    deadDays: z.number().default(defaultSettings.deadDays),
  }).default(defaultSettings),
  leftHere: z.array(text).default([]),
  looked: z.array(z.enum(storageNames)).default([]),
});

const base64 = text.regex(/^[A-Za-z0-9+/]+={0,2}$/);
const storedKey = z.strictObject({ storedKey: base64, serverKey: base64 });
const bouncerDevice = z.strictObject({
  id: text,
  name: text,
  addedAt: z.number(),
  lastSeen: z.number().optional(),
  resource: text.optional(),
  firstMessage: z.number().optional(),
  policy: policy.default('everything'),
  policies: z.record(text, policy).default({}),
  words: z.array(text).default([]),
  leaves: z.enum(['here', 'everywhere']).optional(), // as it was once written for every device, chosen or not
  leaving: z.enum(['here', 'everywhere']).optional(),
  sha1: storedKey,
  sha256: storedKey,
  /** Not of a device that was made before December 2026, until its password is renewed. */
  sha512: storedKey.optional(),
});
/** XEP-0484: a token, encrypted; `count` is the largest that came with it. */
const tokenSlot = z.strictObject({ sealed: base64, expires: z.number(), count: z.number() });
const deviceTokens = z.record(text, z.strictObject({ mechanism: text, userAgent: text, current: tokenSlot.optional(), next: tokenSlot.optional() }));
export type DeviceTokenSlot = z.output<typeof tokenSlot>;
/** By device. */
export type StoredDeviceTokens = z.output<typeof deviceTokens>;
/** RFC 5802 3: what a server keeps of a password. */
export type ScramKey = z.output<typeof storedKey>;
/** A device that may log in through the bouncer, with what its password is known by. */
export type DeviceCredential = z.output<typeof bouncerDevice>;

const roomState = z.strictObject({ logged: z.boolean(), open: z.boolean(), subject: text.optional(), itself: text.optional() });
/** What a room tells only those who come in. */
export type StoredRoomState = z.output<typeof roomState>;

const absentMember = z.strictObject({ nick: text.optional(), jid: text.optional(), xml: text });
/** A member whom a room shows though they are not in it: by nick or bare JID. */
export type StoredAbsentMember = z.output<typeof absentMember>;

export const storedValues = {
  /** XEP-0172, as it was last heard. */
  accountNick: one('account-nick', 'open', plainText),
  bookmarkMeta: one<StoredBookmarkMeta>('bookmarks', 'open', json(bookmarkMeta)),
  devices: one<readonly RelayDevice[]>('devices', 'open', json(z.array(device))),
  /** Where public rooms are looked for (XEP-0433). */
  directory: one('directory', 'open', plainText),
  /** When the archive was last written to, only to see whether it can be. */
  health: one('health', 'open', number),
  invitations: one<Invitation[]>('invitations', { secretFields: ['password'] }, json(z.array(invitation))),
  /** The place in the account's own archive (XEP-0313) up to which invitations were looked for. */
  invitationsReadTo: one('invitations-read-to', 'open', plainText),
  /** By room: where its order is to be read once more after a resumption. */
  orderUnproven: one('order unproven', 'open', json(z.record(text, z.object({ after: text, follows: z.number() })))),
  /** By full JID: what the account's other sessions last said of themselves. */
  ownPresences: one('own-presences', 'open', json(z.record(text, text))),
  /** What the server was found to take, in bytes of one stanza. */
  learnedLimit: one('learned-limit', 'open', json(z.object({ learned: z.number(), announced: z.number() }))),
  presenceAvatar: one('presence-avatar', 'open', plainText),
  presenceOffline: one<OfflinePresence>('presence-offline', 'open', json(z.object({ show: z.enum(['online', ...shows]), status: maybe }))),
  /** An archive id: all of a room up to it was on a screen. */
  readTo: family('read', 'open', number),
  readPrivateTo: family('read-private', 'open', number),
  /** Of a device (`device:` and its id) and a room: runs of archive ids, as the first and the number of each, that it has beyond its cursor. */
  deliveredBeyond: family('beyond', 'open', json(z.array(z.tuple([z.number(), z.number()])))),
  /** The first message of a room that was no past when it came, where its first join brought its past; 0 until there is one. */
  relayFirst: family('relay-first', 'open', number),
  /** COMPAT: what stood in its place until November 2026, a time. */
  relayFloor: family('relay-floor', 'open', number),
  /** Milliseconds since the epoch, or Infinity. */
  relayPause: one('relay-pause', 'open', number),
  /** As the relay's, for the pushes that room messages ask for. */
  pushPause: one('push-pause', 'open', number),
  /** COMPAT: rooms that only devices wanted, until December 2026; since then `roomsWanted` and `bouncerWants` tell it. */
  roomsOfDevices: one('rooms-of-devices', 'open', json(z.array(text))),
  /** By room: `bookmark` and `person` (the page, the command line), where they want it. */
  roomsWanted: one('rooms-wanted', 'open', json(z.record(text, z.array(text)))),
  saidByDevices: one<readonly SaidByDevice[]>('said', 'open', json(z.array(said))),
  wholeFrom: family('whole-from', 'open', number),

  bouncerAbsent: family('bouncer-absent', 'open', json(z.array(absentMember))),
  bouncerDevices: one('bouncer-devices', 'secret', json(z.strictObject({ salt: text, devices: z.array(bouncerDevice) }))),
  /** Messages of the person's that a device's session took and could not hand over. */
  bouncerMail: family('bouncer-mail', 'secret', json(z.array(z.strictObject({ at: z.number(), xml: text })))),
  /** By room: the ids of private messages that were sent, each with the full JID of the device that sent it. */
  bouncerPrivate: family('bouncer-private', 'open', json(z.array(z.tuple([text, text])))),
  bouncerPush: family('bouncer-push', 'secret', json(z.array(z.strictObject({ jid: text, node: text.optional() })))),
  /** The key that they are encrypted by lies where the passwords do. */
  bouncerTokens: one('bouncer-tokens', 'secret', json(deviceTokens)),
  bouncerRoom: family('bouncer-room', 'open', json(roomState)),
  /** By room: the devices that are in it by their own wish. */
  bouncerWants: one('bouncer-wants', 'secret', json(z.record(text, z.array(text)))),
};

/** Nothing was kept of the bookmarks yet. */
export const noBookmarkMeta: StoredBookmarkMeta = { held: [], settings: defaultSettings, leftHere: [], looked: [] };

const bookmark = z.object({
  room: text,
  name: maybe,
  autojoin: z.boolean(),
  nick: maybe,
  password: maybe,
  extensions: z.array(text),
  attributes: z.record(text, text),
  others: z.array(text),
});
const stream = z.object({ id: text, jid: text, inbound: z.number(), outbound: z.number(), location: maybe, max: leftOut(z.number()) });

/** A bookmark as its tables have it. */
export const storedBookmark: Codec<Bookmark> = json(bookmark);
/** What a stream is resumed by (XEP-0198). */
export const storedStream: Codec<z.output<typeof stream>> = json(stream);

/** What in tables of their own a backup must not have: whole rows, a text, or fields of JSON. */
export const secretRows = ['stream', 'quarantine'] as const;
export const secretTexts = [['room', 'password']] as const;
export const secretFields = [
  { table: 'room', column: 'membership', fields: ['venuePassword'] },
  { table: 'bookmark', column: 'value', fields: ['password'] },
  { table: 'bookmark_log', column: 'before', fields: ['password'] },
  { table: 'bookmark_log', column: 'after', fields: ['password'] },
] as const;

const SECRECIES = Object.values(storedValues);

/** Of the value under a key; what nobody has named is a secret. */
export function secrecyOf(key: string): Secrecy {
  const named = SECRECIES.find((entry) => ('key' in entry ? entry.key === key : key.startsWith(`${entry.prefix}:`)));
  return named?.secrecy ?? 'secret';
}

/** JSON without the fields of these names; `undefined` where it is no JSON, of which nobody can say what it holds. */
export function withoutFields(stored: string, fields: readonly string[]): string | undefined {
  try {
    return JSON.stringify(JSON.parse(stored), (key, value: unknown) => (fields.includes(key) ? undefined : value));
  } catch {
    return undefined;
  }
}
