// `minimix tray` as a person starts it, on a session bus of its own, with a real daemon on a real server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bin } from '../support/daemon.ts';
import { startBrowser } from '../support/desktop/browser.ts';
import { startNotificationServer } from '../support/desktop/notification-server.ts';
import { startPanel } from '../support/desktop/panel.ts';
import { startSessionBus } from '../support/desktop/session-bus.ts';
import { walk } from '../support/desktop/walk.ts';
import { startWalkedDaemon } from '../support/desktop/walked-daemon.ts';
import { newAccount, prosody } from '../support/servers/servers.ts';
import { undoing } from '../support/undo.ts';

const undo = undoing();

test('the tray without Electron takes the whole walk', { timeout: 300_000 }, async () => {
  const [alice, bob] = [await newAccount(prosody, 'alice'), await newAccount(prosody, 'bob')];
  const desktop = mkdtempSync(join(tmpdir(), 'minimix-desktop-'));
  undo.push(() => rmSync(desktop, { recursive: true, force: true }));
  const bus = await startSessionBus();
  undo.push(bus.stop);
  const { home, asked } = await startWalkedDaemon(prosody, [alice, bob], undo);

  const browser = startBrowser(desktop);
  const config = join(desktop, 'config');
  const places = { HOME: desktop, XDG_CONFIG_HOME: config, XDG_CONFIG_DIRS: config, XDG_DATA_HOME: join(desktop, 'data'), XDG_DATA_DIRS: join(desktop, 'usr') };
  const env = { ...process.env, ...places, PATH: `${browser.env['PATH']}:${process.env['PATH']}`, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', DBUS_SESSION_BUS_ADDRESS: bus.address, MINIMIX_HOME: home.dir, MINIMIX_KEYRING: 'off' };
  let seen = 0;
  const steps = await walk({
    ...asked,
    start(args) {
      const child = spawn(bin, ['tray', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
      undo.push(() => child.kill('SIGKILL'));
      return { ended: once(child, 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : null)) };
    },
    async shows(what) {
      const next = browser.opened.slice(seen).findIndex((url) => url === what || /^http:\/\/127\.0\.0\.1:\d+\/\?t=[\w-]+#/.test(url) && url.endsWith(what));
      if (next !== -1) seen += next + 1;
      return next !== -1;
    },
    startPanel: () => startPanel(bus.connect()),
    notifications: await startNotificationServer(bus.connect()),
    answers: true,
    config,
    desktopFile: 'minimix.desktop',
  });
  expect(steps.filter(({ ok }) => !ok)).toEqual([]);
  expect(steps.length).toBeGreaterThan(25);
});
