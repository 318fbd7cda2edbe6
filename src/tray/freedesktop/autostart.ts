import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DesktopChoice } from '../desktop.ts';
import { HIDDEN } from '../links.ts';
import { desktopEntry } from './desktop-entry.ts';

/** Whether the tray starts at login (Desktop Application Autostart Specification); `config` is `$XDG_CONFIG_HOME`, else `~/.config`. */
export function openAutostart(config: string, command: readonly string[]): DesktopChoice {
  const file = join(config, 'autostart', 'minimix.desktop');
  let on = existsSync(file);
  return {
    isOn: () => on,
    async look() {
      on = existsSync(file);
    },
    async set(wish) {
      if (wish) {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, `${desktopEntry({ command: [...command, HIDDEN] })}X-GNOME-Autostart-enabled=true\n`);
      } else await rm(file, { force: true });
      on = wish;
    },
  };
}
