// The sandbox of the first screen: a real Prosody in a home of its own.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openSandbox, SANDBOX_ACCOUNT, SANDBOX_ROOM, type Sandbox } from '../../../src/daemon/sandbox/sandbox.ts';
import { ok } from '../../../src/core/errors.ts';
import type { AddAccount } from '../../../src/frontends/web/api/inputs.ts';
import { openMinimix, type Minimix } from '../../support/minimix.ts';
import { until } from '../../support/until.ts';

const home = mkdtempSync(join(tmpdir(), 'sandbox-'));
let minimix: Minimix | undefined;
let sandbox: Sandbox | undefined;

afterEach(async () => {
  await minimix?.stop();
  await sandbox?.end(true);
  rmSync(home, { recursive: true, force: true });
});

test('a sandbox starts with an account and a room in which somebody talks and answers, and leaves nothing', async () => {
  const asked: AddAccount[] = [];
  sandbox = openSandbox({
    home,
    env: process.env,
    log: () => undefined,
    add: async (request) => {
      asked.push(request);
      return ok({ account: request.settings.jid, password: 'file' });
    },
    join: async () => undefined,
  });
  expect(sandbox.available()).toBe(true);
  expect(await sandbox.begin()).toEqual({ ok: true, value: { account: SANDBOX_ACCOUNT } });
  const [request] = asked;
  if (!request) throw new Error('no account was added');
  const { settings, password } = request;
  expect(settings.server?.host).toBe('127.0.0.1');
  minimix = openMinimix({ host: '127.0.0.1', port: settings.server?.port ?? 0 }, { jid: SANDBOX_ACCOUNT, password }, { allowPlaintext: true });
  await minimix.account.rooms.join(SANDBOX_ROOM, { nick: 'you' });
  await until(() => minimix?.account.rooms.occupants(SANDBOX_ROOM).some(({ nick }) => nick === 'bob') === true, { what: 'bob' });
  await minimix.account.sending.sendMessage(SANDBOX_ROOM, 'bob, do you hear me?');
  await until(() => minimix?.bodies(SANDBOX_ROOM).some((body) => body?.startsWith('you: I heard you')) === true, { what: 'an answer' });
  await minimix.stop();
  await sandbox.end(true);
  expect(existsSync(join(home, 'sandbox'))).toBe(false);
});

test('where Prosody is not installed, that is what it says', async () => {
  const bare = openSandbox({ home, env: { PATH: '/nowhere' }, programs: [], log: () => undefined, add: async () => expect.fail('nothing is added'), join: async () => undefined });
  expect(bare.available()).toBe(false);
  expect(await bare.begin()).toMatchObject({ ok: false, error: { code: 'no-prosody' } });
});
