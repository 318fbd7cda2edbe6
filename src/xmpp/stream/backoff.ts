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
export const STABLE = 30_000;
/** No more is counted after a session that held for less: the server takes us, it is the line that flaps. */
const FLAPPING = 3;

/** The failures that count once an attempt is over; `held` is how long it lasted, in milliseconds. */
export function failuresAfter(
  failures: number,
  { online, held, conflict }: { readonly online: boolean; readonly held: number; readonly conflict: boolean },
): number {
  if (!online) return failures;
  if (held >= STABLE) return 0;
  return conflict ? failures : Math.min(failures, FLAPPING);
}
