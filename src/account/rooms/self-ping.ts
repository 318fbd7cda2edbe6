import pLimit from 'p-limit';
import { sentenceOf } from '../../core/errors.ts';
import { ping } from '../../xmpp/xep/service/ping.ts';
import { discoInfoQuery } from '../../xmpp/xep/service/disco.ts';
import { selfPingVerdict, type SelfPingVerdict } from '../../xmpp/xep/room/self-ping.ts';
import type { Ground, Room } from '../context.ts';
import type { Memberships } from './membership.ts';

/** Milliseconds. */
export interface ProofTimes {
  /** How long a room may be silent before it is asked. XEP-0410 4.1 suggests 15 minutes; found within that. */
  readonly silence: number;
  /** How often silence is looked for. */
  readonly every: number;
  /** How often the clock is looked at, which jumps when the machine wakes. */
  readonly wake: number;
  /** How long the room has for its answer. */
  readonly answer: number;
}

const proofTimes: ProofTimes = { silence: 10 * 60_000, every: 30_000, wake: 2_000, answer: 60_000 };

/** A machine whose clock jumps by more than this was asleep: no timer is as late as that. */
const SLEPT = 20_000;
const AT_ONCE = 20;

export interface Proof {
  /** Asks one room now; resolves once its membership has what it answered. Never rejects. */
  one(room: string): Promise<void>;
}

/** XEP-0410: asks each silent room whether we are still in it; a room that dropped us is entered again within seconds. */
export function startProof(ground: Ground, memberships: Memberships, patience: Partial<ProofTimes> = {}): Proof {
  const times = { ...proofTimes, ...patience };
  const limit = pLimit(AT_ONCE);
  const asking = new Set<string>();
  let before = ground.now();

  // Timers stand still while the machine sleeps: only a short one tells of it soon after.
  const waking = setInterval(() => {
    const now = ground.now();
    const slept = now - before > times.wake + SLEPT;
    before = now;
    if (!slept) return;
    ground.log('info', 'the machine was asleep, or its clock was set: proving connection and rooms');
    ground.connection.probe();
    prove(0);
  }, times.wake);
  const silent = setInterval(() => prove(times.silence), times.every);
  for (const timer of [waking, silent]) timer.unref();
  ground.signal.addEventListener('abort', () => {
    clearInterval(waking);
    clearInterval(silent);
    limit.clearQueue();
  });

  function prove(silence: number): void {
    if (ground.connection.status().state !== 'online') return;
    for (const room of ground.rooms()) {
      const due = ground.now() - (room.verifiedAt ?? 0) >= silence;
      if (room.membership.state !== 'joined' || asking.has(room.jid) || !due) continue;
      void one(room);
    }
  }

  async function one(room: Room): Promise<void> {
    asking.add(room.jid);
    try {
      await limit(() => ask(room));
    } catch (error) {
      ground.log('error', `${room.jid}: the self-ping failed: ${sentenceOf(error)}`);
    } finally {
      asking.delete(room.jid);
    }
  }

  async function ask({ jid, membership }: Room): Promise<void> {
    const answer = await ground.connection.iq(ping(`${jid}/${membership.nick ?? ''}`), { timeout: times.answer });
    const verdict = answer.ok ? 'joined' : await confirm(jid, selfPingVerdict(answer));
    const room = ground.room(jid);
    if (room?.membership.state !== 'joined' || room.membership.nick !== membership.nick || ground.signal.aborted) return;
    ground.transact((draft) => {
      if (verdict === 'joined') draft.put({ ...room, verifiedAt: draft.at, doubt: undefined });
      if (verdict === 'unknown') draft.put({ ...room, doubt: 'The room does not answer. You may no longer be in it.' });
      if (verdict === 'not-joined') memberships.signal(draft, jid, { name: 'unverified' });
    });
    memberships.changed(jid);
  }

  /** An error that XEP-0410 takes for a sign of life is also what a room or a service that is gone answers: which? */
  async function confirm(jid: string, verdict: SelfPingVerdict): Promise<SelfPingVerdict> {
    if (verdict !== 'joined') return verdict;
    const room = await ground.connection.iq(discoInfoQuery(jid), { timeout: times.answer });
    if (room.ok) return 'joined';
    return ['item-not-found', 'service-unavailable'].includes(room.error.condition) ? 'not-joined' : 'unknown';
  }

  return {
    async one(jid) {
      const room = ground.room(jid);
      if (room?.membership.state === 'joined') await one(room);
    },
  };
}
