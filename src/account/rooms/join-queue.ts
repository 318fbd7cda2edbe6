import pLimit from 'p-limit';
import { setTimeout as delay } from 'node:timers/promises';
import { domainOf } from '../../core/jid.ts';

/** Joins under way at once: pipelined, but no flood (a room sends its occupants and its history for each). */
const JOINS_AT_ONCE = 100;
/** Milliseconds: the longest rest of a service that has had enough. */
const LAST_REST = 30_000;

/** Paces joins: so many at once in all, and fewer into a service that says that it has had enough. */
interface JoinQueue {
  /** Runs `work` when it is the room's turn, and holds its place until that is done. */
  run(room: string, work: () => Promise<void>): Promise<void>;
  /** The room's service refused a join for being one too many (RFC 6120 8.3.3.12, 8.3.3.18). */
  tooMuch(room: string): void;
  /** The room's service let us in. */
  letIn(room: string): void;
}

/** `firstRest`: milliseconds for which such a service is left alone; twice that the next time, until it lets us in. */
export function openJoinQueue(signal: AbortSignal, firstRest: number): JoinQueue {
  const all = pLimit(JOINS_AT_ONCE);
  const services = new Map<string, ReturnType<typeof openService>>();
  signal.addEventListener('abort', () => {
    all.clearQueue();
    for (const service of services.values()) service.limit.clearQueue();
  });

  function serviceOf(room: string): ReturnType<typeof openService> {
    const domain = domainOf(room);
    const known = services.get(domain) ?? openService(signal, firstRest);
    services.set(domain, known);
    return known;
  }

  return {
    run: (room, work) => {
      const service = serviceOf(room);
      return service.limit(() => service.rested().then(() => all(work)));
    },
    tooMuch: (room) => serviceOf(room).tooMuch(),
    letIn: (room) => serviceOf(room).letIn(),
  };
}

/** Half as many after a refusal, one more after each entry, as TCP does it. */
function openService(signal: AbortSignal, firstRest: number) {
  const limit = pLimit(JOINS_AT_ONCE);
  let rest = firstRest;
  let resting: Promise<void> | undefined;

  async function takeRest(): Promise<void> {
    await delay(rest, undefined, { signal, ref: false }).catch(() => undefined); // the end, then
    resting = undefined;
  }

  return {
    limit,
    async rested(): Promise<void> {
      await resting;
    },
    /** Once for all that were under way together: what is refused while it rests was asked before. */
    tooMuch(): void {
      if (resting) return;
      limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2));
      resting = takeRest();
      rest = Math.min(LAST_REST, rest * 2);
    },
    letIn(): void {
      if (resting) return;
      rest = firstRest;
      if (limit.concurrency < JOINS_AT_ONCE) limit.concurrency += 1;
    },
  };
}
