import pLimit from 'p-limit';
import { sentenceOf } from '../../core/errors.ts';
import { ping } from '../../xmpp/xep/service/ping.ts';
import { discoInfoQuery } from '../../xmpp/xep/service/disco.ts';
import { selfPingVerdict, type SelfPingVerdict } from '../../xmpp/xep/room/self-ping.ts';
import type { AccountContext, Room } from '../context.ts';
import type { Memberships } from './membership.ts';
import { inBackground } from '../../core/background.ts';

/** Milliseconds. */
export interface SelfPingTimes {
  /** How long a room may be silent before it is asked. XEP-0410 4.1 suggests 15 minutes; found within that. */
  readonly silence: number;
  /** How often silence is looked for. */
  readonly every: number;
  /** How often the clock is looked at, which jumps when the machine wakes. */
  readonly wake: number;
  /** How long the room has for its answer. */
  readonly answer: number;
}

const proofTimes: SelfPingTimes = { silence: 10 * 60_000, every: 30_000, wake: 2_000, answer: 60_000 };

/** A machine whose clock jumps by more than this was asleep: no timer is as late as that. */
const SLEPT = 20_000;
const AT_ONCE = 20;

export interface SelfPing {
  /** Asks one room now; resolves once its membership has what it answered. Never rejects. */
  one(room: string): Promise<void>;
}

/** XEP-0410: asks each silent room whether we are still in it; a room that dropped us is entered again within seconds. */
export function startSelfPing(context: AccountContext, memberships: Memberships, patience: Partial<SelfPingTimes> = {}): SelfPing {
  const times = { ...proofTimes, ...patience };
  const limit = pLimit(AT_ONCE);
  const asking = new Set<string>();
  let before = context.now();

  // Timers stand still while the machine sleeps: only a short one tells of it soon after.
  const waking = setInterval(() => {
    const now = context.now();
    const slept = now - before > times.wake + SLEPT;
    before = now;
    if (!slept) return;
    context.log('info', 'the machine was asleep, or its clock was set: proving connection and rooms');
    context.connection.probe();
    prove(0);
  }, times.wake);
  const silent = setInterval(() => prove(times.silence), times.every);
  for (const timer of [waking, silent]) timer.unref();
  context.signal.addEventListener('abort', () => {
    clearInterval(waking);
    clearInterval(silent);
    limit.clearQueue();
  });

  function prove(silence: number): void {
    if (context.connection.status().state !== 'online') return;
    for (const room of context.rooms()) {
      const due = context.now() - (room.verifiedAt ?? 0) >= silence;
      if (room.membership.state !== 'joined' || asking.has(room.jid) || !due) continue;
      inBackground(context.log, 'a self-ping', one(room));
    }
  }

  async function one(room: Room): Promise<void> {
    asking.add(room.jid);
    try {
      await limit(() => ask(room));
    } catch (error) {
      context.log('error', `${room.jid}: the self-ping failed: ${sentenceOf(error)}`);
    } finally {
      asking.delete(room.jid);
    }
  }

  async function ask({ jid, membership }: Room): Promise<void> {
    const answer = await context.connection.iq(ping(`${jid}/${membership.nick ?? ''}`), { timeout: times.answer });
    const verdict = answer.ok ? 'joined' : await confirm(jid, selfPingVerdict(answer));
    const room = context.room(jid);
    if (room?.membership.state !== 'joined' || room.membership.nick !== membership.nick || context.signal.aborted) return;
    context.transact((transaction) => {
      if (verdict === 'joined') transaction.put({ ...room, verifiedAt: transaction.at, doubt: undefined });
      if (verdict === 'unknown') transaction.put({ ...room, doubt: 'The room does not answer. You may no longer be in it.' });
      if (verdict === 'not-joined') memberships.signal(transaction, jid, { name: 'unverified' });
    });
    memberships.changed(jid);
  }

  /** An error that XEP-0410 takes for a sign of life is also what a room or a service that is gone answers: which? */
  async function confirm(jid: string, verdict: SelfPingVerdict): Promise<SelfPingVerdict> {
    if (verdict !== 'joined') return verdict;
    const room = await context.connection.iq(discoInfoQuery(jid), { timeout: times.answer });
    if (room.ok) return 'joined';
    return ['item-not-found', 'service-unavailable'].includes(room.error.condition) ? 'not-joined' : 'unknown';
  }

  return {
    async one(jid) {
      const room = context.room(jid);
      if (room?.membership.state === 'joined') await one(room);
    },
  };
}
