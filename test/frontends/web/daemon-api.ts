import { request, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { HeldBookmarks } from '../../../src/account/bookmarks/contract.ts';
import type { Account } from '../../../src/account/contract.ts';
import type { AccountStatus } from '../../../src/account/account-status.ts';
import type { RoomSummary } from '../../../src/account/rooms/contract.ts';
import type { EventListener } from '../../../src/account/events.ts';
import type { ArchiveGap, QuarantinedStanza, ReadArchive, Retention } from '../../../src/archive/contract.ts';
import type { PageQuery } from '../../../src/archive/query-contract.ts';
import { fail, ok } from '../../../src/core/errors.ts';
import type { KeptMessage } from '../../../src/core/groupchat.ts';
import { viewed } from '../../../src/core/view.ts';
import { createAccess } from '../../../src/frontends/web/server/access.ts';
import { createConnections } from '../../../src/frontends/web/server/connections.ts';
import type { PeerUser } from '../../../src/xmpp/transport/peer-user.ts';
import type { DaemonApi, Problem } from '../../../src/frontends/web/contract/contract.ts';
import { createWeb } from '../../../src/frontends/web/server/handler.ts';
import { startServer } from '../../../src/frontends/web/server/server.ts';

export const ROOM = 'cave@muc.example.org';

/**
 * An API of small real parts: an archive that is a list, accounts that answer. Only what the API asks is
 * there.
 */
export function smallDaemon(...jids: string[]) {
  const kept: KeptMessage[] = [];
  const sinks = new Set<EventListener>();
  const gaps: ArchiveGap[] = [];
  const quarantined: QuarantinedStanza[] = [];
  const problems: Problem[] = [];
  const retained = new Map<string, Retention>();
  const archive = {
    page: ({ room, limit, before = Infinity, only }: PageQuery) =>
      kept
        .filter((message) => message.room === room && message.archiveId < before)
        .filter(({ kind }) => only === undefined || (kind === 'private') === (only === 'private'))
        .slice(-limit),
    view: (query: PageQuery) => archive.page(query).map((message) => viewed(message, [])),
    gaps: () => gaps,
    quarantined: (account: string) => quarantined.filter((stanza) => stanza.account === account),
    retention: (_account: string, room: string) => retained.get(room) ?? { keep: 'forever' },
    since: (account: string, room: string, { archiveId, limit }: { archiveId: number; limit: number }) =>
      kept.filter((m) => m.account === account && m.room === room && m.archiveId > archiveId).slice(0, limit),
    lastId: () => Math.max(0, ...kept.map(({ archiveId }) => archiveId)),
    last: (account: string, room: string) => kept.findLast((m) => m.account === account && m.room === room),
    rooms: (account: string) => [{ account, room: ROOM }],
  };
  const offered = { health: true, metrics: true };
  const report = { status: 'ok' as 'ok' | 'failing', version: '0.0.0', startedAt: '2026-11-23T00:00:00.000Z', reasons: [{ code: 'room-unverified', message: ROOM }], warnings: [] };
  const said: string[] = [];
  const held: HeldBookmarks[] = [];
  const accounts = jids.map((jid) => accountOf(jid, said, held));
  const api: DaemonApi = {
    version: '0.0.0',
    home: 'a home',
    startedAt: Date.now(),
    archive: archive as unknown as ReadArchive,
    find: async ({ text }) => {
      if (text.includes('"')) return { ok: false, message: 'The quotation is not closed.', start: 0, end: 1 };
      const found = kept.filter((message) => message.body?.includes(text));
      const hits = found.map((message) => ({ message, shownAt: message.archiveId, excerpt: { text: message.body ?? '', marks: [] } }));
      return { ok: true, hits, more: false };
    },
    perDay: async () => [],
    setRetention: (_account, room, retention) => void retained.set(room, retention),
    problems: () => problems,
    accounts: () => accounts,
    subscribe(sink, signal) {
      sinks.add(sink);
      signal.addEventListener('abort', () => sinks.delete(sink));
    },
    firstLook: async () => fail('unreachable', 'The server is not found.'),
    checkLogin: async () => fail('unreachable', 'The server is not found.'),
    changePassword: async ({ account }) => ok({ account, password: 'file' }),
    addAccount: async ({ settings }) => ok({ account: settings.jid, password: 'file' }),
    removeAccount: async (jid) => ok({ account: jid }),
    bouncer: { status: () => ({ on: false }) } as unknown as DaemonApi['bouncer'],
    watch: {
      offers: () => offered,
      health: (named) => ({ ...report, reasons: named ? report.reasons : [] }),
      metrics: (named) => `named ${named ? 1 : 0}\n`,
    },
    examine: async () => [],
    settings: { list: () => [], set: async () => ok({ restart: false }) },
    figures: () => ({ archiveBytes: 0, messages: 0, lastBackup: null, relay: { count: 0, steps: [], half: null, most: null } }),
    sandbox: { available: () => false, begin: async () => fail('no-prosody', 'Prosody is not installed on this computer.') },
    files: { place: async () => null, avatar: async () => undefined } as unknown as DaemonApi['files'],
    outside: { services: async () => [] } as unknown as DaemonApi['outside'],
    pageUrl: () => 'http://127.0.0.1/?t=x',
  };
  const tell = (body: string, account = jids[0] ?? '', more: Partial<KeptMessage> = {}): KeptMessage => {
    const message = { ...messageOf(kept.length + 1, account, body), ...more };
    kept.push(message);
    for (const sink of sinks) sink({ type: 'message', message, fresh: true });
    return message;
  };
  return { api, offered, report, tell, said, held, gaps, quarantined, problems, retained, listeners: () => sinks.size };
}

function accountOf(jid: string, said: string[], held: readonly HeldBookmarks[]): Account {
  const room: RoomSummary = {
    account: jid,
    room: ROOM,
    name: undefined,
    state: 'joined',
    nick: 'me',
    occupants: 2,
    verifiedAt: undefined,
    reason: undefined,
    subject: undefined,
  };
  const invitation = {
    room: 'orchard@muc.example.org',
    by: 'romeo@example.org',
    reason: 'come',
    password: 'sesame',
    mediated: true,
    at: Date.UTC(2026, 10, 23),
  };
  const entry = { account: jid, room: ROOM, at: Date.UTC(2026, 10, 23) };
  const ledger = [
    { ...entry, id: 1, event: 'joined', nick: 'me', text: undefined },
    { ...entry, id: 2, event: 'kicked', nick: undefined, text: 'flood' },
  ];
  const status: AccountStatus = { account: jid, connection: { state: 'online', jid: `${jid}/x`, resumed: false, since: 0 }, rooms: 1, joined: 1, messages: 0 };
  const account = {
    jid,
    status: () => status,
    rooms: {
      list: () => [room],
      occupants: () => [],
      managed: () => [],
      invitations: () => [invitation],
      accept: async (asked) => (asked === invitation.room ? ok({ ...room, room: asked }) : fail('no-invitation', 'Nobody has asked you.')),
      decline(asked, reason) {
        said.push(`declined ${asked}${reason === undefined ? '' : `: ${reason}`}`);
        return ok(undefined);
      },
      follow: async () => fail('no-venue', `${ROOM} has not suggested another room.`),
      set(_room, settings) {
        said.push(JSON.stringify(settings));
        return ok(room);
      },
      changeNick: async (_room, nick) => ok({ ...room, nick }),
      requestVoice: () => ok(undefined),
      ledger: () => ledger,
      join: async () => ok(room),
      leave: async () => ok(undefined),
    } satisfies Partial<Account['rooms']>,
    history: { readStates: () => [] } satisfies Partial<Account['history']>,
    bookmarks: { held: () => held } satisfies Partial<Account['bookmarks']>,
    devices: {
      list: () => [],
      pauseRelay(until) {
        said.push(`relay paused until ${until ?? 'resumed'}`);
        return { ...status, relayPause: { until: until === undefined ? null : new Date(until).toISOString() } };
      },
      pausePush(until) {
        said.push(`push paused until ${until ?? 'resumed'}`);
        return status;
      },
      resumePush() {
        said.push('push resumed');
        return status;
      },
      isPushPaused: () => false,
      resumeRelay() {
        said.push('relay resumed');
        return status;
      },
      alert: ({ body }) => (body?.includes('me') ? 'mention' : undefined),
    } satisfies Partial<Account['devices']>,
    sending: {
      async sendMessage(_room, body) {
        said.push(body);
        return ok({ originId: 'o1' });
      },
    } satisfies Partial<Account['sending']>,
  };
  return account as unknown as Account;
}

function messageOf(archiveId: number, account: string, body: string): KeptMessage {
  return {
    archiveId,
    account,
    room: ROOM,
    nick: 'bob',
    kind: 'message',
    id: `m${archiveId}`,
    stanzaId: `s${archiveId}`,
    originId: undefined,
    occupantId: undefined,
    realJid: undefined,
    body,
    subject: undefined,
    at: Date.UTC(2026, 10, 23),
    arrivedAt: Date.UTC(2026, 10, 23),
    delayed: false,
    xml: `<message xmlns='jabber:client'><body>${body}</body></message>`,
  };
}

export interface SmallDoorOptions {
  /** Whose connection each is, where it is not asked of the system. */
  readonly user?: (socket: Socket) => PeerUser;
  /** Connections at once. */
  readonly most?: number;
}

/** The web door of a small api on a random port. */
export async function openDoor(api: DaemonApi, pages = 'nowhere', now = Date.now, wished = 0, { user, most }: SmallDoorOptions = {}) {
  let port = 0;
  const access = createAccess({ cliToken: 'the-cli-token', now });
  const connections = createConnections({ ...(user && { user }), ...(most !== undefined && { most }) });
  const errors: string[] = [];
  const log = (_level: string, message: string, about?: object): void => {
    errors.push(`${message} ${JSON.stringify(about)}`);
  };
  const web = await startServer(wished, createWeb({ api, access, connections, owner: process.getuid?.(), port: () => port, pages, log, now }), connections);
  port = web.port;
  return { ...web, access, errors, bearer: { authorization: 'Bearer the-cli-token' } };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request, with whatever headers: unlike `fetch` it forbids none. */
export function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}
