import { bareOf, domainOf } from '../../core/jid.ts';
import type { ConnectionStatus } from '../../xmpp/contract.ts';
import type { HeldDelays } from '../../xmpp/xep/message/groupchat.ts';

/** Milliseconds after a resumption in which what the server has held may still be on its way. */
const ON_THE_WAY = 60_000;
/** A server stamps what it cannot be sure that we have: it may have been on its way for so long when we saw the stream end. */
const UNSEEN = 5 * 60_000;
/** After a start nobody knows when the stream ended; none is held for longer. */
const LONGEST = 24 * 3600_000;
/** The server's clock may be ahead of ours. */
const AHEAD = 60_000;

export interface HeldByServer {
  /** Told of each change of the connection. */
  changed(status: ConnectionStatus): void;
  /** Whose delays count as the time of what comes now, and from when to when; nothing but after a resumption. */
  now(): HeldDelays | undefined;
}

/** XEP-0198 5 and XEP-0203: a server says since when it has held what it hands on after a resumption. At any other time that is a claim of whoever sent it. */
export function openHeldByServer(account: string, now: () => number): HeldByServer {
  /** Milliseconds since the epoch. */
  let endedAt: number | undefined;
  let wasOnline = false;
  let resumed: { readonly at: number; readonly from: number } | undefined;
  const by: ReadonlySet<string> = new Set([bareOf(account), domainOf(account)]);

  return {
    changed(status) {
      const isOnline = status.state === 'online';
      if (wasOnline && !isOnline) endedAt = now();
      wasOnline = isOnline;
      if (!isOnline) return;
      const from = endedAt === undefined ? now() - LONGEST : endedAt - UNSEEN;
      resumed = status.resumed ? { at: performance.now(), from } : undefined;
    },
    now() {
      if (!resumed || performance.now() - resumed.at > ON_THE_WAY) return undefined;
      return { by, from: resumed.from, to: now() + AHEAD };
    },
  };
}
