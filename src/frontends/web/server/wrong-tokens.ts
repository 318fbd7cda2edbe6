import type { PeerUser } from '../../../xmpp/transport/peer-user.ts';

const FIRST = 100; // milliseconds
const LONGEST = 5000; // milliseconds
const FORGOTTEN = 60_000; // milliseconds without another wrong one
const MOST_USERS = 1024;

/** How long whoever says a wrong token waits for the answer: longer each time. Nobody else waits, nor do they with a right one. */
export function createWrongTokens(now: () => number): (user: PeerUser) => number {
  const said = new Map<PeerUser, { readonly times: number; readonly at: number }>();
  return (user) => {
    const before = said.get(user);
    const times = before !== undefined && now() - before.at < FORGOTTEN ? before.times + 1 : 1;
    said.delete(user);
    said.set(user, { times, at: now() });
    for (const oldest of said.keys()) {
      if (said.size <= MOST_USERS) break;
      said.delete(oldest);
    }
    return Math.min(LONGEST, FIRST * 2 ** (times - 1));
  };
}
