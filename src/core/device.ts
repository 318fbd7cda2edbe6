import type { Policy } from './mention.ts';

/** What the person wants a device to get of the rooms, whichever frontend serves it. */
export interface DeviceWishes {
  readonly policy: Policy;
  /** By room, where it differs. */
  readonly policies: Readonly<Record<string, Policy>>;
  /** Extra words that count as a mention. */
  readonly words: readonly string[];
}

/** A device of the account: what lasts, whatever resource it has today. Plain data, kept as JSON. */
export interface Device extends DeviceWishes {
  /** Ours, random, for ever. */
  readonly id: string;
  /** The person's name for it. */
  readonly label: string | undefined;
  /** The resources that it has had, the last one first. */
  readonly resources: readonly string[];
  /** Milliseconds since the epoch; `undefined` where it was never here. */
  readonly lastSeen: number | undefined;
}

/** `here`: on that device alone, while anybody else wants the room. `everywhere`: for the account. */
export type Leaving = 'here' | 'everywhere';

/** A device with a login of its own: the bouncer serves it. */
export interface LoginDevice extends Device {
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  /** When it was first given a message, or sent one: it works. */
  readonly firstMessage: number | undefined;
  /** Where one was chosen for it. */
  readonly leaves: Leaving | undefined;
}

/** A device that logs in to the account's server, and is recognised there by its resource and its software: the relay serves it. */
export interface RelayDevice extends Device {
  /** XEP-0115 node: the software's address. */
  readonly capsNode: string | undefined;
  /** XEP-0030 identity, as `category/type/name`. */
  readonly identity: string | undefined;
  /** The name in that identity. */
  readonly software: string | undefined;
  readonly lastSeen: number;
  /** The archive id up to which it is owed nothing: the last one when it was first seen, or attached again. */
  readonly from: number;
  /** The person's switch; `undefined` where never touched. */
  readonly wish: boolean | undefined;
  /** It answered a relay with a stanza error, for this reason. */
  readonly refused: string | undefined;
  /** How much of what it missed it gets: the newest messages of a room, of the last hours. */
  readonly limit: ReplayLimit;
  /** Mentions in words, as a headline, for what takes no relay. */
  readonly digest: Digest | undefined;
}

export interface ReplayLimit {
  readonly messages: number;
  readonly hours: number;
}

export interface Digest {
  /** Minutes after midnight (local) between which it is quiet; `undefined` for never. */
  readonly quiet: { readonly from: number; readonly to: number } | undefined;
}

/** What a person can ask for: more is a search of the archive. */
export const MOST_REPLAYED = 10_000;
export const MOST_HOURS = 24 * 366;
export const defaultLimit: ReplayLimit = { messages: 2000, hours: 30 * 24 };

/** Whose cursors a device's are in the archive. */
export function cursorOwner(device: string): string {
  return `device:${device}`;
}

/** A device of which nothing but its resource is known. */
export function newDevice({ id, resource, at, from }: { id: string; resource: string; at: number; from: number }): RelayDevice {
  return {
    id,
    label: undefined,
    resources: [resource],
    capsNode: undefined,
    identity: undefined,
    software: undefined,
    lastSeen: at,
    from,
    wish: undefined,
    refused: undefined,
    policy: 'everything',
    policies: {},
    words: [],
    limit: defaultLimit,
    digest: undefined,
  };
}

/** What is seen of a resource that has come online. */
export interface Seen {
  readonly resource: string;
  readonly capsNode: string | undefined;
  readonly identity: string | undefined;
}

const MAX_RESOURCES = 10;

/**
 * The device that a resource is, of those that are offline. By its resource, unless the software is another; else by
 * its software where the resource has the same stem, and one device alone fits: a wrong guess would take from a
 * device what was kept for it.
 */
export function recognise(offline: readonly RelayDevice[], seen: Seen): RelayDevice | undefined {
  const fits = offline.filter((device) => agree(device.capsNode, seen.capsNode) && agree(device.identity, seen.identity));
  const same = fits.find(({ resources }) => resources[0] === seen.resource) ?? fits.find(({ resources }) => resources.includes(seen.resource));
  if (same) return same;
  const stem = stemOf(seen.resource);
  const alike = fits.filter(({ capsNode, identity, resources }) => {
    const named = identity !== undefined && (capsNode !== undefined || !identity.endsWith('/'));
    return named && identity === seen.identity && stem !== undefined && stemOf(resources[0] ?? '') === stem;
  });
  return alike.length === 1 ? alike[0] : undefined;
}

/** The device with what was seen of it today. */
export function seenAs(device: RelayDevice, { seen, software, at }: { seen: Seen; software: string | undefined; at: number }): RelayDevice {
  const others = device.resources.filter((one) => one !== seen.resource);
  return {
    ...device,
    resources: [seen.resource, ...others].slice(0, MAX_RESOURCES),
    capsNode: seen.capsNode ?? device.capsNode,
    identity: seen.identity ?? device.identity,
    software: software ?? device.software,
    lastSeen: at,
  };
}

function agree(known: string | undefined, seen: string | undefined): boolean {
  return known === undefined || seen === undefined || known === seen;
}

/** What of a resource stays when its software, or the server, draws a new one: `gajim.X7K2` is `gajim`, a UUID is ''. */
function stemOf(resource: string): string | undefined {
  if (looksDrawn(resource)) return '';
  const cut = resource.replace(/[.\-_/:]?(?<![A-Za-z0-9+=])[A-Za-z0-9+=]*\d[A-Za-z0-9+=]*$|[.\-_/:][A-Za-z0-9+=]{3,}$/, '');
  return cut === resource ? undefined : cut; // chosen by a person: another one is another device
}

/** Digits, hex, or a word of ten characters and more that changes between small, large and digits all the time. */
function looksDrawn(resource: string): boolean {
  if (/^[0-9a-f-]{16,}$/i.test(resource) || /^\d+$/.test(resource)) return true;
  const kinds = resource.replace(/[a-z]+/g, 'a').replace(/[A-Z]+/g, 'b').replace(/\d+/g, 'c');
  return /^[\w-]{10,}$/.test(resource) && kinds.length >= 6;
}

/** What is known of a resource of the account that is online. */
interface Resource {
  /** The full JID. */
  readonly jid: string;
  /** XEP-0115 node: the software's address. */
  readonly capsNode: string | undefined;
  /** The name in the disco identity, else in XEP-0092. */
  readonly software: string | undefined;
  /** disco#info features; `undefined` until it has answered. */
  readonly features: ReadonlySet<string> | undefined;
  /** The person's switch; `undefined` where never touched. */
  readonly wish: boolean | undefined;
  /** It answered a relay with a stanza error, for this reason. */
  readonly refused: string | undefined;
}

export interface RelayDecision {
  readonly relay: boolean;
  /** One sentence for the log and the devices page. */
  readonly why: string;
}

interface KnownSoftware {
  /** Found in the caps node or the software's name, lower case. */
  readonly sign: string;
  readonly relay: boolean;
  readonly why: string;
}

/** Which clients accept a carbon whose sender is a full JID of the account, as of November 2026. The first match counts. */
const knownSoftware: readonly KnownSoftware[] = [
  { sign: 'poezio', relay: true, why: 'poezio 0.14 compares bare JIDs (measured)' },
  { sign: 'slixmpp', relay: true, why: 'slixmpp 1.8 compares bare JIDs (measured)' },
  { sign: 'mcabber', relay: true, why: 'mcabber 1.1 takes it into a buffer (measured)' },
  { sign: 'stanza.js', relay: true, why: 'stanza.js compares bare JIDs (read in its source)' },
  { sign: 'stanzajs', relay: true, why: 'stanza.js compares bare JIDs (read in its source)' },
  { sign: 'smack', relay: true, why: 'Smack takes it (read in its source)' },
  { sign: 'movim', relay: true, why: 'Movim stores it in the room (read in its source)' },
  ...['profanity', 'dino', 'gajim', 'psi', 'converse', 'conversations', 'monal', 'kaidan', 'qxmpp'].map((sign) => ({
    sign,
    relay: false,
    why: `${sign} accepts carbons only from the bare JID; connect it through Minimix instead`,
  })),
];

/** XEP-0280 by the account itself is the only shape that a device asks for by this feature. */
const NS_RELAY = 'urn:minimix:relay:0';

/** Whether a resource gets the relay, and why. */
export function decideRelay(resource: Resource, isOccupant = false): RelayDecision {
  if (resource.refused !== undefined) return { relay: false, why: `the device answered with an error: ${resource.refused}` };
  if (resource.wish === false) return { relay: false, why: 'you turned it off' };
  if (isOccupant) return { relay: false, why: 'the device is itself an occupant of the room' };
  if (resource.wish === true) return { relay: true, why: 'you turned it on' };
  if (resource.features?.has(NS_RELAY)) return { relay: true, why: `it supports the relay (${NS_RELAY})` };
  const text = `${resource.capsNode ?? ''} ${resource.software ?? ''}`.toLowerCase();
  const known = knownSoftware.find(({ sign }) => text.includes(sign));
  if (known) return { relay: known.relay, why: known.why };
  if (resource.features === undefined) return { relay: false, why: 'it has not announced its features yet' };
  return { relay: false, why: 'its client is not known to accept relayed messages' };
}

/** What a device gets of a room, by the person's wish. */
export function policyOf(device: DeviceWishes, room: string): Policy {
  return device.policies[room] ?? device.policy;
}

/** `22:00-07:00` as minutes after midnight; `undefined` where it is not that. */
export function readQuiet(text: string): NonNullable<Digest['quiet']> | undefined {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim());
  if (!match) return undefined;
  const [, fromHours, fromMinutes, toHours, toMinutes] = match.map(Number);
  return { from: (fromHours ?? 0) * 60 + (fromMinutes ?? 0), to: (toHours ?? 0) * 60 + (toMinutes ?? 0) };
}

/** Whether the clock stands in the quiet hours; `minutes` after midnight. They may pass midnight. */
export function isQuiet({ quiet }: Digest, minutes: number): boolean {
  if (!quiet) return false;
  const { from, to } = quiet;
  return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
}
