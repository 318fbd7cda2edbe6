// Settings that are changed while the daemon runs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadSettings } from '../../src/config/config.ts';
import { openProblems } from '../../src/daemon/diagnostics/problems.ts';
import { openSettings } from '../../src/daemon/settings.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0).toReversed()) close();
});

test('settings that could not be put in force are a problem, until they are', async () => {
  const home = mkdtempSync(join(tmpdir(), 'settings-'));
  open.push(() => rmSync(home, { recursive: true, force: true }));
  writeFileSync(join(home, 'settings.json'), '{ "version": 1, "accounts": [] }');
  const life = new AbortController();
  open.push(() => life.abort());
  const log = (): void => undefined;
  const problems = openProblems(log);
  let fault: Error | undefined = new Error('the door is stuck');
  const live = openSettings(home, loadSettings(home), {
    problems,
    log,
    signal: life.signal,
    async apply() {
      if (fault) throw fault; // as where a port is taken
    },
  });
  expect(await live.set('log.megabytes', 7, undefined)).toMatchObject({ ok: true });
  expect(problems.list()).toMatchObject([{ code: 'settings-not-in-force', message: expect.stringContaining('the door is stuck') as string }]);
  fault = undefined;
  expect(await live.set('log.megabytes', 8, undefined)).toMatchObject({ ok: true });
  expect(problems.list()).toEqual([]);
});
