import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const heap = fileURLToPath(new URL('../../src/daemon/heap.ts', import.meta.url));
const run = promisify(execFile);

/** Keeps 150,000 things and replaces all of them eight times; the most that was resident beside the heap, in MiB above the start. */
const program = `
  import { setImmediate as turn } from 'node:timers/promises';
  import { keepHeapSmall } from ${JSON.stringify(heap)};
  keepHeapSmall();
  const beside = () => (process.memoryUsage().rss - process.memoryUsage().heapTotal) / 2 ** 20;
  const before = beside();
  const ring = [];
  let most = 0;
  for (let round = 0; round < 120; round++) {
    for (let n = 0; n < 10_000; n++) ring[(round * 10_000 + n) % 150_000] = { n, of: [n, round] };
    await turn();
    most = Math.max(most, beside() - before);
  }
  console.log(most);`;

test('what a collection has emptied is given back while there is work', async () => {
  const { stdout, stderr } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8', '--input-type=module', '-e', program]);
  expect(stderr).toBe(''); // V8 knows all that it was told
  expect(Number(stdout)).toBeGreaterThan(0);
  expect(Number(stdout)).toBeLessThan(30); // 11 to 13; 47 to 54 where V8 is told nothing
});
