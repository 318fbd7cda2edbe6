import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether the tray starts at login. */
export interface Autostart {
  isOn(): boolean;
  set(on: boolean): void;
}

export interface AutostartPlace {
  readonly platform: NodeJS.Platform;
  /** `$XDG_CONFIG_HOME`, else `~/.config`. */
  readonly config: string;
  /** What is started: the program and its arguments. */
  readonly command: readonly string[];
  /** macOS and Windows store the choice themselves. */
  readonly system: { getLoginItemSettings(): { openAtLogin: boolean }; setLoginItemSettings(settings: { openAtLogin: boolean; args: string[] }): void };
}

/** With this argument the tray starts without a window, unless the desktop shows no tray icons. */
export const HIDDEN = '--hidden';

export function openAutostart({ platform, config, command, system }: AutostartPlace): Autostart {
  if (platform === 'darwin' || platform === 'win32') {
    return {
      isOn: () => system.getLoginItemSettings().openAtLogin,
      set: (on) => system.setLoginItemSettings({ openAtLogin: on, args: [HIDDEN] }),
    };
  }
  const file = join(config, 'autostart', 'minimix.desktop');
  return {
    isOn: () => existsSync(file),
    set(on) {
      if (!on) return rmSync(file, { force: true });
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, desktopEntry([...command, HIDDEN]));
    },
  };
}

/** Desktop Application Autostart Specification. */
function desktopEntry(command: readonly string[]): string {
  return `[Desktop Entry]
Type=Application
Name=Minimix
Comment=One membership in every room
Exec=${command.map(quoted).join(' ')}
Terminal=false
X-GNOME-Autostart-enabled=true
`;
}

/** Desktop Entry Specification, The Exec key: quoted, then escaped as any string of the file. */
function quoted(argument: string): string {
  const inner = argument.replaceAll(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%');
  return `"${inner}"`.replaceAll('\\', '\\\\');
}
