// Xfce's panel with nothing in it but the icons: it draws the tray's menu as a desktop does, for a person to look at.
import { spawnSync, type ChildProcess } from 'node:child_process';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessageBus } from 'dbus-native';
import { z } from 'zod';
import { until } from '../../test/support/until.ts';

const SMALLEST_ICON = 16; // pixels
const WATCHER = 'org.kde.StatusNotifierWatcher';

const SETTINGS = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
`;

interface XfcePanel {
  /** Opens the menu of the only icon, once its tooltip is that, and in it the list of mentions. */
  openMenu(tip: RegExp): Promise<void>;
  /** Resolves once the panel shows no icon. */
  empty(): Promise<void>;
}

/** `start` is for programs that end with the lab; `config` is the desktop's XDG_CONFIG_HOME. */
export function startXfcePanel(start: (program: string) => ChildProcess, { bus, config, env }: { bus: MessageBus; config: string; env: NodeJS.ProcessEnv }): XfcePanel {
  const channels = join(config, 'xfce4/xfconf/xfce-perchannel-xml');
  mkdirSync(channels, { recursive: true });
  writeFileSync(join(channels, 'xfce4-panel.xml'), SETTINGS);
  const [xfconfd] = globSync('/usr/lib/*/xfce4/xfconf/xfconfd'); // the lab's bus starts nothing by itself
  if (xfconfd === undefined) throw new Error('Debian’s xfconf is not installed.');
  start(xfconfd);
  start('xfce4-panel');
  const xdotool = (...args: readonly string[]): string => spawnSync('xdotool', args, { env, encoding: 'utf8' }).stdout;
  /** The widths of what the place for icons shows in pixels: itself, and each open menu. */
  const widths = (): readonly number[] =>
    xdotool('search', '--onlyvisible', '--class', '^wrapper-2.0$', 'getwindowgeometry', '--shell', '%@').split('\n').filter((line) => line.startsWith('WIDTH=')).map((line) => Number(line.slice(6)));
  const icon = (): boolean => widths().some((width) => width >= SMALLEST_ICON);
  const read = async ({ destination, path, face, name }: { destination: string; path: string; face: string; name: string }): Promise<unknown> =>
    await bus.invoke<unknown>({ destination, path, interface: 'org.freedesktop.DBus.Properties', member: 'Get', signature: 'ss', body: [face, name] });
  async function tip(): Promise<string> {
    try {
      const [item] = z.string().array().parse(await read({ destination: WATCHER, path: '/StatusNotifierWatcher', face: WATCHER, name: 'RegisteredStatusNotifierItems' }));
      const [, service = '', path = ''] = /^([^/]*)(.*)$/.exec(item ?? '') ?? [];
      return JSON.stringify(service === '' ? '' : await read({ destination: service, path, face: 'org.kde.StatusNotifierItem', name: 'ToolTip' }));
    } catch {
      return ''; // panel and tray are only just starting
    }
  }
  return {
    async openMenu(wanted) {
      // GTK does not resize an open menu: it is opened once it is whole.
      await until(async () => wanted.test(await tip()), { what: `the icon's tooltip to be ${String(wanted)}`, every: 100 });
      await until(icon, { what: 'the icon in the panel', every: 100 });
      xdotool('mousemove', '12', '16', 'click', '3');
      await until(() => widths().length > 1, { what: 'the menu on the screen', every: 100 });
      xdotool('key', 'Down', 'Down', 'Down', 'Right'); // Open, Join…, Mentions
      await until(() => widths().length > 2, { what: 'the mentions on the screen', every: 100 });
    },
    empty: async () => void (await until(() => !icon(), { what: 'no icon in the panel', every: 100 })),
  };
}
