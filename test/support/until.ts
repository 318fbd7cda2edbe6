import { inspect } from 'node:util';

/** Milliseconds that a test waits for what should come at once: a machine with other work takes its time, and one that is quick loses none. */
export const PATIENCE = 30_000;

export interface UntilOptions {
  /** Milliseconds until the wait is given up; `PATIENCE` where nothing is said. */
  readonly deadline?: number;
  /** What is waited for, as it should read in the error: 'the room to be joined'. */
  readonly what?: string;
  /** Milliseconds between two looks. */
  readonly every?: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/**
 * Looks again and again until the condition gives something truthy, and resolves with it. Rejects at the
 * deadline with what was waited for, and with the last value or error seen. A condition that throws counts as
 * not yet.
 */
export async function until<T>(condition: () => T | Promise<T>, options: UntilOptions = {}): Promise<T> {
  const { deadline = PATIENCE, what = 'a condition', every = 15 } = options;
  const end = performance.now() + deadline;
  let last: Seen<T> | undefined;
  for (;;) {
    const seen = await look(condition, Math.max(1, end - performance.now()));
    if (seen !== undefined && 'value' in seen && seen.value) return seen.value;
    last = seen ?? last; // the look that the deadline cut short tells less than the one before it
    if (performance.now() >= end) throw tooLate(what, deadline, last ?? { error: new Error('the condition itself did not answer') });
    await pause(every);
  }
}

type Seen<T> = { readonly value: T } | { readonly error: unknown };

/** One look, bounded itself: a condition whose promise never settles must not outlive the deadline; `undefined` where it did not answer. */
async function look<T>(condition: () => T | Promise<T>, remaining: number): Promise<Seen<T> | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), remaining);
  });
  const looked = (async (): Promise<Seen<T>> => {
    try {
      return { value: await condition() };
    } catch (error) {
      return { error };
    }
  })();
  try {
    return await Promise.race([looked, expired]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(what: string, deadline: number, seen: Seen<unknown>): Error {
  const last = 'value' in seen ? `last seen: ${inspect(seen.value, { depth: 4 })}` : `last error: ${String(seen.error)}`;
  const cause = 'error' in seen ? { cause: seen.error } : undefined;
  return new Error(`waited ${deadline} ms for ${what}; ${last}`, cause);
}

export interface Feed<T> {
  /** Everything that came, in order. */
  readonly all: readonly T[];
  push(value: T): void;
  /** No more will come: pending and later waits for something new reject with the reason. */
  end(reason: string): void;
  /**
   * The first value that fits and that no `next` has given out before, whether it came already or is still to
   * come. What was passed over stays for later calls.
   */
  next(fits: (value: T) => boolean, options?: Omit<UntilOptions, 'every'>): Promise<T>;
}

/** A list that can be waited on: for events recorded by a test, so that none is missed between two waits. */
export function feed<T>(describe: (value: T) => string = (value) => inspect(value, { depth: 2 })): Feed<T> {
  const all: T[] = [];
  const fresh: T[] = [];
  const waiting = new Set<() => boolean>();
  let ended: string | undefined;

  const wake = (): void => { for (const attempt of waiting) if (attempt()) waiting.delete(attempt); };

  return {
    all,
    push(value) {
      all.push(value);
      fresh.push(value);
      wake();
    },
    end(reason) {
      ended ??= reason;
      wake();
    },
    next(fits, { deadline = PATIENCE, what = 'an event' } = {}) {
      return new Promise<T>((resolve, reject) => {
        const fail = (why: string): void => {
          const tail = fresh.slice(-8).map((value) => `\n  ${describe(value)}`).join('');
          reject(new Error(`${why} while waiting for ${what}; not consumed:${tail || ' nothing'}`));
        };
        const timer = setTimeout(() => { waiting.delete(attempt); fail(`${deadline} ms passed`); }, deadline);
        const attempt = (): boolean => {
          const index = fresh.findIndex(fits);
          if (index === -1 && ended === undefined) return false;
          clearTimeout(timer);
          const [found] = index === -1 ? [] : fresh.splice(index, 1);
          if (found === undefined) fail(ended ?? 'ended');
          else resolve(found);
          return true;
        };
        if (!attempt()) waiting.add(attempt);
      });
    },
  };
}
