// One account of Minimix in the test's own process: a real archive in a directory of its own, a real connection.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccount, type AccountOptions } from '../../src/account/account.ts';
import type { Account, AccountEvent, RoomSummary } from '../../src/account/contract.ts';
import { openArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/contract.ts';
import { startMam } from '../../src/mam/mam.ts';
import { startRelay } from '../../src/relay/relay.ts';
import type { ServerAddress } from './server.ts';
import type { Account as Credentials } from './servers.ts';
import { feed, until, type Feed } from './until.ts';

export interface House {
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
}

export interface HouseOptions extends Pick<AccountOptions, 'times' | 'now'> {
  readonly resource?: string;
  /** A server without TLS: the scripted one. */
  readonly allowPlaintext?: boolean;
}

type Where = Pick<ServerAddress, 'host' | 'port'> & { readonly ca?: string };
type Who = Pick<Credentials, 'jid' | 'password'>;

/** Opens the account of `who` on `server`, with the relay, and starts it. */
export function openHouse(server: Where, who: Who, { resource, allowPlaintext, ...patience }: HouseOptions = {}): House {
  const dir = mkdtempSync(join(tmpdir(), 'house-'));
  const archive = openArchive(join(dir, 'archive.db'));
  const events = feed<AccountEvent>((event) => event.type);
  const log: string[] = [];
  const life = new AbortController();
  const account = openAccount({
    settings: {
      jid: who.jid,
      resource: resource ?? 'minimix',
      server: { host: server.host, port: server.port },
      ca: server.ca,
      allowPlaintext,
    },
    ...patience,
    password: async () => who.password,
    archive,
    log: (level, message, about) => void log.push(`${level} ${message} ${about === undefined ? '' : String(Object.values(about))}`),
  });
  account.subscribe((event) => events.push(event), life.signal);
  startMam(account, archive, life.signal);
  startRelay(account, life.signal);
  account.start();
  return {
    account,
    archive,
    events,
    log,
    async online() {
      await until(() => account.status().connection.state === 'online', { what: `${who.jid} to be online` });
    },
    async state(room, state) {
      const find = (): RoomSummary | undefined => account.rooms().find((one) => one.room === room && one.state === state);
      const found = await until(find, { what: `${room} to be ${state}` });
      if (!found) throw new Error('until gave nothing');
      return found;
    },
    bodies: (room) => archive.page({ account: who.jid, room, limit: 500 }).map(({ body }) => body),
    async stop() {
      life.abort();
      await account.stop();
      archive.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
