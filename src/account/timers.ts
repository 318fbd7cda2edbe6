import { sentenceOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** Timers by name, all ended by the signal. They keep no process alive. */
interface Timers {
  /** Runs the work after so many milliseconds, in place of what the name was set to. What it throws (a full disk) is logged, and ends nothing else. */
  set(name: string, wait: number, work: () => void): void;
  clear(name: string): void;
}

export function createTimers(signal: AbortSignal, log: Log): Timers {
  const running = new Map<string, NodeJS.Timeout>();

  function clear(name: string): void {
    clearTimeout(running.get(name));
    running.delete(name);
  }

  signal.addEventListener('abort', () => {
    for (const name of running.keys()) clear(name);
  });
  return {
    clear,
    set(name, wait, work) {
      clear(name);
      if (signal.aborted) return;
      const timer = setTimeout(() => {
        running.delete(name);
        try {
          work();
        } catch (error) {
          log('error', `what was due (${name}) could not be done: ${sentenceOf(error)}`, { error });
        }
      }, Math.max(0, wait));
      running.set(name, timer.unref());
    },
  };
}
