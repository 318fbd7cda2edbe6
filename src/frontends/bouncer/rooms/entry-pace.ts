import pLimit from 'p-limit';
import type { DeviceOccupant } from './room-feed.ts';

/** Rooms that the account enters for one device at the same time: each is on disk before it is asked. */
const AT_ONCE = 50;

/** Lets the account enter rooms for a device a few at a time, however many the device names in one breath. */
export function openEntryPace(): <T>(deviceOccupant: DeviceOccupant, enter: () => Promise<T>) => Promise<T> {
  const limits = new WeakMap<DeviceOccupant, ReturnType<typeof pLimit>>();
  return (deviceOccupant, enter) => {
    const limit = limits.get(deviceOccupant) ?? pLimit(AT_ONCE);
    limits.set(deviceOccupant, limit);
    return limit(enter);
  };
}
