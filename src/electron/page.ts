import { inBackground } from '../core/background.ts';
import type { PageView } from '../tray/desktop.ts';
import { trayLog } from '../tray/plain.ts';
import type { TraySettings } from '../tray/settings.ts';
import type { PageNeeds } from '../tray/tray.ts';
import { openWindow, type PageWindow } from './window.ts';

/** The page in a window of the tray's own, which follows the daemon to its next address. */
export function openPage({ address, seen, looked }: PageNeeds, settings: TraySettings): PageView & { isOpen(): boolean } {
  let window: PageWindow | undefined;
  /** The token of the daemon's run that let the window in: one that was started again knows nobody, on the same port neither. */
  let served: string | undefined;
  let opening: Promise<void> | undefined;
  let moving = false;

  async function openAnew(fragment = ''): Promise<void> {
    const { url, token } = await address();
    served = token;
    window = openWindow({ url: `${url}${fragment}`, state: settings.window(), keep: settings.keepWindow, closed: () => (window = undefined), looked });
  }

  async function move(to: PageWindow): Promise<void> {
    try {
      const { url, token } = await address();
      to.move(url);
      served = token;
    } finally {
      moving = false;
    }
  }

  function show(fragment: string | undefined): void {
    window?.show(fragment);
  }

  return {
    async open(fragment) {
      if (window === undefined && opening === undefined) {
        opening = openAnew(fragment).finally(() => (opening = undefined));
        return await opening;
      }
      if (opening) await opening; // its window goes where it was opened for; this fragment is for after that
      show(fragment);
    },
    lookedAt: () => window?.lookedAt(),
    follow() {
      const now = seen();
      if (!window || !now || moving || (now.token === served && now.url === window.origin())) return;
      moving = true; // until the page’s address is known many events may come, and each address lets the window in once
      inBackground(trayLog, 'following the daemon', move(window));
    },
    isOpen: () => window !== undefined,
  };
}
