import type { Device } from '../../core/device.ts';
import type { DiscoInfo, Identity } from '../../xmpp/xep/service/disco.ts';
import type { NotifyIdentity } from '../../xmpp/xep/bookmarks/notify.ts';
import type { DeviceChange, DeviceSummary } from './contract.ts';

/** The device with what the person has changed. */
export function applied(device: Device, { label, attached, policy, room, words, limit, digest }: DeviceChange): Device {
  const { [room ?? '']: _, ...others } = device.policies;
  return {
    ...device,
    ...(label !== undefined && { label: label === '' ? undefined : label }),
    ...(attached !== undefined && { wish: attached, refused: undefined }),
    ...(policy !== undefined && room === undefined && policy !== 'default' && { policy }),
    ...(policy !== undefined && room !== undefined && { policies: policy === 'default' ? others : { ...others, [room]: policy } }),
    ...(words !== undefined && { words }),
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
export function kindOf({ identity }: Device): NotifyIdentity | undefined {
  const [category, type] = identity?.split('/') ?? [];
  return category ? { category, type: type === '' ? undefined : type } : undefined;
}

export function nameIn(info: DiscoInfo): string | undefined {
  return clientIn(info)?.name?.slice(0, 100);
}

/** A resource that has not answered yet. */
export function stranger(account: string, resource: string, at: number): DeviceSummary {
  const why = 'it has not announced its features yet';
  const lastSeen = new Date(at).toISOString();
  const nothing = { online: true, frontend: 'none', relay: false, software: undefined, policy: 'everything', policies: {} } as const;
  return { account, id: resource, label: resource, resource, why, lastSeen, ...nothing };
}
