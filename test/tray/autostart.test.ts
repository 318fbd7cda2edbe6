import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLoginItem } from '../../src/electron/autostart.ts';
import { openAutostart } from '../../src/tray/freedesktop/autostart.ts';
import { joinFragment, keyOfFragment, linkIn } from '../../src/tray/links.ts';

let config: string;
beforeEach(() => {
  config = mkdtempSync(join(tmpdir(), 'autostart-'));
});
afterEach(() => rmSync(config, { recursive: true }));

test('on Linux the desktop starts it by a file, whose command is quoted whole', async () => {
  const autostart = openAutostart(config, ['/opt/My Apps/100% "$x`\\y', 'tray']);
  const file = join(config, 'autostart', 'minimix.desktop');
  expect(autostart.isOn()).toBe(false);
  await autostart.set(true);
  expect(autostart.isOn()).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain(String.raw`Exec="/opt/My Apps/100%% \\"\\$x\\${'`'}\\\\y" tray --hidden`);
  await autostart.set(false);
  expect(existsSync(file)).toBe(false);
  await autostart.set(false);
  writeFileSync(file, '');
  expect(autostart.isOn()).toBe(false);
  await autostart.look();
  expect(autostart.isOn()).toBe(true);
});

test.each([
  ['Hidden=true', false],
  ['Hidden = true', false],
  ['X-GNOME-Autostart-enabled=false', false],
  ['Hidden=false\nX-GNOME-Autostart-enabled=true', true],
  ['Comment=Hidden=true', true],
])('what the desktop’s own settings wrote counts: %j', async (line, on) => {
  const file = join(config, 'autostart', 'minimix.desktop');
  await openAutostart(config, ['minimix']).set(true);
  writeFileSync(file, `[Desktop Entry]\nType=Application\nExec=minimix\n${line}\n`);
  const autostart = openAutostart(config, ['minimix']);
  expect(autostart.isOn()).toBe(on);
  await autostart.set(true);
  await autostart.look();
  expect(autostart.isOn()).toBe(true);
});

describe('elsewhere the system keeps the wish', () => {
  const system = () => {
    const calls: unknown[] = [];
    let openAtLogin = false;
    return {
      calls,
      getLoginItemSettings(asked?: { args: string[] }) {
        calls.push(asked);
        return { openAtLogin };
      },
      setLoginItemSettings(settings: { openAtLogin: boolean; args?: string[] }) {
        calls.push(settings);
        ({ openAtLogin } = settings);
      },
    };
  };

  test('Windows, which finds it by its arguments: they are the same in question and wish', async () => {
    const windows = system();
    const autostart = openLoginItem(windows, 'win32');
    await autostart.set(true);
    expect(autostart.isOn()).toBe(true);
    expect(windows.calls).toEqual([{ openAtLogin: true, args: ['--hidden'] }, { args: ['--hidden'] }]);
  });

  test('macOS, which gives no arguments', async () => {
    const mac = system();
    await openLoginItem(mac, 'darwin').set(true);
    expect(mac.calls).toEqual([{ openAtLogin: true }, undefined]);
  });
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
