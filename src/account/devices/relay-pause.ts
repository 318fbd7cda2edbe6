import { storedValues } from '../../archive/stored-values.ts';
import type { RelayPause } from '../account-status.ts';
import type { AccountContext } from '../context.ts';

const LONGEST = 24 * 3_600_000; // milliseconds of one timer: Node's own are bounded

/** Whether the relay rests, by the person's wish; kept on disk. What devices miss meanwhile they get afterwards. */
export interface RelayPauseSwitch {
  now(): RelayPause | undefined;
  /** Until that time (milliseconds since the epoch), or until `resume`. */
  pause(until: number | undefined): void;
  resume(): void;
}

/** The event `relay-paused` is told whenever it begins or ends, by a verb or by the clock. */
export function openRelayPause(context: AccountContext): RelayPauseSwitch {
  const { archive, jid } = context;
  let until = archive.value(jid, storedValues.relayPause);
  let timer: NodeJS.Timeout | undefined;
  context.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });

  function changed(): void {
    context.events.emit({ type: 'relay-paused', account: jid });
  }

  function isOver(): boolean {
    return until === undefined || until <= context.now();
  }

  function set(next: number | undefined): void {
    context.transact(() => archive.setValue(jid, storedValues.relayPause, next));
    until = next;
    watch();
    changed();
  }

  function watch(): void {
    clearTimeout(timer);
    if (until === undefined || until === Infinity || context.signal.aborted) return;
    timer = setTimeout(look, Math.min(LONGEST, Math.max(0, until - context.now())));
    timer.unref();
  }

  function look(): void {
    if (!isOver()) return watch();
    until = undefined; // the row on disk has passed by itself
    changed();
  }

  watch();
  return {
    now() {
      if (until === undefined || isOver()) return undefined;
      return { until: until === Infinity ? null : new Date(until).toISOString() };
    },
    pause: (wished) => set(wished ?? Infinity),
    resume: () => set(undefined),
  };
}
