import type { Result } from '../../core/errors.ts';
import type { DeviceProvider } from '../rooms/shared-occupancy-contract.ts';
import type { AccountContext } from '../context.ts';
import type { DeviceChange, DeviceSummary } from './contract.ts';

/** The devices of the frontend that has devices of its own, while there is one. */
export interface ProvidedDevices {
  list(): readonly DeviceSummary[];
  /** `undefined` where it is no device of the frontend. */
  change(name: string, change: DeviceChange): Result<DeviceSummary> | undefined;
  /** The id of the device that has this resource now. */
  at(resource: string): string | undefined;
  /** Takes the provider's devices until the signal; what it returns is to be called when they have changed. */
  host(provider: DeviceProvider, signal: AbortSignal): () => void;
}

export function openProvidedDevices({ events, jid }: Pick<AccountContext, 'events' | 'jid'>): ProvidedDevices {
  let provider: DeviceProvider | undefined;
  return {
    list: () => provider?.list() ?? [],
    change: (name, change) => provider?.change(name, change),
    at: (resource) => provider?.at(resource),
    host(those, signal) {
      provider = those;
      signal.addEventListener('abort', () => (provider = undefined), { once: true });
      return () => events.emit({ type: 'device-changed', account: jid });
    },
  };
}
