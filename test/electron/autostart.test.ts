import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAutostart } from '../../src/electron/autostart.ts';
import { joinFragment, keyOfFragment, linkIn } from '../../src/electron/links.ts';

let config: string;
beforeEach(() => {
  config = mkdtempSync(join(tmpdir(), 'autostart-'));
});
afterEach(() => rmSync(config, { recursive: true }));

const login = { openAtLogin: false, args: [] as string[] };
const system = {
  getLoginItemSettings: () => login,
  setLoginItemSettings: (settings: typeof login) => void Object.assign(login, settings),
};

test('on Linux the desktop starts it by a file, whose command is quoted whole', () => {
  const autostart = openAutostart({ platform: 'linux', config, command: ['/opt/My Apps/100% "$x`\\y'], system });
  const file = join(config, 'autostart', 'minimix.desktop');
  expect(autostart.isOn()).toBe(false);
  autostart.set(true);
  expect(autostart.isOn()).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain(String.raw`Exec="/opt/My Apps/100%% \\"\\$x\\${'`'}\\\\y" "--hidden"`);
  autostart.set(false);
  expect(existsSync(file)).toBe(false);
  autostart.set(false);
});

test('elsewhere the system keeps the wish', () => {
  const autostart = openAutostart({ platform: 'darwin', config, command: ['x'], system });
  autostart.set(true);
  expect(login).toEqual({ openAtLogin: true, args: ['--hidden'] });
  expect(autostart.isOn()).toBe(true);
});

test.each([
  ['xmpp:cave@rooms.example.org?join', '#/join?link=xmpp%3Acave%40rooms.example.org%3Fjoin'],
  ['XMPP:a@b', '#/join?link=XMPP%3Aa%40b'],
  ['https://example.org/', undefined],
  ['xmpp:', undefined],
  ['xmpp:a@b c', undefined],
  ['xmpp:a\u0007@b', undefined],
  ['xmpp:\uD800@b', undefined],
  [`xmpp:${'a'.repeat(3000)}@b`, undefined],
])('the link %j leads to %s', (link, fragment) => {
  expect(joinFragment(link)).toBe(fragment);
});

test('a link is found among what a desktop starts a program with', () => {
  expect(linkIn(['/usr/bin/minimix', '--flag', 'xmpp:a@b?join', 'xmpp:c@d'])).toBe('#/join?link=xmpp%3Aa%40b%3Fjoin');
  expect(linkIn(['/usr/bin/minimix'])).toBeUndefined();
});

test('the room that the page shows is known by its fragment', () => {
  expect(keyOfFragment('#/room/a%40x/r%40y/17')).toBe('a@x r@y');
  expect(keyOfFragment('#/private/a%40x/r%40y')).toBe('a@x r@y private');
  expect(keyOfFragment('#/devices')).toBeUndefined();
  expect(keyOfFragment('#/room/%/x')).toBeUndefined();
});
