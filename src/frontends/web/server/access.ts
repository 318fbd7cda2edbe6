import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller } from './guard.ts';

const TICKET_LIFE = 15 * 60_000; // milliseconds from minting to use
const SESSION_LIFE = 30 * 24 * 3_600_000; // milliseconds since the last use
const MOST_TICKETS = 64;
const MOST_SESSIONS = 64;

/**
 * Who may come in: the command line by a lasting token, a browser by a one-time ticket that becomes a cookie.
 */
export interface Access {
  /** A ticket for one browser, good once and for 15 minutes. */
  mint(): string;
  /** The session for a ticket; `undefined` where it is unknown, used or old. */
  exchange(ticket: string): string | undefined;
  /** Writes down when each session was last used. */
  close(): void;
  whoIs(credentials: { authorization: string | undefined; cookie: string | undefined }): Caller | undefined;
  /** The cookie's name: cookies are shared by all ports of a host, so each daemon has its own. */
  cookieName(): string;
}

/**
 * Where sessions outlive the daemon, so that an open page goes on after its restart; digests and ages only.
 */
export interface SessionStore {
  /** Each session's digest and when it ends, in milliseconds since the epoch. */
  read(): readonly (readonly [string, number])[];
  write(sessions: readonly (readonly [string, number])[]): void;
}

export interface AccessOptions {
  readonly cliToken: string;
  readonly port: () => number;
  readonly now: () => number;
  readonly store: SessionStore;
}

export function createAccess(options: AccessOptions): Access {
  const { now, store } = options;
  const cli = digest(options.cliToken);
  // Digests only, as keys: looking one up tells nothing by its timing.
  const tickets = new Map<string, number>();
  const sessions = new Map(store.read().slice(-MOST_SESSIONS));
  const cookieName = (): string => `minimix-${options.port()}`;

  const take = (map: Map<string, number>, key: string): boolean => {
    const until = map.get(key);
    map.delete(key);
    return until !== undefined && until > now();
  };
  const put = (map: Map<string, number>, key: string, until: number, most: number): void => {
    map.set(key, until);
    for (const oldest of map.keys()) {
      if (map.size <= most) break;
      map.delete(oldest);
    }
  };

  return {
    cookieName,
    mint() {
      const ticket = randomBytes(24).toString('base64url');
      put(tickets, hex(ticket), now() + TICKET_LIFE, MOST_TICKETS);
      return ticket;
    },
    exchange(ticket) {
      if (!take(tickets, hex(ticket))) return undefined;
      const session = randomBytes(32).toString('base64url');
      put(sessions, hex(session), now() + SESSION_LIFE, MOST_SESSIONS);
      store.write([...sessions]);
      return session;
    },
    close: () => store.write([...sessions]),
    whoIs({ authorization, cookie }) {
      if (authorization !== undefined) {
        const token = /^Bearer ([\w-]{1,200})$/.exec(authorization)?.[1];
        return token !== undefined && timingSafeEqual(digest(token), cli) ? 'cli' : undefined;
      }
      const session = readCookie(cookie, cookieName());
      if (session === undefined || !take(sessions, hex(session))) return undefined;
      put(sessions, hex(session), now() + SESSION_LIFE, MOST_SESSIONS); // used: young again, and last to go
      return 'page';
    },
  };
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value) return value;
  }
  return undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function hex(text: string): string {
  return digest(text).toString('hex');
}
