import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hasTrayHost, type Run } from '../../src/electron/tray-host.ts';

const failing: Run = async () => {
  throw new Error('not found');
};

test('macOS and Windows always have a place for a tray', async () => {
  expect(await hasTrayHost('darwin', failing)).toBe(true);
  expect(await hasTrayHost('win32', failing)).toBe(true);
});

test.each([
  ['busctl', 'b true\n', true],
  ['busctl', 'b false\n', false],
  ['gdbus', '(<true>,)\n', true],
  ['gdbus', '(<false>,)\n', false],
  ['dbus-send', 'method return time=1 sender=:1.2\n   variant       boolean true\n', true],
  ['dbus-send', '   variant       boolean false\n', false],
] as const)('%s that says %j means %s', async (tool, output, there) => {
  const run: Run = async (program) => {
    if (program === tool) return output;
    throw new Error('not found');
  };
  expect(await hasTrayHost('linux', run)).toBe(there);
});

test('where no tool answers, nothing is hidden', async () => {
  expect(await hasTrayHost('linux', failing)).toBe(false);
});

const python = '/usr/bin/python3';
/** A watcher as a desktop's panel registers it, on a bus of its own; says so once it is there. */
const WATCHER = `
import sys
import dbus, dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
DBusGMainLoop(set_as_default=True)
NAME = 'org.kde.StatusNotifierWatcher'
class Watcher(dbus.service.Object):
    @dbus.service.method('org.freedesktop.DBus.Properties', in_signature='ss', out_signature='v')
    def Get(self, interface, name):
        return dbus.Boolean(sys.argv[1] == 'true', variant_level=0)
bus = dbus.SessionBus()
name = dbus.service.BusName(NAME, bus)
watcher = Watcher(bus, '/StatusNotifierWatcher')
print('ready', flush=True)
GLib.MainLoop().run()
`;

test('on a real session bus, the answer is the watcher’s', async (context) => {
  const asks = existsSync('/usr/bin/dbus-daemon') && existsSync(python) && (await can(python, ['-c', 'import dbus, gi']));
  if (!asks) return context.skip('needs dbus-daemon, python3-dbus and python3-gi');
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const address = String((await once(bus.stdout, 'data'))[0]).trim();
  const before = process.env['DBUS_SESSION_BUS_ADDRESS'];
  process.env['DBUS_SESSION_BUS_ADDRESS'] = address;
  try {
    expect(await hasTrayHost('linux')).toBe(false);
    for (const there of [true, false]) {
      const watcher = spawn(python, ['-c', WATCHER, String(there)], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(watcher.stdout, 'data');
      expect(await hasTrayHost('linux')).toBe(there);
      watcher.kill();
      await once(watcher, 'exit');
    }
  } finally {
    if (before === undefined) delete process.env['DBUS_SESSION_BUS_ADDRESS'];
    else process.env['DBUS_SESSION_BUS_ADDRESS'] = before;
    bus.kill();
    await once(bus, 'exit');
  }
});

async function can(program: string, args: readonly string[]): Promise<boolean> {
  const [code] = await once(spawn(program, args, { stdio: 'ignore' }), 'exit');
  return code === 0;
}
