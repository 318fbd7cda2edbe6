// What the daemon weighs over the whole run: at the start, in the middle, at the end, and by thirds.
import type { Sample } from './upset-contract.ts';

export interface Weight {
  /** Bytes. */
  readonly start: number;
  readonly middle: number;
  readonly end: number;
  /** Means over each third of the time, bytes. */
  readonly thirds: readonly [number, number, number];
  /** The last third's mean over the middle one's, less 1. */
  readonly growth: number;
}

export interface Memory {
  readonly samples: number;
  /** Milliseconds of CPU between the first look and the last. */
  readonly cpu: number;
  readonly rss: Weight;
  readonly anonymous: Weight;
  readonly committed: Weight;
  readonly heap: Weight;
  readonly kinds: ReadonlyMap<string, Weight>;
}

/** The growth that still counts as flat. */
export const FLAT = 0.05;

export function weigh(samples: readonly Sample[]): Memory {
  return {
    samples: samples.length,
    cpu: (samples.at(-1)?.cpu ?? 0) - (samples[0]?.cpu ?? 0),
    rss: weightOf(samples, ({ rss }) => rss),
    anonymous: weightOf(samples, ({ anonymous }) => anonymous),
    committed: weightOf(samples, ({ committed }) => committed),
    heap: weightOf(samples, ({ heap }) => heap),
    kinds: new Map(Object.keys(samples.at(-1)?.kinds ?? {}).map((kind) => [kind, weightOf(samples, ({ kinds }) => kinds[kind] ?? 0)])),
  };
}

function weightOf(samples: readonly Sample[], of: (sample: Sample) => number): Weight {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last) throw new Error('the daemon was never weighed');
  const span = (last.at - first.at || 1) / 3;
  const thirds = [0, 1, 2].map((third) => {
    const of3 = samples.filter(({ at }) => Math.min(2, Math.floor((at - first.at) / span)) === third);
    return of3.reduce((sum, sample) => sum + of(sample), 0) / Math.max(1, of3.length);
  });
  const [one = 0, two = 0, three = 0] = thirds;
  const middle = samples[Math.floor(samples.length / 2)] ?? last;
  return { start: of(first), middle: of(middle), end: of(last), thirds: [one, two, three], growth: two === 0 ? 0 : three / two - 1 };
}
