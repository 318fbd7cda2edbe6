import pLimit from 'p-limit';
import { filled, type Bookmark, type StorageName } from '../../core/bookmark.ts';
import { inBackground } from '../../core/background.ts';
import { fail, ok, type Result } from '../../core/errors.ts';
import type { Finding } from '../../core/diagnostics.ts';
import { domainOf } from '../../core/jid.ts';
import { connect } from '../../xmpp/connection.ts';
import type { Connection, ConnectionStatus } from '../../xmpp/contract.ts';
import { discoInfoQuery, readDiscoInfo } from '../../xmpp/xep/service/disco.ts';
import { NS_MAM } from '../../xmpp/xep/service/mam.ts';
import { readRoomInfo } from '../../xmpp/xep/room/room-info.ts';
import { wireOptions, type AccountSettings } from '../settings.ts';
import { nativeStorage, pepStorage, privateStorage, type StorageContent } from '../bookmarks/storage.ts';
import type { Log } from '../../core/log.ts';
import { examineServer } from './examine.ts';
import { serverParts, type Ask } from './server-parts.ts';

/** A bookmarked room, before anything is done about it. */
interface ProbedRoom {
  readonly room: string;
  readonly name: string | null;
  readonly autojoin: boolean;
  readonly occupants: number | null;
  readonly description: string | null;
  /** `unasked`: there are too many to ask each. */
  readonly state: 'there' | 'missing' | 'unreachable' | 'unasked';
}

/** What an account has, seen by a login that writes nothing, joins nothing and shows no presence. */
export interface ProbedServer {
  readonly account: string;
  /** The account's own archive on its server (XEP-0313). */
  readonly mam: boolean;
  /** A stream that was cut is taken up again (XEP-0198). */
  readonly resumes: boolean;
  /** Where the bookmarks lie, and how many in each. */
  readonly storages: readonly { readonly name: StorageName; readonly rooms: number }[];
  /** The server shows one list in all places (XEP-0402 `#compat`, `#compat-pep`). */
  readonly bridged: boolean;
  readonly services: readonly string[];
  /** Files can be sent; up to so many bytes, null where it does not say. */
  readonly upload: { readonly most: number | null } | null;
  readonly rooms: readonly ProbedRoom[];
}

const LOGIN = 25_000; // milliseconds
const PATIENCE = 8_000; // milliseconds for a room's answer
const MOST_ASKED = 200;
const AT_ONCE = 16;
/** Somebody is there, and does not tell strangers. */
const SHY: readonly string[] = ['registration-required', 'not-authorized'];

interface ProbeOptions {
  readonly settings: AccountSettings;
  readonly password: string;
  readonly log: Log;
  /** The person does not wait any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Logs in, reads, and goes. Refused with `refused` where the server does not take the login, with `unreachable` where
 * it is not found: then its details have to be said; with `untrusted` where its certificate is not trusted: the cause names it.
 */
export function probeServer(options: ProbeOptions): Promise<Result<ProbedServer>> {
  return visit(options, 'look', (connection) => look(options.settings.jid, connection, options.log));
}

/** Logs in and goes, to find out whether the server takes the password. Refused as `probeServer`. */
export function checkLogin(options: ProbeOptions): Promise<Result<void>> {
  return visit(options, 'check', async () => undefined);
}

/** What `Account.examine` tells of the server, by such a login. Refused as `firstLook`. */
export function examineByLogin(options: ProbeOptions): Promise<Result<Finding[]>> {
  return visit(options, 'doctor', (connection) => examineServer(askBy(connection), { account: options.settings.jid, stream: connection.features() }));
}

async function visit<T>({ settings, password, log, signal }: ProbeOptions, purpose: string, work: (connection: Connection) => Promise<T>): Promise<Result<T>> {
  const connection = connect({
    ...wireOptions(settings),
    resource: `${settings.resource}-${purpose}`,
    password: async () => password,
    unseen: true,
    deadlines: { login: LOGIN },
    log: (level, message, about) => log(level === 'error' ? 'warn' : level, `${purpose}: ${message}`, about),
  });
  connection.onStanzas(() => undefined); // nothing of what comes is ours to keep
  const giveUp = (): void => inBackground(log, 'giving up a login', connection.stop());
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    const status = await loggedIn(connection, signal);
    if (status.state === 'refused') return fail('refused', status.why);
    if (status.state === 'waiting' && status.certificate !== undefined) {
      return fail('untrusted', `Minimix does not trust the server of ${domainOf(settings.jid)}: ${status.why}.`, { certificate: status.certificate });
    }
    if (status.state !== 'online') return fail('unreachable', notReached(settings.jid, status));
    return ok(await work(connection));
  } finally {
    signal?.removeEventListener('abort', giveUp);
    await connection.stop();
  }
}

function askBy(connection: Connection): Ask {
  return (request, timeout) => connection.iq(request, timeout === undefined ? {} : { timeout });
}

function loggedIn(connection: Connection, signal: AbortSignal | undefined): Promise<ConnectionStatus> {
  return new Promise((resolve) => {
    const done = new AbortController();
    if (signal?.aborted) return resolve({ state: 'offline' });
    signal?.addEventListener('abort', () => resolve({ state: 'offline' }), { once: true, signal: done.signal });
    connection.onStatus((status) => {
      if (status.state === 'connecting' || status.state === 'offline') return;
      done.abort();
      resolve(status);
    }, done.signal);
    connection.start();
  });
}

const TROUBLES: readonly (readonly [RegExp, string])[] = [
  [/ENOTFOUND|EAI_AGAIN/, 'its name cannot be resolved'],
  [/ECONNREFUSED/, 'nothing is listening there'],
  [/ECONNRESET|EPIPE/, 'it closed the connection'],
  [/ETIMEDOUT/, 'it does not answer'],
  [/EHOSTUNREACH|ENETUNREACH|ENETDOWN/, 'this computer has no way to it'],
];

function notReached(jid: string, status: ConnectionStatus): string {
  const why = status.state === 'waiting' ? status.why : 'it does not answer';
  const known = TROUBLES.find(([pattern]) => pattern.test(why))?.[1] ?? why;
  return `The server of ${domainOf(jid)} cannot be reached: ${known}.`;
}

async function look(jid: string, connection: Connection, log: Log): Promise<ProbedServer> {
  const ask = askBy(connection);
  const places = [nativeStorage, pepStorage, privateStorage].map((storage) => storage({ connection, log }));
  const [own, parts, ...contents] = await Promise.all([
    ask(discoInfoQuery(jid), PATIENCE),
    serverParts(ask, jid),
    ...places.map(async (place) => ({ name: place.name, content: await place.read() })),
  ]);
  const features = (own.ok ? readDiscoInfo(own.element)?.features : undefined) ?? new Set<string>();
  const read = contents.flatMap(({ name, content }) => ('refused' in content ? [] : [{ name, content }]));
  const bookmarks = together(read.map(({ content }) => content));
  const limit = pLimit(AT_ONCE);
  return {
    account: jid,
    mam: features.has(NS_MAM),
    resumes: connection.features()?.getChild('sm', 'urn:xmpp:sm:3') !== undefined,
    storages: read.map(({ name, content }) => ({ name, rooms: content.list.size })),
    bridged: ['urn:xmpp:bookmarks:1#compat', 'urn:xmpp:bookmarks:1#compat-pep'].some((feature) => features.has(feature)),
    services: parts.rooms.map((service) => service.jid),
    upload: parts.upload ? { most: parts.upload.most ?? null } : null,
    rooms: await Promise.all(bookmarks.map((bookmark, index) => limit(async () => (index < MOST_ASKED ? looked(ask, bookmark) : unasked(bookmark))))),
  };
}

/** One list out of all places, the first counting most; by name. */
function together(contents: readonly StorageContent[]): Bookmark[] {
  const all = new Map<string, Bookmark>();
  for (const { list } of contents) {
    for (const [room, bookmark] of list) {
      const known = all.get(room);
      all.set(room, known ? filled(known, bookmark) : bookmark);
    }
  }
  return [...all.values()].toSorted((a, b) => (a.name ?? a.room).localeCompare(b.name ?? b.room));
}

async function looked(ask: Ask, bookmark: Bookmark): Promise<ProbedRoom> {
  const answer = await ask(discoInfoQuery(bookmark.room), PATIENCE);
  const info = answer.ok ? readRoomInfo(answer.element) : undefined;
  const condition = answer.ok ? undefined : answer.error.condition;
  const there = condition === undefined || SHY.includes(condition);
  return {
    ...unasked(bookmark),
    name: bookmark.name ?? info?.name ?? null,
    occupants: info?.occupants ?? null,
    description: info?.description ?? null,
    state: there ? 'there' : condition === 'item-not-found' ? 'missing' : 'unreachable',
  };
}

function unasked({ room, name, autojoin }: Bookmark): ProbedRoom {
  return { room, name: name ?? null, autojoin, occupants: null, description: null, state: 'unasked' };
}
