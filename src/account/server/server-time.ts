import { domainOf } from '../../core/jid.ts';
import { readTime, timeQuery } from '../../xmpp/xep/service/time.ts';
import { machineClock, type Clock } from '../clock.ts';
import type { AccountContext } from '../context.ts';

const PATIENCE = 3_000;
/** Milliseconds: an answer has whole seconds and is on its way for a while. */
const TOLERANCE = 5_000;

/** XEP-0202: whether our clock is to be believed. */
interface ServerTime {
  /** By how many milliseconds our clock is ahead of the server's now; 0 where it is not by much, or the server does not say. */
  ahead(): Promise<number>;
}

/**
 * Asked once a stream; what our own clock does from then on, the one that is never set tells. Waited for on the first stream
 * alone: rooms are entered again by what the last answer said. A machine that slept is taken to be fast, and asks for more.
 */
export function openServerTime(context: AccountContext, clock: Clock = machineClock): ServerTime {
  /** The server's time minus that of the clock that is never set. */
  let offset: number | undefined;
  let answered = false;
  let asking: Promise<void> | undefined;
  context.connection.onStatus(() => (asking = undefined), context.signal);

  async function ask(): Promise<void> {
    const answer = await context.connection.iq(timeQuery(domainOf(context.jid)), { timeout: PATIENCE });
    const time = answer.ok ? readTime(answer.element) : undefined;
    if (time !== undefined) offset = time - clock.now();
    answered = true;
  }

  return {
    async ahead() {
      asking ??= ask();
      if (!answered) await asking;
      const ahead = offset === undefined ? 0 : context.now() - (offset + clock.now());
      return ahead > TOLERANCE ? ahead : 0;
    },
  };
}
