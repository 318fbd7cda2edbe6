import { BrowserWindow, session, shell, type Rectangle } from 'electron';

export interface PageWindow {
  /** Shows the window, at that fragment of the page where one is given. */
  show(fragment?: string): void;
  bounds(): Rectangle;
}

const OUTSIDE = new Set(['http:', 'https:', 'mailto:', 'xmpp:']);

/** The daemon's page in a window: no Node, nothing but that origin, no permission, no second window. */
export function openWindow(url: string, bounds: Partial<Rectangle>, onClosed: () => void): PageWindow {
  const { origin } = new URL(url);
  const own = session.fromPartition('persist:page');
  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  own.setPermissionCheckHandler(() => false);
  const window = new BrowserWindow({
    width: 1160,
    height: 780,
    ...bounds,
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
  const stay = (event: { preventDefault(): void }, target: string): void => {
    if (URL.parse(target)?.origin !== origin) event.preventDefault();
  };
  webContents.on('will-navigate', (event) => stay(event, event.url));
  webContents.on('will-redirect', (event) => stay(event, event.url));
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  webContents.setWindowOpenHandler(({ url: target }) => {
    // A link that the person clicked belongs into their browser; here nothing opens.
    const outside = URL.parse(target);
    if (outside && OUTSIDE.has(outside.protocol) && outside.origin !== origin) void shell.openExternal(outside.href);
    return { action: 'deny' };
  });
  window.once('ready-to-show', () => window.show());
  window.once('closed', onClosed);
  void window.loadURL(url);
  return {
    show(fragment) {
      if (fragment !== undefined) void webContents.executeJavaScript(`location.hash = ${JSON.stringify(fragment)}`);
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    bounds: () => window.getNormalBounds(),
  };
}
