/** What a stranger may do before it has shown who it is. */
export interface Throttle {
  /** Whether one more connection from there is taken; call `left` when it has logged in or is gone. */
  entered(address: string): boolean;
  left(address: string): void;
  /** Milliseconds that the next answer to that address has to wait. */
  delay(address: string): number;
  failed(address: string): void;
  succeeded(address: string): void;
}

export interface ThrottleTimes {
  /** Milliseconds after the first failure; doubled by each further one. */
  readonly first: number;
  readonly most: number;
  /** Milliseconds without a failure after which an address is as good as new. */
  readonly forgiven: number;
}

const STRANGERS = 64;
const STRANGERS_OF_ONE = 24;
const MAX_KNOWN = 1000;
export const throttleTimes: ThrottleTimes = { first: 500, most: 15_000, forgiven: 15 * 60_000 };

export function createThrottle(now: () => number, times: ThrottleTimes = throttleTimes): Throttle {
  const strangers = new Map<string, number>();
  const failures = new Map<string, { count: number; at: number }>();
  let all = 0;

  return {
    entered(address) {
      const there = strangers.get(address) ?? 0;
      if (all >= STRANGERS || there >= STRANGERS_OF_ONE) return false;
      strangers.set(address, there + 1);
      all += 1;
      return true;
    },
    left(address) {
      const there = strangers.get(address) ?? 0;
      if (there === 0) return;
      if (there === 1) strangers.delete(address);
      else strangers.set(address, there - 1);
      all -= 1;
    },
    delay(address) {
      const known = failures.get(address);
      if (!known || now() - known.at > times.forgiven) return 0;
      return Math.min(times.most, times.first * 2 ** Math.min(known.count - 1, 20));
    },
    failed(address) {
      const known = failures.get(address);
      const count = known && now() - known.at <= times.forgiven ? known.count + 1 : 1;
      failures.delete(address);
      failures.set(address, { count, at: now() });
      const [oldest] = failures.keys();
      if (failures.size > MAX_KNOWN && oldest !== undefined) failures.delete(oldest);
    },
    succeeded: (address) => { failures.delete(address); },
  };
}
