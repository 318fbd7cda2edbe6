import type { DesktopChoice } from '../tray/desktop.ts';
import { HIDDEN } from '../tray/links.ts';

interface LoginItems {
  getLoginItemSettings(asked?: { args: string[] }): { openAtLogin: boolean };
  setLoginItemSettings(settings: { openAtLogin: boolean; args?: string[] }): void;
}

/**
 * On macOS and Windows the system keeps the choice. Windows finds an entry by its arguments, so both ask with the same; macOS
 * gives none to what it starts, which is known by `wasOpenedAtLogin`.
 */
export function openLoginItem(system: LoginItems, platform: NodeJS.Platform): DesktopChoice {
  const args = platform === 'win32' ? { args: [HIDDEN] } : undefined;
  let on = false;
  const look = async (): Promise<void> => {
    on = system.getLoginItemSettings(args).openAtLogin;
  };
  return {
    isOn: () => on,
    look,
    async set(wish) {
      system.setLoginItemSettings({ openAtLogin: wish, ...args });
      await look();
    },
  };
}
