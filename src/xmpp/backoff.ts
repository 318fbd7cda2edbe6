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
