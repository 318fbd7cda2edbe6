import Store from 'electron-store';
import { SETTINGS_FILE, type SettingsFile } from '../tray/settings.ts';

/** The tray's settings in the daemon's home, where the tray without Electron finds the same. */
export function openSettingsFile(home: string): SettingsFile {
  const store = new Store({ cwd: home, name: SETTINGS_FILE, clearInvalidConfig: true, configFileMode: 0o600 });
  return {
    read: () => store.store,
    write(settings) {
      store.store = settings;
    },
  };
}
