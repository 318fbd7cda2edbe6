import type { AccountContext } from '../context.ts';
import type { DeviceSummary } from './contract.ts';
import type { Devices } from './devices.ts';
import type { ProvidedDevices } from './provided-devices.ts';
import type { PauseSwitch } from './relay-pause.ts';

interface DeviceListParts {
  readonly devices: Devices;
  readonly providedDevices: ProvidedDevices;
  readonly relayPause: PauseSwitch;
}

/** All devices of the account: those on its own server, and those of the frontend that has devices of its own. */
interface DeviceList {
  all(): DeviceSummary[];
  /** Resources that were online at some time since then (milliseconds since the epoch). */
  onlineSince(time: number): string[];
}

/** Tells the list anew, by the event `devices`, whenever a part of it has changed. */
export function openDeviceList(context: AccountContext, { devices, providedDevices, relayPause }: DeviceListParts): DeviceList {
  context.events.subscribe((event) => {
    if (event.type === 'device-changed' || event.type === 'relay-paused') context.events.emit({ type: 'devices', devices: all() });
  }, context.signal, 'the list of devices');

  function all(): DeviceSummary[] {
    return [...devices.summaries().map(resting), ...providedDevices.list()];
  }

  function resting(device: DeviceSummary): DeviceSummary {
    const pause = device.relay ? relayPause.now() : undefined;
    if (!pause) return device;
    return { ...device, why: `${device.why}; the relay is paused until ${pause.until ?? 'you resume it'}` };
  }

  return {
    all,
    onlineSince: (time) => all().flatMap(({ online, resource, lastSeen }) => (online || Date.parse(lastSeen) >= time ? [resource] : [])),
  };
}
