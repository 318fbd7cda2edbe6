import type { AccountContext } from '../context.ts';

/** What the person can do nothing about, here and now: the room does not let them in. What asks for a password, a nick or a registration waits for that. */
const CLOSED: readonly string[] = ['banned', 'members-only', 'not-allowed', 'room-gone'];

/**
 * Whether a join that failed with that code is over: the room is closed to the account, or there is none at that address. A room that is
 * slow, full or busy is still tried.
 */
export function isLostJoin({ archive, jid }: Pick<AccountContext, 'archive' | 'jid'>, room: string, code: string): boolean {
  return CLOSED.includes(code) || (code === 'service-down' && archive.ledger(jid, room, 1).at(-1)?.event === 'unreachable');
}
