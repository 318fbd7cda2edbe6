import type { Result } from '../../core/errors.ts';
import { fail, ok } from '../../core/errors.ts';
import type { Occupant } from '../../core/occupant.ts';
import { changesAllowed, itemOf, type PrivilegeChange } from '../../core/privileges.ts';
import { adminQuery } from '../../xmpp/xep/room/muc.ts';
import type { AccountContext } from '../context.ts';
import { roomRefusal } from './room-refusal.ts';

/** Somebody in a room, and what the room allows us to do about them. */
export interface ManagedOccupant extends Occupant {
  readonly allowed: readonly PrivilegeChange[];
}

export interface PrivilegeWish {
  readonly nick: string;
  readonly change: PrivilegeChange;
  readonly reason?: string | undefined;
}

/** XEP-0045 8 and 9: roles and affiliations of the others. */
interface Privileges {
  occupants(room: string): ManagedOccupant[];
  /** Resolves once the room has done it, or refused. */
  change(room: string, wish: PrivilegeWish): Promise<Result<undefined>>;
}

const refusals: Readonly<Record<string, string>> = {
  'not-allowed': 'The room does not allow you to do this.',
  forbidden: 'The room does not allow you to do this.',
  conflict: 'The room needs at least one owner.',
  'item-not-found': 'This person is no longer in the room.',
};

export function openPrivileges(context: AccountContext): Privileges {
  function occupants(room: string): ManagedOccupant[] {
    const all = context.occupants(room);
    const own = all.get(context.room(room)?.membership.nick ?? '');
    return [...all.values()].map((one) => ({ ...one, allowed: own ? changesAllowed(own, one) : [] }));
  }

  return {
    occupants,
    async change(room, { nick, change, reason }) {
      const state = context.room(room)?.membership.state;
      if (state !== 'joined') return fail(state ?? 'unknown-room', `You are not in ${room}.`);
      const other = occupants(room).find((one) => one.nick === nick);
      if (!other) return fail('not-there', `${nick} is not in the room.`);
      if (!other.allowed.includes(change)) return fail('not-allowed', 'The room does not allow you to do this.');
      const item = itemOf(change);
      // an affiliation belongs to an account: the address is there wherever one is allowed
      const whom = 'affiliation' in item ? { jid: other.jid } : { nick };
      const answer = await context.connection.iq(adminQuery(room, { ...whom, ...item }, reason));
      if (!answer.ok) return roomRefusal(answer.error, refusals);
      context.log('info', `${room}: ${change} for ${nick}`);
      return ok(undefined);
    },
  };
}
