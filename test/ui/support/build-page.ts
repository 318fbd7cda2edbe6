import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** Builds the page as it is now: once for all tests, since a build takes the page away from whoever shows it. */
export async function buildPage(): Promise<void> {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  // Vitest says that this is a test, and Vite would then build React for developers.
  const production = { ...process.env, NODE_ENV: 'production' };
  await run(process.execPath, [vite, 'build', 'renderer', '--logLevel', 'warn'], { cwd: root, env: production });
}
