import { app, dialog, Menu, nativeImage, Tray, type MenuItemConstructorOptions } from 'electron';
import { join } from 'node:path';
import { MinimixError, sentenceOf } from '../core/errors.ts';
import { connectTo, type DaemonAddress } from '../web/client.ts';
import { attachOrStart, reachOf } from './attach.ts';
import { menuOf, statusLine, trayState, type MenuEntry, type TrayAction, type TrayView } from './menu.ts';
import { openSettings } from './settings.ts';
import { openWindow, type PageWindow } from './window.ts';

export interface TrayOptions {
  /** The daemon's home. */
  readonly home: string;
  /** Starts `minimix run` in a process group of its own. */
  readonly startDaemon: () => void;
  /** The directory with one picture a state: `connected.png`, … */
  readonly icons: string;
}

const LOOK = 5000; // milliseconds between two looks at the daemon
const NEEDS_NOBODY = new Set(['joined', 'joining', 'leaving', 'absent', 'service-down', 'nick-conflict', 'room-full', 'room-locked']);

/** Runs the tray until the person quits it; the daemon goes on. */
export async function runTray(options: TrayOptions): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  await app.whenReady();
  const settings = openSettings();
  const reach = reachOf(options.home, options.startDaemon);
  const tray = new Tray(iconOf(options.icons, 'offline'));
  let view: TrayView = { status: undefined, trouble: [] };
  let window: PageWindow | undefined;

  async function open(fragment?: string): Promise<void> {
    if (window) window.show(fragment);
    else await openAnew(fragment).catch((error: unknown) => dialog.showErrorBox('Minimix', sentenceOf(error)));
  }

  async function openAnew(fragment = ''): Promise<void> {
    const found = await attachOrStart(reach);
    if (!found.ok) throw new MinimixError(found.error.code, found.error.message, found.error.cause);
    const { url } = await connectTo(found.value).page.mutate();
    window = openWindow(`${url}${fragment}`, settings.bounds(), () => {
      window = undefined;
    });
  }

  function act(action: TrayAction): void {
    if (action.do === 'open') void open(action.fragment);
    if (action.do === 'start-daemon') options.startDaemon();
    if (action.do === 'stop-daemon') stopDaemon(reach.read());
    if (action.do === 'quit') app.quit();
  }

  async function look(): Promise<void> {
    view = await viewOf(reach.read());
    tray.setImage(iconOf(options.icons, trayState(view)));
    tray.setToolTip(`Minimix: ${statusLine(view)}`);
    tray.setContextMenu(Menu.buildFromTemplate(menuOf(view).map((entry) => itemOf(entry, act))));
  }

  app.on('second-instance', () => void open());
  app.on('activate', () => void open());
  app.on('before-quit', () => window && settings.keepBounds(window.bounds()));
  // The tray lives on without a window, except where a desktop may have no place for a tray: then nothing is hidden.
  app.on('window-all-closed', () => {
    if (process.platform === 'linux') app.quit();
  });
  tray.on('click', () => void open());
  await open();
  await look();
  setInterval(() => void look(), LOOK);
}

async function viewOf(address: DaemonAddress | undefined): Promise<TrayView> {
  if (!address) return { status: undefined, trouble: [] };
  try {
    const client = connectTo(address);
    const [status, rooms] = await Promise.all([client.status.query(), client.rooms.query({})]);
    return { status, trouble: rooms.filter(({ state }) => !NEEDS_NOBODY.has(state)).map(troubled) };
  } catch {
    return { status: undefined, trouble: [] }; // the menu says that it is not running
  }
}

function troubled({ account, room, reason }: { account: string; room: string; reason?: string | undefined }) {
  return { account, room, reason };
}

function stopDaemon(address: DaemonAddress | undefined): void {
  if (address) process.kill(address.pid, 'SIGTERM');
}

function iconOf(directory: string, state: string) {
  return nativeImage.createFromPath(join(directory, `${state}.png`));
}

function itemOf(entry: MenuEntry, act: (action: TrayAction) => void): MenuItemConstructorOptions {
  switch (entry.type) {
    case 'separator':
      return { type: 'separator' };
    case 'label':
      return { label: entry.label, enabled: false };
    case 'action':
      return { label: entry.label, click: () => act(entry.action) };
    case 'menu':
      return { label: entry.label, submenu: entry.entries.map((inner) => itemOf(inner, act)) };
  }
}
