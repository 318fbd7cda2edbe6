// The tray's own package: what tells a desktop of Minimix. The program is in the package `minimix`.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { desktopEntry } from '../src/tray/freedesktop/desktop-entry.ts';
import { makeDeb, type Packing } from './deb.ts';

export interface DesktopPackage {
  readonly project: string;
  readonly version: string;
  readonly maintainer: string;
  readonly licence: string;
  readonly packing: Packing;
}

/** Makes `file` of the tree `system`, which is filled here: a launcher that opens `xmpp:` links, and its icon. */
export function makeDesktopPackage({ project, version, maintainer, licence, packing }: DesktopPackage, system: string, file: string): void {
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(system, path)), { recursive: true });
    writeFileSync(join(system, path), content);
  };
  put('usr/share/applications/minimix.desktop', desktopEntry({ command: ['/usr/bin/minimix', 'tray'], links: true }));
  mkdirSync(join(system, 'usr/share/icons/hicolor/scalable/apps'), { recursive: true });
  cpSync(join(project, 'renderer/public/icon.svg'), join(system, 'usr/share/icons/hicolor/scalable/apps/minimix.svg'));
  const date = new Date(packing.epoch * 1000).toUTCString().replace('GMT', '+0000');
  put('usr/share/doc/minimix-desktop/changelog.gz', gzipSync(`minimix-desktop (${version}) unstable; urgency=medium\n\n  * What changed: the package minimix says so.\n\n -- ${maintainer}  ${date}\n`, { level: 9 }));
  put('usr/share/doc/minimix-desktop/copyright', licence);
  const control = {
    Package: 'minimix-desktop',
    Version: version,
    Architecture: 'all',
    Maintainer: maintainer,
    // desktop-file-utils tells the system what opens which links; xdg-utils opens the page.
    Depends: `minimix (= ${version}), desktop-file-utils, xdg-utils`,
    Recommends: 'dbus-user-session',
    Suggests: 'gnome-shell-extension-appindicator',
    // The tray with Electron, which registers for the same.
    Conflicts: 'minimix-tray',
    Section: 'net',
    Priority: 'optional',
    Homepage: 'https://minimix.invalid/',
    Description: `icon, launcher and xmpp: links for Minimix
 Puts Minimix on a desktop: an icon in the panel with a menu, notifications of
 mentions, and a launcher that opens xmpp: links of rooms. The page opens in
 your browser; nothing else is brought along.`,
  };
  makeDeb(system, control, { packing, file });
}
