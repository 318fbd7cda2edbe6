import { z } from 'zod';
import { leftOut, stored } from '../../archive/schema/stored.ts';
import { cursorOwner, defaultLimit } from '../../core/device.ts';
import type { Device } from '../../core/device.ts';
import type { Policy } from '../../core/mention.ts';
import type { AccountContext } from '../context.ts';

const KEY = 'devices';
/** Those that were not seen for longest make room, unless the person has named them. */
const MAX_DEVICES = 100;

const text = leftOut(z.string());
const policy = z.enum(['everything', 'mentions', 'nothing'] satisfies Policy[]);
/** JSON leaves out what is undefined; a default stands for what a former version did not know. */
const deviceShape = z.object({
  id: z.string(),
  label: text,
  resources: z.array(z.string()),
  capsNode: text,
  identity: text,
  software: text,
  lastSeen: z.number(),
  from: z.number(),
  wish: leftOut(z.boolean()),
  refused: text,
  policy,
  policies: z.record(z.string(), policy).default({}),
  words: z.array(z.string()).default([]),
  limit: z.object({ messages: z.number(), hours: z.number() }).default(defaultLimit),
  digest: leftOut(z.object({ quiet: leftOut(z.object({ from: z.number(), to: z.number() })) })),
});

/** The account's devices as the disk has them: memory changes after the commit. */
export interface DeviceStore {
  all(): readonly Device[];
  get(id: string): Device | undefined;
  /** Adds or replaces; throws what the disk throws. */
  put(device: Device): void;
  /** Removes a device and all its cursors. */
  remove(id: string): void;
}

export function openDeviceStore(context: AccountContext): DeviceStore {
  const { archive, jid } = context;
  let list: readonly Device[] = stored(z.array(deviceShape), archive.value(jid, KEY), []);
  let byId = new Map(list.map((device) => [device.id, device]));

  function store(next: readonly Device[], without: readonly Device[]): void {
    context.transact(() => {
      archive.setValue(jid, KEY, JSON.stringify(next));
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
