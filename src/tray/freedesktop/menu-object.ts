import { defineInterface, Variant, type MessageBus } from 'dbus-native';
import type { MenuEntry, TrayAction } from '../menu.ts';

const MENU = 'com.canonical.dbusmenu';
export const MENU_PATH = '/MenuBar';

interface MenuObject {
  show(menu: readonly MenuEntry[], act: (action: TrayAction) => void): void;
}

interface Item {
  readonly id: number;
  readonly properties: Readonly<Record<string, Variant>>;
  readonly children: readonly Item[];
  readonly action: TrayAction | undefined;
}

const MOST_OLD = 500; // entries of menus that were shown before: one may still be on the screen

/** The menu, as com.canonical.dbusmenu: the desktop draws it, and tells which entry was clicked. */
export async function exportMenu(bus: MessageBus): Promise<MenuObject> {
  let last = 0;
  let revision = 1;
  let root: Item = { id: 0, properties: { 'children-display': text('submenu') }, children: [], action: undefined };
  const known = new Map<number, Item>();
  const clicks = new Map<number, () => void>();

  function itemOf(entry: MenuEntry): Item {
    const id = (last += 1); // never given twice: a click in a menu that was replaced still means what stood there
    const children = entry.type === 'menu' ? entry.entries.map(itemOf) : [];
    return { id, properties: propertiesOf(entry), children, action: entry.type === 'action' || entry.type === 'check' ? entry.action : undefined };
  }

  function note(item: Item): void {
    known.set(item.id, item);
    item.children.forEach(note);
  }

  /** After the answer: an entry may end the tray, and a desktop that waits for an answer stands still. */
  function click(id: number): void {
    setImmediate(() => clicks.get(id)?.());
  }

  /** `(ia{sv}av)`, without what lies deeper than `depth` (-1: all of it). */
  function layoutOf({ id, properties, children }: Item, depth: number, wanted: readonly string[]): [number, Record<string, Variant>, Variant[]] {
    const inner = depth === 0 ? [] : children.map((child) => new Variant<unknown>('(ia{sv}av)', layoutOf(child, depth - 1, wanted)));
    return [id, chosen(properties, wanted), inner];
  }

  const object = defineInterface({
    name: MENU,
    methods: {
      GetLayout: {
        in: { parentId: 'i', recursionDepth: 'i', propertyNames: 'as' },
        out: { revision: 'u', layout: '(ia{sv}av)' },
        handler({ parentId, recursionDepth, propertyNames }: { parentId: number; recursionDepth: number; propertyNames: string[] }) {
          const item = known.get(parentId);
          if (!item) throw new Error(`There is no entry ${parentId}.`);
          return { revision, layout: layoutOf(item, recursionDepth, propertyNames) };
        },
      },
      GetGroupProperties: {
        in: { ids: 'ai', propertyNames: 'as' },
        out: { properties: 'a(ia{sv})' },
        handler({ ids, propertyNames }: { ids: number[]; propertyNames: string[] }) {
          const asked = ids.length === 0 ? [...known.keys()] : ids;
          return asked.flatMap((id) => {
            const item = known.get(id);
            return item ? [[id, chosen(item.properties, propertyNames)]] : [];
          });
        },
      },
      GetProperty: {
        in: { id: 'i', name: 's' },
        out: { value: 'v' },
        handler({ id, name }: { id: number; name: string }) {
          const item = known.get(id);
          const value = item && Object.hasOwn(item.properties, name) ? item.properties[name] : undefined;
          if (!value) throw new Error(`Entry ${id} has no ${name}.`);
          return value;
        },
      },
      Event: {
        in: { id: 'i', eventId: 's', data: 'v', timestamp: 'u' },
        handler({ id, eventId }: { id: number; eventId: string }) {
          if (eventId === 'clicked') click(id);
          return null;
        },
      },
      EventGroup: {
        in: { events: 'a(isvu)' },
        out: { idErrors: 'ai' },
        handler({ events }: { events: [number, string][] }) {
          for (const [id, what] of events) if (what === 'clicked') click(id);
          return events.map(([id]) => id).filter((id) => id !== 0 && !known.has(id) && !clicks.has(id));
        },
      },
      AboutToShow: { in: { id: 'i' }, out: { needUpdate: 'b' }, handler: () => false },
      AboutToShowGroup: { in: { ids: 'ai' }, out: { updatesNeeded: 'ai', idErrors: 'ai' }, handler: () => ({ updatesNeeded: [], idErrors: [] }) },
    },
    properties: {
      Version: { type: 'u', access: 'read', value: 3 },
      TextDirection: { type: 's', access: 'read', value: 'ltr' },
      Status: { type: 's', access: 'read', value: 'normal' },
      IconThemePath: { type: 'as', access: 'read', value: [] },
    },
    signals: {
      LayoutUpdated: { args: { revision: 'u', parent: 'i' } },
      ItemsPropertiesUpdated: { args: { updatedProps: 'a(ia{sv})', removedProps: 'a(ias)' } },
      ItemActivationRequested: { args: { id: 'i', timestamp: 'u' } },
    },
  });
  await bus.export(MENU_PATH, object);
  note(root);

  return {
    show(menu, act) {
      root = { ...root, children: menu.map(itemOf) };
      known.clear();
      note(root);
      for (const { id, action } of known.values()) if (action) clicks.set(id, () => act(action));
      for (const old of clicks.keys()) {
        if (clicks.size <= MOST_OLD) break;
        if (!known.has(old)) clicks.delete(old);
      }
      revision += 1;
      object.emit['LayoutUpdated']?.(revision, 0);
    },
  };
}

function propertiesOf(entry: MenuEntry): Readonly<Record<string, Variant>> {
  if (entry.type === 'separator') return { type: text('separator') };
  const label = { label: text(entry.label.replaceAll('_', '__')) }; // one alone would underline the next letter
  if (entry.type === 'label') return { ...label, enabled: new Variant<unknown>('b', false) };
  if (entry.type === 'check') return { ...label, 'toggle-type': text('checkmark'), 'toggle-state': new Variant<unknown>('i', entry.checked ? 1 : 0) };
  return entry.type === 'menu' ? { ...label, 'children-display': text('submenu') } : label;
}

/** Those that are asked for; all where none is named. */
function chosen(properties: Readonly<Record<string, Variant>>, names: readonly string[]): Record<string, Variant> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.length === 0 || names.includes(name)));
}

function text(value: string): Variant {
  return new Variant<unknown>('s', value);
}
