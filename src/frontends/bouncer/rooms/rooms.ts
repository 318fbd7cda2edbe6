import type { Account } from '../../../account/contract.ts';
import type { Archive } from '../../../archive/contract.ts';
import { bareOf, parseBareJid } from '../../../core/jid.ts';
import { NS_CARBONS } from '../../../xmpp/xep/message/relay-envelope.ts';
import { readCarbon } from '../../../xmpp/xep/message/carbons.ts';
import { NS_MUC } from '../../../xmpp/xep/room/muc.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import { attrsOf } from '../../../xmpp/xml.ts';
import { openCursors } from './cursors.ts';
import { openDoorway } from './device-join.ts';
import type { EnterTimes } from './device-join.ts';
import { openFeeds } from './room-feed.ts';
import type { Viewer } from './room-feed.ts';
import { openRoomsIn } from './downstream.ts';
import { openLore } from './room-state-cache.ts';
import { openRoomsOut } from './upstream.ts';
import { openQuestions } from './iq-proxy.ts';
import { openWants } from './device-joins.ts';
import type { Log } from '../server/host.ts';

/** The rooms of one account, as its devices see them: each believes that it joined. */
export interface Rooms {
  /** True where the stanza is for a room, and is seen to. */
  fromDevice(viewer: Viewer, stanza: Stanza): boolean;
  /** Whether the device is in the room that it speaks to, and says so by its from. */
  isOccupant(viewer: Viewer, stanza: Stanza): boolean;
  /** XEP-0280 would bring the daemon's own private messages a second time. */
  hides(stanza: Stanza): boolean;
  gone(viewer: Viewer): void;
  forget(device: string): void;
}

export interface RoomsOptions {
  readonly account: Account;
  readonly archive: Archive;
  readonly times: EnterTimes;
  readonly log: Log;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export function openRooms({ account, archive, times, log, now, signal }: RoomsOptions): Rooms {
  const feeds = openFeeds();
  const lore = openLore(account.jid, archive);
  const questions = openQuestions(account, archive, feeds);
  const out = openRoomsOut(account, feeds);
  const wants = openWants(account.jid, archive);
  const cursors = openCursors(account.jid, archive, log);
  const doorway = openDoorway({ account, archive, feeds, lore, wants, cursors, times, now });
  const into = openRoomsIn({ account, archive, signal, feeds, lore, questions, cursors, patience: times.live, refused: doorway.refused });
  /** What a session has once joined is a room, whatever the account knows of it now. */
  const visited = new WeakMap<Viewer, Set<string>>();

  account.subscribe((event) => {
    into.take(event);
    if (event.type === 'room') doorway.changed(event.room.room);
    if (event.type === 'caught-up' || event.type === 'room-forgotten') doorway.changed(event.room);
    if (event.type === 'room-forgotten') doorway.forgotten(event.room);
  }, signal);

  function presence(viewer: Viewer, stanza: Stanza): boolean {
    if (stanza.to === '') {
      if (stanza.type === 'unavailable') doorway.gone(viewer);
      return false;
    }
    if (stanza.type !== undefined && stanza.type !== 'unavailable') return false;
    const room = normal(stanza.to);
    if (stanza.type === undefined && stanza.element.getChild('x', NS_MUC)) {
      const rooms = visited.get(viewer) ?? new Set();
      visited.set(viewer, rooms.add(room));
      doorway.enter(viewer, room, stanza);
      return true;
    }
    // A room must never hear of the device's own session: it would take it for one more occupant.
    if (!account.seat.room(room) && visited.get(viewer)?.has(room) !== true) return false;
    if (stanza.type === 'unavailable') doorway.leave(viewer, room, stanza);
    else if (feeds.sees(viewer, room)) doorway.rename(viewer, room, stanza);
    return true;
  }

  return {
    fromDevice(viewer, stanza) {
      if (stanza.kind === 'presence') return presence(viewer, stanza);
      if (stanza.to === '') return false;
      const room = normal(stanza.to);
      if (!account.seat.room(room)) return false;
      if (stanza.kind === 'message') out.say(viewer, room, stanza);
      else if (stanza.type === 'get' || stanza.type === 'set') questions.ask(viewer, room, stanza);
      return true;
    },
    isOccupant(viewer, { from, to }) {
      const room = normal(to);
      return normal(from) === room && feeds.sees(viewer, room);
    },
    hides(stanza) {
      if (stanza.kind !== 'message' || !stanza.raw.includes(NS_CARBONS)) return false;
      const copy = readCarbon(stanza.element, account.jid);
      const { from, to } = attrsOf(copy);
      return [from, to].some((jid) => jid !== undefined && account.seat.room(bareOf(jid)) !== undefined);
    },
    gone(viewer) {
      doorway.gone(viewer);
      cursors.flush();
    },
    forget(device) {
      doorway.forget(device);
      cursors.forget(device);
    },
  };
}

/** As the account knows it: a device may write it in capitals. */
function normal(jid: string): string {
  const bare = bareOf(jid);
  return /[^a-z0-9@._-]/.test(bare) ? (parseBareJid(bare) ?? bare) : bare;
}
