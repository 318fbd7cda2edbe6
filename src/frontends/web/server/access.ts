import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller } from './guard.ts';

const TICKET_LIFE = 15 * 60_000; // milliseconds from minting to use
const SESSION_LIFE = 30 * 24 * 3_600_000; // milliseconds since the last use
const SIGNED_LIFE = 60_000; // milliseconds
const MOST_TICKETS = 64;
const MOST_SESSIONS = 64;

/**
 * Who may come in: the command line by a lasting token, a browser by a one-time ticket that becomes a token of its own. There is
 * no cookie: browsers send those to every port of 127.0.0.1, another user's server included. Nothing is kept on disk: whoever
 * takes the port once the daemon has ended can read what the page has stored, and it must open nothing.
 */
export interface Access {
  /** A ticket for one browser, good once and for 15 minutes. */
  mint(): string;
  /** The token for a ticket; `undefined` where the ticket is unknown, used or old. */
  exchange(ticket: string): string | undefined;
  /** Whose token is in the header. */
  whoIs(authorization: string | undefined): Caller | undefined;
  /** The path of a picture with a proof that lets it be read for a minute: an <img> sends no headers. */
  sign(path: string): string;
  isSigned(path: string): boolean;
}

interface AccessOptions {
  readonly cliToken: string;
  readonly now: () => number;
}

export function createAccess({ cliToken, now }: AccessOptions): Access {
  const cli = digest(cliToken);
  const key = randomBytes(32);
  // Digests as keys, so that the time of a lookup reveals nothing about a token.
  const tickets = new Map<string, number>();
  const sessions = new Map<string, number>();

  const take = (map: Map<string, number>, name: string): boolean => {
    const until = map.get(name);
    map.delete(name);
    return until !== undefined && until > now();
  };
  const put = (map: Map<string, number>, { name, until, most }: { name: string; until: number; most: number }): void => {
    map.set(name, until);
    for (const oldest of map.keys()) {
      if (map.size <= most) break;
      map.delete(oldest);
    }
  };
  const proofOf = (path: string): string => createHmac('sha256', key).update(path).digest('base64url');

  return {
    mint() {
      const ticket = randomBytes(24).toString('base64url');
      put(tickets, { name: hex(ticket), until: now() + TICKET_LIFE, most: MOST_TICKETS });
      return ticket;
    },
    exchange(ticket) {
      if (!take(tickets, hex(ticket))) return undefined;
      const session = randomBytes(32).toString('base64url');
      put(sessions, { name: hex(session), until: now() + SESSION_LIFE, most: MOST_SESSIONS });
      return session;
    },
    whoIs(authorization) {
      const token = /^Bearer ([\w-]{1,200})$/.exec(authorization ?? '')?.[1];
      if (token === undefined) return undefined;
      if (timingSafeEqual(digest(token), cli)) return 'cli';
      if (!take(sessions, hex(token))) return undefined;
      put(sessions, { name: hex(token), until: now() + SESSION_LIFE, most: MOST_SESSIONS }); // its use makes it the youngest, which is removed last
      return 'page';
    },
    sign(path) {
      const dated = `${path}&until=${now() + SIGNED_LIFE}`;
      return `${dated}&proof=${proofOf(dated)}`;
    },
    isSigned(path) {
      const [, dated = '', until, proof = ''] = /^(.*&until=(\d{1,16}))&proof=([\w-]{43})$/.exec(path) ?? [];
      return timingSafeEqual(digest(proofOf(dated)), digest(proof)) && Number(until) > now();
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function hex(text: string): string {
  return digest(text).toString('hex');
}
