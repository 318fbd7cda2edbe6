import type { PeerUser } from '../../../xmpp/transport/peer-user.ts';

const FIRST = 100; // milliseconds
const LONGEST = 5000; // milliseconds
const FORGOTTEN = 60_000; // milliseconds without another wrong one
const MOST_USERS = 1024;

/** How long the answer to a wrong token is delayed: longer each time, for that caller only. A right token is answered at once. */
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
