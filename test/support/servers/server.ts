// What a test sees of an XMPP server, whichever it is.
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Affiliation = 'owner' | 'admin' | 'member' | 'none' | 'outcast';

export interface RoomOptions {
  /** Whether the room keeps history for XEP-0313. */
  readonly archive: boolean;
  /** Bare JIDs that own the room. */
  readonly owners?: readonly string[];
  /** Prosody: messages that it tells of its past on a join; 20 where nothing is said. On ejabberd it is the server's to say. */
  readonly history?: number;
  /** The room's name in front of a part that makes it unique. */
  readonly name?: string;
}

/** Where a server is: plain data, which one process can hand to another. */
export interface ServerAddress {
  readonly kind: 'prosody' | 'ejabberd';
  readonly domain: string;
  readonly host: '127.0.0.1';
  /** STARTTLS. */
  readonly port: number;
  /** TLS from the first byte. */
  readonly directTlsPort: number;
  /** HTTP: websocket, file share, ejabberd's API. Nothing listens where no option asked for it. */
  readonly httpPort: number;
  readonly caFile: string;
  /** The authority as PEM text. */
  readonly ca: string;
  /** SHA-256 of the server's certificate, hex. */
  readonly fingerprint: string;
  /** MUC domains. On ejabberd both are one: there it is the room that has an archive or has not. */
  readonly archivedRooms: string;
  readonly plainRooms: string;
  /** Where all that the server writes is kept; gone after `stop()`. */
  readonly dir: string;
  /** The server's log file. */
  readonly log: string;
}

/** What any test may do with a server that others use at the same time. */
export interface SharedServer extends ServerAddress {
  /** Creates an account; resolves with its bare JID. */
  register(user: string, password: string): Promise<string>;
  /** A new, persistent, open room of that sort; resolves with its JID. */
  room(options: RoomOptions): Promise<string>;
  setAffiliation(room: string, jid: string, affiliation: Affiliation): Promise<void>;
  destroyRoom(room: string): Promise<void>;
  /** Ends all sessions of the account from the server's side, as an operator would. */
  kickSessions(user: string): Promise<void>;
  /**
   * Prosody: a line of its admin shell. ejabberd: an API command and its JSON arguments. The answer as text.
   */
  run(command: string, args?: object): Promise<string>;
}

export interface Account {
  readonly user: string;
  readonly password: string;
  readonly jid: string;
}

/** A new account that nobody else uses. */
export async function newAccount(server: SharedServer, name: string): Promise<Account> {
  const user = uniqueName(name);
  const password = `secret of ${user}`;
  return { user, password, jid: await server.register(user, password) };
}

/** A server that belongs to one test. */
export interface XmppServer extends SharedServer {
  readonly pid: number;
  /** Ends the process (kindly, or as a crash would), starts it again on the same data and ports. */
  restart(options?: { readonly crash?: boolean }): Promise<void>;
  /** Ends the process and leaves data and ports as they are, for a `restart()` later. */
  halt(options?: { readonly crash?: boolean }): Promise<void>;
  /** SIGSTOP: the sockets stay open, and nothing answers. */
  suspend(): void;
  /** SIGCONT. */
  resume(): void;
  /** Ends the process and removes all that it wrote. May be called twice. */
  stop(): Promise<void>;
}

/** The port that a listening server has. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  return address.port;
}

/** Ports of 127.0.0.1 that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map(async (server) => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return portOf(server);
  }));
  await Promise.all(servers.map(async (server) => { server.close(); await once(server, 'close'); }));
  return ports;
}

/** Whether something takes connections there: at a port of 127.0.0.1, or at a Unix socket. */
export function listens(at: number | string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof at === 'number' ? connect(at, '127.0.0.1') : connect(at);
    const settle = (answer: boolean): void => { socket.destroy(); resolve(answer); };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

/** A new directory for one server, short enough for a unix socket's path. */
export const serverDir = (kind: string): Promise<string> => mkdtemp(join(tmpdir(), `${kind}-`));

/** Tries again with other ports where somebody else took one in between. */
export async function withRetries<T>(start: () => Promise<T>, attempts = 3): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt >= attempts) throw error;
    }
  }
}

let rooms = 0;

/** A room name that no other test has: `name` first, so that a log reads well. */
export function uniqueName(name = 'room'): string {
  rooms += 1;
  return `${name}-${process.pid.toString(36)}-${rooms}-${Math.random().toString(36).slice(2, 8)}`;
}
