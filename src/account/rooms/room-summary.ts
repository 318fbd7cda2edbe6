import { localOf } from '../../core/jid.ts';
import { chooseNick } from '../../core/nick.ts';
import type { ChosenNick } from '../../core/nick.ts';
import type { NotifyLevel } from '../../xmpp/xep/bookmarks/notify.ts';
import { NS_REGISTER } from '../../xmpp/xep/room/register.ts';
import type { AccountEvent } from '../events.ts';
import type { AccountContext, Room } from '../context.ts';
import type { Nicks } from './nicks.ts';
import type { RoomSummary, RoomWishers } from './contract.ts';

export interface SummaryHooks {
  readonly nicks: () => Nicks;
  /** XEP-0492, as the bookmark has it. */
  readonly notify: (room: string) => NotifyLevel | undefined;
  /** How the person calls the room: its bookmark's name. */
  readonly called?: (room: string) => string | undefined;
  readonly wishers?: (room: string) => RoomWishers;
  readonly tell: (event: AccountEvent) => void;
}

/** What a room is to a person, and to whom that is told. */
export interface RoomSummaries {
  wantedNick(room: Room): string;
  summary(room: Room): RoomSummary;
  /** Tells subscribers what a room is now; many calls in one tick are one event. */
  changed(room: string): void;
}

export function openRoomSummaries(context: AccountContext, { nicks, notify, called, wishers, tell }: SummaryHooks): RoomSummaries {
  const dirty = new Set<string>();

  function chosenNick(room: Room): ChosenNick {
    return chooseNick({ asked: room.nick, account: nicks().accountNick(), reserved: room.reserved?.nick, localpart: localOf(context.jid) });
  }

  function summary(room: Room): RoomSummary {
    const { jid, membership, name, subject, verifiedAt, doubt } = room;
    const wanted = chosenNick(room);
    return {
      account: context.jid,
      room: jid,
      name: called?.(jid) || name,
      state: membership.state,
      nick: membership.nick,
      occupants: context.occupants(jid).size,
      verifiedAt: verifiedAt === undefined ? undefined : new Date(verifiedAt).toISOString(),
      reason: membership.reason ?? doubt,
      subject,
      nonAnonymous: room.nonAnonymous,
      logged: room.logged,
      venue: membership.venue,
      role: context.occupants(jid).get(membership.nick ?? '')?.role,
      settings: room.settings,
      wanted,
      nickRefusal: wanted.nick === membership.nick ? undefined : nicks().refusal(jid),
      notify: notify(jid),
      wishes: wishers?.(jid),
      registers: room.features?.has(NS_REGISTER) === true,
    };
  }

  function tellChanged(): void {
    const rooms = [...dirty].flatMap((jid) => context.room(jid) ?? []);
    dirty.clear();
    for (const room of rooms) tell({ type: 'room', room: summary(room) });
  }

  return {
    wantedNick: (room) => chosenNick(room).nick,
    summary,
    changed(jid) {
      if (dirty.size === 0) queueMicrotask(tellChanged);
      dirty.add(jid);
    },
  };
}
