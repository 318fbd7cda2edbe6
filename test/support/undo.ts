import { afterEach } from 'vitest';

/** A list for what a test has begun and is to end: done after each test, the last one first. */
export function undoing(): (() => unknown)[] {
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  });
  return undo;
}
