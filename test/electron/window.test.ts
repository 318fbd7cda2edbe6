// Electron mocked at its edge: what the window asks of it, and what it answers to a hostile page.
import type { EventEmitter } from 'node:events';
import { beforeEach, expect, test, vi } from 'vitest';
import { openWindow } from '../../src/electron/window.ts';

type OpenHandler = (details: { url: string }) => { action: string };

const edge = vi.hoisted(() => ({
  options: [] as { webPreferences: Record<string, unknown> }[],
  contents: undefined as EventEmitter | undefined,
  openHandler: undefined as OpenHandler | undefined,
  loaded: [] as string[],
  openedOutside: [] as string[],
  permission: undefined as ((contents: unknown, permission: string, answer: (granted: boolean) => void) => void) | undefined,
  check: undefined as (() => boolean) | undefined,
}));

vi.mock('electron', async () => {
  const events = await import('node:events'); // the mock is made before this file's own imports
  class BrowserWindow extends events.EventEmitter {
    webContents = Object.assign(new events.EventEmitter(), {
      setWindowOpenHandler: (handler: OpenHandler) => void (edge.openHandler = handler),
      executeJavaScript: async () => undefined,
    });
    constructor(options: (typeof edge.options)[number]) {
      super();
      edge.options.push(options);
      edge.contents = this.webContents;
    }
    async loadURL(url: string) {
      edge.loaded.push(url);
    }
  }
  const session = {
    fromPartition: () => ({
      setPermissionRequestHandler: (handler: typeof edge.permission) => void (edge.permission = handler),
      setPermissionCheckHandler: (handler: typeof edge.check) => void (edge.check = handler),
    }),
  };
  return { BrowserWindow, session, shell: { openExternal: async (url: string) => void edge.openedOutside.push(url) } };
});

const page = 'http://127.0.0.1:7722/?t=ticket';

beforeEach(() => {
  edge.options.length = 0;
  edge.loaded.length = 0;
  edge.openedOutside.length = 0;
  openWindow(page, {}, () => undefined);
});

const script = ['javascript', 'alert(1)'].join(':');

const isPrevented = (event: string, url: string): boolean => {
  const preventDefault = vi.fn<() => void>();
  edge.contents?.emit(event, { url, preventDefault });
  return preventDefault.mock.calls.length > 0;
};

test('the page has no Node, its own context and a sandbox', () => {
  expect(edge.options[0]?.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
  expect(edge.options[0]?.webPreferences).not.toHaveProperty('preload');
  expect(edge.loaded).toEqual([page]);
});

test('the window goes nowhere but to the daemon’s own origin', () => {
  for (const url of ['https://example.org/', 'http://127.0.0.1:7723/', 'file:///etc/passwd', script, 'no address']) {
    expect(isPrevented('will-navigate', url), url).toBe(true);
    expect(isPrevented('will-redirect', url), url).toBe(true);
  }
  expect(isPrevented('will-navigate', 'http://127.0.0.1:7722/')).toBe(false);
});

test('no second window opens; a link of the web goes to the person’s browser, and nothing else does', () => {
  for (const url of ['https://example.org/', 'file:///etc/passwd', script, 'smb://example.org/x', page]) {
    expect(edge.openHandler?.({ url }), url).toEqual({ action: 'deny' });
  }
  expect(edge.openedOutside).toEqual(['https://example.org/']);
});

test('no permission is granted', () => {
  const answers: boolean[] = [];
  for (const permission of ['media', 'geolocation', 'notifications', 'openExternal']) {
    edge.permission?.(undefined, permission, (granted) => answers.push(granted));
  }
  expect(answers).toEqual([false, false, false, false]);
  expect(edge.check?.()).toBe(false);
});
