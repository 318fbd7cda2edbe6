import { expect, test } from 'vitest';
import { createLatency } from '../../src/core/latency.ts';

test('delays are counted by steps, and tell within what half and nine of ten were', () => {
  const delays = createLatency();
  expect(delays.summary()).toMatchObject({ count: 0, half: null, most: null });
  for (const took of [3, 10, 30, 40, 45, 60, 200, 240, 800, 9000, NaN]) delays.add(took);
  const { count, half, most, steps } = delays.summary();
  expect({ count, half, most }).toEqual({ count: 10, half: 50, most: 1000 });
  expect(steps.map((step) => step.count)).toEqual([2, 3, 1, 2, 0, 1, 0, 1]);
  expect(steps.at(-1)?.upTo).toBeNull();
});
