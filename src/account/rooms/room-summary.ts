import { NS_REGISTER } from '../../xmpp/xep/room/register.ts';
import { catchUpProgress } from '../history/catch-up-state.ts';
import type { BookmarkState } from '../bookmarks/state.ts';
import type { AccountContext, Room } from '../context.ts';
import type { Nicks } from './nicks.ts';
import type { ProvidedDevices } from '../devices/provided-devices.ts';
import type { RoomSummary } from './contract.ts';
import { wishersOf, type RoomWishes } from './wishes.ts';

/** What a summary is made of, beside the room itself. */
export interface SummaryParts {
  readonly nicks: Pick<Nicks, 'chosen' | 'refusal'>;
  readonly bookmarks: Pick<BookmarkState, 'notify' | 'called'>;
  readonly wishes: Pick<RoomWishes, 'of'>;
  readonly providedDevices: ProvidedDevices;
}

/** What a room is to a person, and to whom that is told. */
export interface RoomSummaries {
  wantedNick(room: Room): string;
  summary(room: Room): RoomSummary;
  /** Tells subscribers what a room is now; many calls in one tick are one event. */
  changed(room: string): void;
}

export function openRoomSummaries(context: AccountContext, { nicks, bookmarks, wishes, providedDevices }: SummaryParts): RoomSummaries {
  const dirty = new Set<string>();

  function summary(room: Room): RoomSummary {
    const { jid, membership, name, subject, verifiedAt, doubt } = room;
    const wanted = nicks.chosen(room);
    return {
      account: context.jid,
      room: jid,
      name: bookmarks.called(jid) || name,
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
      nickRefusal: wanted.nick === membership.nick ? undefined : nicks.refusal(jid),
      notify: bookmarks.notify(jid),
      wishes: wishersOf(wishes.of(jid), providedDevices.list()),
      catchUp: catchUpProgress(room, (id) => context.archive.message(id)?.at),
      registers: room.features?.has(NS_REGISTER) === true,
    };
  }

  function tellChanged(): void {
    const rooms = [...dirty].flatMap((jid) => context.room(jid) ?? []);
    dirty.clear();
    for (const room of rooms) context.events.emit({ type: 'room', room: summary(room) });
  }

  function changed(jid: string): void {
    if (dirty.size === 0) queueMicrotask(tellChanged);
    dirty.add(jid);
  }

  context.events.subscribe((event) => {
    if (event.type === 'wishes-changed' || event.type === 'catch-up-moved') changed(event.room);
  }, context.signal, 'the summaries of rooms');

  return { wantedNick: (room) => nicks.chosen(room).nick, summary, changed };
}
