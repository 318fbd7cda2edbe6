import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, writeWhole } from '../config/files.ts';

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

export function openSettings(home: string): TraySettings {
  const path = join(home, 'tray.json');
  let now = read(path);
  const change = (some: Kept): void => {
    now = { ...now, ...some };
    writeWhole(path, `${JSON.stringify(now)}\n`);
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

/** Written by another version, or incomplete: little is lost. */
function read(path: string): Kept {
  const text = readIfThere(path);
  if (text === undefined) return {};
  try {
    return kept.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {}; // no JSON
  }
}
