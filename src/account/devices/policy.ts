// What of a room a device gets by the person's wishes: one place for relay, bouncer and the digest of mentions.
import { policyOf, type DeviceWishes } from '../../core/device.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import { sentenceOfMention, wordIn } from '../../core/mention.ts';
import type { NotifyLevel } from '../../xmpp/xep/bookmarks/notify.ts';
import type { AccountContext } from '../context.ts';
import type { DeviceChange } from './contract.ts';

export interface PolicyDecision {
  readonly wanted: boolean;
  /** One sentence for the log and the devices page. */
  readonly why: string;
}

/** What a device that is itself an occupant is shown whatever it wants: what the room is about, and what is for it alone. */
const ALWAYS_SHOWN: ReadonlySet<string> = new Set<KeptMessage['kind']>(['private', 'subject']);

/**
 * Whether a device gets a message, and why. `level` is what the person set for the room (XEP-0492, as it reads for that
 * kind of client).
 */
export function decideByPolicy(context: AccountContext, { device, message, level }: { device: DeviceWishes; message: KeptMessage; level?: NotifyLevel | undefined }): PolicyDecision {
  const policy = policyOf(device, message.room);
  if (policy === 'everything') return { wanted: true, why: 'it gets everything' };
  if (policy === 'nothing') return { wanted: false, why: 'you turned this room off for the device' };
  return meantFor(context, { device, message, level });
}

/** The same for a device at the bouncer, which believes itself to be an occupant of the room. */
export function decideShown(context: AccountContext, device: DeviceWishes, message: KeptMessage): PolicyDecision {
  const always = policyOf(device, message.room) !== 'everything' && ALWAYS_SHOWN.has(message.kind);
  return always ? { wanted: true, why: `it is ${message.kind}` } : decideByPolicy(context, { device, message });
}

/** Whether a device at the bouncer is shown what no archive keeps, such as who is typing. */
export function showsTransient(device: DeviceWishes, room: string): boolean {
  return policyOf(device, room) === 'everything';
}

/**
 * Whether a message is meant for the person on a device, by what they set for the room (mentions where nothing is set),
 * and why or why not.
 */
export function meantFor(context: AccountContext, { device, message, level }: { device: Pick<DeviceWishes, 'words'>; message: KeptMessage; level: NotifyLevel | undefined }): PolicyDecision {
  if (level === 'never') return { wanted: false, why: 'you turned notifications off for this room' };
  if (level === 'always' && !isOwn(context, message)) return { wanted: true, why: 'you turned notifications on for this room' };
  const why = mentionFor(context, device, message);
  return why === undefined ? { wanted: false, why: 'it does not mention you' } : { wanted: true, why };
}

/**
 * Why a message mentions the person on a device; `undefined` where it does not. What was decided when it was received
 * holds for every device; the device's further words are looked for here alone.
 */
function mentionFor(context: AccountContext, device: Pick<DeviceWishes, 'words'>, message: KeptMessage): string | undefined {
  const { kind, mention, body } = message;
  if (isOwn(context, message)) return undefined;
  if (kind === 'private') return 'it is a private message';
  if (mention !== undefined) return sentenceOfMention(mention);
  const word = body === undefined ? undefined : wordIn(body, device.words);
  return word === undefined ? undefined : `it contains the word “${word}”`;
}

function isOwn(context: AccountContext, { nick, room }: KeptMessage): boolean {
  return nick !== undefined && nick === context.room(room)?.membership.nick;
}

/** A device's wishes with what the person has changed. */
export function changedWishes(device: DeviceWishes, { policy, room, words }: DeviceChange): DeviceWishes {
  const { [room ?? '']: _, ...others } = device.policies;
  return {
    policy: policy !== undefined && room === undefined && policy !== 'default' ? policy : device.policy,
    policies: policy === undefined || room === undefined ? device.policies : policy === 'default' ? others : { ...others, [room]: policy },
    words: words ?? device.words,
  };
}
