import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../../config/files.ts';
import type { DesktopChoice } from '../desktop.ts';
import { HIDDEN } from '../links.ts';
import { desktopEntry } from './desktop-entry.ts';

/** Whether the tray starts at login (Desktop Application Autostart Specification); `config` is `$XDG_CONFIG_HOME`, else `~/.config`. */
export function openAutostart(config: string, command: readonly string[]): DesktopChoice {
  const file = join(config, 'autostart', 'minimix.desktop');
  let on = isOnIn(file);
  return {
    isOn: () => on,
    async look() {
      on = isOnIn(file);
    },
    async set(wish) {
      if (wish) writeWhole(file, `${desktopEntry({ command: [...command, HIDDEN] })}X-GNOME-Autostart-enabled=true\n`);
      else await rm(file, { force: true });
      on = wish;
    },
  };
}

/** The settings of a desktop leave the file there, and switch it off by a key: `Hidden` of the specification, or GNOME's own. */
const OFF = /^(Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/m;

function isOnIn(file: string): boolean {
  try {
    return !OFF.test(readFileSync(file, 'utf8'));
  } catch {
    return false; // not there, or not to be read by the desktop either
  }
}
