import { inBackground } from '../../core/background.ts';
import pLimit from 'p-limit';
import { sentenceOf } from '../../core/errors.ts';
import { ping } from '../../xmpp/xep/service/ping.ts';
import type { RoomJoin } from './room-join.ts';
import type { AccountContext, Room } from '../context.ts';
import { openJoinQueue } from './join-queue.ts';
import type { Nicks } from './nicks.ts';

/** Questions what a room is, under way at once: small, and answered by a few lines. */
const LOOKS_AT_ONCE = 200;

/** From the wish to be in a room to its decision: a look at what it is, a place in the queue, a knock. */
interface JoinAttempts {
  /** A room that has begun to be joined; one that is asked under another nick keeps the place in the queue that it has. */
  begin(room: Room): void;
  /** After a resumption: asks once more, unless the room has heard the first wish. */
  askAgain(room: Room): void;
  /** The room has decided, or is wanted no more. */
  end(room: string): void;
  letIn(room: string): void;
  /** Its service has had enough of us for now. */
  tooMuch(room: string): void;
}

interface JoinAttemptHooks {
  readonly entry: RoomJoin;
  readonly nicks: Nicks;
  readonly wantedNick: (room: Room) => string;
  /** Milliseconds that a room has to let us in, and a service is left alone. */
  readonly times: { readonly join: number; readonly rest: number };
  /** Unless something else happens to the room: it has not answered. */
  readonly timeout: (room: string, wait: number) => void;
  readonly atRest: (room: string) => Promise<void>;
}

export function openJoinAttempts(context: AccountContext, { entry, nicks, wantedNick, times, timeout, atRest }: JoinAttemptHooks): JoinAttempts {
  const { connection, log } = context;
  const looks = pLimit(LOOKS_AT_ONCE);
  const queue = openJoinQueue(context.signal, times.rest);
  const attempts = new Map<string, { asked: boolean }>();
  /** The question behind a wish that may have reached the room before the stream was resumed. */
  const fences = new Map<string, object>();
  context.signal.addEventListener('abort', () => looks.clearQueue());

  function begin(room: Room): void {
    const attempt = attempts.get(room.jid);
    if (attempt?.asked) return sendJoin(room);
    if (!attempt && connection.status().state === 'online') inBackground(log, `joining ${room.jid}`, enter(room.jid));
  }

  /** Looks at a room of which nothing is known, then holds one of the places in the queue until the room has decided. */
  async function enter(jid: string): Promise<void> {
    const attempt = { asked: false };
    attempts.set(jid, attempt);
    const before = context.room(jid);
    await looks(() => look(jid));
    await queue.run(jid, async () => {
      const room = context.room(jid);
      const called = attempts.get(jid) === attempt && room?.membership.state === 'joining';
      if (!called || connection.status().state !== 'online') {
        if (attempts.get(jid) === attempt) attempts.delete(jid); // the next login comes back to it, or the resumption
        return;
      }
      attempt.asked = true;
      const done = atRest(jid);
      sendJoin(room);
      await done;
    });
    // what it told us the last time let us in faster, and may have changed since; one that our join made could not be asked before
    if (before?.features !== undefined || context.room(jid)?.features === undefined) entry.refreshDisco(jid);
    if (before?.reserved !== undefined) nicks.recheckReserved(jid).catch((error: unknown) => log('error', 'a look at a reserved nick failed', { room: jid, error }));
  }

  /** What must be known of a room before it is asked to let us in: asked all at once, and not again where it was told before. */
  async function look(jid: string): Promise<void> {
    const room = context.room(jid);
    if (!room) return;
    const nickMatters = room.membership.nick === wantedNick(room);
    await Promise.all([room.features === undefined && entry.discover(jid), nickMatters && nicks.askReserved(room)]);
  }

  function sendJoin({ jid }: Room): void {
    timeout(jid, times.join);
    entry.sendJoin(jid).catch((error: unknown) => log('error', `${jid} could not be asked to let us in: ${sentenceOf(error)}`, { error }));
  }

  /**
   * A room that is asked twice tells its history twice, and the second one passes for news. The server delivers what it
   * has for the old stream, and our own queue goes first: the answer to a question behind the wish comes behind the
   * wish's own. Only who is not let in by then asks again.
   */
  async function askUnlessHeard({ jid, membership }: Room): Promise<void> {
    const attempt = attempts.get(jid);
    if (attempt && !attempt.asked) return; // its turn is still to come
    const fence = {};
    fences.set(jid, fence);
    const answer = await connection.iq(ping(`${jid}/${membership.nick ?? ''}`), { timeout: times.join });
    if (fences.get(jid) !== fence) return; // resumed once more meanwhile
    fences.delete(jid);
    const room = context.room(jid);
    if (room?.membership.state !== 'joining' || room.membership.since !== membership.since || connection.status().state !== 'online') return;
    if (!answer.ok && answer.error.condition === 'timeout') timeout(jid, 0);
    else begin(room);
  }

  return {
    begin,
    askAgain(room) {
      askUnlessHeard(room).catch((error: unknown) => log('error', `${room.jid} could not be asked again: ${sentenceOf(error)}`, { error }));
    },
    end: (jid) => { attempts.delete(jid); },
    letIn: queue.letIn,
    tooMuch: queue.tooMuch,
  };
}
