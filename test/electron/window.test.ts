// Electron mocked at its edge: what the window asks of it, and what it answers to a hostile page.
import { beforeEach, expect, test, vi } from 'vitest';
import { openWindow, type PageWindow } from '../../src/electron/window.ts';
import type { WindowState } from '../../src/tray/settings.ts';
import { fake, FakeWindow, reset } from './mock.ts';

vi.mock('electron', async () => (await import('./mock.ts')).electron);

const page = 'http://127.0.0.1:7722/?t=ticket';
const script = ['javascript', 'alert(1)'].join(':');
let kept: WindowState[];
let looks: number;
let opened: PageWindow;

beforeEach(() => {
  reset();
  [kept, looks] = [[], 0];
  opened = open();
});

function open(state?: WindowState): PageWindow {
  return openWindow({ url: page, state, keep: (next) => void kept.push(next), closed: () => undefined, looked: () => void (looks += 1) });
}

const window = (): FakeWindow => {
  const last = FakeWindow.all.at(-1);
  if (!last) throw new Error('no window');
  return last;
};

const isPrevented = (event: string, url: string): boolean => {
  const preventDefault = vi.fn<() => void>();
  window().webContents.emit(event, { url, preventDefault });
  return preventDefault.mock.calls.length > 0;
};

test('the page has no Node, its own context and a sandbox', () => {
  const { webPreferences } = window().options;
  expect(webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false });
  expect(webPreferences).not.toHaveProperty('preload');
  expect(window().loaded).toEqual([page]);
});

test('the window goes nowhere but to the daemon’s own origin', () => {
  for (const url of ['https://example.org/', 'http://127.0.0.1:7723/', 'file:///etc/passwd', script, 'no address']) {
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) expect(isPrevented(event, url), `${event} ${url}`).toBe(true);
  }
  expect(isPrevented('will-navigate', 'http://127.0.0.1:7722/')).toBe(false);
  expect(isPrevented('will-attach-webview', page)).toBe(true);
});

test('no second window opens; a link of the web goes to the person’s browser, and nothing else does', () => {
  for (const url of ['https://example.org/', 'file:///etc/passwd', script, 'smb://example.org/x', page]) {
    expect(window().webContents.openHandler?.({ url }), url).toEqual({ action: 'deny' });
  }
  expect(fake.openedOutside).toEqual(['https://example.org/']);
  expect(window().webContents.scripts).toEqual([]);
});

test('an invitation opens the join dialog of this page, as text alone', () => {
  window().webContents.openHandler?.({ url: 'xmpp:cave@rooms.example.org?join' });
  window().webContents.openHandler?.({ url: 'xmpp:x@y";alert(1);"' });
  expect(window().webContents.scripts).toEqual([
    'location.hash = "#/join?link=xmpp%3Acave%40rooms.example.org%3Fjoin"',
    'location.hash = "#/join?link=xmpp%3Ax%40y%22%3Balert(1)%3B%22"',
  ]);
  expect(fake.openedOutside).toEqual([]);
});

test('no permission is granted', () => {
  const answers: boolean[] = [];
  for (const permission of ['media', 'geolocation', 'notifications', 'openExternal']) fake.permission?.(undefined, permission, (granted) => answers.push(granted));
  expect(answers).toEqual([false, false, false, false]);
  expect(fake.check?.()).toBe(false);
  expect(fake.device?.()).toBe(false);
});

test('the window comes back where it was, and maximized where it was', () => {
  open({ bounds: { x: 100, y: 50, width: 700, height: 500 }, maximized: true });
  expect(window().options).toMatchObject({ x: 100, y: 50, width: 700, height: 500, show: false });
  window().emit('ready-to-show');
  expect(window().maximized).toBe(true);
});

test('a place that no screen shows any more is given up, its size is not', () => {
  open({ bounds: { x: 5000, y: 50, width: 700, height: 500 }, maximized: false });
  expect(window().options).toMatchObject({ width: 700, height: 500 });
  expect(window().options).not.toHaveProperty('x');
});

test('where it is is kept once it has settled, and when it is closed', () => {
  vi.useFakeTimers();
  for (let n = 0; n < 50; n += 1) window().emit('move');
  expect(kept).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(kept).toEqual([{ bounds: { x: 10, y: 20, width: 800, height: 600 }, maximized: false }]);
  window().bounds = { x: 1, y: 2, width: 400, height: 500 };
  window().close();
  expect(kept.at(-1)?.bounds.x).toBe(1);
  vi.useRealTimers();
});

test('what the person looks at is known only while they look', () => {
  window().webContents.url = `${page}#/room/a%40x/r%40y`;
  expect(opened.lookedAt()).toBe('#/room/a%40x/r%40y');
  window().focused = false;
  expect(opened.lookedAt()).toBeUndefined();
  window().emit('focus');
  expect(looks).toBe(1);
});

test('a daemon at another address is followed to it, at the same place; the old one is out then', () => {
  window().webContents.url = `${page}#/devices`;
  opened.move('http://127.0.0.1:9999/?t=two');
  expect(window().loaded.at(-1)).toBe('http://127.0.0.1:9999/?t=two#/devices');
  expect(isPrevented('will-navigate', 'http://127.0.0.1:7722/')).toBe(true);
  expect(isPrevented('will-navigate', 'http://127.0.0.1:9999/x')).toBe(false);
});
