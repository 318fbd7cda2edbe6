// A clock that a test turns by hand.
import type { Clock } from '../../src/account/clock.ts';

export interface HandClock extends Clock {
  /** Lets so many milliseconds pass; what is due meanwhile is done, each at its time. */
  turn(milliseconds: number): void;
}

export function handClock(): HandClock {
  const waiting = new Set<{ readonly at: number; readonly work: () => void }>();
  let time = 0;
  return {
    now: () => time,
    after(milliseconds, work) {
      const one = { at: time + Math.max(0, milliseconds), work };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
    turn(milliseconds) {
      const end = time + milliseconds;
      for (;;) {
        const next = [...waiting].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (!next) break;
        waiting.delete(next);
        time = next.at;
        next.work();
      }
      time = end;
    },
  };
}
