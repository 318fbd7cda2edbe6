// XEP-0045 7.2, 7.6, 7.14: a device joins a room, changes its nick, and leaves.
import type { Account } from '../../../account/contract.ts';
import type { RoomView } from '../../../account/rooms/shared-occupancy-contract.ts';
import type { ReadArchive } from '../../../archive/contract.ts';
import type { Fault } from '../../../core/errors.ts';
import { canonicalJid, resourceOf } from '../../../core/jid.ts';
import { NS_MUC, NS_MUC_USER, readCodes, status } from '../../../xmpp/xep/room/muc.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import type { Cursors } from '../../../delivery/cursors.ts';
import type { AbsentMembers } from './absent-members.ts';
import type { DeviceJoin } from './device-join-contract.ts';
import type { OccupantDeliveries } from './occupant-deliveries.ts';
import type { RoomFeed, RoomFeeds, DeviceOccupant } from './room-feed.ts';
import { historyOf, readHistoryWish } from './room-history.ts';
import type { HistoryWish } from './room-history.ts';
import type { RoomStateCache } from './room-state-cache.ts';
import { openEntryPace } from './entry-pace.ts';
import { openTurns } from './turns.ts';
import { errorFor, leftPresence, mayTellDeeds, nickIn, occupantIdIn, occupantPresence, open, REFUSALS, selfPresence, subjectMessage, UNREACHABLE, withoutCodes, withoutDeeds } from './room-stanzas.ts';
import { addressable } from '../session/stanza-text.ts';
import { untakenFault } from '../session/untaken.ts';
import { inBackground } from '../../../core/background.ts';
import type { Log } from '../../../core/log.ts';

/** Rooms that one device waits for at once: no client names as many. */
const MOST_ENTERING = 1000;

export interface DeviceJoinTimes {
  /** Milliseconds that a room has from our self-presence to the subject, which ends its history (XEP-0045 7.1). */
  readonly subject: number;
  /** Milliseconds from a device's unavailable presence to its leaving, because an app that is closed sends that too. */
  readonly leave: number;
}

export const deviceJoinTimes: DeviceJoinTimes = { subject: 8000, leave: 2000 };

interface Entry {
  readonly deviceOccupant: DeviceOccupant;
  readonly room: string;
  readonly asked: Stanza;
  readonly nick: string;
  readonly history: HistoryWish;
  /** The room's own error, if it has sent one. */
  refusal: Stanza | undefined;
  /** Nobody waits for it any more: another presence has taken its place, the device has left, or its session is over. */
  over: 'replaced' | 'left' | 'offline' | undefined;
}

interface DeviceJoinOptions {
  readonly account: Account;
  readonly archive: ReadArchive;
  readonly feeds: RoomFeeds;
  readonly stateCache: RoomStateCache;
  readonly absentMembers: AbsentMembers;
  readonly cursors: Cursors;
  readonly deliveries: OccupantDeliveries;
  readonly times: DeviceJoinTimes;
  readonly log: Log;
  readonly now: () => number;
}

export function openDeviceJoin({ account, archive, feeds, stateCache, absentMembers, cursors, deliveries, times, log, now }: DeviceJoinOptions): DeviceJoin {
  const { occupancy } = account.rooms;
  const entries = new Set<Entry>();
  const renames = new Set<Entry>();
  const paced = openEntryPace();
  const turns = openTurns(log);
  let decided: (deviceOccupant: DeviceOccupant, room: string) => void = () => undefined;
  const wakes = new Map<string, Set<() => void>>();
  /** The nick that a device asked for when it entered a room. */
  const askedNicks = new WeakMap<DeviceOccupant, Map<string, string>>();
  const goodbyes = new Map<DeviceOccupant, Set<NodeJS.Timeout>>();

  function enter(deviceOccupant: DeviceOccupant, room: string, asked: Stanza): void {
    for (const before of entries) if (before.deviceOccupant === deviceOccupant && before.room === room) before.over = 'replaced';
    const history = readHistoryWish(asked.element, now());
    if (asked.element.getChild('show') ?? asked.element.getChild('status')) occupancy.present(room, deviceOccupant.jid, asked.element); // 7.7
    const entry: Entry = { deviceOccupant, room, asked, nick: nickIn(asked), history, refusal: undefined, over: undefined };
    const view = occupancy.room(room);
    if (view?.state === 'joined' && !view.entering && !view.firstReading && turns.isFree()) return turns.spend(() => show(entry, view));
    if ([...entries].filter((one) => one.deviceOccupant === deviceOccupant).length >= MOST_ENTERING) return refuse(entry, { code: 'resource-constraint', message: 'Too many rooms at once.' });
    entries.add(entry);
    const joined = join(entry).catch((error: unknown) => fail(entry, error)).finally(() => {
      entries.delete(entry);
      if (!entering(deviceOccupant, room)) decided(deviceOccupant, room);
      if (entry.over === 'left' && !wants(deviceOccupant.device, room)) occupancy.unwish(room, deviceOccupant.device); // called off on the way
    });
    inBackground(log, 'a device’s join', joined);
  }

  /** The device is in the room, or on its way in, with whatever session. */
  function wants(device: string, room: string): boolean {
    const inside = [...(feeds.of(room)?.deviceOccupants ?? [])].some((one) => one.device === device);
    return inside || [...entries].some((entry) => !entry.over && entry.room === room && entry.deviceOccupant.device === device);
  }

  async function join(entry: Entry): Promise<void> {
    const { room, nick, asked } = entry;
    const before = occupancy.room(room);
    const first = before?.wanted !== true; // not known, or being left for good
    const password = asked.element.getChild('x', NS_MUC)?.getChildText('password') ?? undefined;
    if (before?.state !== 'joined') {
      // the device's nick counts only if nobody else wants the account in the room under another
      // 7.2.8: where it is the device's own entry, a nick that is taken is a conflict, and no reason for another nick
      const wish = { ...(first && { nick, exact: true }), ...(password !== undefined && { password }) };
      const joined = await paced(entry.deviceOccupant, async () => (isCalledOff(entry) ? undefined : occupancy.join(room, entry.deviceOccupant.device, wish)));
      if (!joined) return;
      if (!joined.ok) return refuse(entry, joined.error);
    }
    await until(room, (view) => view?.state !== 'joined' || !view.entering, times.subject);
    await until(room, (view) => view?.state !== 'joined' || !view.firstReading); // the first reading ends, or is given up
    await turns.next();
    const view = occupancy.room(room);
    if (view?.state !== 'joined') return refuse(entry, { code: view?.state ?? 'absent', message: view?.reason ?? 'You left the room.' });
    turns.spend(() => show(entry, view, first));
  }

  /** Meanwhile. What a device that is offline has wanted stays its wish. */
  function isCalledOff({ over }: Entry): boolean {
    return over === 'left' || over === 'replaced';
  }

  function until(room: string, done: (view: RoomView | undefined) => boolean, patience?: number): Promise<void> {
    if (done(occupancy.room(room))) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = wakes.get(room) ?? new Set();
      wakes.set(room, waiting);
      const finish = (): void => {
        clearTimeout(clock);
        waiting.delete(look);
        if (waiting.size === 0) wakes.delete(room);
        resolve();
      };
      const look = (): void => {
        if (done(occupancy.room(room))) finish();
      };
      const clock = patience === undefined ? undefined : setTimeout(finish, patience);
      waiting.add(look);
    });
  }

  /** Tells the device; to be logged by who called. */
  function fail(entry: Entry, error: unknown): never {
    refuse({ ...entry, refusal: undefined }, untakenFault(error));
    throw error;
  }

  function refuse({ deviceOccupant, asked, refusal, over }: Entry, { code, message }: Fault): void {
    if (over) return;
    if (!refusal) return deviceOccupant.send(errorFor(asked, { to: deviceOccupant.jid, error: REFUSALS[code] ?? UNREACHABLE, text: message }));
    const error = open(refusal.raw);
    // RFC 6120 8.3.1: a server may repeat what was asked, and the daemon has asked in its own words
    const repeated = error.getChild('x', NS_MUC);
    if (repeated) error.children = error.children.map((child) => (child === repeated ? (asked.element.getChild('x', NS_MUC) ?? child) : child));
    error.attrs['from'] = asked.to;
    error.attrs['to'] = deviceOccupant.jid;
    if (asked.id === undefined) delete error.attrs['id'];
    else error.attrs['id'] = asked.id;
    deviceOccupant.send(error.toString());
  }

  /** 7.2.3 to 7.2.15, in one step, so that no stanza of the room comes in between. */
  function show({ deviceOccupant, room, nick: wish, history, asked, over }: Entry, { nick = wish, subject, features }: RoomView, first = false): void {
    if (over) return;
    occupancy.wish(room, deviceOccupant.device);
    askedNicks.set(deviceOccupant, (askedNicks.get(deviceOccupant) ?? new Map<string, string>()).set(room, wish));
    const feed = feeds.enter(deviceOccupant, room, nick);
    const itself = stateCache.presence(room);
    if (itself !== undefined) deviceOccupant.send(addressable(itself).to(deviceOccupant.jid));
    let self = undefined;
    for (const occupant of account.rooms.occupants(room)) {
      feed.nicks.add(occupant.nick);
      const raw = archive.occupantXml(account.jid, room, occupant.nick) || occupantPresence(room, occupant).toString();
      if (occupant.nick === nick) self = raw;
      else deviceOccupant.send(addressable(mayTellDeeds(raw) ? withoutDeeds(open(raw)).toString() : raw).to(deviceOccupant.jid));
    }
    for (const raw of absentMembers.of(room, account.rooms.occupants(room))) deviceOccupant.send(addressable(raw).to(deviceOccupant.jid));
    const codes = [...stateCache.codes(room, features), ...(nick === wish ? [] : [status.nickModified])];
    const own = open(self ?? `<presence xmlns='jabber:client'/>`);
    // 10.1.1: only the one who has created the room is told so
    if (first && readCodes(own.getChild('x', NS_MUC_USER)).has(status.created)) codes.push(status.created);
    const presence = selfPresence(withoutDeeds(withoutCodes(own)), { occupant: occupancy.jid(), device: deviceOccupant.jid, codes });
    Object.assign(presence.attrs, { from: `${room}/${nick}`, ...(asked.id !== undefined && { id: asked.id }) });
    deviceOccupant.send(presence.toString());
    const start = deliveries.enter(deviceOccupant, room);
    past(deviceOccupant, { room, wish: history, before: start.before });
    const set = stateCache.lastSubject(room);
    const last = set === undefined ? subjectMessage(room, deviceOccupant.jid, subject ?? '').toString() : addressable(set).to(deviceOccupant.jid);
    deviceOccupant.send(last, start.delivered);
    start.shown();
  }

  function past(deviceOccupant: DeviceOccupant, { room, wish, before }: { room: string; wish: HistoryWish; before: number | undefined }): void {
    const { jid, device, shows } = deviceOccupant;
    const cursor = cursors.of(device, room);
    const has = cursor.upTo() === undefined ? undefined : cursor.has;
    for (const { id, text } of historyOf(archive, { account: account.jid, room, to: jid, shows, has, before }, wish)) {
      deviceOccupant.send(text, () => cursor.add(id));
    }
  }

  /** Whether the device is in the room under the nick that it asks for. */
  async function rename(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): Promise<boolean> {
    const nick = nickIn(stanza);
    const feed = feeds.of(room);
    if (feed && nick === feed.nick) occupancy.present(room, deviceOccupant.jid, stanza.element); // 7.7
    if (!feed || nick === feed.nick || nick === '') return true;
    const entry: Entry = { deviceOccupant, room, asked: stanza, nick, history: readHistoryWish(stanza.element, now()), refusal: undefined, over: undefined };
    renames.add(entry);
    const changed = await account.rooms.changeNick(room, nick)
      .catch((error: unknown) => fail(entry, error))
      .finally(() => renames.delete(entry));
    if (!changed.ok) refuse(entry, { code: 'nick-conflict', message: changed.error.message });
    return changed.ok;
  }

  /**
   * A device that is in the room, and enters again under another nick than it asked for before: 7.6 in the words of an entry, as mcabber
   * changes its nick. One that asks for the same again has been told by 210 which the account has, and is told so again.
   */
  function asksForAnother(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): boolean {
    const [nick, feed] = [nickIn(stanza), feeds.of(room)];
    const before = askedNicks.get(deviceOccupant)?.get(room);
    return feeds.sees(deviceOccupant, room) && occupancy.room(room)?.state === 'joined' && nick !== '' && nick !== feed?.nick && before !== undefined && nick !== before;
  }

  /** A room takes the nick, and tells who is there once more. */
  async function enterRenamed(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): Promise<void> {
    if (await rename(deviceOccupant, room, stanza) && feeds.sees(deviceOccupant, room)) enter(deviceOccupant, room, stanza);
  }

  function entering(deviceOccupant: DeviceOccupant, room: string): boolean {
    return [...entries].some((entry) => !entry.over && entry.deviceOccupant === deviceOccupant && entry.room === room);
  }

  /** 7.14, 11.1: tells the device that it has left, as the room would. */
  function put(deviceOccupant: DeviceOccupant, feed: RoomFeed, { id, ...how }: { codes: readonly number[]; status?: string | undefined; id?: string | undefined }): void {
    const self = account.rooms.occupants(feed.room).find(({ nick }) => nick === feed.nick);
    feeds.exit(deviceOccupant, feed.room);
    occupancy.present(feed.room, deviceOccupant.jid, undefined);
    const left = leftPresence(`${feed.room}/${feed.nick}`, deviceOccupant.jid, { affiliation: self?.affiliation ?? 'none', occupantId: occupantIdIn(archive.occupantXml(account.jid, feed.room, feed.nick)), ...how });
    if (id !== undefined) left.attrs['id'] = id;
    deviceOccupant.send(left.toString());
  }

  return {
    enter(deviceOccupant, room, stanza) {
      if (asksForAnother(deviceOccupant, room, stanza)) inBackground(log, 'a device’s change of nick', enterRenamed(deviceOccupant, room, stanza));
      else enter(deviceOccupant, room, stanza);
    },
    entering,
    onDecided(listener) {
      decided = listener;
    },
    probe(deviceOccupant, room, { to }) {
      if (!feeds.sees(deviceOccupant, room)) return;
      const nick = resourceOf(canonicalJid(to));
      const occupant = account.rooms.occupants(room).find((one) => one.nick === nick);
      if (!occupant) return;
      const raw = withoutDeeds(open(archive.occupantXml(account.jid, room, nick) || occupantPresence(room, occupant).toString()));
      if (nick !== feeds.of(room)?.nick) return deviceOccupant.send(addressable(raw.toString()).to(deviceOccupant.jid));
      deviceOccupant.send(selfPresence(withoutCodes(raw), { occupant: occupancy.jid(), device: deviceOccupant.jid, codes: [status.self] }).toString());
    },
    failed(deviceOccupant, room) {
      const feed = feeds.of(room);
      if (feed && feeds.sees(deviceOccupant, room)) put(deviceOccupant, feed, { codes: [status.self, status.removedByError] });
    },
    rename: (deviceOccupant, room, stanza) => inBackground(log, 'a device’s change of nick', rename(deviceOccupant, room, stanza)),
    leave(deviceOccupant, room, stanza) {
      for (const entry of entries) if (entry.deviceOccupant === deviceOccupant && entry.room === room) entry.over = 'left';
      const feed = feeds.of(room);
      if (!feed || !feeds.sees(deviceOccupant, room)) return;
      const farewell = stanza.element.getChildText('status') ?? undefined;
      put(deviceOccupant, feed, { codes: [status.self], status: farewell, id: stanza.id });
      const timers = goodbyes.get(deviceOccupant) ?? new Set();
      goodbyes.set(deviceOccupant, timers);
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (wants(deviceOccupant.device, room)) return;
        if (deviceOccupant.leaves() === 'everywhere') inBackground(log, 'leaving a room for a device', account.rooms.leave(room, farewell));
        else occupancy.unwish(room, deviceOccupant.device, farewell);
      }, times.leave);
      timers.add(timer);
    },
    refused(room, stanza) {
      const nick = resourceOf(stanza.from);
      for (const entry of [...entries, ...renames]) if (entry.room === room && (entry.nick === nick || nick === '')) entry.refusal = stanza;
    },
    changed(room) {
      for (const look of wakes.get(room) ?? []) look();
    },
    gone(deviceOccupant) {
      for (const timer of goodbyes.get(deviceOccupant) ?? []) clearTimeout(timer);
      goodbyes.delete(deviceOccupant);
      for (const entry of entries) if (entry.deviceOccupant === deviceOccupant) entry.over = 'offline';
      feeds.exitAll(deviceOccupant);
    },
    forget: occupancy.unwishAll,
  };
}
