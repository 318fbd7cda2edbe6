// The tray without Electron, in this process, on a session bus of its own, over a real web frontend.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reachOf } from '../../../src/tray/attach.ts';
import { openFreedesktop } from '../../../src/tray/freedesktop/desktop.ts';
import { watchHostOn } from '../../../src/tray/freedesktop/host.ts';
import { openSettings, settingsFileIn } from '../../../src/tray/settings.ts';
import { stringsFor } from '../../../src/tray/strings.ts';
import { startTray, type StartTrayOptions } from '../../../src/tray/tray.ts';
import { openDoor, ROOM, smallDaemon } from '../../frontends/web/daemon-api.ts';
import { startBrowser, type Browser } from '../../support/desktop/browser.ts';
import { startNotificationServer } from '../../support/desktop/notification-server.ts';
import { startPanel } from '../../support/desktop/panel.ts';
import { startSessionBus, type SessionBus } from '../../support/desktop/session-bus.ts';
import { until } from '../../support/until.ts';

const ALICE = 'alice@example.org';
const HERE = `#/room/${encodeURIComponent(ALICE)}/${encodeURIComponent(ROOM)}`;
const strings = stringsFor('en');

let home: string;
let bus: SessionBus;
let browser: Browser;
let small: ReturnType<typeof smallDaemon>;
let door: Awaited<ReturnType<typeof openDoor>>;
let life: AbortController;
let quits: number;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'tray-home-'));
  [bus, small] = [await startSessionBus(), smallDaemon(ALICE)];
  door = await openDoor(small.api);
  browser = startBrowser(home);
  life = new AbortController();
  quits = 0;
  writeFileSync(join(home, 'daemon.json'), JSON.stringify({ pid: process.pid, url: `http://127.0.0.1:${door.port}`, token: 'the-cli-token' }));
});
afterEach(async () => {
  life.abort();
  await door.stop();
  await bus.stop();
  rmSync(home, { recursive: true });
});

async function tray(more: Pick<StartTrayOptions, 'patience'> = {}): Promise<void> {
  const { signal } = life;
  const mine = bus.connect();
  const watchHost = watchHostOn(mine);
  const env = { ...browser.env, XDG_CONFIG_HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_DATA_DIRS: home, XDG_CONFIG_DIRS: home };
  const icons = join(import.meta.dirname, '../../../build/tray');
  const { desktop } = await openFreedesktop({ bus: mine, strings, icons, command: ['/usr/bin/minimix', 'tray'], env, user: home, watchHost, signal, quit: () => void (quits += 1) });
  startTray({ strings, settings: openSettings(settingsFileIn(home)), reach: reachOf(home, () => undefined), watchHost, hidden: true, fragment: undefined, logFile: '/the.log', installed: () => undefined, signal, desktop, ...more });
  await until(() => small.listeners() > 0, { what: 'the tray to listen' });
}

test('the icon says what it is, and shows each state by a picture of its own', async () => {
  const panel = await startPanel(bus.connect());
  await tray();
  await panel.entry('Connected, in 1 room');
  const item = await panel.properties();
  expect(item).toMatchObject({ Id: 'minimix', Title: 'Minimix', Category: 'Communications', Status: 'Active', ItemIsMenu: false, Menu: '/MenuBar' });
  expect(item['ToolTip']).toEqual(['', [], 'Minimix: Connected, in 1 room', '']);
  const sizes = (item['IconPixmap'] as [number, number, Buffer][]).map(([width, height, argb]) => [width, height, argb.length]);
  expect(sizes).toEqual([[22, 22, 22 * 22 * 4], [44, 44, 44 * 44 * 4]]);
  await panel.click('For 1 hour');
  await until(async () => (await panel.properties())['IconPixmap'] !== undefined && (await panel.menu())[0]?.label.startsWith('Notifications are paused'), { what: 'the pause' });
  expect((await panel.properties())['IconPixmap']).not.toEqual(item['IconPixmap']);
});

test('a panel that comes late gets the icon, and one that is started anew gets it again', async () => {
  await tray();
  for (const round of [1, 2]) {
    const panel = await startPanel(bus.connect());
    expect((await panel.entry('Connected, in 1 room')).enabled, `round ${round}`).toBe(false);
    expect(panel.items).toHaveLength(1);
    await panel.leave();
  }
});

test('with no place for the icon the page opens, once, and a notification says how to get one', async () => {
  const notifications = await startNotificationServer(bus.connect());
  await tray({ patience: 0 });
  await until(() => browser.opened.length === 1, { what: 'the page' });
  expect(browser.opened[0]).toBe('http://127.0.0.1/?t=x#/');
  await until(() => notifications.shown.length === 1, { what: 'the notification' });
  expect(notifications.shown[0]).toMatchObject({ title: 'Minimix runs without an icon', body: expect.stringContaining('AppIndicator') });
  life.abort();
  life = new AbortController();
  await until(() => small.listeners() === 0, { what: 'the first tray to end' });
  await tray({ patience: 0 });
  expect(browser.opened).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(home, 'tray.json'), 'utf8'))).toEqual({ toldOfPlace: true });
});

test('a mention is told with a field for an answer; a click opens its place, with the desktop’s permission', async () => {
  const [panel, notifications] = [await startPanel(bus.connect()), await startNotificationServer(bus.connect())];
  await tray();
  small.tell('tell me, <b>please</b>', ALICE, { stanzaId: 's1' });
  await until(() => notifications.shown.length === 1, { what: 'the notification' });
  expect(notifications.shown[0]).toMatchObject({ title: 'bob in cave', body: 'tell me, ‹b›please‹/b›', actions: ['default', 'Open', 'inline-reply', 'Reply'], hints: { 'desktop-entry': 'minimix' } });
  await panel.entry('cave (1)');
  notifications.click('token-1');
  await until(() => browser.opened.length === 1, { what: 'the page' });
  expect(browser.opened).toEqual([`http://127.0.0.1/?t=x${HERE}/1`]);
  expect(browser.tokens).toEqual(['token-1']);
  await panel.entry('No mentions');
});

test('an answer in the notification is said in the room, as a reply', async () => {
  const [panel, notifications] = [await startPanel(bus.connect()), await startNotificationServer(bus.connect())];
  await tray();
  small.tell('tell me', ALICE, { stanzaId: 's1' });
  await until(() => notifications.shown.length === 1, { what: 'the notification' });
  await panel.entry('cave (1)');
  notifications.reply('at five');
  await until(() => small.said.some((said) => said.includes('at five')), { what: 'the answer in the room' });
  await panel.entry('No mentions');
});

test('a click on the icon opens the page; a failure is told', async () => {
  const [panel, notifications] = [await startPanel(bus.connect()), await startNotificationServer(bus.connect())];
  await tray();
  await panel.entry('Connected, in 1 room');
  await panel.activate('token-2');
  await until(() => browser.opened.length === 1, { what: 'the page' });
  expect(browser.tokens).toEqual(['token-2']);
  await panel.click('Open');
  await until(() => browser.opened.length === 2, { what: 'the page again' });
  expect(browser.tokens).toEqual(['token-2', '']); // a permission is good once
  await panel.click('Open the log');
  await until(() => browser.opened.at(-1) === '/the.log', { what: 'the log' });
  browser.remove();
  await panel.click('Open');
  await until(() => notifications.shown.at(-1)?.body.startsWith('No browser was found'), { what: 'the failure' });
});

test('an entry that was drawn before the menu changed still does what it says', async () => {
  const panel = await startPanel(bus.connect());
  await tray();
  await panel.entry('Connected, in 1 room');
  const click = panel.clicker('Quit tray icon (Minimix keeps running)');
  const quit = await click;
  small.tell('tell me');
  await panel.entry('cave (1)');
  await quit();
  await until(() => quits === 1, { what: 'the tray to be quit' });
});

test('an underscore in a room’s name stays one, and underlines nothing', async () => {
  const panel = await startPanel(bus.connect());
  await tray();
  small.tell('tell me', ALICE, { room: 'snake_case@rooms.example.org' });
  expect((await panel.entry(/^snake/)).label).toBe('snake_case (1)');
});
