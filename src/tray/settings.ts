import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, writeWhole } from '../config/files.ts';
import { sentenceOf } from '../core/errors.ts';
import { trayLog } from './plain.ts';

const whole = z.int().min(-100_000).max(100_000);
const kept = z.object({
  window: z.object({ bounds: z.object({ x: whole, y: whole, width: whole, height: whole }), maximized: z.boolean() }).optional(),
  notify: z.boolean().optional(),
  hideText: z.boolean().optional(),
  /** Milliseconds since the epoch. */
  pausedUntil: z.int().min(0).optional(),
  /** The person was told how to get a place for the icon. */
  toldOfPlace: z.boolean().optional(),
});
type Kept = z.output<typeof kept>;

/** Where the window was, and how. */
export type WindowState = NonNullable<Kept['window']>;

/** The tray's own settings, in the daemon's home: whichever tray runs has the same. */
export interface TraySettings {
  window(): WindowState | undefined;
  keepWindow(state: WindowState): void;
  notify(): boolean;
  setNotify(on: boolean): void;
  hideText(): boolean;
  setHideText(on: boolean): void;
  /** `undefined` if notifications are not paused, or no longer. */
  pausedUntil(now: number): number | undefined;
  pause(until: number | undefined): void;
  toldOfPlace(): boolean;
  setToldOfPlace(told: boolean): void;
}

/** Where they lie: `tray.json` in the home. Electron's tray has electron-store write it. */
export interface SettingsFile {
  /** What is in it, whatever that is; `undefined` without a file that can be read. */
  read(): unknown;
  write(settings: Readonly<Record<string, unknown>>): void;
}

export const SETTINGS_FILE = 'tray';

export function openSettings(file: SettingsFile): TraySettings {
  let now: Kept = kept.safeParse(file.read()).data ?? {}; // written by another version, or incomplete: little is lost
  const change = (some: Kept): void => {
    now = { ...now, ...some };
    try {
      file.write(now);
    } catch (error) {
      trayLog('error', `the tray’s settings are not kept: ${sentenceOf(error)}`); // a full disk ends no tray
    }
  };
  return {
    window: () => now.window,
    keepWindow: (window) => change({ window }),
    notify: () => now.notify ?? true,
    setNotify: (notify) => change({ notify }),
    hideText: () => now.hideText ?? false,
    setHideText: (hideText) => change({ hideText }),
    pausedUntil: (at) => (now.pausedUntil !== undefined && now.pausedUntil > at ? now.pausedUntil : undefined),
    pause: (until) => change({ pausedUntil: until === undefined ? undefined : Math.floor(until) }),
    toldOfPlace: () => now.toldOfPlace ?? false,
    setToldOfPlace: (toldOfPlace) => change({ toldOfPlace }),
  };
}

/** The same file for a tray that has no Electron. */
export function settingsFileIn(home: string): SettingsFile {
  const path = join(home, `${SETTINGS_FILE}.json`);
  return {
    read() {
      try {
        return JSON.parse(readIfThere(path) ?? '') as unknown;
      } catch {
        return undefined; // no JSON
      }
    },
    write: (settings) => writeWhole(path, `${JSON.stringify(settings)}\n`),
  };
}
