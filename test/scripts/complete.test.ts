import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/complete.ts', import.meta.url));

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'minimix-complete-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** As npm on that Node runs `prepare`; this npm only says how it was called, and ends with `code`. */
function prepare(version: string, { omit = '', code = 0 } = {}): { status: number | null; stdout: string; stderr: string } {
  const npm = join(place, 'npm-cli.cjs');
  writeFileSync(npm, `console.log(process.argv.slice(2, 4).join(' ')); process.exitCode = ${code};`);
  const env = { npm_config_user_agent: `npm/9.2.0 node/${version} linux x64 workspaces/false`, npm_execpath: npm, npm_config_omit: omit };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

test.each(['v18.20.4', 'v20.18.0', 'v21.7.3', 'v22.11.0'])('what npm left out on Node %s is added on ours', (version) => {
  expect(prepare(version)).toEqual({ status: 0, stdout: 'install --no-save\n', stderr: '' });
});

test.each(['v20.19.2', 'v22.12.0', 'v24.21.0'])('on Node %s npm left nothing out', (version) => {
  expect(prepare(version)).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('who leaves out optional packages on purpose is left alone', () => {
  expect(prepare('v18.20.4', { omit: 'dev optional' }).stdout).toBe('');
});

test('without a network it says in one sentence what to do', () => {
  const { status, stderr } = prepare('v18.20.4', { code: 1 });
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'minimix: npm could not add what it left out for its old Node: run `npm ci` again, with a network.\n' });
});
