import { domainOf } from '../core/jid.ts';
import { readTime, timeQuery } from '../xmpp/features/time.ts';
import { machineClock, type Clock } from './clock.ts';
import type { Ground } from './ground.ts';

const PATIENCE = 3_000;
/** Milliseconds: an answer has whole seconds and is on its way for a while. */
const TOLERANCE = 5_000;

/** XEP-0202: whether our clock is to be believed. */
export interface ServerTime {
  /** By how many milliseconds our clock is ahead of the server's now; 0 where it is not by much, or the server does not say. */
  ahead(): Promise<number>;
}

/** Asked once a stream; what our own clock does from then on, the one that is never set tells. */
export function openServerTime(ground: Ground, clock: Clock = machineClock): ServerTime {
  /** The server's time minus that of the clock that is never set. */
  let offset: Promise<number | undefined> | undefined;
  ground.connection.onStatus(() => (offset = undefined), ground.signal);

  async function ask(): Promise<number | undefined> {
    const answer = await ground.connection.iq(timeQuery(domainOf(ground.jid)), { timeout: PATIENCE });
    const time = answer.ok ? readTime(answer.element) : undefined;
    return time === undefined ? undefined : time - clock.now();
  }

  return {
    async ahead() {
      const known = await (offset ??= ask());
      const ahead = known === undefined ? 0 : ground.now() - (known + clock.now());
      return ahead > TOLERANCE ? ahead : 0;
    },
  };
}
