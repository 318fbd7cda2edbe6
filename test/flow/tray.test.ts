// `minimix tray` as a person starts it, on a session bus of its own, with a real daemon on a real server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addressOf, apiOf, bin, makeHome } from '../support/daemon.ts';
import { connectPerson } from '../support/clients/person.ts';
import { startBrowser } from '../support/desktop/browser.ts';
import { startNotificationServer } from '../support/desktop/notification-server.ts';
import { startPanel } from '../support/desktop/panel.ts';
import { startSessionBus } from '../support/desktop/session-bus.ts';
import { walk } from '../support/desktop/walk.ts';
import { newAccount, prosody } from '../support/servers/servers.ts';
import { undoing } from '../support/undo.ts';
import { until } from '../support/until.ts';

const undo = undoing();

test('the tray without Electron takes the whole walk', { timeout: 300_000 }, async () => {
  const [alice, bob] = [await newAccount(prosody, 'alice'), await newAccount(prosody, 'bob')];
  const room = await prosody.room({ archive: true });
  const desktop = mkdtempSync(join(tmpdir(), 'minimix-desktop-'));
  undo.push(() => rmSync(desktop, { recursive: true, force: true }));
  const bus = await startSessionBus();
  undo.push(bus.stop);
  const home = makeHome();
  undo.push(home.remove);
  await home.addAccount(prosody, alice);
  await home.start();
  undo.push(() => {
    if (existsSync(join(home.dir, 'daemon.json'))) process.kill(addressOf(home).pid, 'SIGKILL'); // the one that the menu started
  });
  const api = () => apiOf(home);
  await until(async () => (await api().status.query()).accounts[0]?.connection.state === 'online', { what: 'alice to be online' });
  await api().join.mutate({ room, nick: 'Ali' });
  const talker = await connectPerson(prosody, bob.user, bob.password);
  undo.push(talker.close);
  await talker.join(room, 'bob');

  const browser = startBrowser(desktop);
  const config = join(desktop, 'config');
  const places = { HOME: desktop, XDG_CONFIG_HOME: config, XDG_CONFIG_DIRS: config, XDG_DATA_HOME: join(desktop, 'data'), XDG_DATA_DIRS: join(desktop, 'usr') };
  const env = { ...process.env, ...places, PATH: `${browser.env['PATH']}:${process.env['PATH']}`, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', DBUS_SESSION_BUS_ADDRESS: bus.address, MINIMIX_HOME: home.dir, MINIMIX_KEYRING: 'off' };
  let seen = 0;
  const steps = await walk({
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
    api,
    isDaemonUp: () => existsSync(join(home.dir, 'daemon.json')),
    say: (body) => talker.say(room, body),
    said: async () => (await api().history.query({ room })).map(({ body }) => body),
    account: alice.jid,
    room,
    config,
    desktopFile: 'minimix.desktop',
    log: join(home.dir, 'log/minimix.log'),
  });
  expect(steps.filter(({ ok }) => !ok)).toEqual([]);
  expect(steps.length).toBeGreaterThan(25);
});
