import { setFlagsFromString } from 'node:v8';

/**
 * Tells V8 that a daemon is to be small rather than fast at its peaks, for all isolates of this process. Both flags are
 * read at each collection, so that it is the same whoever starts us; a V8 that has lost one says so and goes on.
 *
 * Pages that a collection empties are given back at once (by itself V8 pools them while there is work, so that what is
 * resident is the highest peak ever), and the heap may grow by a quarter only before it is looked through again.
 */
export function keepHeapSmall(): void {
  for (const flag of ['--memory-saver-mode', '--heap-growing-percent=25']) setFlagsFromString(flag);
}
