/** How long something took, by steps: enough for a picture, and small however often it is counted. */
export interface Latency {
  add(milliseconds: number): void;
  summary(): LatencySummary;
}

export interface LatencySummary {
  readonly count: number;
  /** How many took at most so many milliseconds, and longer than the step before; the last step has no end (null). */
  readonly steps: readonly { readonly upTo: number | null; readonly count: number }[];
  /** Half, and nine of ten, took at most the milliseconds of this step; null where nothing was counted, or the step has no end. */
  readonly half: number | null;
  readonly most: number | null;
}

const STEPS = [25, 50, 100, 250, 500, 1000, 5000, Infinity] as const;

export function createLatency(): Latency {
  const counts: number[] = STEPS.map(() => 0);
  let count = 0;

  function within(share: number): number | null {
    let sum = 0;
    for (const [index, step] of STEPS.entries()) {
      sum += counts[index] ?? 0;
      if (count > 0 && sum >= count * share) return finite(step);
    }
    return null;
  }

  return {
    add(milliseconds) {
      const index = STEPS.findIndex((step) => milliseconds <= step);
      if (index === -1) return; // not a number
      counts[index] = (counts[index] ?? 0) + 1;
      count += 1;
    },
    summary: () => ({
      count,
      steps: STEPS.map((step, index) => ({ upTo: finite(step), count: counts[index] ?? 0 })),
      half: within(0.5),
      most: within(0.9),
    }),
  };
}

function finite(step: number): number | null {
  return Number.isFinite(step) ? step : null;
}
