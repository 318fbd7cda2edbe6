import type { SharedOccupancy } from '../../../account/rooms/shared-occupancy-contract.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import type { BouncerDevice } from '../credentials/device-credentials.ts';

/** What a device is shown whatever it wants of a room: that it is there, what it is about, and what is for it alone. */
const ALWAYS: ReadonlySet<string> = new Set<KeptMessage['kind']>(['private', 'subject']);

/** Whether a device is shown a message that its room keeps, by the person's wish, and why. */
export function decideShown(occupancy: Pick<SharedOccupancy, 'mention'>, device: BouncerDevice, message: KeptMessage): { readonly shown: boolean; readonly why: string } {
  const policy = device.policies[message.room] ?? device.policy;
  if (policy === 'everything') return { shown: true, why: 'it gets everything' };
  if (ALWAYS.has(message.kind)) return { shown: true, why: `it is ${message.kind}` };
  if (policy === 'nothing') return { shown: false, why: 'you turned this room off for the device' };
  const why = occupancy.mention(message, device.words);
  return why === undefined ? { shown: false, why: 'it does not mention you' } : { shown: true, why };
}

/** Whether what no archive keeps (who is typing) is shown there. */
export function showsPassing(device: BouncerDevice, room: string): boolean {
  return (device.policies[room] ?? device.policy) === 'everything';
}
