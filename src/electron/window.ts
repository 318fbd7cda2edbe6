import { BrowserWindow, screen, session, shell } from 'electron';
import { joinFragment } from '../tray/links.ts';
import type { WindowState } from '../tray/settings.ts';
import { inBackground } from '../core/background.ts';
import { trayLog } from '../tray/plain.ts';

export interface PageWindow {
  /** Shows the window, at that fragment of the page where one is given. */
  show(fragment?: string): void;
  /** Loads the page from the daemon's new address, and shows the same view again. */
  move(url: string): void;
  /** Where its page is served. */
  origin(): string;
  /** The page's fragment while the person looks at it. */
  lookedAt(): string | undefined;
}

interface WindowOptions {
  readonly url: string;
  readonly state: WindowState | undefined;
  readonly keep: (state: WindowState) => void;
  readonly closed: () => void;
  /** Called when the person has opened another view of the page. */
  readonly looked: () => void;
}

const OUTSIDE = new Set(['http:', 'https:', 'mailto:']);
const SETTLED = 400; // milliseconds after the last move

/** The daemon's page in a window: no Node, nothing but that origin, no permission, no second window. */
export function openWindow({ url, state, keep, closed, looked }: WindowOptions): PageWindow {
  let { origin } = new URL(url);
  const own = session.fromPartition('persist:page');
  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  const window = new BrowserWindow({
    width: 1160,
    height: 780,
    ...(state && onScreen(state.bounds)),
    minWidth: 360,
    minHeight: 420,
    show: false,
    autoHideMenuBar: true,
    title: 'Minimix',
    webPreferences: {
      session: own,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  const { webContents } = window;
  const go = (fragment: string): void =>
    inBackground(trayLog, 'showing the page', webContents.executeJavaScript(`location.hash = ${JSON.stringify(fragment)}`));
  const stay = (event: { preventDefault(): void }, target: string): void => {
    if (URL.parse(target)?.origin !== origin) event.preventDefault();
  };
  webContents.on('will-navigate', (event) => stay(event, event.url));
  webContents.on('will-frame-navigate', (event) => stay(event, event.url));
  webContents.on('will-redirect', (event) => stay(event, event.url));
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  webContents.on('did-navigate-in-page', looked);
  webContents.setWindowOpenHandler(({ url: target }) => {
    // A link that the person clicked belongs into their browser, an invitation into the page; here nothing opens.
    const outside = URL.parse(target);
    const join = outside?.protocol === 'xmpp:' ? joinFragment(target) : undefined;
    if (join !== undefined) go(join);
    if (outside && OUTSIDE.has(outside.protocol) && outside.origin !== origin) inBackground(trayLog, 'showing the page', shell.openExternal(outside.href));
    return { action: 'deny' };
  });
  keepState(window, keep);
  window.on('focus', looked);
  window.once('ready-to-show', () => {
    if (state?.maximized) window.maximize();
    window.show();
  });
  window.once('closed', closed);
  inBackground(trayLog, 'showing the page', window.loadURL(url));
  return {
    show(fragment) {
      if (fragment !== undefined) go(fragment);
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    move(next) {
      ({ origin } = new URL(next));
      inBackground(trayLog, 'showing the page', window.loadURL(`${next}${new URL(webContents.getURL() || next).hash}`));
    },
    origin: () => origin,
    lookedAt: () => (window.isFocused() && !window.isMinimized() ? (URL.parse(webContents.getURL())?.hash ?? '') : undefined),
  };
}

function keepState(window: BrowserWindow, keep: (state: WindowState) => void): void {
  let timer: NodeJS.Timeout | undefined;
  const now = (): void => {
    clearTimeout(timer);
    timer = undefined;
    keep({ bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(now, SETTLED);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('close', now);
}

/** The bounds where some screen still shows a good part of them; else only their size. */
function onScreen(bounds: WindowState['bounds']): Partial<WindowState['bounds']> {
  const { x, y, width, height } = bounds;
  const seen = screen.getAllDisplays().some(({ workArea: area }) => {
    const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
    const down = Math.min(y + height, area.y + area.height) - Math.max(y, area.y);
    return across >= Math.min(200, width) && down >= Math.min(100, height);
  });
  return seen ? bounds : { width, height };
}
