import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configHome, findHome } from '../../src/config/config.ts';
import { homeState, lockHome } from '../../src/config/lock.ts';
import { openSecrets } from '../../src/config/secrets.ts';

const alice = { jid: 'alice@example.org', resource: 'minimix' };
let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'minimix-config-'));
});
afterEach(() => rm(home, { recursive: true }));

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('the home', () => {
  test('is what was asked for, else MINIMIX_HOME, else the place of the platform', () => {
    expect(findHome('/a', { MINIMIX_HOME: '/b', XDG_DATA_HOME: '/c' }, 'linux')).toBe('/a');
    expect(findHome(undefined, { MINIMIX_HOME: '/b', XDG_DATA_HOME: '/c' }, 'linux')).toBe('/b');
    expect(findHome(undefined, { XDG_DATA_HOME: '/c' }, 'linux')).toBe('/c/minimix');
    expect(findHome(undefined, {}, 'linux')).toMatch(/\.local\/share\/minimix$/);
    expect(findHome(undefined, {}, 'darwin')).toMatch(/Library\/Application Support\/minimix$/);
  });
});

test('a desktop’s settings lie where XDG_CONFIG_HOME says, else in the person’s .config', () => {
  expect(configHome({ XDG_CONFIG_HOME: '/c' }, '/home/romeo')).toBe('/c');
  expect(configHome({ XDG_CONFIG_HOME: '' }, '/home/romeo')).toBe('/home/romeo/.config');
  expect(configHome({})).toMatch(/\/\.config$/);
});

describe('secrets', () => {
  const env = { MINIMIX_KEYRING: 'off' };

  test('go to a file of the owner alone where the keyring is off, and are gone once removed', async () => {
    const secrets = openSecrets(home, env);
    expect(await secrets.write(alice.jid, 'pässword "1"')).toBe('file');
    expect(await mode(join(home, 'secrets.json'))).toBe('600');
    expect(await openSecrets(home, env).read(alice.jid)).toBe('pässword "1"');
    await secrets.remove(alice.jid);
    expect(await secrets.read(alice.jid)).toBeUndefined();
    expect(await readFile(join(home, 'secrets.json'), 'utf8')).not.toContain('pässword');
  });

  test('a D-Bus that never answers is given up, and the file is used', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer().listen(join(home, 'bus'));
    await once(silent, 'listening');
    const bus = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'bus')}` };
    Object.assign(process.env, bus);
    const place = await openSecrets(home, bus).write(alice.jid, 'secret');
    delete process.env['DBUS_SESSION_BUS_ADDRESS'];
    silent.close();
    expect(place).toBe('file');
  });

  test('a broken file is refused without quoting it', async () => {
    await writeFile(join(home, 'secrets.json'), '{"passwords": {"alice@example.org": "hunter2"');
    const error: unknown = await openSecrets(home, env)
      .read(alice.jid)
      .catch((reason: unknown) => reason);
    expect(String(error)).toContain('secrets.json cannot be read');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter2');
  });
});

/** A process that takes the home and holds it. */
async function holder(command = 'setInterval(() => {}, 1000)') {
  const lock = JSON.stringify(new URL('../../src/config/lock.ts', import.meta.url).href);
  const code = `
    const { lockHome } = await import(${lock});
    const lock = lockHome(${JSON.stringify(home)}, 0);
    lock.announce({ pid: process.pid, url: 'http://127.0.0.1:1', token: 't', startedAt: 'now' });
    console.log('held');
    ${command}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('the lock', () => {
  test('keeps a second process out, and names the first', async () => {
    const first = await holder();
    expect(lockHome(home, 0)).toBeUndefined();
    const state = homeState(home);
    expect(state).toMatchObject({ held: true, holder: { pid: first.pid, url: 'http://127.0.0.1:1' } });
    expect(await mode(join(home, 'daemon.json'))).toBe('600');
    first.kill('SIGKILL');
    await once(first, 'exit');
  });

  test('is free at once after kill -9, whatever files are left', async () => {
    const first = await holder();
    first.kill('SIGKILL');
    await once(first, 'exit');
    expect(await readdir(home)).toContain('daemon.json');
    expect(homeState(home)).toEqual({ held: false });
    const lock = lockHome(home, 0);
    expect(lock).toBeDefined();
    expect(await readdir(home)).not.toContain('daemon.json');
    lock?.release();
  });

  test('two in one process exclude each other too', () => {
    const first = lockHome(home, 0);
    expect(lockHome(home, 0)).toBeUndefined();
    expect(homeState(home)).toEqual({ held: true, holder: undefined });
    first?.release();
    expect(homeState(home)).toEqual({ held: false });
  });

  test('of many that start at once exactly one wins', async () => {
    const lock = JSON.stringify(new URL('../../src/config/lock.ts', import.meta.url).href);
    const code = `
      const { lockHome } = await import(${lock});
      console.log(lockHome(${JSON.stringify(home)}, 0) ? 'won' : 'lost');
      setTimeout(() => {}, 3000);`;
    const run = promisify(execFile);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', code])),
    );
    expect(answers.filter(({ stdout }) => stdout.includes('won'))).toHaveLength(1);
  });

  test('asking in a home that never was creates nothing', async () => {
    expect(homeState(join(home, 'never'))).toEqual({ held: false });
    expect(await readdir(home)).toEqual([]);
  });
});
