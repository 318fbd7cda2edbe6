import { Menu, nativeImage, Tray, type MenuItemConstructorOptions } from 'electron';
import { join } from 'node:path';
import type { TrayPicture } from '../tray/desktop.ts';
import type { MenuEntry, TrayAction } from '../tray/menu.ts';

interface TrayIcon {
  show(picture: TrayPicture, act: (action: TrayAction) => void): void;
  /** Whether there is a place for it. An icon that was made before its place never appears, so each place gets a new one. */
  place(there: boolean): void;
}

interface IconOptions {
  /** The directory with one picture a state: `connected.png`, … */
  readonly icons: string;
  readonly platform: NodeJS.Platform;
  readonly click: () => void;
}

export function openIcon({ icons, platform, click }: IconOptions): TrayIcon {
  let tray: Tray | undefined;
  let latest: { picture: TrayPicture; act: (action: TrayAction) => void } | undefined;
  let shown: TrayPicture | undefined;

  // macOS draws a template in the colour of its menu bar; it is known by its name.
  const imageOf = (icon: string) => nativeImage.createFromPath(join(icons, platform === 'darwin' ? `${icon}Template.png` : `${icon}.png`));

  /** Replacing an open menu closes it: only what has changed is replaced. */
  function draw(): void {
    if (!tray || !latest) return;
    const { picture, act } = latest;
    if (shown?.icon !== picture.icon) tray.setImage(imageOf(picture.icon));
    if (shown?.tip !== picture.tip) tray.setToolTip(picture.tip);
    if (JSON.stringify(shown?.menu) !== JSON.stringify(picture.menu)) tray.setContextMenu(Menu.buildFromTemplate(picture.menu.map((entry) => itemOf(entry, act))));
    shown = picture;
  }

  return {
    show(picture, act) {
      latest = { picture, act };
      draw();
    },
    place(there) {
      if (there === (tray !== undefined)) return;
      if (!there) {
        tray?.destroy();
        tray = undefined;
        return;
      }
      shown = undefined;
      tray = new Tray(imageOf('offline'));
      tray.on('click', click);
      draw();
    },
  };
}

/** A single `&` in other people's text would become a keyboard shortcut. */
function itemOf(entry: MenuEntry, act: (action: TrayAction) => void): MenuItemConstructorOptions {
  if (entry.type === 'separator') return { type: 'separator' };
  const label = entry.label.replaceAll('&', '&&');
  switch (entry.type) {
    case 'label':
      return { label, enabled: false };
    case 'action':
      return { label, click: () => act(entry.action) };
    case 'check':
      return { type: 'checkbox', label, checked: entry.checked, click: () => act(entry.action) };
    case 'menu':
      return { label, submenu: entry.entries.map((inner) => itemOf(inner, act)) };
  }
}
