import type { MessageBus } from 'dbus-native';
import { configHome } from '../../config/config.ts';
import { inBackground } from '../../core/background.ts';
import { sentenceOf } from '../../core/errors.ts';
import type { Desktop, TrayPicture, WatchTrayHost } from '../desktop.ts';
import type { TrayAction } from '../menu.ts';
import { trayLog } from '../plain.ts';
import type { TrayStrings } from '../strings.ts';
import type { PageNeeds } from '../tray.ts';
import { openAutostart } from './autostart.ts';
import { openBrowser, openFile } from './browser.ts';
import { openLinkHandler } from './link-handler.ts';
import { exportMenu, MENU_PATH } from './menu-object.ts';
import { openNotifications } from './notifications.ts';
import { exportStatusItem } from './status-item.ts';

/** The desktop file of the tray without Electron. */
const DESKTOP_FILE = 'minimix.desktop';

interface FreedesktopOptions {
  readonly bus: MessageBus;
  readonly strings: TrayStrings;
  readonly icons: string;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The person's home directory. */
  readonly user: string;
  readonly watchHost: WatchTrayHost;
  readonly signal: AbortSignal;
  readonly quit: () => void;
}

interface FreedesktopDesktop {
  readonly desktop: (needs: PageNeeds) => Desktop;
  /** A token of the desktop's (xdg-activation) for what is opened next. */
  allow(token: string | undefined): void;
}

/** A desktop by its session bus alone: icon, menu and notifications; the page is for the browser. */
export async function openFreedesktop({ bus, strings, icons, command, env, user, watchHost, signal, quit }: FreedesktopOptions): Promise<FreedesktopDesktop> {
  let token: string | undefined;
  let activate = (): void => undefined;
  const allow = (next: string | undefined): void => {
    token = next;
  };
  const menu = await exportMenu(bus);
  const item = await exportStatusItem({ bus, icons, menuPath: MENU_PATH, activate: () => activate(), activation: allow });
  const notify = await openNotifications({ bus, strings, desktopEntry: DESKTOP_FILE.replace(/\.desktop$/, ''), activation: allow, signal });
  const browse = openBrowser(env);
  const openWith = openFile(env);
  const tell = (sentence: string): void => {
    trayLog('error', sentence);
    notify({ title: 'Minimix', body: sentence, fragment: '#/', key: 'trouble', answer: undefined }, { clicked: () => activate(), replied: () => undefined });
  };
  watchHost((there) => {
    if (there) inBackground(trayLog, 'registering the icon', item.register());
  }, signal);

  return {
    allow,
    desktop({ address }) {
      async function open(fragment = '#/'): Promise<void> {
        const permission = token;
        token = undefined; // good once
        await browse(`${(await address()).url}${fragment}`, permission);
      }
      activate = () => {
        open().catch((error: unknown) => {
          if (!signal.aborted) tell(sentenceOf(error));
        });
      };
      return {
        page: { open, lookedAt: () => undefined, follow: () => undefined },
        autostart: openAutostart(configHome(env, user), command),
        links: openLinkHandler({ env, user, desktopFile: DESKTOP_FILE, command }),
        markup: true,
        show({ icon, tip, menu: entries }: TrayPicture, act: (action: TrayAction) => void) {
          item.show(icon, tip);
          menu.show(entries, act);
        },
        canNotify: () => true,
        notify,
        openFile: openWith,
        tell,
        quit,
      };
    },
  };
}
