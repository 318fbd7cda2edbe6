// The settings of a daemon that runs: by its file, its command line and its API alike.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apiOf, makeHome, type Home } from '../support/daemon.ts';
import { until } from '../support/until.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

const file = (): string => join(home.dir, 'settings.json');
const get = async (key: string): Promise<string> => (await home.cli(['settings', 'get', key])).stdout.trim();
const problems = async (): Promise<string> => (await apiOf(home).status.query()).problems.map(({ message }) => message).join('\n');
const told = (words: string) => until(() => home.log().includes(words), { what: `the log to say ${words}` });

test('set and get work with a daemon and without one, and say when a change counts', async () => {
  expect(await home.cli(['settings', 'set', 'log.level', 'warn'])).toMatchObject({ code: 0, stdout: 'log.level is set.\n' });
  await home.start();
  expect(home.log()).not.toContain('the daemon is up'); // that is only info
  expect(await home.cli(['settings', 'set', 'log.level', 'debug'])).toMatchObject({ code: 0, stdout: 'log.level is set and in effect.\n' });
  await told('the settings were changed');
  expect(await get('log.level')).toBe('debug');
  expect((await home.cli(['settings', 'set', 'web.port', '0'])).stdout).toBe('web.port is set and takes effect after the next start of the daemon.\n');
  expect(await home.cli(['settings', 'set', 'web.port', '--default'])).toMatchObject({ code: 0 });
  expect(await home.cli(['settings', 'set', 'log.level', 'loud'])).toMatchObject({
    code: 2,
    stderr: 'minimix: log.level must be one of debug, info, warn, error. Nothing was changed.\n',
  });
  expect(await home.cli(['settings', 'set', 'log.nothing', '1'])).toMatchObject({ code: 2 });
  const listed = await home.json<Record<string, unknown>>(['settings', 'list']);
  expect(listed.find(({ key }) => key === 'log.level')).toMatchObject({ value: 'debug', chosen: true, default: 'info', effect: 'at once' });
  expect((await home.cli(['settings', 'path'])).stdout.trim()).toBe(file());
});

test('a file that is spoilt while the daemon runs is refused loudly, and what was in force stays', async () => {
  await home.cli(['settings', 'set', 'log.level', 'info']);
  await home.start();
  const good = await readFile(file(), 'utf8');
  await writeFile(file(), good.replace('"info"', '"loud"'));
  const place = `${file()}, line 5, column 14: log.level must be one of debug, info, warn, error. The last good settings stay in force.`;
  await told(place.slice(-60));
  expect((await home.cli(['status'])).stdout).toContain(`: ${place}`);
  expect(await home.cli(['settings', 'set', 'log.files', '2'])).toMatchObject({ code: 1, stdout: '' });
  expect(await readFile(file(), 'utf8')).toContain('"loud"'); // nobody writes over what a person is mending
  await home.kill();
  await home.start(); // with the last good copy
  expect(await problems()).toContain(place);
  await writeFile(`${file()}.new`, good.replace('"info"', '"debug"'));
  await rename(`${file()}.new`, file()); // as editors do it
  await told('the settings were changed');
  expect(await problems()).toBe('');
});

test('an account that is written into the file by hand is taken up, completed, changed and let go without a restart', async () => {
  await home.start();
  const accounts = async () => (await apiOf(home).status.query()).accounts;
  const write = (account: object | undefined) =>
    writeFile(file(), JSON.stringify({ version: 1, accounts: account === undefined ? [] : [account] }));
  await write({ jid: 'alice@example.org', server: { host: '127.0.0.1', port: 1 } });
  await until(async () => (await accounts()).length === 1, { what: 'the account' });
  const resource = await get('account.resource');
  expect(resource).toMatch(/^minimix-[0-9a-f]{6}$/);
  expect(await readFile(file(), 'utf8')).toContain(resource);
  expect(await home.cli(['settings', 'set', 'account.bookmarks.deadDays', '30'])).toMatchObject({ code: 0 });
  const rules = await home.cli(['bookmarks', 'settings', '--several-gone', 'restore']);
  expect(JSON.parse(rules.stdout)).toEqual({ keepJoins: true, severalGone: 'restore', deadDays: 30 });
  expect(await get('account.bookmarks.severalGone')).toBe('restore');
  await write(undefined);
  await until(async () => (await accounts()).length === 0, { what: 'the account to be gone' });
});
