import type { Device, RelayDevice } from '../../core/device.ts';
import type { DiscoInfo, Identity } from '../../xmpp/xep/service/disco.ts';
import type { NotifyIdentity } from '../../xmpp/xep/bookmarks/notify.ts';
import type { DeviceChange, DeviceSummary } from './contract.ts';
import { changedWishes } from './policy.ts';

/** The device with what the person has changed. */
export function applied(device: RelayDevice, change: DeviceChange): RelayDevice {
  const { label, attached, limit, digest } = change;
  return {
    ...device,
    ...changedWishes(device, change),
    ...(label !== undefined && { label: label === '' ? undefined : label }),
    ...(attached !== undefined && { wish: attached, refused: undefined }),
    ...(limit !== undefined && { limit }),
    ...(digest !== undefined && { digest: digest === 'off' ? undefined : digest }),
  };
}

/** The client's own identity, one with a name first. Some give several, in another order each time. */
function clientIn({ identities }: DiscoInfo): Identity | undefined {
  const rank = ({ category, type, name }: Identity): string =>
    `${category === 'client' ? 0 : 1}${name === undefined ? 1 : 0}${category}/${type}/${name ?? ''}`;
  return identities.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))[0];
}

/** Without the version that some write behind the name: an update is no other device. */
export function identityIn(info: DiscoInfo): string | undefined {
  const identity = clientIn(info);
  return identity && `${identity.category}/${identity.type}/${identity.name ?? ''}`.replace(/[\s\d.]+$/, '').slice(0, 200);
}

/** The device's XEP-0030 category and type, where they are known. */
export function kindOf({ identity }: RelayDevice): NotifyIdentity | undefined {
  const [category, type] = identity?.split('/') ?? [];
  return category ? { category, type: type === '' ? undefined : type } : undefined;
}

export function nameIn(info: DiscoInfo): string | undefined {
  return clientIn(info)?.name?.slice(0, 100);
}

/** The name that a person knows it by. */
export function nameOf({ label, software, resources, id }: RelayDevice): string {
  return label ?? software ?? resources[0] ?? id;
}

/** What is known of a device today, beside what lasts. */
interface DeviceToday extends Pick<DeviceSummary, 'frontend' | 'why'> {
  readonly account: string;
  /** The resource that it has now; `undefined` while it is offline. */
  readonly resource: string | undefined;
  readonly name: string;
  readonly now: number;
}

/** A device as lists show it, the same for every frontend; `lastSeen` is now while it is online. */
export function summaryOf(device: Device, { account, frontend, why, resource, name, now }: DeviceToday): DeviceSummary {
  return {
    account,
    id: device.id,
    label: name,
    resource: resource ?? device.resources[0] ?? '',
    online: resource !== undefined,
    frontend,
    relay: frontend === 'relay',
    why,
    software: undefined,
    lastSeen: new Date(resource === undefined ? (device.lastSeen ?? now) : now).toISOString(),
    policy: device.policy,
    policies: device.policies,
  };
}

/** A resource that has not answered yet. */
export function stranger(account: string, resource: string, at: number): DeviceSummary {
  const why = 'it has not announced its features yet';
  const lastSeen = new Date(at).toISOString();
  const nothing = { online: true, frontend: 'none', relay: false, software: undefined, policy: 'everything', policies: {} } as const;
  return { account, id: resource, label: resource, resource, why, lastSeen, ...nothing };
}
