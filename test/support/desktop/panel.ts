// A desktop's panel on a session bus: it watches for icons, and reads and clicks their menus, as KDE's and GNOME's do.
import { defineInterface, type MessageBus } from 'dbus-native';
import { z } from 'zod';
import { until } from '../until.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';
const ITEM = 'org.kde.StatusNotifierItem';
const MENU = 'com.canonical.dbusmenu';

export interface ShownEntry {
  readonly id: number;
  readonly label: string;
  readonly type: string;
  readonly enabled: boolean;
  readonly checked: boolean | undefined;
  readonly children: readonly ShownEntry[];
}

export interface Panel {
  /** The services that have registered an icon here, in their order. */
  readonly items: readonly string[];
  /** All that the newest icon says of itself. */
  properties(): Promise<Record<string, unknown>>;
  menu(): Promise<readonly ShownEntry[]>;
  /** The entry of that label, at any depth; waits for it. */
  entry(label: string | RegExp): Promise<ShownEntry>;
  /** Clicks the entry of that label. */
  click(label: string | RegExp): Promise<void>;
  /** Clicks the entry of that number. */
  clickId(id: number): Promise<void>;
  /** Finds the entry as it is drawn now, and gives the click on it, for later. */
  clicker(label: string | RegExp): Promise<() => Promise<void>>;
  /** Clicks the icon itself, with a permission to show a window. */
  activate(token?: string): Promise<void>;
  /** The panel ends, as a desktop's shell that is restarted. */
  leave(): Promise<void>;
}

const node: z.ZodType<readonly [number, Record<string, unknown>, unknown[]]> = z.tuple([z.number(), z.record(z.string(), z.unknown()), z.array(z.unknown())]);

const words = z.string().default('');

/** Takes the watcher's name on the bus; `host` is whether it says that icons are shown. */
export async function startPanel(bus: MessageBus, { host = true } = {}): Promise<Panel> {
  const items: string[] = [];
  const watcher = defineInterface({
    name: WATCHER,
    methods: {
      RegisterStatusNotifierItem: {
        in: { service: 's' },
        handler({ service }: { service: string }, { sender }: { sender?: string | undefined }) {
          items.push(service.startsWith('/') ? (sender ?? '') : service);
          watcher.emit['StatusNotifierItemRegistered']?.(service);
          return null;
        },
      },
      RegisterStatusNotifierHost: { in: { service: 's' }, handler: () => null },
    },
    properties: {
      IsStatusNotifierHostRegistered: { type: 'b', access: 'read', get: () => host },
      RegisteredStatusNotifierItems: { type: 'as', access: 'read', get: () => items },
      ProtocolVersion: { type: 'i', access: 'read', value: 0 },
    },
    signals: { StatusNotifierItemRegistered: { args: { service: 's' } }, StatusNotifierItemUnregistered: { args: { service: 's' } }, StatusNotifierHostRegistered: {} },
  });
  await bus.export('/StatusNotifierWatcher', watcher);
  await bus.requestName(WATCHER, 0);

  const call = async (path: string, face: string, member: string, signature?: string, body?: unknown[]): Promise<unknown> => {
    const destination = await until(() => items.at(-1), { what: 'an icon in the panel' });
    return await bus.invoke<unknown>({ destination, path, interface: face, member, ...(signature !== undefined && { signature, body: body ?? [] }) });
  };
  async function properties(): Promise<Record<string, unknown>> {
    return z.record(z.string(), z.unknown()).parse(await call('/StatusNotifierItem', 'org.freedesktop.DBus.Properties', 'GetAll', 's', [ITEM]));
  }
  function shown(read: unknown): ShownEntry {
    const [id, about, children] = node.parse(read);
    const toggle = about['toggle-state'];
    return {
      id,
      label: words.parse(about['label']).replaceAll('__', '_'),
      type: words.parse(about['type']),
      enabled: about['enabled'] !== false,
      checked: toggle === undefined ? undefined : toggle === 1,
      children: children.map(shown),
    };
  }
  async function menu(): Promise<readonly ShownEntry[]> {
    const path = z.string().parse((await properties())['Menu']);
    const layout = z.unknown().array().parse(await call(path, MENU, 'GetLayout', 'iias', [0, -1, []]));
    return shown(layout[1]).children;
  }
  const flat = (entries: readonly ShownEntry[]): ShownEntry[] => entries.flatMap((one) => [one, ...flat(one.children)]);
  async function entry(label: string | RegExp): Promise<ShownEntry> {
    const fits = (one: ShownEntry): boolean => (typeof label === 'string' ? one.label === label : label.test(one.label));
    const found = await until(async () => flat(await menu()).find(fits), { what: `the menu’s entry ${String(label)}`, every: 50 });
    if (!found) throw new Error(`the menu has no ${String(label)}`);
    return found;
  }
  async function clicker(label: string | RegExp): Promise<() => Promise<void>> {
    const { id } = await entry(label);
    return () => clickId(id);
  }
  async function clickId(id: number): Promise<void> {
    const path = z.string().parse((await properties())['Menu']);
    await call(path, MENU, 'Event', 'isvu', [id, 'clicked', ['s', ''], 0]);
  }
  return {
    items,
    properties,
    menu,
    entry,
    clicker,
    clickId,
    click: async (label) => await (await clicker(label))(),
    async activate(token) {
      if (token !== undefined) await call('/StatusNotifierItem', ITEM, 'ProvideXdgActivationToken', 's', [token]);
      await call('/StatusNotifierItem', ITEM, 'Activate', 'ii', [0, 0]);
    },
    async leave() {
      await bus.close();
    },
  };
}
