import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLinkHandler } from '../../../src/tray/freedesktop/link-handler.ts';
import type { DesktopChoice } from '../../../src/tray/desktop.ts';

let dir: string;
let links: DesktopChoice;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'links-'));
  const env = { XDG_CONFIG_HOME: join(dir, 'config'), XDG_CONFIG_DIRS: join(dir, 'etc'), XDG_DATA_HOME: join(dir, 'data'), XDG_DATA_DIRS: join(dir, 'usr'), XDG_CURRENT_DESKTOP: 'GNOME' };
  links = openLinkHandler({ env, user: dir, desktopFile: 'minimix.desktop', command: ['/opt/my apps/minimix', 'tray'] });
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}
const list = (): string => readFileSync(join(dir, 'config/mimeapps.list'), 'utf8');
const entry = '[Desktop Entry]\nType=Application\n';

test('without a package, the desktop file is written with the choice and goes with it', async () => {
  await links.set(true);
  expect(links.isOn()).toBe(true);
  expect(list()).toBe('[Default Applications]\nx-scheme-handler/xmpp=minimix.desktop;\n');
  const file = join(dir, 'data/applications/minimix.desktop');
  expect(readFileSync(file, 'utf8')).toContain('Exec="/opt/my apps/minimix" tray %u\n');
  expect(readFileSync(file, 'utf8')).toContain('MimeType=x-scheme-handler/xmpp;\n');
  await links.set(false);
  expect(links.isOn()).toBe(false);
  expect(existsSync(file)).toBe(false);
  expect(list()).toBe('[Default Applications]\n');
});

test('a package’s desktop file is used as it is, and a program that had the links before has them again', async () => {
  put('usr/applications/minimix.desktop', entry);
  put('usr/applications/gajim.desktop', entry);
  put('config/mimeapps.list', '# mine\n[Added Associations]\ntext/html=x.desktop;\n\n[Default Applications]\ntext/html=x.desktop\nx-scheme-handler/xmpp=gajim.desktop\n\n[Other]\na=b\n');
  await links.look();
  expect(links.isOn()).toBe(false);
  await links.set(true);
  expect(links.isOn()).toBe(true);
  expect(existsSync(join(dir, 'data/applications/minimix.desktop'))).toBe(false);
  expect(list()).toContain('[Default Applications]\ntext/html=x.desktop\nx-scheme-handler/xmpp=minimix.desktop;gajim.desktop;\n\n[Other]\na=b\n');
  await links.set(false);
  expect(links.isOn()).toBe(false);
  expect(list()).toBe('# mine\n[Added Associations]\ntext/html=x.desktop;\n\n[Default Applications]\ntext/html=x.desktop\nx-scheme-handler/xmpp=gajim.desktop;\n\n[Other]\na=b\n');
});

test('where a package’s is the only program for them, switching off says that it shall not open them, and on takes that back', async () => {
  put('usr/applications/minimix.desktop', entry);
  put('usr/applications/mimeinfo.cache', '[MIME Cache]\nx-scheme-handler/xmpp=minimix.desktop;\n');
  await links.look();
  expect(links.isOn()).toBe(true);
  await links.set(false);
  expect(links.isOn()).toBe(false);
  expect(list()).toBe('[Removed Associations]\nx-scheme-handler/xmpp=minimix.desktop;\n');
  await links.set(true);
  expect(links.isOn()).toBe(true);
  expect(list()).not.toMatch(/Removed Associations\]\nx-/);
});

test('a default that is not installed counts for nothing; the desktop’s own list comes first', async () => {
  put('usr/applications/minimix.desktop', entry);
  put('usr/applications/dino.desktop', entry);
  put('config/mimeapps.list', '[Default Applications]\nx-scheme-handler/xmpp=gone.desktop;minimix.desktop;\n');
  await links.look();
  expect(links.isOn()).toBe(true);
  put('config/gnome-mimeapps.list', '[Default Applications]\nx-scheme-handler/xmpp=dino.desktop;\n');
  await links.look();
  expect(links.isOn()).toBe(false);
});
