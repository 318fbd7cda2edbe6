import { inBackground } from '../../core/background.ts';
import { sentenceOf } from '../../core/errors.ts';
import { fallbackNick } from '../../core/nick.ts';
import { next, retryDelay, retryIn } from '../../core/room.ts';
import type { RoomSignal } from '../../core/room.ts';
import { leavePresence } from '../../xmpp/xep/room/muc.ts';
import { openRoomJoin } from './room-join.ts';
import type { Transaction, AccountContext, Room } from '../context.ts';
import type { Nicks } from './nicks.ts';
import { openRoomSummaries, type RoomSummaries, type SummaryParts } from './room-summary.ts';
import { createTimers } from '../timers.ts';
import { openJoinAttempts } from './join-attempt.ts';

/** Milliseconds that a room has to let us in, and out. */
export interface JoinTimes {
  readonly join: number;
  readonly leave: number;
  /** How long a room that has let us in may tell nothing, before it has no subject to tell. */
  readonly subject: number;
  /** How long a service that has had enough is left alone, the first time. */
  readonly rest: number;
  /** Of a room's past, for a first join. */
  readonly historyWindow?: number | undefined;
}

const joinTimes: JoinTimes = { join: 30_000, leave: 5_000, subject: 30_000, rest: 1_000 };
const MAX_FALLBACKS = 5;

export type MembershipSignal = Omit<RoomSignal, 'at' | 'random' | 'rejoinAfterKick'>;

/** Moves memberships by the table of `core/room.ts`, and does what each state asks for. */
export interface Memberships extends RoomSummaries {
  readonly times: JoinTimes;
  /** Applies a signal inside a transaction. A move that the table does not list changes nothing and is logged. */
  signal(transaction: Transaction, room: string, signal: MembershipSignal): void;
  /** Enters all wanted rooms of which we are out without a reason, most recently active first. */
  enterWanted(): void;
  /** After a resumption: asks again what may have been lost with the old process. */
  resumeRooms(): void;
  /** The stream and with it every membership is gone. */
  disconnected(): void;
  /** Resolves when the room has left the states in which it is under way. */
  atRest(room: string): Promise<void>;
  /** Resolves with `undefined` once we have that nick in the room, or with the room's refusal. */
  nickAnswer(room: string, nick: string): Promise<string | undefined>;
  /** The room has answered a wish for another nick; without a refusal it is granted. */
  nickAnswered(room: string, nick: string, refusal?: string): void;
  /** Whether a nick that is taken is a refusal in the join that is under way. */
  setExact(room: string, exact: boolean): void;
  /** What the room is told when we leave. */
  setFarewell(room: string, farewell: string | undefined): void;
  /** The room did not exist when we asked what it is. */
  missing(room: string): boolean;
  /** Asks a room again what it is and can (after status 104). */
  refreshDisco(room: string): void;
}

interface MembershipParts extends SummaryParts {
  readonly nicks: Nicks;
}

export function openMemberships(context: AccountContext, parts: MembershipParts, patience: Partial<JoinTimes> = {}): Memberships {
  const times = { ...joinTimes, ...patience };
  const { connection, archive, log } = context;
  const timers = createTimers(context.signal, context.log);
  const waiting = new Map<string, (() => void)[]>();
  const exact = new Set<string>();
  const farewells = new Map<string, string>();
  const nickWaits = new Map<string, (refusal: string | undefined) => void>();
  const summaries = openRoomSummaries(context, parts);
  const { changed, wantedNick } = summaries;
  const entry = openRoomJoin(context, changed, times.historyWindow);
  const joinAttempts = openJoinAttempts(context, {
    entry,
    nicks: parts.nicks,
    wantedNick,
    times,
    timeout: (jid, wait) => after(jid, wait, { name: 'timeout' }),
    atRest,
  });

  /**
   * The order matters. The loss of a room is recorded before the room is forgotten; the catch-up begins on the room as it was put;
   * and the effects run in the order in which they are given: the attempt to join has ended before the state is acted upon, and the
   * change is told last.
   */
  function signal(transaction: Transaction, jid: string, about: MembershipSignal): void {
    const room = transaction.room(jid);
    if (!room) return;
    const { rejoinAfterKick = false } = room.settings;
    const moved = next(room.membership, { ...about, at: transaction.at, random: Math.random(), rejoinAfterKick });
    if (!moved.ok) return log('debug', moved.error.message, { room: jid });
    const before = room.membership.state;
    const membership = moved.value;
    const { state } = membership;
    const inside = state === 'joined' || state === 'leaving' || state === 'joining';
    if (!inside || (state === 'joining' && before !== 'joining')) transaction.clearOccupants(jid);
    if (state !== before) record(transaction, { jid, signal: about, reason: membership.reason });
    if (state === 'absent' && !room.wanted) return forget(transaction, jid);
    const changes = inside ? {} : { entering: false, siblings: [], doubt: undefined };
    transaction.put({ ...room, membership, ...changes });
    if (state === before && about.name !== 'join') return;
    if (before === 'joining' && about.name === 'timeout') transaction.onCommit(() => goodbye(room)); // it may have let us in
    if (state === 'joined') {
      entry.beginCatchup(transaction, { ...room, membership, ...changes });
      transaction.emit({ type: 'entered', account: context.jid, room: jid });
    }
    if (before === 'joining' && about.name === 'overloaded') transaction.onCommit(() => joinAttempts.tooMuch(jid));
    if (before === 'joining' && state === 'joined') transaction.onCommit(() => joinAttempts.letIn(jid));
    const wantedAgain = before === 'leaving' && state === 'absent' && about.name !== 'disconnected';
    transaction.onCommit(() => (wantedAgain ? joinAgain(jid) : act(jid)));
    transaction.onCommit(() => changed(jid));
  }

  /** Somebody wanted the room while it was being left. Had we asked then, the room's word that we left would pass for its answer. */
  function joinAgain(jid: string): void {
    const room = context.room(jid);
    if (!room?.wanted) return act(jid);
    farewells.delete(jid);
    after(jid, 0, { name: 'join', nick: wantedNick(room) });
  }

  /** The ledger: each join, loss, cause and return. */
  function record(transaction: Transaction, { jid, signal: { name, nick, text }, reason }: { jid: string; signal: MembershipSignal; reason: string | undefined }): void {
    log('info', `${jid}: ${name}`, reason === undefined ? undefined : { reason });
    archive.addToLedger({ account: context.jid, room: jid, at: transaction.at, event: name, nick, text: reason ?? text });
  }

  /** Out, and wanted no more: nothing of it is remembered but what was said there. */
  function forget(transaction: Transaction, jid: string): void {
    transaction.forget(jid);
    transaction.onCommit(() => act(jid));
    transaction.emit({ type: 'room-forgotten', account: context.jid, room: jid });
  }

  /** What a state asks for, once it is true. */
  function act(jid: string): void {
    timers.clear(jid);
    const room = context.room(jid);
    if (!room) return rest(jid);
    const { state, attempts } = room.membership;
    const wait = retryIn(room.membership, context.now());
    if (state === 'joining') return joinAttempts.begin(room);
    if (state === 'leaving') {
      goodbye(room);
      return after(jid, times.leave, { name: 'timeout' });
    }
    if (state === 'nick-conflict' && attempts <= MAX_FALLBACKS && !exact.has(jid)) {
      const fallback = fallbackNick(wantedNick(room), attempts);
      return context.transact((transaction) => signal(transaction, jid, { name: 'retry', nick: fallback }));
    }
    if (state === 'registration-needed') inBackground(log, `taking the reserved nick of ${jid}`, takeReserved(jid));
    const again = { name: 'retry', nick: wantedNick(room) } as const;
    if (state === 'absent' && room.wanted) after(jid, retryDelay(0, Math.random()), again);
    if (wait !== undefined && room.wanted) after(jid, wait, again);
    rest(jid);
  }

  /** Queued where the connection is down: a stream that is resumed would find us still in there. */
  function goodbye({ jid, membership }: Room): void {
    if (membership.nick !== undefined) connection.send(leavePresence(jid, membership.nick, farewells.get(jid)), { whenDown: 'queue' });
  }

  function after(jid: string, wait: number, what: MembershipSignal): void {
    timers.set(jid, wait, () => {
      try {
        context.transact((transaction) => signal(transaction, jid, what));
      } catch (error) {
        log('error', `could not store that ${jid} had a ${what.name}: ${sentenceOf(error)}`);
        after(jid, times.leave, what);
      }
    });
  }

  /** XEP-0045 7.10: a room may hold us to the nick that we have registered, whatever nick is wished for. */
  async function takeReserved(jid: string): Promise<void> {
    await parts.nicks.learnReserved(jid);
    const now = context.room(jid);
    const nick = now?.reserved?.nick;
    if (now?.membership.state !== 'registration-needed' || nick === undefined || nick === now.membership.nick) return;
    context.transact((transaction) => signal(transaction, jid, { name: 'retry', nick }));
  }

  /** The membership stays as it is until something happens: whoever waited for that is told. */
  function rest(jid: string): void {
    joinAttempts.end(jid);
    exact.delete(jid);
    farewells.delete(jid);
    const listeners = waiting.get(jid) ?? [];
    waiting.delete(jid);
    for (const resolve of listeners) resolve();
  }

  function atRest(jid: string): Promise<void> {
    return new Promise((resolve) => {
      const listeners = waiting.get(jid);
      if (listeners) listeners.push(resolve);
      else waiting.set(jid, [resolve]);
    });
  }

  return {
    times,
    signal,
    atRest,
    nickAnswer(jid, nick) {
      return new Promise((resolve) => nickWaits.set(`${jid}/${nick}`, resolve));
    },
    nickAnswered(jid, nick, refusal) {
      parts.nicks.answered(jid, refusal);
      nickWaits.get(`${jid}/${nick}`)?.(refusal);
      nickWaits.delete(`${jid}/${nick}`);
      changed(jid);
    },
    ...summaries,
    setExact(jid, wish) {
      if (wish) exact.add(jid);
      else exact.delete(jid);
    },
    setFarewell(jid, farewell) {
      if (farewell === undefined) farewells.delete(jid);
      else farewells.set(jid, farewell);
    },
    refreshDisco: entry.refreshDisco,
    missing: entry.missing,
    enterWanted() {
      const outside = [...context.rooms()].filter(({ wanted, membership }) => wanted && membership.state === 'absent');
      const recent = new Map(outside.map(({ jid }) => [jid, archive.last(context.jid, jid)?.at ?? 0]));
      outside.sort((a, b) => (recent.get(b.jid) ?? 0) - (recent.get(a.jid) ?? 0));
      context.transact((transaction) => {
        for (const room of outside) signal(transaction, room.jid, { name: 'join', nick: wantedNick(room) });
      });
      for (const { jid, wanted, membership } of context.rooms()) {
        if (wanted && membership.retryAt !== undefined) act(jid);
      }
    },
    resumeRooms() {
      for (const { jid, membership } of context.rooms()) {
        if (membership.state === 'leaving') act(jid);
        if (membership.state === 'joined') context.events.emit({ type: 'entered', account: context.jid, room: jid });
      }
      for (const room of context.rooms()) {
        if (room.membership.state === 'joining') joinAttempts.askAgain(room);
      }
    },
    disconnected() {
      context.transact((transaction) => {
        for (const { jid, membership } of context.rooms()) {
          if (['joining', 'joined', 'leaving'].includes(membership.state)) signal(transaction, jid, { name: 'disconnected' });
        }
      });
    },
  };
}
