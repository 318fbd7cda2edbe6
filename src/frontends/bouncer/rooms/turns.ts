import { setImmediate } from 'node:timers/promises';
import { inBackground } from '../../../core/background.ts';
import type { Log } from '../../../core/log.ts';

/** Milliseconds of one turn of the event loop that devices' entries may take. */
const MOST = 50;

/** What a device is shown of a room costs what the room has said: much of it in one breath would keep everybody else waiting. */
export interface Turns {
  /** Whether there is time left in this turn, and nobody waits for the next one. */
  isFree(): boolean;
  /** Does it, and counts the time. */
  spend(work: () => void): void;
  /** Resolves once there is time, in the order of asking. */
  next(): Promise<void>;
}

export function openTurns(log: Log): Turns {
  let spent = 0;
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  const hasTime = (): boolean => spent < MOST;

  async function reset(): Promise<void> {
    await setImmediate();
    spent = 0;
  }

  async function wait(before: Promise<void>): Promise<void> {
    await before;
    while (!hasTime()) await setImmediate();
    waiting -= 1;
  }

  return {
    isFree: () => hasTime() && waiting === 0,
    spend(work) {
      const began = performance.now();
      if (spent === 0) inBackground(log, 'a turn', reset());
      work();
      spent += performance.now() - began;
    },
    next() {
      waiting += 1;
      last = wait(last);
      return last;
    },
  };
}
