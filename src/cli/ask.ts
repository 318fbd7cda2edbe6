import { createInterface } from 'node:readline';
import type { World } from './context.ts';

/** One line from the person; `undefined` where there is none. */
export function askLine(world: World, prompt: string): Promise<string | undefined> {
  world.err(prompt);
  const lines = createInterface({ input: world.stdin });
  return new Promise((done) => {
    lines.once('close', () => done(undefined)).once('line', (line) => {
      done(line);
      lines.close();
    });
  });
}
