// The whole tray over a real web door; Electron and electron-store are mocked at their edge.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runTray } from '../../src/electron/main.ts';
import { openNotifications } from '../../src/electron/notifications.ts';
import { bin } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { openDoor, ROOM, smallDaemon } from '../frontends/web/daemon-api.ts';
import { fake, FakeWindow, reset, type Template } from './mock.ts';

vi.mock('electron', async () => (await import('./mock.ts')).electron);
vi.mock('electron-store', async () => ({ default: (await import('./mock.ts')).FakeStore }));

const ALICE = 'alice@example.org';
const HERE = `#/room/${encodeURIComponent(ALICE)}/${encodeURIComponent(ROOM)}`;
let home: string;
let small: ReturnType<typeof smallDaemon>;
let door: Awaited<ReturnType<typeof openDoor>>;
let starts: number;
/** The version on disk. */
let installed: string | undefined;
let child: ChildProcess | undefined;

beforeEach(async () => {
  reset();
  starts = 0;
  installed = undefined;
  home = mkdtempSync(join(tmpdir(), 'tray-home-'));
  small = smallDaemon(ALICE);
  Object.assign(small.api, { pageUrl: () => page() });
  door = await openDoor(small.api);
});

afterEach(async () => {
  fake.app.emit('will-quit');
  child?.kill('SIGKILL');
  child = undefined;
  await door.stop();
  rmSync(home, { recursive: true });
});

/** Where the daemon serves its page, as it says. */
const page = (fragment = ''): string => `http://127.0.0.1:${door.port}/?t=x${fragment}`;

/** What a daemon writes once it is up. */
function announce(pid = process.pid): void {
  writeFileSync(join(home, 'daemon.json'), JSON.stringify({ pid, url: `http://127.0.0.1:${door.port}`, token: 'the-cli-token' }));
}

async function tray(more: { argv?: string[]; host?: boolean } = {}): Promise<void> {
  const { argv = [], host = true } = more;
  const startDaemon = (): void => {
    starts += 1;
    announce(child?.pid); // never this process, which a click on Stop would end
  };
  await runTray({ home, startDaemon, icons: '/icons', command: ['minimix'], logFile: '/log', installed: () => installed, env: atHome(), argv, platform: 'linux', watchHost: (changed) => changed(host), patience: 0 });
}

/** The desktop keeps nothing of it but in the test's own folder. */
const atHome = (): NodeJS.ProcessEnv => ({ XDG_CONFIG_HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_DATA_DIRS: home, XDG_CONFIG_DIRS: home });
const kept = (): unknown => JSON.parse(readFileSync(join(home, 'tray.json'), 'utf8'));

const shows = (image: string): Promise<boolean> => until(() => fake.tray?.image === `/icons/${image}.png`, { what: `the icon ${image}` });
const entry = (label: string, menu: readonly Template[] = fake.tray?.menu ?? []): Template | undefined =>
  menu.flatMap((one) => [one, ...(one.submenu ?? [])]).find((one) => one.label === label);
const click = (label: string): void => {
  const found = entry(label);
  if (!found?.click) throw new Error(`the menu has no ${label}: ${JSON.stringify(fake.tray?.menu)}`);
  found.click();
};
const window = (): FakeWindow | undefined => FakeWindow.all.at(-1);

test('a second tray ends, and the first one shows its window', async () => {
  announce();
  await tray();
  await shows('connected');
  await until(window, { what: 'the window' });
  fake.app.emit('second-instance', {}, ['minimix']);
  expect(window()?.calls).toContain('focus');
  fake.app.lock = false;
  await tray();
  expect(fake.app.quits).toBe(1);
  expect(FakeWindow.all).toHaveLength(1);
});

test('a daemon that runs is attached to; where none runs, one is started', async () => {
  await tray();
  await until(window, { what: 'the window' });
  expect(starts).toBe(1);
  expect(window()?.loaded).toEqual([page()]);
  await shows('connected');
  expect(fake.errors).toEqual([]);
  reset();
  await tray();
  await until(window, { what: 'the window' });
  expect(starts).toBe(1);
});

test('a mention is told, shown by the icon and in the menu, and gone once it is looked at', async () => {
  announce();
  await tray({ argv: ['--hidden'] });
  await shows('connected');
  await until(() => small.listeners() > 0, { what: 'the tray to listen' });
  small.tell('hello, all of you');
  small.tell('tell me, please');
  await shows('mention');
  await until(() => fake.notifications.length === 1, { what: 'the notification' });
  expect(fake.notifications[0]?.options).toEqual({ title: 'bob in cave', body: 'tell me, please' });
  expect(entry('cave (1)')).toBeDefined();
  fake.notifications[0]?.emit('click');
  await until(() => window()?.loaded[0], { what: 'the window' });
  expect(window()?.loaded[0]).toBe(page(`${HERE}/2`));
  await shows('connected');
  small.tell('and me again'); // the room is on screen
  await until(() => entry('No mentions'), { what: 'the mention to be seen at once' });
  expect(fake.notifications).toHaveLength(1);
});

test('notifications are paused and resumed, hidden, and switched off', async () => {
  announce();
  await tray({ argv: ['--hidden'] });
  await shows('connected');
  await until(() => small.listeners() > 0, { what: 'the tray to listen' });
  click('For 1 hour');
  await shows('paused');
  small.tell('tell me 1');
  await until(() => entry('cave (1)'), { what: 'the mention in the menu' });
  expect(kept()).toMatchObject({ pausedUntil: expect.any(Number) });
  click('Resume notifications');
  click('Hide message text in notifications');
  small.tell('tell me 2');
  await until(() => fake.notifications.length === 1, { what: 'the notification' });
  expect(fake.notifications[0]?.options.body).toBe('You were mentioned.');
  click('Notify me of mentions');
  await until(() => entry('Notify me of mentions')?.checked === false, { what: 'the menu' });
  expect(kept()).toMatchObject({ notify: false, hideText: true });
});

test('the relay is paused and resumed through the daemon', async () => {
  announce();
  await tray();
  await shows('connected');
  click('Until I resume it');
  await until(() => small.said.includes('relay paused until resumed'), { what: 'the relay to be paused' });
});

test('everything is paused and resumed at once: the relay, pushes and notifications', async () => {
  announce();
  await tray();
  await shows('connected');
  const inMenu = entry('Pause everything')?.submenu?.find(({ label }) => label === 'Until I resume it');
  inMenu?.click?.();
  await until(() => small.said.includes('relay paused until resumed') && small.said.includes('push paused until resumed'), { what: 'both to be paused' });
  await shows('paused');
  click('Resume notifications');
  await shows('connected');
});

test('an update that is installed is named, and the daemon is started anew for it', async () => {
  child = spawn('sleep', ['60']);
  installed = '9.9.9';
  announce(child.pid);
  await tray({ argv: ['--hidden'] });
  await until(() => entry('Restart to finish the update to 9.9.9'), { what: 'the update in the menu' });
  const ended = once(child, 'exit');
  click('Restart to finish the update to 9.9.9');
  await ended;
  const before = starts;
  rmSync(join(home, 'daemon.json'));
  await door.stop();
  await until(() => starts === before + 1, { what: 'the daemon to be started anew' });
});

test('the log is one click away', async () => {
  announce();
  await tray({ argv: ['--hidden'] });
  await shows('connected');
  click('Open the log');
  expect(fake.openedOutside).toEqual(['/log']);
});

test('a notification that took the place of another stays when that one closes', async () => {
  announce();
  await tray({ argv: ['--hidden'] });
  await shows('connected');
  await until(() => small.listeners() > 0, { what: 'the tray to listen' });
  const { show } = openNotifications('linux');
  const notice = { title: '', body: '', fragment: '#/', key: 'k', answer: undefined };
  show(notice, { clicked: () => undefined, replied: () => undefined });
  show(notice, { clicked: () => undefined, replied: () => undefined });
  const [first, second] = fake.notifications;
  expect(first?.closed).toBe(true);
  first?.emit('close'); // it comes after the second is shown
  show(notice, { clicked: () => undefined, replied: () => undefined });
  expect(second?.closed).toBe(true);
});

test.each([
  ['win32', ['im.minimix.tray'], '/icons/connected.png'],
  ['darwin', [], '/icons/connectedTemplate.png'],
] as const)('on %s it says who it is, and shows its own kind of picture', async (platform, ids, image) => {
  announce();
  fake.app.login.wasOpenedAtLogin = true;
  await runTray({ home, startDaemon: () => undefined, icons: '/icons', command: [], logFile: '', installed: () => undefined, env: {}, argv: ['--hidden'], platform });
  await until(() => fake.tray?.image === image, { what: 'the icon' });
  expect(fake.app.modelIds).toEqual(ids);
  expect(FakeWindow.all).toEqual([]); // started at login: hidden
  click('Open xmpp: links here');
  await until(() => fake.app.protocols.has('xmpp'), { what: 'the links to be taken' });
});

test('where the system shows no notification, as macOS for what is not signed, none is promised', () => {
  const notifications = openNotifications('darwin');
  expect(notifications.supported()).toBe(true);
  notifications.show({ title: '', body: '', fragment: '#/', key: 'k', answer: { account: 'a@x', room: 'r@x', to: undefined } }, { clicked: () => undefined, replied: () => undefined });
  expect(fake.notifications[0]?.options).toMatchObject({ hasReply: true });
  fake.notifications[0]?.emit('failed', {}, 'not allowed');
  expect(notifications.supported()).toBe(false);
});

test('the daemon is stopped by a signal, and the tray says so; quitting the tray ends the tray alone', async () => {
  child = spawn('sleep', ['60']);
  announce(child.pid);
  await tray({ argv: ['--hidden'] });
  await shows('connected');
  const ended = once(child, 'exit');
  click('Stop Minimix');
  expect(await ended).toEqual([null, 'SIGTERM']);
  await door.stop();
  await shows('offline');
  expect(fake.tray?.menu.map(({ label }) => label)).toContain('Start Minimix');
  click('Quit tray icon');
  expect(fake.app.quits).toBe(1);
});

test('with a place for the tray a closed window leaves it there; without one nothing is hidden', async () => {
  announce();
  await tray({ argv: ['--hidden'] });
  await shows('connected');
  expect(FakeWindow.all).toEqual([]);
  click('Open');
  await until(window, { what: 'the window' });
  window()?.close();
  click('Open');
  await until(() => FakeWindow.all.length === 2, { what: 'the window again' });
  expect(fake.app.quits).toBe(0);
  fake.app.emit('will-quit');
  reset();
  await tray({ argv: ['--hidden'], host: false });
  await until(window, { what: 'the page, where nobody would see an icon' });
  expect(FakeWindow.all).toHaveLength(1);
  expect(fake.notifications.map(({ options }) => options.title)).toEqual(['Minimix runs without an icon']);
  expect(fake.tray).toBeUndefined();
  window()?.close();
  await until(() => fake.app.quits === 1, { what: 'the tray to end with its window' });
});

test('an xmpp: link, given at the start or later, opens the join dialog', async () => {
  announce();
  await tray({ argv: ['minimix', 'xmpp:cave@rooms.example.org?join'] });
  const dialog = (room: string): string => `#/join?link=xmpp%3A${room}%40rooms.example.org%3Fjoin`;
  await until(window, { what: 'the window' });
  expect(window()?.loaded).toEqual([page(dialog('cave'))]);
  fake.app.emit('second-instance', {}, ['minimix', 'xmpp:hall@rooms.example.org?join']);
  expect(window()?.webContents.scripts).toEqual([`location.hash = "${dialog('hall')}"`]);
  await shows('connected');
  click('Open xmpp: links here');
  await until(() => entry('Open xmpp: links here')?.checked, { what: 'the choice to be kept' });
  expect(readFileSync(join(home, 'mimeapps.list'), 'utf8')).toBe('[Default Applications]\nx-scheme-handler/xmpp=minimix-tray.desktop;\n');
  click('Open xmpp: links here');
  await until(() => entry('Open xmpp: links here')?.checked === false, { what: 'the choice to be taken back' });
});

test('a link that comes while the window opens is shown in it, and not lost', async () => {
  announce();
  await tray();
  fake.app.emit('second-instance', {}, ['minimix', 'xmpp:hall@rooms.example.org?join']);
  expect(FakeWindow.all).toEqual([]); // it is on its way
  await until(() => window()?.webContents.scripts[0], { what: 'the link in the window' });
  expect(window()?.webContents.scripts).toEqual(['location.hash = "#/join?link=xmpp%3Ahall%40rooms.example.org%3Fjoin"']);
  expect(FakeWindow.all).toHaveLength(1);
});

test('a menu that has not changed is not put in the place of one that may be open', async () => {
  announce();
  await tray({ argv: ['--hidden'] });
  await shows('connected');
  await until(() => small.listeners() > 0, { what: 'the tray to listen' });
  const before = fake.tray?.menus;
  small.tell('nothing of note');
  small.tell('tell me');
  await until(() => entry('cave (1)'), { what: 'the mention' });
  expect(fake.tray?.menus).toBe((before ?? 0) + 1);
});

test('a window moves to the daemon’s new address once, whatever changes before it is told where', async () => {
  let asked = 0;
  const pageUrl = (): string => {
    asked += 1;
    if (asked === 2) for (const _ of [1, 2]) click('Hide message text in notifications'); // each draws the menu anew
    return asked === 1 ? 'http://127.0.0.1/?t=1' : `http://127.0.0.1:${door.port}/?t=${asked}`;
  };
  Object.assign(small.api, { pageUrl });
  announce();
  await tray();
  await until(() => window()?.loaded.length === 2, { what: 'the window to move' });
  await shows('connected');
  await door.stop();
  await shows('offline');
  expect(window()?.loaded).toEqual(['http://127.0.0.1/?t=1', `http://127.0.0.1:${door.port}/?t=2`]);
});

test('with the real daemon: started, followed, stopped, and started again from the menu', async () => {
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ version: 1, web: { port: 0 }, accounts: [] }));
  const startDaemon = (): void => {
    starts += 1;
    child = spawn(bin, ['--home', home, 'run'], { stdio: 'ignore', env: { ...process.env, MINIMIX_KEYRING: 'off' } });
  };
  await runTray({ home, startDaemon, icons: '/icons', command: ['minimix'], logFile: '/log', installed: () => undefined, env: atHome(), argv: [], platform: 'linux', watchHost: (changed) => changed(true) });
  await until(window, { what: 'the window' });
  await shows('connected');
  expect(starts).toBe(1);
  expect(window()?.loaded[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?t=[\w-]+$/);
  const gone = once(child ?? process, 'exit');
  click('Stop Minimix');
  expect((await gone)[0]).toBe(0);
  await shows('offline');
  click('Start Minimix');
  await until(() => window()?.loaded.length === 2, { what: 'the window to follow the daemon to its new address' });
  const again = once(child ?? process, 'exit');
  click('Stop Minimix');
  await again;
  expect(fake.errors).toEqual([]);
});

test('with the real daemon: a restart waits for its end, and the next one has the home', async () => {
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ version: 1, web: { port: 0 }, accounts: [] }));
  const ends: Promise<unknown[]>[] = [];
  const startDaemon = (): void => {
    child = spawn(bin, ['--home', home, 'run'], { stdio: 'ignore', env: { ...process.env, MINIMIX_KEYRING: 'off' } });
    ends.push(once(child, 'exit'));
  };
  await runTray({ home, startDaemon, icons: '/icons', command: ['minimix'], logFile: '/log', installed: () => '9.9.9', env: atHome(), argv: ['--hidden'], platform: 'linux', watchHost: (changed) => changed(true) });
  await shows('connected');
  click('Restart to finish the update to 9.9.9');
  expect(await ends[0]).toEqual([0, null]);
  await until(() => ends.length === 2, { what: 'the next daemon to be started' });
  const named = join(home, 'daemon.json');
  await until(() => existsSync(named) && readFileSync(named, 'utf8').includes(`"pid": ${child?.pid},`), { what: 'the next daemon to have the home' });
  child?.kill('SIGTERM');
  expect(await ends[1]).toEqual([0, null]);
  expect(fake.errors).toEqual([]);
  expect(ends).toHaveLength(2);
});
