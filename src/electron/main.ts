import { app, dialog, shell } from 'electron';
import { homedir } from 'node:os';
import { configHome } from '../config/config.ts';
import { reachOf } from '../tray/attach.ts';
import type { DesktopChoice, WatchTrayHost } from '../tray/desktop.ts';
import { openAutostart } from '../tray/freedesktop/autostart.ts';
import { watchHostOn } from '../tray/freedesktop/host.ts';
import { openLinkHandler } from '../tray/freedesktop/link-handler.ts';
import { openSessionBus } from '../tray/freedesktop/session-bus.ts';
import { HIDDEN, joinFragment, linkIn } from '../tray/links.ts';
import { openSettings } from '../tray/settings.ts';
import { stringsFor } from '../tray/strings.ts';
import { startTray } from '../tray/tray.ts';
import { openLoginItem } from './autostart.ts';
import { DESKTOP_FILE } from './desktop-file.ts';
import { openIcon } from './icon.ts';
import { openNotifications } from './notifications.ts';
import { openPage } from './page.ts';
import { openProtocolClient } from './protocol-client.ts';
import { openSettingsFile } from './settings-file.ts';

interface TrayOptions {
  /** The daemon's home. */
  readonly home: string;
  /** Starts `minimix run` in a process group of its own. */
  readonly startDaemon: () => void;
  /** The directory with one picture a state: `connected.png`, … */
  readonly icons: string;
  /** What starts the tray again, for autostart and links. */
  readonly command: readonly string[];
  /** As `startTray` has them. */
  readonly logFile: string;
  readonly installed: () => string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly argv: readonly string[];
  readonly platform?: NodeJS.Platform;
  readonly watchHost?: WatchTrayHost;
  /** As `startTray` has it. */
  readonly patience?: number;
}

const APP_ID = 'im.minimix.tray';

/** Runs the tray until the person quits it; the daemon goes on. */
export async function runTray({ home, startDaemon, logFile, installed, icons, command, env, argv, platform = process.platform, watchHost, patience }: TrayOptions): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  let link = linkIn(argv);
  let show = (fragment?: string): void => {
    link = fragment; // for the start, which is still under way
  };
  app.on('open-url', (event, url) => {
    event.preventDefault(); // macOS delivers links by this event, possibly before the app is ready
    show(joinFragment(url));
  });
  if (platform === 'win32') app.setAppUserModelId(APP_ID); // without it Windows shows no notification
  await app.whenReady();
  const life = new AbortController();
  const linux = platform !== 'darwin' && platform !== 'win32';
  const watch = watchHost ?? (linux ? watchHostOn(openSessionBus(env)) : (changed) => changed(true));
  const settings = openSettings(openSettingsFile(home));
  const icon = openIcon({ icons, platform, click: () => show() });
  const notifications = openNotifications(platform);
  let isPageOpen = (): boolean => false;
  watch(icon.place, life.signal);

  const running = startTray({
    strings: stringsFor(app.getLocale()),
    settings,
    reach: reachOf(home, startDaemon),
    watchHost: watch,
    logFile,
    installed,
    hidden: argv.includes(HIDDEN) || (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin),
    fragment: link,
    signal: life.signal,
    ...(patience !== undefined && { patience }),
    desktop(needs) {
      const page = openPage(needs, settings);
      isPageOpen = page.isOpen;
      return {
        page,
        autostart: linux ? openAutostart(configHome(env), command) : openLoginItem(app, platform),
        links: linksOf(),
        markup: linux,
        show: icon.show,
        canNotify: notifications.supported,
        notify: notifications.show,
        async openFile(path) {
          const failure = await shell.openPath(path);
          if (failure !== '') throw new Error(failure);
        },
        tell: (sentence) => dialog.showErrorBox('Minimix', sentence),
        quit: () => app.quit(),
      };
    },
  });
  function linksOf(): DesktopChoice {
    return linux ? openLinkHandler({ env, user: homedir(), desktopFile: DESKTOP_FILE, command }) : openProtocolClient(app);
  }

  show = running.open;
  app.on('second-instance', (_event, given) => running.open(linkIn(given)));
  app.on('activate', () => running.open());
  // The tray lives on without a window, except where the desktop has no place for one: then nothing is hidden.
  app.on('window-all-closed', () => {
    if (running.hasPlace() !== true && !isPageOpen()) app.quit();
  });
  app.on('will-quit', () => life.abort());
}
