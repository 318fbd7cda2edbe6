import type { Socket } from 'node:net';
import { createPeerUsers } from '../../../xmpp/transport/peer-user.ts';

/** One connection that has not logged in. */
interface StrangerPass {
  /** It has sent a valid password: it is the last to be closed if there are too many. */
  known(): void;
  /** A device is bound, or it is gone. */
  left(): void;
}

/** What a stranger may do before it has shown who it is. A peer is whoever counts as one: see `peerOf()`. */
export interface Throttle {
  /**
   * One more connection. Where there are too many, one of them is closed for it: the oldest of whoever has the most, and of
   * those who never logged in before anybody else.
   */
  enter(peer: string, close: () => void): StrangerPass;
  /** Milliseconds by which the next answer to that peer is delayed. */
  delay(peer: string): number;
  failed(peer: string): void;
  succeeded(peer: string): void;
}

export interface ThrottleTimes {
  /** Milliseconds after the first failure; doubled by each further one. */
  readonly first: number;
  readonly most: number;
  /** Milliseconds without a failure after which a peer starts again at no delay. */
  readonly forgiven: number;
}

const STRANGERS = 64;
const STRANGERS_OF_ONE = 24;
const MAX_KNOWN = 1000;
export const throttleTimes: ThrottleTimes = { first: 500, most: 15_000, forgiven: 15 * 60_000 };

interface Stranger {
  readonly peer: string;
  readonly close: () => void;
  known: boolean;
}

export function createThrottle(now: () => number, times: ThrottleTimes = throttleTimes): Throttle {
  /** Oldest first. */
  const strangers = new Set<Stranger>();
  const failures = new Map<string, { count: number; at: number }>();
  /** Peers from which somebody has logged in. */
  const trusted = new Map<string, true>();

  function remember<T>(map: Map<string, T>, peer: string, value: T): void {
    map.delete(peer);
    map.set(peer, value);
    const [oldest] = map.keys();
    if (map.size > MAX_KNOWN && oldest !== undefined) map.delete(oldest);
  }

  /** The connection to be closed to make room for `latest`. */
  function tooMany(latest: Stranger): Stranger | undefined {
    const others = [...strangers].filter((one) => one !== latest);
    const own = others.filter(({ peer }) => peer === latest.peer);
    if (own.length >= STRANGERS_OF_ONE) return own.find(({ known }) => !known) ?? own[0];
    if (others.length < STRANGERS) return undefined;
    const unknown = others.filter(({ known }) => !known);
    const never = unknown.filter(({ peer }) => !trusted.has(peer));
    const [from = others] = [never, unknown].filter((some) => some.length > 0);
    const [largest] = [...Map.groupBy(from, ({ peer }) => peer).values()].toSorted((a, b) => b.length - a.length);
    return largest?.[0];
  }

  return {
    enter(peer, close) {
      const stranger: Stranger = { peer, close, known: false };
      strangers.add(stranger);
      const gone = tooMany(stranger);
      if (gone) {
        strangers.delete(gone);
        gone.close();
      }
      return {
        known: () => { stranger.known = true; },
        left: () => { strangers.delete(stranger); },
      };
    },
    delay(peer) {
      const known = failures.get(peer);
      if (!known || now() - known.at > times.forgiven) return 0;
      return Math.min(times.most, times.first * 2 ** Math.min(known.count - 1, 20));
    },
    failed(peer) {
      const known = failures.get(peer);
      const count = known && now() - known.at <= times.forgiven ? known.count + 1 : 1;
      remember(failures, peer, { count, at: now() });
    },
    succeeded(peer) {
      failures.delete(peer);
      remember(trusted, peer, true);
    },
  };
}

/**
 * Who counts as one: an address, of IPv6 the network that one household has, and on this computer the user whose socket it
 * is, where the system tells: other users of it are strangers. `undefined` where it is gone already.
 */
export async function peerOf(socket: Socket, userOf = peerUsers): Promise<string | undefined> {
  const address = (socket.remoteAddress ?? 'nowhere').replace(/^::ffff:(?=\d)/, '');
  if (address !== '::1' && !address.startsWith('127.')) return address.includes(':') ? networkOf(address) : address;
  const user = await userOf(socket);
  return user === 'gone' ? undefined : `${address} ${user ?? ''}`.trimEnd();
}

const peerUsers = createPeerUsers();

/** The first 64 bits. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = head.split(':').filter(Boolean);
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length;
  return `${[...groups, ...Array.from({ length: missing }, () => '0'), ...(tail ?? '').split(':')].slice(0, 4).join(':')}::/64`;
}
