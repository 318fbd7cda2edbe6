import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineInterface, type MessageBus } from 'dbus-native';
import type { TrayState } from '../menu.ts';
import { WATCHER, WATCHER_PATH } from './host.ts';
import { readPixmap, type Pixmap } from './picture.ts';
import { callMethod } from './session-bus.ts';

const ITEM = 'org.kde.StatusNotifierItem';
const ITEM_PATH = '/StatusNotifierItem';

interface StatusItemOptions {
  readonly bus: MessageBus;
  /** The directory with one picture a state: `connected.png`, and `connected@2x.png` for finer screens. */
  readonly icons: string;
  /** Where the menu is exported. */
  readonly menuPath: string;
  /** A click on the icon; with the desktop's permission to show a window, where it gave one. */
  readonly activate: () => void;
  /** A token of the desktop's (xdg-activation) for what is opened next. */
  readonly activation: (token: string) => void;
}

interface StatusItem {
  show(icon: TrayState, tip: string): void;
  /** Tells the desktop's watcher that the item is there: again each time that a watcher comes. */
  register(): Promise<void>;
}

const CALLS = new Set<TrayState>(['attention']);

/** The icon (freedesktop's StatusNotifierItem, as KDE wrote it down and GNOME's AppIndicator extension reads it). */
export async function exportStatusItem({ bus, icons, menuPath, activate, activation }: StatusItemOptions): Promise<StatusItem> {
  const name = `org.kde.StatusNotifierItem-${process.pid}-1`;
  const pictures = new Map<TrayState, Pixmap[]>();
  let now: { icon: TrayState; tip: string } = { icon: 'offline', tip: 'Minimix' };

  function pictureOf(icon: TrayState): Pixmap[] {
    const known = pictures.get(icon) ?? ['', '@2x'].map((size) => readPixmap(readFileSync(join(icons, `${icon}${size}.png`))));
    pictures.set(icon, known);
    return known;
  }
  const read = (type: string, get: () => unknown) => ({ type, access: 'read' as const, get });
  const status = (): string => (CALLS.has(now.icon) ? 'NeedsAttention' : 'Active');
  const position = { x: 'i', y: 'i' };
  const click = {
    in: position,
    handler() {
      activate();
      return null;
    },
  };
  const nothing = { in: position, handler: () => null };
  const item = defineInterface({
    name: ITEM,
    methods: {
      Activate: click,
      SecondaryActivate: click,
      ContextMenu: nothing, // whoever asks for it cannot show a menu that comes by D-Bus
      Scroll: { in: { delta: 'i', orientation: 's' }, handler: () => null },
      ProvideXdgActivationToken: {
        in: { token: 's' },
        handler({ token }: { token: unknown }) {
          activation(String(token));
          return null;
        },
      },
    },
    properties: {
      Category: read('s', () => 'Communications'),
      Id: read('s', () => 'minimix'),
      Title: read('s', () => 'Minimix'),
      Status: read('s', status),
      WindowId: read('i', () => 0),
      IconThemePath: read('s', () => icons),
      IconName: read('s', () => ''),
      IconPixmap: read('a(iiay)', () => pictureOf(now.icon)),
      OverlayIconName: read('s', () => ''),
      OverlayIconPixmap: read('a(iiay)', () => []),
      AttentionIconName: read('s', () => ''),
      AttentionIconPixmap: read('a(iiay)', () => pictureOf(now.icon)),
      AttentionMovieName: read('s', () => ''),
      ToolTip: read('(sa(iiay)ss)', () => ['', [], now.tip, '']),
      ItemIsMenu: read('b', () => false),
      Menu: read('o', () => menuPath),
    },
    signals: {
      NewTitle: {},
      NewIcon: {},
      NewAttentionIcon: {},
      NewOverlayIcon: {},
      NewToolTip: {},
      NewStatus: { args: { status: 's' } },
    },
  });
  await bus.export(ITEM_PATH, item);
  await bus.requestName(name, 0);

  return {
    show(icon, tip) {
      const before = { ...now, status: status() };
      now = { icon, tip };
      if (before.icon !== icon) {
        item.emit['NewIcon']?.();
        item.emit['NewAttentionIcon']?.();
      }
      if (before.tip !== tip) item.emit['NewToolTip']?.();
      if (before.status !== status()) item.emit['NewStatus']?.(status());
    },
    async register() {
      await callMethod(bus, { destination: WATCHER, path: WATCHER_PATH, interface: WATCHER, member: 'RegisterStatusNotifierItem', signature: 's', body: [name] });
    },
  };
}
