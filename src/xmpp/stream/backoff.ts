/**
 * Milliseconds to wait before attempt number `failures + 1`: doubled each time up to the ceiling, and the
 * upper half of it by chance, so that a thousand clients of a server that restarts do not come back in one
 * tick.
 */
export function backoffDelay(
  failures: number,
  bounds: { readonly first: number; readonly ceiling: number },
  random: () => number = Math.random,
): number {
  const full = Math.min(bounds.ceiling, bounds.first * 2 ** Math.min(failures, 30));
  return Math.round(full / 2 + (random() * full) / 2);
}

/** Milliseconds: a session that held this long ends the counting of failures. */
export const STABLE = 60_000;
/** No more is counted after a session that got on: the server takes us, it is the line that flaps. */
const FLAPPING = 3;

/** How an attempt went. */
export interface AttemptOutcome {
  /** It logged in. */
  readonly online: boolean;
  /** How long the stream lasted from there, in milliseconds. */
  readonly held: number;
  readonly conflict: boolean;
  /**
   * It went on with a stream of before, and something was newly acknowledged on it, in either direction. A new session
   * proves nothing: what ended the last one may be about to come again.
   */
  readonly gotOn: boolean;
}

/** Whether a login came to nothing: its stream ended within a minute, and nothing got on. */
export function isFruitless({ online, held, gotOn }: AttemptOutcome): boolean {
  return online && held < STABLE && !gotOn;
}

/** The failures that count once an attempt is over. */
export function failuresAfter(failures: number, outcome: AttemptOutcome): number {
  if (!outcome.online || outcome.conflict || isFruitless(outcome)) return outcome.held >= STABLE ? 0 : failures;
  return outcome.held >= STABLE ? 0 : Math.min(failures, FLAPPING);
}

/** How many logins may come to nothing in which time (milliseconds), whatever the cause. */
interface FruitlessLimit {
  readonly most: number;
  readonly within: number;
}

const FRUITLESS_LIMIT: FruitlessLimit = { most: 12, within: 600_000 };

/** Remembers the logins that came to nothing. Times are of a clock that nobody sets. */
interface FruitlessLogins {
  add(at: number): void;
  /** Milliseconds until there may be one more. */
  wait(now: number): number;
}

export function createFruitlessLogins({ most, within }: FruitlessLimit = FRUITLESS_LIMIT): FruitlessLogins {
  let times: number[] = [];
  return {
    add(at) {
      times = [...times, at].slice(-most);
    },
    wait(now) {
      const [oldest] = times;
      return times.length < most || oldest === undefined ? 0 : Math.max(0, oldest + within - now);
    },
  };
}
