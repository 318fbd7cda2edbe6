import { randomBytes } from 'node:crypto';
import type { DeviceChange } from '../../../account/devices/contract.ts';
import { changedWishes } from '../../../account/devices/policy.ts';
import type { Archive } from '../../../archive/contract.ts';
import { isDiskFault } from '../../../archive/schema/disk-fault.ts';
import { storedValues, type DeviceCredential } from '../../../archive/stored-values.ts';
import type { Leaving, LoginDevice } from '../../../core/device.ts';
import type { Result } from '../../../core/errors.ts';
import { fail, ok } from '../../../core/errors.ts';
import { deriveKey, ITERATIONS, makePassword, makeSalt, proves, sameKey, serverSignature } from './keys.ts';
import type { Hash } from './keys.ts';

interface Book {
  readonly salt: string;
  readonly devices: DeviceCredential[];
}

const HASHES: readonly Hash[] = ['sha512', 'sha256', 'sha1'];
const MAX_DEVICES = 50;
const SEEN_EVERY = 60_000;

/** The devices of one account that have a login of their own, and their keys. A password is shown once and never stored. */
export interface DeviceCredentials {
  readonly iterations: number;
  /** One salt for the account, because SCRAM sends it before the device is known. Base64. */
  salt(): string;
  list(): LoginDevice[];
  add(name: string): Result<{ device: LoginDevice; password: string }>;
  /** By id or by name. */
  remove(which: string): LoginDevice | undefined;
  /** A new password in the place of the device's old one; by id or by name. */
  renew(which: string): { device: LoginDevice; password: string } | undefined;
  /** The hashes of SCRAM by which each of the devices can log in. */
  hashes(): readonly Hash[];
  /** Its password was made before there was SCRAM-SHA-512: renewed, it has the keys for it. */
  isOutdated(id: string): boolean;
  /** The device whose password the proof proves, and our signature for it. */
  byProof(hash: Hash, auth: string, proof: Buffer): { device: LoginDevice; signature: string } | undefined;
  byPassword(password: string): LoginDevice | undefined;
  get(id: string): LoginDevice | undefined;
  /** By id or by name; `undefined` if there is no such device. */
  change(which: string, change: DeviceChange): Result<LoginDevice> | undefined;
  seen(id: string, resource?: string): void;
  /** The device has received or sent a message. */
  met(id: string): void;
}

export function openDeviceCredentials(account: string, archive: Archive, now: () => number): DeviceCredentials {
  let state: Book = archive.value(account, storedValues.bouncerDevices) ?? { salt: makeSalt().toString('base64'), devices: [] };
  let byId = index(state);

  function save(next: Book): void {
    archive.setValue(account, storedValues.bouncerDevices, next);
    state = next;
    byId = index(next);
  }

  function put(device: DeviceCredential, next: DeviceCredential): void {
    save({ ...state, devices: state.devices.map((one) => (one === device ? next : one)) });
  }

  function find(which: string): DeviceCredential | undefined {
    return state.devices.find(({ id }) => id === which) ?? state.devices.find(({ name }) => name === which);
  }

  const salt = (): Buffer => Buffer.from(state.salt, 'base64');

  function keysOf(password: string) {
    return { sha1: deriveKey('sha1', password, salt()), sha256: deriveKey('sha256', password, salt()), sha512: deriveKey('sha512', password, salt()) };
  }

  /** The password is known for once: the keys that it has not got are made of it. They can wait for a disk that takes them. */
  function upgrade(device: DeviceCredential, password: string): void {
    try {
      put(device, { ...device, sha512: deriveKey('sha512', password, salt()) });
    } catch (error) {
      if (!isDiskFault(error)) throw error;
    }
  }

  return {
    iterations: ITERATIONS,
    salt: () => state.salt,
    list: () => state.devices.map(shown),
    add(name) {
      const label = name.trim();
      if (label === '') return fail('bad-name', 'A device needs a name.');
      if (state.devices.some((known) => known.name === label)) return taken(label);
      if (state.devices.length >= MAX_DEVICES) return fail('too-many', `An account may have ${MAX_DEVICES} devices.`);
      const password = makePassword();
      const wishes = { policy: 'everything', policies: {}, words: [] } satisfies Partial<DeviceCredential>;
      const added: DeviceCredential = { id: randomBytes(6).toString('hex'), name: label, addedAt: now(), ...wishes, ...keysOf(password) };
      save({ ...state, devices: [...state.devices, added] });
      return ok({ device: shown(added), password });
    },
    remove(which) {
      const gone = find(which);
      if (gone) save({ ...state, devices: state.devices.filter((one) => one !== gone) });
      return gone && shown(gone);
    },
    renew(which) {
      const device = find(which);
      if (!device) return undefined;
      const password = makePassword();
      const renewed = { ...device, ...keysOf(password) };
      put(device, renewed);
      return { device: shown(renewed), password };
    },
    hashes: () => HASHES.filter((hash) => state.devices.every((one) => one[hash] !== undefined)),
    isOutdated: (id) => state.devices.some((one) => one.id === id && one.sha512 === undefined),
    byProof(hash, auth, proof) {
      for (const one of state.devices) {
        const key = one[hash];
        if (key && proves({ hash, key, auth, proof })) return { device: shown(one), signature: serverSignature(hash, key, auth) };
      }
      return undefined;
    },
    byPassword(password) {
      const typed = password.trim();
      const key = deriveKey('sha256', typed, salt());
      const found = state.devices.find((one) => sameKey(one.sha256, key));
      if (found && found.sha512 === undefined) upgrade(found, typed);
      return found && shown(found);
    },
    get: (id) => byId.get(id),
    change(which, change) {
      const device = find(which);
      if (!device) return undefined;
      const { label, attached, digest } = change;
      if (attached !== undefined || digest !== undefined) return fail('not-relayed', 'A device that connects through the bouncer cannot use the relay.');
      if (label === '') return fail('bad-name', 'A device needs a name.');
      if (label !== undefined && state.devices.some((one) => one !== device && one.name === label)) return taken(label);
      const next = changed(device, change);
      put(device, next);
      return ok(shown(next));
    },
    seen(id, resource) {
      const device = state.devices.find((one) => one.id === id);
      if (!device || (now() - (device.lastSeen ?? 0) < SEEN_EVERY && (resource ?? device.resource) === device.resource)) return;
      put(device, { ...device, lastSeen: now(), resource: resource ?? device.resource });
    },
    met(id) {
      if (byId.get(id)?.firstMessage !== undefined) return;
      const device = state.devices.find((one) => one.id === id);
      if (device) put(device, { ...device, firstMessage: now() });
    },
  };
}

function index({ devices }: Book): ReadonlyMap<string, LoginDevice> {
  return new Map(devices.map((one) => [one.id, shown(one)]));
}

/** The device with what the person has changed. */
function changed({ leaves: former, ...device }: DeviceCredential, change: DeviceChange): DeviceCredential {
  const { label, leaves } = change;
  const { policy, policies, words } = changedWishes(device, change);
  const leaving = leaves === 'default' ? undefined : (leaves ?? device.leaving ?? chosenBefore(former));
  return { ...device, leaving, policy, policies: { ...policies }, words: [...words], ...(label !== undefined && { name: label }) };
}

/** A former version wrote `here` for every new device, so `here` was not chosen by the person. */
function chosenBefore(leaves: DeviceCredential['leaves']): Leaving | undefined {
  return leaves === 'everywhere' ? leaves : undefined;
}

function taken(name: string) {
  return fail('device-exists', `A device named “${name}” already exists.`);
}

/** The device without its keys. */
function shown({ id, name, addedAt, lastSeen, resource, firstMessage, policy, policies, words, leaves, leaving }: DeviceCredential): LoginDevice {
  const resources = resource === undefined ? [] : [resource];
  return { id, label: name, resources, addedAt, lastSeen, firstMessage, policy, policies, words, leaves: leaving ?? chosenBefore(leaves) };
}
