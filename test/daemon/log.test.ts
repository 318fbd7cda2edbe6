import { expect, test } from 'vitest';
import { enduring } from '../../src/daemon/log.ts';

test('a log that cannot be written for a while ends nothing, and says how much is missing', () => {
  const written: string[] = [];
  let full = false;
  const write = enduring((line) => {
    if (full) throw new Error('ENOSPC');
    written.push(line);
  });
  write('one');
  full = true;
  write('two');
  write('three');
  full = false;
  write('four');
  write('five');
  expect(written).toEqual(['one', expect.stringContaining('2 lines'), 'four', 'five']);
});
