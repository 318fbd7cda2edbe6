import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Archive } from '../archive/contract.ts';
import type { Result } from '../core/errors.ts';
import { fail, ok } from '../core/errors.ts';
import { deriveKey, ITERATIONS, makePassword, makeSalt, proves, sameKey, serverSignature, storedKey } from './keys.ts';
import type { Hash } from './keys.ts';

const device = z.strictObject({
  id: z.string(),
  name: z.string(),
  addedAt: z.number(),
  lastSeen: z.number().optional(),
  sha1: storedKey,
  sha256: storedKey,
});
const book = z.strictObject({ salt: z.string(), devices: z.array(device) });

/** A device that may log in through the bouncer. Times are milliseconds since the epoch. */
export interface BouncerDevice {
  readonly id: string;
  readonly name: string;
  readonly addedAt: number;
  readonly lastSeen: number | undefined;
}

const MAX_DEVICES = 50;
const KEY = 'bouncer-devices';
const SEEN_EVERY = 60_000;

/** The devices of one account, with their keys. A password itself is shown once and kept nowhere. */
export interface DeviceBook {
  readonly iterations: number;
  /** One salt for the account: SCRAM tells it before anybody knows which device asks. Base64. */
  salt(): string;
  list(): BouncerDevice[];
  add(name: string): Result<{ device: BouncerDevice; password: string }>;
  /** By id or by name. */
  remove(which: string): BouncerDevice | undefined;
  /** The device whose password the proof is of, and our signature for it. */
  byProof(hash: Hash, auth: string, proof: Buffer): { device: BouncerDevice; signature: string } | undefined;
  byPassword(password: string): BouncerDevice | undefined;
  has(id: string): boolean;
  seen(id: string): void;
}

export function openDeviceBook(account: string, archive: Archive, now: () => number): DeviceBook {
  let state = read();

  function read(): z.output<typeof book> {
    const text = archive.value(account, KEY);
    if (text === undefined) return { salt: makeSalt().toString('base64'), devices: [] };
    return book.parse(JSON.parse(text));
  }

  function save(next: z.output<typeof book>): void {
    archive.setValue(account, KEY, JSON.stringify(next));
    state = next;
  }

  const salt = (): Buffer => Buffer.from(state.salt, 'base64');

  return {
    iterations: ITERATIONS,
    salt: () => state.salt,
    list: () => state.devices.map(shown),
    add(name) {
      const label = name.trim();
      if (label === '') return fail('bad-name', 'A device needs a name.');
      if (state.devices.some((known) => known.name === label)) return fail('device-exists', `There is a device “${label}” already.`);
      if (state.devices.length >= MAX_DEVICES) return fail('too-many', `An account may have ${MAX_DEVICES} devices.`);
      const password = makePassword();
      const keys = { sha1: deriveKey('sha1', password, salt()), sha256: deriveKey('sha256', password, salt()) };
      const added = { id: randomBytes(6).toString('hex'), name: label, addedAt: now(), ...keys };
      save({ ...state, devices: [...state.devices, added] });
      return ok({ device: shown(added), password });
    },
    remove(which) {
      const found = state.devices.find(({ id }) => id === which) ?? state.devices.find(({ name }) => name === which);
      if (found) save({ ...state, devices: state.devices.filter((one) => one !== found) });
      return found && shown(found);
    },
    byProof(hash, auth, proof) {
      const found = state.devices.find((one) => proves(hash, one[hash], auth, proof));
      return found && { device: shown(found), signature: serverSignature(hash, found[hash], auth) };
    },
    byPassword(password) {
      const typed = deriveKey('sha256', password.trim(), salt());
      const found = state.devices.find((one) => sameKey(one.sha256, typed));
      return found && shown(found);
    },
    has: (id) => state.devices.some((one) => one.id === id),
    seen(id) {
      const found = state.devices.find((one) => one.id === id);
      if (!found || now() - (found.lastSeen ?? 0) < SEEN_EVERY) return;
      save({ ...state, devices: state.devices.map((one) => (one === found ? { ...one, lastSeen: now() } : one)) });
    },
  };
}

function shown({ id, name, addedAt, lastSeen }: z.output<typeof device>): BouncerDevice {
  return { id, name, addedAt, lastSeen };
}
