import { storedValues } from '../../archive/stored-values.ts';
import type { RelayPause } from '../account-status.ts';
import type { AccountContext } from '../context.ts';

const LONGEST = 24 * 3_600_000; // milliseconds of one timer: Node's own are bounded

/** Whether the relay, or the pushes, rest by the person's wish; kept on disk. What devices miss meanwhile they get afterwards. */
export interface PauseSwitch {
  now(): RelayPause | undefined;
  /** Until that time (milliseconds since the epoch), or until `resume`. */
  pause(until: number | undefined): void;
  resume(): void;
}

/** The event `relay-paused` is told whenever it begins or ends, by a verb or by the clock. */
function openPause(context: AccountContext, kept: { read(): number | undefined; write(until: number | undefined): void }): PauseSwitch {
  const { jid } = context;
  let until = kept.read();
  let timer: NodeJS.Timeout | undefined;
  context.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });

  function changed(): void {
    context.events.emit({ type: 'relay-paused', account: jid });
  }

  function isOver(): boolean {
    return until === undefined || until <= context.now();
  }

  function set(next: number | undefined): void {
    context.transact(() => kept.write(next));
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

/** Of the relay. */
export function openRelayPause(context: AccountContext): PauseSwitch {
  const { archive, jid } = context;
  return openPause(context, { read: () => archive.value(jid, storedValues.relayPause), write: (until) => archive.setValue(jid, storedValues.relayPause, until) });
}

/** Of the pushes that room messages ask for. */
export function openPushPause(context: AccountContext): PauseSwitch {
  const { archive, jid } = context;
  return openPause(context, { read: () => archive.value(jid, storedValues.pushPause), write: (until) => archive.setValue(jid, storedValues.pushPause, until) });
}
