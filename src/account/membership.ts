import pLimit from 'p-limit';
import { sentenceOf } from '../core/errors.ts';
import { fallbackNick } from '../core/nick.ts';
import { next, retryDelay } from '../core/room.ts';
import type { RoomSignal } from '../core/room.ts';
import { leavePresence } from '../xmpp/features/muc.ts';
import { ping } from '../xmpp/features/ping.ts';
import { openEntry } from './entry.ts';
import type { Draft, Ground, Room } from './ground.ts';
import { openJoinQueue } from './join-queue.ts';
import { createTimers } from './timers.ts';
import { openRoomSummaries, type RoomSummaries, type SummaryHooks } from './room-summary.ts';

/** Milliseconds that a room has to let us in, and out. */
export interface EntryTimes {
  readonly join: number;
  readonly leave: number;
  /** How long a service that has had enough is left alone, the first time. */
  readonly rest: number;
  /** Of a room's past, for a first join. */
  readonly lookBack?: number | undefined;
}

const entryTimes: EntryTimes = { join: 30_000, leave: 5_000, rest: 1_000 };
/** Questions what a room is, under way at once: small, and answered by a few lines. */
const LOOKS_AT_ONCE = 200;
const MAX_FALLBACKS = 5;

export type MembershipSignal = Omit<RoomSignal, 'at' | 'random' | 'rejoinAfterKick'>;

/** Moves memberships by the table of `core/room.ts`, and does what each state asks for. */
export interface Memberships extends RoomSummaries {
  readonly times: EntryTimes;
  /** Applies a signal inside a draft. A move that the table does not list changes nothing and is logged. */
  signal(draft: Draft, room: string, signal: MembershipSignal): void;
  /** Enters all wanted rooms of which we are out without a reason, most recently active first. */
  enterWanted(): void;
  /** After a resumption: asks again what may have been lost with the old process. */
  resumeRooms(): void;
  /** The stream and with it every membership is gone. */
  disconnected(): void;
  /** Resolves when the room has left the states in which it is under way. */
  settled(room: string): Promise<void>;
  /** Resolves with `undefined` once we have that nick in the room, or with the room's refusal. */
  nickAnswer(room: string, nick: string): Promise<string | undefined>;
  /** The room has answered a wish for another nick; without a refusal it is granted. */
  nickAnswered(room: string, nick: string, refusal?: string): void;
  /** The room did not exist when we asked what it is. */
  missing(room: string): boolean;
  /** Asks a room again what it is and can (after status 104). */
  rediscover(room: string): void;
}

export interface MembershipHooks extends SummaryHooks {
  /** Told, after the commit, of each way in. */
  readonly joined: (room: string) => void;
}

export function openMemberships(ground: Ground, hooks: MembershipHooks, patience: Partial<EntryTimes> = {}): Memberships {
  const times = { ...entryTimes, ...patience };
  const { connection, archive, log } = ground;
  const timers = createTimers(ground.signal);
  const waiting = new Map<string, (() => void)[]>();
  const nickWaits = new Map<string, (refusal: string | undefined) => void>();
  const looks = pLimit(LOOKS_AT_ONCE);
  const queue = openJoinQueue(ground.signal, times.rest);
  const entering = new Map<string, { knocked: boolean }>();
  /** The question behind a wish that may have reached the room before the stream was resumed. */
  const fences = new Map<string, object>();
  const summaries = openRoomSummaries(ground, hooks);
  const { changed, wantedNick } = summaries;
  const entry = openEntry(ground, changed, times.lookBack);
  const { rediscover } = entry;
  ground.signal.addEventListener('abort', () => looks.clearQueue());

  function signal(draft: Draft, jid: string, about: MembershipSignal): void {
    const room = draft.room(jid);
    if (!room) return;
    const { rejoinAfterKick = false } = room.settings;
    const moved = next(room.membership, { ...about, at: draft.at, random: Math.random(), rejoinAfterKick });
    if (!moved.ok) return log('debug', moved.error.message, { room: jid });
    const before = room.membership.state;
    const membership = moved.value;
    const { state } = membership;
    const inside = state === 'joined' || state === 'leaving' || state === 'joining';
    if (!inside || (state === 'joining' && before !== 'joining')) draft.clearOccupants(jid);
    if (state !== before) record(draft, jid, about, membership.reason);
    if (state === 'absent' && !room.wanted) return forget(draft, jid);
    const changes = inside ? {} : { entering: false, siblings: [], doubt: undefined };
    draft.put({ ...room, membership, ...changes });
    if (state === before && about.name !== 'join') return;
    if (before === 'joining' && about.name === 'timeout') draft.afterwards(() => goodbye(room)); // it may have let us in
    if (state === 'joined') entry.beginCatchup(draft, { ...room, membership, ...changes });
    if (before === 'joining' && about.name === 'overloaded') draft.afterwards(() => queue.tooMuch(jid));
    if (before === 'joining' && state === 'joined') draft.afterwards(() => queue.letIn(jid));
    draft.afterwards(() => act(jid));
    draft.afterwards(() => changed(jid));
  }

  /** The ledger: each join, loss, cause and return. */
  function record(draft: Draft, jid: string, { name, nick, text }: MembershipSignal, reason: string | undefined): void {
    log('info', `${jid}: ${name}`, reason === undefined ? undefined : { reason });
    archive.addToLedger({ account: ground.jid, room: jid, at: draft.at, event: name, nick, text: reason ?? text });
  }

  /** Out, and wanted no more: nothing of it is remembered but what was said there. */
  function forget(draft: Draft, jid: string): void {
    draft.forget(jid);
    draft.afterwards(() => act(jid));
    draft.tell({ type: 'room-forgotten', account: ground.jid, room: jid });
  }

  /** What a state asks for, once it is true. */
  function act(jid: string): void {
    timers.clear(jid);
    const room = ground.room(jid);
    if (!room) return settle(jid);
    const { state, retryAt, attempts } = room.membership;
    if (state === 'joining') {
      const visit = entering.get(jid);
      if (visit?.knocked) return ask(room); // under another nick: it keeps the place in the queue that it has
      if (!visit && connection.status().state === 'online') void enter(jid).catch((error: unknown) => log('error', 'a join failed', { room: jid, error }));
      return;
    }
    if (state === 'leaving') {
      goodbye(room);
      return after(jid, times.leave, { name: 'timeout' });
    }
    if (state === 'joined') hooks.joined(jid);
    if (state === 'nick-conflict' && attempts <= MAX_FALLBACKS) {
      const fallback = fallbackNick(wantedNick(room), attempts);
      return ground.transact((draft) => signal(draft, jid, { name: 'retry', nick: fallback }));
    }
    if (state === 'registration-needed') void takeReserved(jid).catch((error: unknown) => log('error', 'a reserved nick could not be taken', { room: jid, error }));
    const again = { name: 'retry', nick: wantedNick(room) } as const;
    if (state === 'absent' && room.wanted) after(jid, retryDelay(0, Math.random()), again);
    if (retryAt !== undefined && room.wanted) after(jid, retryAt - ground.now(), again);
    settle(jid);
  }

  /** Queued where the connection is down: a stream that is resumed would find us still in there. */
  function goodbye({ jid, membership }: Room): void {
    if (membership.nick !== undefined) connection.send(leavePresence(jid, membership.nick), { whenDown: 'queue' });
  }

  function after(jid: string, wait: number, what: MembershipSignal): void {
    timers.set(jid, wait, () => {
      try {
        ground.transact((draft) => signal(draft, jid, what));
      } catch (error) {
        log('error', `could not store that ${jid} had a ${what.name}: ${sentenceOf(error)}`);
        after(jid, times.leave, what);
      }
    });
  }

  /** Looks at a room of which nothing is known, then holds one of the places in the queue until the room has decided. */
  async function enter(jid: string): Promise<void> {
    const visit = { knocked: false };
    entering.set(jid, visit);
    const before = ground.room(jid);
    await looks(() => look(jid));
    await queue.run(jid, async () => {
      const room = ground.room(jid);
      const called = entering.get(jid) === visit && room?.membership.state === 'joining';
      if (!called || connection.status().state !== 'online') {
        if (entering.get(jid) === visit) entering.delete(jid); // the next login comes back to it, or the resumption
        return;
      }
      visit.knocked = true;
      const done = settled(jid);
      ask(room);
      await done;
    });
    // what it told us the last time let us in faster, and may have changed since; one that our join made could not be asked before
    if (before?.features !== undefined || ground.room(jid)?.features === undefined) rediscover(jid);
    if (before?.reserved !== undefined) hooks.nicks().recheckReserved(jid).catch((error: unknown) => log('error', 'a look at a reserved nick failed', { room: jid, error }));
  }

  /** What must be known of a room before it is asked to let us in: asked all at once, and not again where it was told before. */
  async function look(jid: string): Promise<void> {
    const room = ground.room(jid);
    if (!room) return;
    const nickMatters = room.membership.nick === wantedNick(room);
    await Promise.all([room.features === undefined && entry.discover(jid), nickMatters && hooks.nicks().askReserved(room)]);
  }

  /** XEP-0045 7.10: a room may hold us to the nick that we have registered, whatever nick is wished for. */
  async function takeReserved(jid: string): Promise<void> {
    await hooks.nicks().learnReserved(jid);
    const now = ground.room(jid);
    const nick = now?.reserved?.nick;
    if (now?.membership.state !== 'registration-needed' || nick === undefined || nick === now.membership.nick) return;
    ground.transact((draft) => signal(draft, jid, { name: 'retry', nick }));
  }

  function ask({ jid }: Room): void {
    after(jid, times.join, { name: 'timeout' });
    entry.knock(jid).catch((error: unknown) => log('error', `${jid} could not be asked to let us in: ${sentenceOf(error)}`, { error }));
  }

  /**
   * A room that is asked twice tells its history twice, and the second one passes for news. The server delivers what it
   * has for the old stream, and our own queue goes first: the answer to a question behind the wish comes behind the
   * wish's own. Only who is not let in by then asks again.
   */
  async function askUnlessHeard({ jid, membership }: Room): Promise<void> {
    const visit = entering.get(jid);
    if (visit && !visit.knocked) return; // its turn is still to come
    const fence = {};
    fences.set(jid, fence);
    const answer = await connection.iq(ping(`${jid}/${membership.nick ?? ''}`), { timeout: times.join });
    if (fences.get(jid) !== fence) return; // resumed once more meanwhile
    fences.delete(jid);
    const now = ground.room(jid)?.membership;
    if (now?.state !== 'joining' || now.since !== membership.since || connection.status().state !== 'online') return;
    if (!answer.ok && answer.error.condition === 'timeout') after(jid, 0, { name: 'timeout' });
    else act(jid);
  }

  function settle(jid: string): void {
    entering.delete(jid);
    const listeners = waiting.get(jid) ?? [];
    waiting.delete(jid);
    for (const resolve of listeners) resolve();
  }

  function settled(jid: string): Promise<void> {
    return new Promise((resolve) => {
      const listeners = waiting.get(jid);
      if (listeners) listeners.push(resolve);
      else waiting.set(jid, [resolve]);
    });
  }

  return {
    times,
    signal,
    settled,
    nickAnswer(jid, nick) {
      return new Promise((resolve) => nickWaits.set(`${jid}/${nick}`, resolve));
    },
    nickAnswered(jid, nick, refusal) {
      hooks.nicks().answered(jid, refusal);
      nickWaits.get(`${jid}/${nick}`)?.(refusal);
      nickWaits.delete(`${jid}/${nick}`);
      changed(jid);
    },
    ...summaries,
    rediscover,
    missing: entry.missing,
    enterWanted() {
      const outside = [...ground.rooms()].filter(({ wanted, membership }) => wanted && membership.state === 'absent');
      const recent = new Map(outside.map(({ jid }) => [jid, archive.last(ground.jid, jid)?.at ?? 0]));
      outside.sort((a, b) => (recent.get(b.jid) ?? 0) - (recent.get(a.jid) ?? 0));
      ground.transact((draft) => {
        for (const room of outside) signal(draft, room.jid, { name: 'join', nick: wantedNick(room) });
      });
      for (const { jid, wanted, membership } of ground.rooms()) {
        if (wanted && membership.retryAt !== undefined) act(jid);
      }
    },
    resumeRooms() {
      for (const { jid, membership } of ground.rooms()) {
        if (membership.state === 'leaving') act(jid);
        if (membership.state === 'joined') hooks.joined(jid);
      }
      for (const room of ground.rooms()) {
        if (room.membership.state !== 'joining') continue;
        askUnlessHeard(room).catch((error: unknown) => log('error', `${room.jid} could not be asked again: ${sentenceOf(error)}`, { error }));
      }
    },
    disconnected() {
      ground.transact((draft) => {
        for (const { jid, membership } of ground.rooms()) {
          if (['joining', 'joined', 'leaving'].includes(membership.state)) signal(draft, jid, { name: 'disconnected' });
        }
      });
    },
  };
}
