import Store from 'electron-store';
import type { Rectangle } from 'electron';

interface Kept {
  readonly window?: WindowState;
  readonly notify?: boolean;
  readonly hideText?: boolean;
  /** Milliseconds since the epoch. */
  readonly pausedUntil?: number;
}

/** Where the window was, and how. */
export interface WindowState {
  readonly bounds: Rectangle;
  readonly maximized: boolean;
}

/** The tray's own settings; the daemon's are in its home. */
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
}

export function openSettings(): TraySettings {
  const whole = { type: 'integer', minimum: -100_000, maximum: 100_000 } as const;
  const bounds = { type: 'object', properties: { x: whole, y: whole, width: whole, height: whole }, required: ['x', 'y', 'width', 'height'] } as const;
  const store = new Store<Kept>({
    name: 'tray',
    clearInvalidConfig: true, // written by another version, or incomplete: only the window's place is lost
    schema: {
      window: { type: 'object', properties: { bounds, maximized: { type: 'boolean' } }, required: ['bounds', 'maximized'] },
      notify: { type: 'boolean' },
      hideText: { type: 'boolean' },
      pausedUntil: { type: 'integer', minimum: 0 },
    },
  });
  return {
    window: () => store.get('window'),
    keepWindow: (state) => store.set('window', state),
    notify: () => store.get('notify') ?? true,
    setNotify: (on) => store.set('notify', on),
    hideText: () => store.get('hideText') ?? false,
    setHideText: (on) => store.set('hideText', on),
    pausedUntil(now) {
      const until = store.get('pausedUntil');
      return until !== undefined && until > now ? until : undefined;
    },
    pause(until) {
      if (until === undefined) store.delete('pausedUntil');
      else store.set('pausedUntil', Math.floor(until));
    },
  };
}
