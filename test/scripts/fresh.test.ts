// What `npm run fresh` reads of its host before it makes anything, and what it says where it can make nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CERTIFICATES, connectionIn, mirrorIn, whatHinders } from '../../scripts/fresh/host.ts';

test('the mirror is the repository of a whole release, not that of its updates or of others', () => {
  const targets = [
    'http://security.example/debian-security/ trixie-security main',
    'https://other.example/packages/ stable main',
    'http://mirror.example/debian/ trixie-updates main',
    'http://mirror.example/debian/ trixie contrib',
    'http://mirror.example/debian/ trixie main',
  ].join('\n');
  expect(mirrorIn(targets)).toBe('http://mirror.example/debian/');
  expect(mirrorIn('')).toBeUndefined();
});

test('of apt’s settings those are taken over that say how to connect, and no command', () => {
  const dump = [
    'APT::Architecture "amd64";',
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::https::CaInfo "/home/me/ca.pem";',
    'Acquire::Check-Valid-Until "false";',
    'DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb";',
  ].join('\n');
  const common = 'Acquire::http::Proxy "http://proxy.example:3128";\nAcquire::Check-Valid-Until "false";\n';
  expect(connectionIn(dump, false)).toBe(common);
  expect(connectionIn(dump, true)).toBe(`${common}Acquire::https::CaInfo "${CERTIFICATES}";\n`);
});

describe('where no root can be made it says why in one sentence', () => {
  const without = (...missing: string[]) => (program: string, ...args: string[]): boolean =>
    !missing.includes(program) && !missing.includes(`${program} ${args[0]}`);

  test.each([
    ['no root', 1000, without(), 'a bare Debian is made by root alone: run it as root, or by `sudo`.'],
    ['no apt', 0, without('apt-get'), 'a bare Debian comes from the mirror that apt is set to, and there is no apt here.'],
    ['no mounts', 0, without('unshare'), 'this root may not mount (is it in a container?), and without that no bare Debian can be made.'],
    ['no debootstrap and no network', 0, without('debootstrap', 'apt-get update'), 'debootstrap is missing, and apt could not install it: is there a network?'],
  ])('%s', (_, uid, succeeds, sentence) => {
    expect(whatHinders(uid, succeeds)).toBe(sentence);
  });

  test('nothing hinders where debootstrap can be installed', () => {
    expect(whatHinders(0, without('debootstrap'))).toBeUndefined();
  });
});

test.each([['--release', 'sid'], ['--only', 'nothing'], ['--tests', '$(reboot)'], ['--nonsense']])('%s %s is answered by how it is used', (...args) => {
  const script = fileURLToPath(new URL('../../scripts/fresh.ts', import.meta.url));
  const { status, stderr, stdout } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^fresh: .*usage: npm run fresh -- \[--release bookworm\|trixie\]/);
});
