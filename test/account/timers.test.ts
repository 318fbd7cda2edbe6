import { expect, test } from 'vitest';
import { createTimers } from '../../src/account/timers.ts';

test('work that fails when it is due is logged, and the next timer runs', async () => {
  const life = new AbortController();
  const logged: string[] = [];
  const timers = createTimers(life.signal, (level, message) => void logged.push(`${level} ${message}`));
  const { promise, resolve } = Promise.withResolvers<void>();
  timers.set('first', 0, () => {
    timers.set('second', 0, resolve);
    throw new Error('The disk with the archive is full.');
  });
  await promise;
  expect(logged).toEqual(['error what was due (first) could not be done: The disk with the archive is full.']);
  life.abort();
});
