import type { Archive } from '../../../archive/contract.ts';
import { storedValues } from '../../../archive/stored-values.ts';

/** Which devices are in which room by their own wish, offline ones too: closing an app is not leaving. */
export interface DeviceJoins {
  add(room: string, device: string): void;
  /** True where that was the last device that wanted it. */
  remove(room: string, device: string): boolean;
  /** Whether any device wants it. */
  any(room: string): boolean;
  /** The account has left the room: that was for all of them. */
  clear(room: string): void;
  /** The rooms that only this device wanted. */
  forget(device: string): string[];
}

export function openDeviceJoins(account: string, archive: Archive): DeviceJoins {
  const kept = archive.value(account, storedValues.bouncerWants) ?? {};
  const rooms = new Map(Object.entries(kept).map(([room, ids]) => [room, new Set(ids)]));

  function save(): void {
    archive.setValue(account, storedValues.bouncerWants, Object.fromEntries([...rooms].map(([room, ids]) => [room, [...ids]])));
  }

  function remove(room: string, device: string): boolean {
    const ids = rooms.get(room);
    if (ids?.delete(device) !== true) return false;
    if (ids.size === 0) rooms.delete(room);
    save();
    return ids.size === 0;
  }

  return {
    add(room, device) {
      const ids = rooms.get(room) ?? new Set();
      if (ids.has(device)) return;
      rooms.set(room, ids.add(device));
      save();
    },
    remove,
    any: (room) => rooms.has(room),
    clear(room) {
      if (rooms.delete(room)) save();
    },
    forget: (device) => [...rooms.keys()].filter((room) => remove(room, device)),
  };
}
