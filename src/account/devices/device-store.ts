import { storedValues } from '../../archive/stored-values.ts';
import { cursorOwner } from '../../core/device.ts';
import type { RelayDevice } from '../../core/device.ts';
import type { AccountContext } from '../context.ts';

/** Those that were not seen for longest make room, unless the person has named them. */
const MAX_DEVICES = 100;

/** The account's devices as the disk has them: memory changes after the commit. */
export interface DeviceStore {
  all(): readonly RelayDevice[];
  get(id: string): RelayDevice | undefined;
  /** Adds or replaces; throws what the disk throws. */
  put(device: RelayDevice): void;
  /** Removes a device and all its cursors. */
  remove(id: string): void;
}

export function openDeviceStore(context: AccountContext): DeviceStore {
  const { archive, jid } = context;
  let list: readonly RelayDevice[] = archive.value(jid, storedValues.devices) ?? [];
  let byId = new Map(list.map((device) => [device.id, device]));

  function store(next: readonly RelayDevice[], without: readonly RelayDevice[]): void {
    context.transact(() => {
      archive.setValue(jid, storedValues.devices, next);
      for (const { id } of without) archive.removeCursors(jid, cursorOwner(id));
    });
    list = next;
    byId = new Map(next.map((device) => [device.id, device]));
  }

  return {
    all: () => list,
    get: (id) => byId.get(id),
    put(device) {
      const known = list.some(({ id }) => id === device.id);
      const next = known ? list.map((one) => (one.id === device.id ? device : one)) : [...list, device];
      const least = next.length <= MAX_DEVICES ? undefined : next.filter(({ label }) => label === undefined).toSorted((a, b) => a.lastSeen - b.lastSeen)[0];
      store(next.filter((one) => one !== least), least ? [least] : []);
    },
    remove(id) {
      store(list.filter((one) => one.id !== id), list.filter((one) => one.id === id));
    },
  };
}
