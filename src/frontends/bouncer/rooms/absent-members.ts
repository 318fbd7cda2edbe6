// XEP-0045 7.2.2 and 10.2.1 (status 102): rooms that show their members though these are not in them.
import type { Archive } from '../../../archive/contract.ts';
import { storedValues, type StoredAbsentMember } from '../../../archive/stored-values.ts';
import type { Occupant } from '../../../core/occupant.ts';
import type { RoomState } from '../../../core/room.ts';
import { bareOf, resourceOf } from '../../../core/jid.ts';
import { NS_MUC_USER, readCodes, status } from '../../../xmpp/xep/room/muc.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import { attrsOf } from '../../../xmpp/xml.ts';
import { leftPresence } from './room-stanzas.ts';

/** So many members are remembered of a room, and so many characters of a presence. */
const MOST = 500;
const LONGEST = 4000;
const MEMBERS: ReadonlySet<string | undefined> = new Set(['owner', 'admin', 'member']);

/** A room tells them to the account as it enters, and to no device that enters later. */
export interface AbsentMembers {
  /** The membership's state, whenever it may have changed. */
  state(room: string, state: RoomState): void;
  /** Each presence of a room that is no error, in the room's order. */
  learn(room: string, presence: Stanza): void;
  /** The presences, of type unavailable, of those who are not among the occupants. */
  of(room: string, present: readonly Occupant[]): readonly string[];
}

export function openAbsentMembers(account: string, archive: Archive): AbsentMembers {
  const known = new Map<string, readonly StoredAbsentMember[]>();
  /** Rooms that have been asked to let us in, and have not told us yet that we are. */
  const entering = new Set<string>();

  function all(room: string): readonly StoredAbsentMember[] {
    const here = known.get(room);
    if (here) return here;
    const read = archive.value(account, storedValues.bouncerAbsent.of(room)) ?? [];
    known.set(room, read);
    return read;
  }

  function change(room: string, members: readonly StoredAbsentMember[]): void {
    known.set(room, members.slice(-MOST));
    if (!entering.has(room)) write(room); // else once, when the room has told all
  }

  function write(room: string): void {
    const members = all(room);
    archive.setValue(account, storedValues.bouncerAbsent.of(room), members.length === 0 ? undefined : members);
  }

  function left(room: string, given: Stanza): void {
    const item = itemOf(given);
    const [nick, jid] = [resourceOf(given.from), item.jid === undefined ? undefined : bareOf(item.jid)];
    const others = all(room).filter((one) => !isThe(one, nick, jid));
    const listed = all(room).find((one) => isThe(one, nick, jid));
    if (!MEMBERS.has(item.affiliation)) {
      if (listed) change(room, others);
    } else if (entering.has(room)) {
      if (given.raw.length <= LONGEST) change(room, [...others, { ...(nick !== '' && { nick }), ...(jid !== undefined && { jid }), xml: given.raw }]);
    } else if (!listed && jid !== undefined && others.length > 0) {
      // a room that shows members shows this one too, under the room's own address where no nick is kept for them
      const xml = leftPresence(room, '', { affiliation: item.affiliation ?? 'none', jid }).toString();
      change(room, [...others, { jid, xml }]);
    }
  }

  return {
    state(room, state) {
      if (state === 'joining' && !entering.has(room)) {
        if (all(room).length > 0) change(room, []);
        entering.add(room);
      } else if (state !== 'joining' && state !== 'joined') entering.delete(room);
    },
    learn(room, given) {
      const codes = readCodes(given.element.getChild('x', NS_MUC_USER));
      if (given.type === 'unavailable') {
        if (!codes.has(status.self) && !codes.has(status.nickChanged)) left(room, given);
        return;
      }
      if (codes.has(status.self) && entering.delete(room) && all(room).length > 0) write(room);
    },
    of: (room, present) =>
      all(room)
        .filter((member) => !present.some(({ nick, jid }) => isThe(member, nick, jid === undefined ? undefined : bareOf(jid))))
        .map(({ xml }) => xml),
  };
}

function itemOf({ element }: Stanza): { readonly affiliation?: string; readonly jid?: string } {
  return attrsOf(element.getChild('x', NS_MUC_USER)?.getChild('item'));
}

/** By the nick that the room keeps for them, or by their address where it shows that. */
function isThe(member: StoredAbsentMember, nick: string, jid: string | undefined): boolean {
  return (member.nick !== undefined && member.nick === nick) || (member.jid !== undefined && member.jid === jid);
}
