import pLimit from 'p-limit';
import { setTimeout as delay } from 'node:timers/promises';
import type { Result } from '../core/errors.ts';
import { fail, ok, sentenceOf } from '../core/errors.ts';
import { localOf } from '../core/jid.ts';
import { chooseNick, fallbackNick } from '../core/nick.ts';
import { next, retryDelay } from '../core/room.ts';
import type { RoomSignal } from '../core/room.ts';
import { discoInfoQuery, readDiscoInfo } from '../xmpp/features/disco.ts';
import { NS_MAM } from '../xmpp/features/mam.ts';
import { joinPresence, leavePresence } from '../xmpp/features/muc.ts';
import type { AccountEvent, RoomSummary } from './contract.ts';
import { newRoom } from './draft.ts';
import type { Draft, Ground, Room } from './ground.ts';

const JOIN_DEADLINE = 30_000;
const LEAVE_DEADLINE = 5_000;
/** Joins under way at once: pipelined, but no flood (a room sends its occupants and its history for each). */
const JOINS_AT_ONCE = 40;
const MAX_FALLBACKS = 5;
const FIRST_LOOK_BACK = 30 * 24 * 3600_000;

export type MembershipSignal = Omit<RoomSignal, 'at' | 'random'>;

/** Moves memberships by the table of `core/room.ts`, and does what each state asks for. */
export interface Memberships {
  /** Applies a signal inside a draft. A move that the table does not list changes nothing and is logged. */
  signal(draft: Draft, room: string, signal: MembershipSignal): void;
  /** Enters all wanted rooms of which we are out without a reason, most recently active first. */
  enterWanted(): void;
  /** After a resumption: asks again what may have been lost with the old process. */
  resumeRooms(): void;
  /** The stream and with it every membership is gone. */
  disconnected(): void;
  join(room: string, options: { nick?: string | undefined; password?: string | undefined }): Promise<Result<RoomSummary>>;
  leave(room: string): Promise<Result<undefined>>;
  summary(room: Room): RoomSummary;
  /** Asks a room again what it is and can (after status 104). */
  rediscover(room: string): void;
  /** Tells the doors what a room is now; many calls in one tick are one event. */
  changed(room: string): void;
}

/** `accountNick` gives the XEP-0172 nick where one is known; `joined` is told, after the commit, of each way in. */
export function openMemberships(
  ground: Ground,
  hooks: { accountNick: () => string | undefined; joined: (room: string) => void; tell: (event: AccountEvent) => void },
): Memberships {
  const { connection, archive, log } = ground;
  const timers = new Map<string, NodeJS.Timeout>();
  const waiting = new Map<string, ((room: Room | undefined) => void)[]>();
  const limit = pLimit(JOINS_AT_ONCE);
  ground.signal.addEventListener('abort', () => {
    for (const timer of timers.values()) clearTimeout(timer);
    limit.clearQueue();
  });

  function signal(draft: Draft, jid: string, about: MembershipSignal): void {
    const room = draft.room(jid);
    if (!room) return;
    const moved = next(room.membership, { ...about, at: draft.at, random: Math.random() });
    if (!moved.ok) {
      log('debug', moved.error.message, { room: jid });
      return;
    }
    const before = room.membership.state;
    const membership = moved.value;
    const changed: Room = { ...room, membership };
    const inRoom = membership.state === 'joined' || membership.state === 'leaving' || membership.state === 'joining';
    if (!inRoom || (membership.state === 'joining' && before !== 'joining')) draft.clearOccupants(jid);
    if (membership.state === 'absent' && !room.wanted) return forget(draft, jid);
    draft.put(inRoom ? changed : { ...changed, entering: false, siblings: [] });
    if (membership.state !== before || about.name === 'join') entered(draft, changed, before);
  }

  /** Out, and wanted no more: nothing of it is remembered but what was said there. */
  function forget(draft: Draft, jid: string): void {
    draft.forget(jid);
    draft.then(() => act(jid));
    draft.tell({ type: 'room-forgotten', account: ground.jid, room: jid });
    log('info', `${jid}: left`);
  }

  function entered(draft: Draft, room: Room, before: string): void {
    const { jid, membership } = room;
    if (membership.state !== before) log('info', `${jid}: ${membership.state}`, { reason: membership.reason });
    if (membership.state === 'joined' && before === 'joining') beginCatchup(draft, room);
    draft.then(() => act(jid));
    draft.tell({ type: 'room', room: summary(room) });
  }

  /** What a state asks for, once it is true. */
  function act(jid: string): void {
    clearTimeout(timers.get(jid));
    timers.delete(jid);
    const room = ground.room(jid);
    if (!room) return settle(jid);
    const { state, nick, retryAt } = room.membership;
    if (state === 'joining') {
      void limit(() => knock(jid)).catch((error: unknown) => log('error', 'a join failed', { room: jid, error }));
      return;
    }
    if (state === 'leaving') {
      if (nick !== undefined) connection.send(leavePresence(jid, nick));
      after(jid, LEAVE_DEADLINE, { name: 'timeout' });
      return;
    }
    if (state === 'joined') hooks.joined(jid);
    if (state === 'nick-conflict' && room.membership.attempts <= MAX_FALLBACKS) {
      ground.transact((draft) => signal(draft, jid, { name: 'retry', nick: fallbackNick(wantedNick(room), room.membership.attempts) }));
      return;
    }
    if (state === 'absent' && room.wanted) after(jid, retryDelay(0, Math.random()), { name: 'retry', nick: wantedNick(room) });
    if (retryAt !== undefined && room.wanted) after(jid, retryAt - ground.now(), { name: 'retry', nick: wantedNick(room) });
    settle(jid);
  }

  function after(jid: string, wait: number, what: MembershipSignal): void {
    const timer = setTimeout(() => {
      timers.delete(jid);
      try {
        ground.transact((draft) => signal(draft, jid, what));
      } catch (error) {
        log('error', `could not store that ${jid} had a ${what.name}: ${sentenceOf(error)}`);
        after(jid, LEAVE_DEADLINE, what);
      }
    }, Math.max(0, wait));
    timers.set(jid, timer);
  }

  function settle(jid: string): void {
    const listeners = waiting.get(jid) ?? [];
    waiting.delete(jid);
    for (const resolve of listeners) resolve(ground.room(jid));
  }

  function settled(jid: string): Promise<Room | undefined> {
    return new Promise((resolve) => {
      const listeners = waiting.get(jid);
      if (listeners) listeners.push(resolve);
      else waiting.set(jid, [resolve]);
    });
  }

  /** Asks what the room can, if that is not known, and then for entry. Resolves when the room has decided. */
  async function knock(jid: string): Promise<void> {
    if (connection.status().state !== 'online') return; // `enterWanted` comes back to it after the next login
    after(jid, JOIN_DEADLINE, { name: 'timeout' });
    const known = ground.room(jid)?.features !== undefined;
    if (!known) await discover(jid);
    const room = ground.room(jid);
    if (room?.membership.state !== 'joining') return;
    const done = settled(jid);
    const archived = room.features?.has(NS_MAM) === true;
    if (!archived) ground.transact(() => archive.beginReplay(ground.jid, jid));
    const history = archived ? { maxstanzas: 0 } : sinceLast(jid);
    const { password } = room;
    connection.send(joinPresence(jid, room.membership.nick ?? wantedNick(room), { password, ...(history && { history }) }));
    await done;
    if (known) await discover(jid); // what it was the last time let us in faster; it may have changed since
  }

  function sinceLast(jid: string): { since: string } | undefined {
    const last = archive.last(ground.jid, jid);
    return last && { since: new Date(last.at).toISOString() };
  }

  /** disco#info of the room: XEP-0045 6.4. A room that does not exist yet has no answer; that is no obstacle. */
  async function discover(jid: string): Promise<void> {
    const answer = await connection.iq(discoInfoQuery(jid));
    const info = answer.ok ? readDiscoInfo(answer.element) : undefined;
    if (!info) return;
    const name = info.identities.find(({ category }) => category === 'conference')?.name;
    ground.transact((draft) => {
      const room = draft.room(jid);
      if (room) draft.put({ ...room, features: info.features, name: name ?? room.name });
      draft.then(() => changed(jid));
    });
  }

  /** Behind what we have, or, on a first join, from thirty days ago. An older catch-up that is not done goes on. */
  function beginCatchup(draft: Draft, room: Room): void {
    if (room.catchup || room.features?.has(NS_MAM) !== true) return;
    const last = archive.last(ground.jid, room.jid, true);
    const start = new Date(draft.at - FIRST_LOOK_BACK).toISOString();
    const follows = last?.archiveId ?? archive.last(ground.jid, room.jid)?.archiveId;
    const first = follows === undefined;
    draft.put({ ...room, catchup: last ? { after: last.stanzaId, follows, first } : { start, follows, first } });
  }

  function wantedNick(room: Room): string {
    return chooseNick({ asked: room.nick, account: hooks.accountNick(), localpart: localOf(ground.jid) });
  }

  function summary(room: Room): RoomSummary {
    const { jid, membership, name, subject, verifiedAt } = room;
    return {
      account: ground.jid,
      room: jid,
      name,
      state: membership.state,
      nick: membership.nick,
      occupants: ground.occupants(jid).size,
      verifiedAt: verifiedAt === undefined ? undefined : new Date(verifiedAt).toISOString(),
      reason: membership.reason,
      subject,
    };
  }

  function enter(jid: string): void {
    ground.transact((draft) => {
      const room = draft.room(jid);
      if (room) signal(draft, jid, { name: 'join', nick: wantedNick(room) });
    });
  }

  const dirty = new Set<string>();

  function changed(jid: string): void {
    if (dirty.size === 0) queueMicrotask(tellChanged);
    dirty.add(jid);
  }

  function tellChanged(): void {
    const rooms = [...dirty].flatMap((jid) => ground.room(jid) ?? []);
    dirty.clear();
    for (const room of rooms) hooks.tell({ type: 'room', room: summary(room) });
  }

  function offline(jid: string) {
    return fail('offline', `${ground.jid} is not online; ${jid} is joined as soon as it is.`);
  }

  return {
    signal,
    summary,
    changed,
    rediscover: (jid) => void discover(jid).catch((error: unknown) => log('error', 'a look at a room failed', { room: jid, error })),
    enterWanted() {
      const outside = [...ground.rooms()].filter(({ wanted, membership }) => wanted && membership.state === 'absent');
      const recent = new Map(outside.map(({ jid }) => [jid, archive.last(ground.jid, jid)?.at ?? 0]));
      outside.sort((a, b) => (recent.get(b.jid) ?? 0) - (recent.get(a.jid) ?? 0));
      for (const room of outside) enter(room.jid);
      for (const { jid, wanted, membership } of ground.rooms()) {
        if (wanted && membership.retryAt !== undefined) act(jid);
      }
    },
    resumeRooms() {
      for (const { jid, membership } of ground.rooms()) {
        if (membership.state === 'joining' || membership.state === 'leaving') act(jid);
        if (membership.state === 'joined') hooks.joined(jid);
      }
    },
    disconnected() {
      ground.transact((draft) => {
        for (const { jid, membership } of ground.rooms()) {
          if (['joining', 'joined', 'leaving'].includes(membership.state)) signal(draft, jid, { name: 'disconnected' });
        }
      });
    },
    async join(jid, { nick, password }) {
      const state = ground.room(jid)?.membership.state;
      const done = state === 'joined' ? undefined : settled(jid);
      ground.transact((draft) => {
        const room = draft.room(jid) ?? newRoom(jid);
        draft.put({ ...room, wanted: true, nick: nick ?? room.nick, password: password ?? room.password });
        if (state !== 'joined') signal(draft, jid, { name: 'join', nick: wantedNick({ ...room, nick: nick ?? room.nick }) });
      });
      if (!['online', 'connecting'].includes(connection.status().state)) return offline(jid);
      if (done) await Promise.race([done, delay(JOIN_DEADLINE, undefined, { ref: false, signal: ground.signal }).catch(() => undefined)]);
      if (connection.status().state !== 'online') return offline(jid);
      const room = ground.room(jid);
      if (room?.membership.state === 'joined') return ok(summary(room));
      return fail(room?.membership.state ?? 'absent', room?.membership.reason ?? `${jid} was left before it let us in.`);
    },
    async leave(jid) {
      const room = ground.room(jid);
      if (!room) return fail('unknown-room', `${jid} is not a room of ${ground.jid}.`);
      const online = connection.status().state === 'online';
      const done = online && ['joined', 'joining', 'leaving'].includes(room.membership.state) ? settled(jid) : undefined;
      ground.transact((draft) => {
        draft.put({ ...room, wanted: false });
        signal(draft, jid, { name: 'leave' });
      });
      await done;
      return ok(undefined);
    },
  };
}

