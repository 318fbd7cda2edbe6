// One account of Minimix in the test's own process: a real archive in a directory of its own, a real connection.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccount, type AccountOptions } from '../../src/account/account.ts';
import type { Account } from '../../src/account/contract.ts';
import type { AccountEvent } from '../../src/account/events.ts';
import type { RoomSummary } from '../../src/account/rooms/contract.ts';
import { openArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/contract.ts';
import { startMam } from '../../src/frontends/mam/mam.ts';
import { startCommands } from '../../src/frontends/commands/commands.ts';
import type { ReceiptTimes } from '../../src/frontends/relay/relay-receipts.ts';
import { startRelay } from '../../src/frontends/relay/relay.ts';
import type { ServerAddress } from './servers/server.ts';
import type { Account as Credentials } from './servers/servers.ts';
import { feed, until, type Feed } from './until.ts';

export interface Minimix {
  readonly account: Account;
  readonly archive: Archive;
  readonly events: Feed<AccountEvent>;
  readonly log: readonly string[];
  /** Resolves once the account is online. */
  online(): Promise<void>;
  /** Resolves with the room's summary once it is in that state. */
  state(room: string, state: string): Promise<RoomSummary>;
  bodies(room: string): (string | undefined)[];
  stop(): Promise<void>;
  /** Stops, and opens the same archive again in a new one. */
  reopen(): Promise<Minimix>;
}

export interface MinimixOptions extends Pick<AccountOptions, 'times' | 'now' | 'clock'> {
  readonly resource?: string;
  /** A server without TLS: the scripted one. */
  readonly allowPlaintext?: boolean;
  readonly relayTimes?: Partial<ReceiptTimes>;
  /** Whether a plain chat is answered. */
  readonly chat?: boolean;
  /** The account's setting. */
  readonly joinInvited?: boolean;
  /** Where the archive lies; a new directory where nothing is said. */
  readonly dir?: string;
  /** Done to the archive before the account is opened. */
  readonly before?: (archive: Archive) => void;
}

type Where = Pick<ServerAddress, 'host' | 'port'> & { readonly ca?: string };
type Who = Pick<Credentials, 'jid' | 'password'>;

/** Opens the account of `who` on `server`, with the relay, and starts it. */
export function openMinimix(server: Where, who: Who, options: MinimixOptions = {}): Minimix {
  const { resource, allowPlaintext, relayTimes, chat, dir = mkdtempSync(join(tmpdir(), 'minimix-')), before, joinInvited, ...patience } = options;
  const archive = openArchive(join(dir, 'archive.db'));
  before?.(archive);
  const events = feed<AccountEvent>((event) => event.type);
  const log: string[] = [];
  const life = new AbortController();
  const note = (level: string, message: string, about?: object): void =>
    void log.push(`${level} ${message} ${about === undefined ? '' : String(Object.values(about))}`);
  const account = openAccount({
    settings: {
      jid: who.jid,
      resource: resource ?? 'minimix',
      server: { host: server.host, port: server.port },
      ca: server.ca,
      allowPlaintext,
      joinInvited,
    },
    ...patience,
    password: async () => who.password,
    archive,
    log: note,
  });
  account.events.subscribe((event) => events.push(event), life.signal);
  startMam(account, archive, life.signal);
  startCommands({ account, find: async (query) => archive.find(query), log: note, signal: life.signal, chat });
  startRelay({ account, archive, log: note, signal: life.signal, ...(relayTimes && { times: relayTimes }) });
  account.start();
  let open = true;
  const close = async (): Promise<void> => {
    if (!open) return;
    open = false;
    life.abort();
    await account.stop();
    archive.close();
  };
  return {
    account,
    archive,
    events,
    log,
    async online() {
      await until(() => account.status().connection.state === 'online', { what: `${who.jid} to be online` });
    },
    async state(room, state) {
      const find = (): RoomSummary | undefined => account.rooms.list().find((one) => one.room === room && one.state === state);
      const found = await until(find, { what: `${room} to be ${state}` });
      if (!found) throw new Error('until gave nothing');
      return found;
    },
    bodies: (room) => archive.page({ account: who.jid, room, limit: 500 }).map(({ body }) => body),
    async stop() {
      await close();
      rmSync(dir, { recursive: true, force: true });
    },
    async reopen() {
      await close();
      return openMinimix(server, who, { ...options, dir });
    },
  };
}
