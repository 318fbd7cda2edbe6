// The systemd user unit: as systemd itself reads it, and installed through a stand-in for systemctl.
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packagedUnit, unitOf } from '../../src/config/service.ts';
import { bin } from '../support/daemon.ts';

const run = promisify(execFile);
let dir: string;
let config: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'service-'));
  config = join(dir, 'config');
});
afterEach(() => rmSync(dir, { recursive: true }));

const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8', env: { ...process.env, XDG_RUNTIME_DIR: dir } });

function written(home: string, spaces: boolean): string {
  const unit = unitOf({ home, usual: home, config, command: [bin] }, spaces);
  const file = join(dir, unit.name);
  writeFileSync(file, unit.text);
  return file;
}

test.for([true, false])('systemd reads the unit without a complaint (user namespaces: %s)', (spaces, context) => {
  if (analyze('--version').error) return context.skip('systemd-analyze is not installed');
  const { status, stderr } = analyze('verify', '--user', '--man=no', written(join(dir, 'a home'), spaces));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('systemd reads the package’s unit without a complaint', (context) => {
  if (analyze('--version').error) return context.skip('systemd-analyze is not installed');
  const file = join(dir, 'minimix.service');
  writeFileSync(file, packagedUnit(bin));
  const { status, stderr } = analyze('verify', '--user', '--man=no', file);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('systemd finds it little exposed: 2.5 at most, of 10', (context) => {
  if (analyze('--version').error) return context.skip('systemd-analyze is not installed');
  const { status, stdout } = analyze('security', '--offline=true', '--user', '--threshold=25', '--no-pager', written(join(dir, 'home'), true));
  expect(status, stdout).toBe(0);
  expect(stdout).toMatch(/Overall exposure level for minimix\.service: [0-2]\.\d OK/);
});

test('a home and a program with blanks, quotes, percent and dollar signs are named as they are', () => {
  const { text } = unitOf({ home: '/srv/my "rooms" 100%/$x', usual: '/else', config, command: ['/opt/My App/minimix'] }, true);
  expect(text).toContain(String.raw`ExecStart="/opt/My App/minimix" "--home" "/srv/my \"rooms\" 100%%/$$x" "run"`);
  expect(text).toContain(String.raw`ReadWritePaths="/srv/my \"rooms\" 100%%/$x"`);
});

test('each home has a unit of its own; the usual one has the plain name', () => {
  const name = (home: string): string => unitOf({ home, usual: '/usual', config, command: [bin] }, true).name;
  expect(name('/usual')).toBe('minimix.service');
  expect(name('/other')).toMatch(/^minimix-[0-9a-f]{8}\.service$/);
  expect(name('/other')).not.toBe(name('/another'));
});

/** Programs that write down how they were called, and fail where they are told to. */
function standIns(failing: readonly string[] = []): { env: NodeJS.ProcessEnv; calls(): string[] } {
  const tools = join(dir, 'tools');
  const log = join(dir, 'calls');
  mkdirSync(tools);
  for (const name of ['systemctl', 'systemd-run']) {
    writeFileSync(join(tools, name), `#!/bin/sh\necho "${name} $*" >> ${log}\n${failing.includes(name) ? 'exit 1' : 'case "$*" in *is-active*) echo active;; *is-enabled*) echo enabled;; esac'}\n`);
    chmodSync(join(tools, name), 0o755);
  }
  const env = { ...process.env, PATH: `${tools}:${process.env['PATH'] ?? ''}`, XDG_CONFIG_HOME: config, XDG_DATA_HOME: join(dir, 'data'), MINIMIX_HOME: '' };
  return { env, calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []) };
}

test('it is installed, shown and removed again; the home stays', async () => {
  const { env, calls } = standIns();
  const cli = async (...args: string[]): Promise<string> => (await run(bin, args, { env })).stdout;
  const file = join(config, 'systemd/user/minimix.service');
  expect(await cli('service', 'install')).toContain(`Installed ${file}.\n`);
  const home = join(dir, 'data/minimix');
  expect(readFileSync(file, 'utf8')).toContain(`"--home" "${home}" "run"`);
  expect(readFileSync(file, 'utf8')).toContain('Restart=on-failure');
  expect(calls().slice(-2)).toEqual(['systemctl --user daemon-reload', 'systemctl --user enable --now minimix.service']);
  expect(calls().some((call) => call.startsWith('systemd-run --user') && call.includes('PrivateUsers=yes'))).toBe(true);
  expect(await cli('service', 'status')).toBe(`minimix.service: enabled, active (${file})\n`);
  expect(JSON.parse(await cli('service', 'status', '--json'))).toMatchObject({ unit: 'minimix.service', installed: true, active: 'active' });
  expect(await cli('service', 'remove')).toBe(`Removed ${file}.\n`);
  expect(calls()).toContain('systemctl --user disable --now minimix.service');
  expect(existsSync(file)).toBe(false);
  expect(existsSync(home)).toBe(true);
  expect(await cli('service', 'remove')).toBe('There is no service for this home.\n');
});

test('MINIMIX_HOME is honoured; where user namespaces are kept from the person, what needs them is left out, and said', async () => {
  const { env } = standIns(['systemd-run']);
  const home = join(dir, 'elsewhere');
  const { stdout } = await run(bin, ['service', 'install'], { env: { ...env, MINIMIX_HOME: home } });
  expect(stdout).toContain('does not let you use user namespaces');
  const file = /^Installed (.*)\.$/m.exec(stdout)?.[1] ?? '';
  const text = readFileSync(file, 'utf8');
  expect(file).toMatch(/minimix-[0-9a-f]{8}\.service$/);
  expect(text).toContain(`"--home" "${home}" "run"`);
  expect(text).not.toContain('PrivateUsers');
  expect(text).toContain('SystemCallFilter');
});

test('where there is no systemd for the person, they are told what to do instead, and nothing is written', async () => {
  const { env } = standIns(['systemctl']);
  for (const verb of ['install', 'remove', 'status']) {
    const failed: unknown = await run(bin, ['service', verb], { env }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^minimix: There is no systemd for this user .* run\n$/) });
  }
  expect(existsSync(config)).toBe(false);
});

test('a unit that the system’s package brought is shown, and disabled rather than removed', async () => {
  const { env, calls } = standIns();
  const tool = join(dir, 'tools/systemctl');
  writeFileSync(tool, readFileSync(tool, 'utf8').replace('case "$*" in', 'case "$*" in *FragmentPath*) echo /usr/lib/systemd/user/minimix.service;;'));
  const cli = async (...args: string[]): Promise<string> => (await run(bin, args, { env })).stdout;
  expect(await cli('service', 'status')).toBe('minimix.service: enabled, active (/usr/lib/systemd/user/minimix.service)\n');
  expect(await cli('service', 'remove')).toBe('Disabled minimix.service; /usr/lib/systemd/user/minimix.service belongs to the system’s package.\n');
  expect(calls()).toContain('systemctl --user disable --now minimix.service');
  // One's own comes before it.
  await cli('service', 'install');
  expect(await cli('service', 'status')).toContain(`(${join(config, 'systemd/user/minimix.service')})`);
});

test('--print only prints', async () => {
  const { env, calls } = standIns(['systemctl']);
  expect((await run(bin, ['service', 'install', '--print'], { env })).stdout).toContain('[Service]');
  expect(calls()).toEqual([]);
});
