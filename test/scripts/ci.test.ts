// .ci/run with an npm that plays its parts: what the last line and the exit code are.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'minimix-ci-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** Each a line of sh: what `npm test` and `npm run fresh` do. */
function ci(tests: string, fresh: string): { status: number | null; last: string | undefined } {
  mkdirSync(join(place, '.ci'));
  copyFileSync(fileURLToPath(new URL('../../.ci/run', import.meta.url)), join(place, '.ci/run'));
  const npm = `#!/bin/sh\ncase $1 in\ntest) ${tests} ;;\nrun) ${fresh} ;;\nesac\n`;
  writeFileSync(join(place, 'npm'), npm, { mode: 0o755 });
  const env = { PATH: `${place}:/usr/bin:/bin` };
  const { status, stdout } = spawnSync('bash', [join(place, '.ci/run')], { encoding: 'utf8', env });
  return { status, last: stdout.trimEnd().split('\n').at(-1) };
}

const ALL = "echo 'Tests: 30 passed, 0 failed, 2 skipped'";
const GOOD = "echo 'trixie: npm ci && npm test -- test/flow: good, 700 s, Tests: 9 passed, 0 failed, 0 skipped'";

test('the count is that of the tests here, where all is good', () => {
  expect(ci(ALL, `${GOOD}; echo 'Tests: 9 passed, 0 failed, 0 skipped'`)).toEqual({ status: 0, last: 'Tests: 30 passed, 0 failed, 2 skipped' });
});

test('the tests that failed in the bare Debian are added to those that failed here', () => {
  const bad = "echo 'trixie: npm ci && npm test -- test/flow: bad (exit 1), 700 s, Tests: 90 passed, 7 failed, 1 skipped'";
  const stopped = "echo 'trixie: npm ci && npm test -- test/flow: bad (more than 45 minutes), 2700 s, Tests: 9 passed, 0 failed, 0 skipped'";
  expect(ci("echo 'Tests: 29 passed, 1 failed, 2 skipped'; exit 1", `${bad}; ${stopped}; exit 1`)).toEqual({ status: 1, last: 'Tests: 29 passed, 9 failed, 2 skipped' });
});

test('an end that was not good is one that failed, where no test did', () => {
  expect(ci(`${ALL}; exit 1`, GOOD)).toEqual({ status: 1, last: 'Tests: 30 passed, 1 failed, 2 skipped' });
});

test('each command of the bare Debian that was not good is one more that failed', () => {
  const bad = "echo 'trixie: npm ci && npm run demo -- --once: bad (exit 1), 20 s'";
  expect(ci(ALL, `${bad}; ${bad}; exit 1`)).toEqual({ status: 1, last: 'Tests: 30 passed, 2 failed, 2 skipped' });
});

test('a bare Debian that could not be made is one that failed', () => {
  expect(ci(ALL, 'exit 1')).toEqual({ status: 1, last: 'Tests: 30 passed, 1 failed, 2 skipped' });
});

test('failed tests are counted, and the bare Debian is tried all the same', () => {
  expect(ci("echo 'Tests: 29 passed, 1 failed, 2 skipped'; exit 1", GOOD)).toEqual({ status: 1, last: 'Tests: 29 passed, 1 failed, 2 skipped' });
});

test('tests that did not get to run are one that failed', () => {
  expect(ci('exit 1', GOOD)).toEqual({ status: 1, last: 'Tests: 0 passed, 1 failed, 0 skipped' });
});
