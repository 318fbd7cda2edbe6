// The first step of `prepare`: npm leaves out optional packages whose `engines` do not name the Node that npm itself runs on,
// and among them are native parts of what builds the page and checks the code. They run on Node 24, not on npm's; so where
// npm's is older than they ask for, npm adds them now, on Node 24.
import { spawnSync } from 'node:child_process';

const ranOn = /\bnode\/v(\d+)\.(\d+)\./.exec(process.env['npm_config_user_agent'] ?? '');
const npm = process.env['npm_execpath'];
const omitted = (process.env['npm_config_omit'] ?? '').split(/\s+/).includes('optional');

if (ranOn !== null && npm !== undefined && !omitted && leavesOut(Number(ranOn[1]), Number(ranOn[2]))) {
  const options = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(process.execPath, [npm, ...options], { stdio: 'inherit' });
  if (status !== 0) console.error('minimix: npm could not add what it left out for its old Node: run `npm ci` again, with a network.');
  process.exitCode = status ?? 1;
}

/** What the packages ask for is 20.19 or 22.12, or newer. */
function leavesOut(major: number, minor: number): boolean {
  return major < 20 || (major === 20 && minor < 19) || major === 21 || (major === 22 && minor < 12);
}
