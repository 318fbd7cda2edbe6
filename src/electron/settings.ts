import Store from 'electron-store';
import type { Rectangle } from 'electron';

interface Settings {
  readonly bounds?: Rectangle;
}

/** The tray's own settings; the daemon's are in its home. */
export interface TraySettings {
  bounds(): Partial<Rectangle>;
  keepBounds(bounds: Rectangle): void;
}

export function openSettings(): TraySettings {
  const whole = { type: 'integer', minimum: -100_000, maximum: 100_000 } as const;
  const store = new Store<Settings>({
    name: 'tray',
    clearInvalidConfig: true,
    schema: { bounds: { type: 'object', properties: { x: whole, y: whole, width: whole, height: whole } } },
  });
  return {
    bounds: () => store.get('bounds') ?? {},
    keepBounds: (bounds) => store.set('bounds', bounds),
  };
}
