import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const timelines = resolve(import.meta.dirname, '../../renderer/state/timelines.ts');

// In a process of its own: what this shows is a loop without an end, which no timer of the same thread can break.
test('a reset reads each open timeline again, once', () => {
  const program = `
    import { createTimelines } from ${JSON.stringify(timelines)};
    const asked = [];
    const timelines = createTimelines({ view: { query: async ({ room }) => { asked.push(room); return []; } } });
    for (const room of ['one', 'two', 'three']) timelines.open({ account: 'romeo@example.org', room });
    await new Promise(setImmediate);
    asked.length = 0;
    timelines.reset();
    console.log(asked.join());
  `;
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', program], { encoding: 'utf8', timeout: 30_000 });
  expect(signal).toBeNull();
  expect(stdout.trim()).toBe('one,two,three');
});
