import type { Account } from '../../../account/contract.ts';
import type { Archive } from '../../../archive/contract.ts';
import { bareOf, parseBareJid, resourceOf } from '../../../core/jid.ts';
import { NS_CARBONS } from '../../../xmpp/xep/message/relay-envelope.ts';
import { readCarbon } from '../../../xmpp/xep/message/carbons.ts';
import { NS_MUC } from '../../../xmpp/xep/room/muc.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import { NS_DISCO_INFO } from '../../../xmpp/xep/service/disco.ts';
import { isTransient } from '../../../xmpp/xep/message/transient.ts';
import { attrsOf, parseElement, type Element } from '../../../xmpp/xml.ts';
import { openCursors } from '../../../delivery/cursors.ts';
import { openAbsentMembers } from './absent-members.ts';
import { openEntryQueue } from './entry-queue.ts';
import { openDeviceJoin } from './device-join.ts';
import type { DeviceJoinTimes } from './device-join.ts';
import { openRoomFeeds } from './room-feed.ts';
import type { DeviceOccupant } from './room-feed.ts';
import { openDownstream } from './downstream.ts';
import { openOccupantDeliveries } from './occupant-deliveries.ts';
import { openRoomStateCache } from './room-state-cache.ts';
import { asSeenLive } from './private-archive.ts';
import { openPrivateSenders } from './private-senders.ts';
import { openUpstreamRooms } from './upstream.ts';
import { readStanzaError } from '../../../xmpp/xep/service/errors.ts';
import { openIqProxy } from './iq-proxy.ts';
import type { Log } from '../../../core/log.ts';

/** The rooms of one account, as its devices see them: each believes that it joined. */
export interface BouncerRooms {
  /** True where the stanza is for a room, and is seen to. */
  fromDevice(deviceOccupant: DeviceOccupant, stanza: Stanza): boolean;
  /** Whether the device is in the room that it speaks to, and says so by its from. */
  isOccupant(deviceOccupant: DeviceOccupant, stanza: Stanza): boolean;
  /** What a device gets of a message that its server sent it; `undefined`: nothing, for it has the same from us. */
  fromServer(deviceOccupant: DeviceOccupant, stanza: Stanza): string | undefined;
  /** Whether a message that the device did not acknowledge is given to it when it enters its room again. */
  owes(device: string, text: string): boolean;
  gone(deviceOccupant: DeviceOccupant): void;
  forget(device: string): void;
}

interface BouncerRoomsOptions {
  readonly account: Account;
  readonly archive: Archive;
  readonly times: DeviceJoinTimes;
  readonly log: Log;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Errors by which Prosody and ejabberd take an occupant for gone. A client that only could not make sense of a presence says another. */
const PUTS_OUT: ReadonlySet<string> = new Set([
  'gone', 'internal-server-error', 'item-not-found', 'jid-malformed', 'recipient-unavailable', 'redirect', 'remote-server-not-found',
  'remote-server-timeout', 'service-unavailable',
]);

export function openBouncerRooms({ account, archive, times, log, now, signal }: BouncerRoomsOptions): BouncerRooms {
  const cursors = openCursors(account.jid, archive, (message, about) => log('error', message, about));
  const feeds = openRoomFeeds();
  const present = new Set<DeviceOccupant>();
  const senders = openPrivateSenders(account.jid, archive);
  const deliveries = openOccupantDeliveries({ account, archive, cursors, feeds, present, senders, log: (message) => log('warn', message) });
  const stateCache = openRoomStateCache(account.jid, archive);
  const absentMembers = openAbsentMembers(account.jid, archive);
  const iqProxy = openIqProxy(account, archive, feeds);
  const out = openUpstreamRooms({ account, feeds, present, senders });
  const deviceJoin = openDeviceJoin({ account, archive, feeds, stateCache, absentMembers, cursors, deliveries, times, log, now });
  const behind = openEntryQueue({
    entering: deviceJoin.entering,
    handle(deviceOccupant, stanza) {
      if (!handle(deviceOccupant, stanza)) deviceOccupant.pass(stanza);
    },
  });
  deviceJoin.onDecided(behind.decided);
  const into = openDownstream({ account, feeds, stateCache, absentMembers, iqProxy, deliveries, refused: deviceJoin.refused });
  /** What a session has once joined is a room, whatever the account knows of it now. */
  const visited = new WeakMap<DeviceOccupant, Set<string>>();

  account.events.subscribe((event) => {
    into.take(event);
    if (event.type === 'room') deviceJoin.changed(event.room.room);
    if (event.type === 'catch-up-stopped' || event.type === 'room-forgotten') deviceJoin.changed(event.room);
  }, signal, 'the bouncer');

  function presence(deviceOccupant: DeviceOccupant, stanza: Stanza): boolean {
    if (stanza.to === '') {
      if (stanza.type === 'unavailable') deviceJoin.gone(deviceOccupant);
      return false;
    }
    const room = normal(stanza.to);
    const known = account.rooms.occupancy.room(room) !== undefined || visited.get(deviceOccupant)?.has(room) === true;
    if (stanza.type === 'probe' && known) {
      deviceJoin.probe(deviceOccupant, room, stanza);
      return true;
    }
    if (stanza.type === 'error' && known) {
      if (PUTS_OUT.has(readStanzaError(stanza.element)?.condition ?? '')) deviceJoin.failed(deviceOccupant, room);
      return true;
    }
    if (stanza.type !== undefined && stanza.type !== 'unavailable') return false;
    if (stanza.type === undefined && stanza.element.getChild('x', NS_MUC)) {
      const rooms = visited.get(deviceOccupant) ?? new Set();
      visited.set(deviceOccupant, rooms.add(room));
      deviceJoin.enter(deviceOccupant, room, stanza);
      return true;
    }
    // A room must never hear of the device's own session: it would take it for one more occupant.
    if (!known) return false;
    if (stanza.type === 'unavailable') deviceJoin.leave(deviceOccupant, room, stanza);
    else if (feeds.sees(deviceOccupant, room)) deviceJoin.rename(deviceOccupant, room, stanza);
    return true;
  }

  function handle(deviceOccupant: DeviceOccupant, stanza: Stanza): boolean {
    if (stanza.kind === 'presence') return presence(deviceOccupant, stanza);
    const room = normal(stanza.to);
    if (!isRoom(room)) return false;
    if (stanza.kind === 'message') out.say(deviceOccupant, room, stanza);
    else if (stanza.type === 'get' || stanza.type === 'set') iqProxy.ask(deviceOccupant, room, stanza);
    return true;
  }

  /** Known to be one: a device may say that it joins anybody, and what others say to a contact is no room's. */
  function isRoom(room: string): boolean {
    const view = account.rooms.occupancy.room(room);
    return view !== undefined && (view.state === 'joined' || view.features?.has(NS_MUC) === true || feeds.of(room) !== undefined);
  }

  /** While a room's past is read for the first time, what any passer-by may ask of it need not wait. */
  function mayOvertake(room: string, { kind, type, to, element }: Stanza): boolean {
    const asksOpenly = kind === 'iq' && type === 'get' && resourceOf(to) === '' && element.getChild('query', NS_DISCO_INFO) !== undefined;
    return asksOpenly && account.rooms.occupancy.room(room)?.firstReading === true;
  }

  /** XEP-0280 would bring the daemon's own private messages a second time. What another session has sent to a room comes by it alone. */
  function isCopyOfOurs(message: Element): boolean {
    const { from = '', to = '' } = attrsOf(readCarbon(message, account.jid));
    return isRoom(bareOf(from)) || (isRoom(bareOf(to)) && from === account.rooms.occupancy.jid());
  }

  return {
    fromDevice(deviceOccupant, stanza) {
      present.add(deviceOccupant);
      if (stanza.to === '') return handle(deviceOccupant, stanza);
      const room = normal(stanza.to);
      const leaves = stanza.kind === 'presence' && stanza.type === 'unavailable';
      const waits = behind.waits(deviceOccupant, room) || deviceJoin.entering(deviceOccupant, room);
      if (!waits || leaves || mayOvertake(room, stanza)) return handle(deviceOccupant, stanza);
      behind.put(deviceOccupant, room, stanza);
      return true;
    },
    isOccupant(deviceOccupant, { from, to }) {
      const room = normal(to);
      return normal(from) === room && feeds.sees(deviceOccupant, room);
    },
    fromServer(deviceOccupant, stanza) {
      const { kind, raw, from } = stanza;
      if (kind !== 'message') return raw;
      if (raw.includes(NS_CARBONS) && isCopyOfOurs(stanza.element)) return undefined;
      if (!raw.includes('urn:xmpp:mam:') || (from !== '' && from !== account.jid)) return raw;
      return asSeenLive(raw, { account: account.jid, daemon: account.rooms.occupancy.jid(), device: deviceOccupant.jid, isRoom: (jid) => isRoom(normal(jid)), sender: senders.of });
    },
    owes(device, text) {
      if (!text.startsWith('<message')) return false;
      const message = parseElement(text);
      const inner = readCarbon(message, account.jid) ?? message;
      const { from, to } = attrsOf(inner);
      if (inner.attrs['type'] === 'groupchat' || isTransient(inner)) return false;
      return [from, to].some((jid) => jid !== undefined && resourceOf(jid) !== '' && isRoom(normal(jid)) && cursors.of(device, normal(jid)).upTo() !== undefined);
    },
    gone(deviceOccupant) {
      present.delete(deviceOccupant);
      behind.gone(deviceOccupant);
      deviceJoin.gone(deviceOccupant);
      deliveries.gone(deviceOccupant);
      cursors.flush();
    },
    forget(device) {
      deviceJoin.forget(device);
      cursors.forget(device);
    },
  };
}

/** As the account knows it: a device may write it in capitals. */
function normal(jid: string): string {
  const bare = bareOf(jid);
  return /[^a-z0-9@._-]/.test(bare) ? (parseBareJid(bare) ?? bare) : bare;
}
