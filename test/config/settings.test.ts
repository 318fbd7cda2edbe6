// One file, checked against one schema: read, refused with its place, changed without losing what stands beside.
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogue, changeSetting, listSettings, valueOf } from '../../src/config/settings-list.ts';
import { schemaFile, settingsReference } from '../../src/config/reference.ts';
import { editSettings, loadSettings, readSettings, settingsPath, unknownSentence } from '../../src/config/config.ts';

const alice = { jid: 'alice@example.org', resource: 'minimix' };
const root = resolve(import.meta.dirname, '../..');
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minimix-settings-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const write = (text: string): Promise<void> => writeFile(settingsPath(home), text);
const read = (): Promise<string> => readFile(settingsPath(home), 'utf8');
const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

test('a home without a file has the defaults, and reading makes none', async () => {
  expect(readSettings(home)).toMatchObject({ version: 1, log: { level: 'info' }, web: { port: 7722 }, accounts: [] });
  expect(readSettings(home).bouncer).toBeUndefined(); // no port but the page’s is open
  expect(await readdir(home)).toEqual([]);
});

test('what is changed is written for the owner alone, whole, in a home that is new', async () => {
  home = join(home, 'deep', 'new');
  editSettings(home, [{ path: ['web', 'port'], value: 7000 }, { path: ['accounts', 0], value: alice }]);
  expect(readSettings(home)).toMatchObject({ web: { port: 7000 }, accounts: [alice] });
  expect(await mode(settingsPath(home))).toBe('600');
  expect(await mode(home)).toBe('700');
  expect((await readdir(home)).toSorted()).toEqual(['settings.good.json', 'settings.json']);
  home = resolve(home, '../..');
});

describe('a bad file is refused with path, line, column and reason, and is left as it is', () => {
  test.each([
    ['{\n  "version": 1,\n  "accounts": [}\n}', 'line 3, column 16: it is not JSON: a value is missing here'],
    ['{\n  "version": 1,\n  "accounts": [', 'line 3, column 16: it is not JSON: a closing ] is missing here'],
    ['{\n  "version": 1\n  "accounts": []\n}', 'line 3, column 3: it is not JSON: a comma is missing here'],
    ['{\n  version: 1,\n  "accounts": []\n}', 'line 2, column 3: it is not JSON: this word is not a value'],
    ['{\n  "version": 1,\n  "acounts": []\n}', 'accounts is missing'],
    ['{\n  "version": 2,\n  "accounts": []\n}', 'line 2, column 14: version must be one of 1'],
    ['{"version":1,"accounts":[\n{"jid":"alice"}]}', 'line 2, column 8: accounts.0.jid is not a bare JID'],
    ['{"version":1,"accounts":[{"jid":"a@b.c"},\n{"jid":"x@b.c","pin":"123"}]}', 'line 2, column 22: accounts.1.pin is not a SHA-256'],
    ['{"version":1,"accounts":[{"jid":"a@b.c"},\n {"jid":"A@b.c"}]}', 'line 2, column 9: accounts.1.jid is listed twice'],
    ['{"version":1,\n"log":{"level":"loud"},"accounts":[]}', 'line 2, column 16: log.level must be one of debug, info, warn, error'],
    ['{"version":1,\n"log":{"files":0},"accounts":[]}', 'line 2, column 16: log.files must be at least 1'],
    ['{"version":1,\n"web":{"port":"80"},"accounts":[]}', 'line 2, column 15: web.port must be a number'],
    ['{"version":1,\n"watch":{"names":"yes"},"accounts":[]}', 'line 2, column 18: watch.names must be true or false'],
    ['{"version":1,"log":{},\n"log":{"level":"debug"},"accounts":[]}', 'line 2, column 1: log is set twice'],
    ['[]', 'line 1, column 1: the file must be an object in { }'],
    ['', 'line 1, column 1: it is not JSON'],
  ])('%j', async (text, reason) => {
    await write(text);
    expect(() => readSettings(home)).toThrow(`${settingsPath(home)}, ${reason.startsWith('line') ? reason : ''}`);
    expect(() => readSettings(home)).toThrow(reason);
    expect(() => changeSetting(home, { key: 'log.level', value: 'debug' })).toThrow(reason);
    expect(await read()).toBe(text);
  });

  test.each(['['.repeat(100_000), `{"version":1,"accounts":[],"theme":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`])('nested deeper than any reader goes, %#', async (text) => {
    await write(text);
    expect(() => readSettings(home)).toThrow(`${settingsPath(home)}, line 1, column 1: it is nested too deeply.`);
  });
});

const WRITTEN = `{
  // my own words
  "version": 1,
  "log": { "level": "warn", "levle": "debug" }, /* and here */
  "theme": { "dark": true },
  "accounts": [
    { "jid": "alice@example.org", "resource": "here", "colour": "red" },
  ],
}
`;

test('comments, unknown keys and the way it was written outlive a change', async () => {
  await write(WRITTEN);
  changeSetting(home, { key: 'log.level', value: 'error' });
  changeSetting(home, { key: 'account.chat', value: false });
  expect(await read()).toContain('"level": "error", "levle": "debug" }, /* and here */');
  expect(await read()).toContain('// my own words');
  expect(await read()).toContain('"theme": { "dark": true }');
  expect(await read()).toContain('"colour": "red"');
  expect(readSettings(home).accounts).toEqual([{ jid: 'alice@example.org', resource: 'here', chat: false }]);
  changeSetting(home, { key: 'account.chat', value: undefined });
  changeSetting(home, { key: 'log.level', value: 'warn' });
  expect((await read()).replaceAll(/\s|,/g, '')).toBe(WRITTEN.replaceAll(/\s|,/g, ''));
});

test('unknown keys are named with their line and what may be meant, and do nothing', async () => {
  await write(WRITTEN);
  const { settings, unknown, trouble } = loadSettings(home);
  expect(trouble).toBeUndefined();
  expect(settings.log.level).toBe('warn');
  expect(unknown.map(({ key, line, near }) => ({ key, line, near }))).toEqual([
    { key: 'log.levle', line: 4, near: 'level' },
    { key: 'theme', line: 5, near: undefined },
    { key: 'accounts.0.colour', line: 7, near: undefined },
  ]);
  expect(unknownSentence(home, unknown)).toContain('“log.levle” (line 4; did you mean “level”?)');
});

test('a start with a bad file takes the last good one and says why; without one it refuses', async () => {
  await write('{"version": 1, "log": {"level": "debug"}, "accounts": []}');
  expect(loadSettings(home).trouble).toBeUndefined();
  await write('{"version": 1, "log": {"level": "debug"');
  expect(loadSettings(home)).toMatchObject({ settings: { log: { level: 'debug' } }, trouble: expect.stringMatching(/line 1, column 40: .* The last good settings stay in force\.$/) });
  expect(await mode(join(home, 'settings.good.json'))).toBe('600');
  rmSync(join(home, 'settings.good.json'));
  expect(() => loadSettings(home)).toThrow('line 1, column 40');
});

test('a change that is not valid is refused in words, and nothing is written', async () => {
  editSettings(home, [{ path: ['accounts', 0], value: alice }]);
  const before = await read();
  expect(() => changeSetting(home, { key: 'web.port', value: 99_999 })).toThrow('web.port must be at most 65535. Nothing was changed.');
  expect(() => changeSetting(home, { key: 'account.server', value: { host: 'x.org' } })).toThrow('account.server.port is missing');
  expect(() => changeSetting(home, { key: 'account.jid', value: 'eve@example.org' })).toThrow('unknown setting “account.jid”');
  expect(() => changeSetting(home, { key: 'accounts', value: [] })).toThrow('unknown setting');
  expect(() => changeSetting(home, { key: '__proto__.x', value: 1 })).toThrow('unknown setting');
  expect(() => changeSetting(home, { key: 'account.chat', value: true, account: 'bob@example.org' })).toThrow('There is no account bob@example.org');
  expect(await read()).toBe(before);
});

test('what belongs to an account is listed for each, and one must be named where there are two', () => {
  editSettings(home, [{ path: ['accounts'], value: [alice, { jid: 'bob@example.org', resource: 'b', chat: false }] }]);
  const chats = listSettings(home).filter(({ key }) => key === 'account.chat');
  expect(chats.map(({ account, value, chosen }) => ({ account, value, chosen }))).toEqual([
    { account: 'alice@example.org', value: true, chosen: false },
    { account: 'bob@example.org', value: false, chosen: true },
  ]);
  expect(() => changeSetting(home, { key: 'account.chat', value: false })).toThrow('choose one');
  changeSetting(home, { key: 'account.bookmarks.deadDays', value: 30, account: 'bob@example.org' });
  expect(readSettings(home).accounts[1]).toMatchObject({ bookmarks: { deadDays: 30 } });
});

test('the words of a command line become what the setting takes', () => {
  expect(valueOf('log.file', 'off')).toBe(false);
  expect(valueOf('web.port', '8000')).toBe(8000);
  expect(valueOf('log.level', 'debug')).toBe('debug');
  expect(valueOf('account.resource', '17')).toBe('17');
  expect(valueOf('bouncer.names', 'a.org b.org')).toEqual(['a.org', 'b.org']);
  expect(valueOf('account.server', '{"host":"x.org","port":5222}')).toEqual({ host: 'x.org', port: 5222 });
});

test('every setting says what it is and when it counts', () => {
  const silent = catalogue.filter(({ description, effect }) => description === '' || !['at once', 'new login', 'restart'].includes(effect));
  expect(silent).toEqual([]);
});

test('docs/settings.md and docs/settings.schema.json are what `npm run docs` makes now', async () => {
  expect(await readFile(join(root, 'docs/settings.md'), 'utf8')).toBe(settingsReference());
  expect(await readFile(join(root, 'docs/settings.schema.json'), 'utf8')).toBe(schemaFile());
});
