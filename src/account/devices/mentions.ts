import type { Device } from '../../core/device.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import { sentenceOfMention, wordIn } from '../../core/mention.ts';
import type { NotifyLevel } from '../../xmpp/xep/bookmarks/notify.ts';
import type { AccountContext } from '../context.ts';

/**
 * Whether a device that wants what is meant for the person wants a message, by what they set for the room (XEP-0492, as
 * it reads for that kind of client; mentions where nothing is set), and why or why not.
 */
export function wantedBy(context: AccountContext, device: Pick<Device, 'words'>, level: NotifyLevel | undefined, message: KeptMessage): { readonly wanted: boolean; readonly why: string } {
  if (level === 'never') return { wanted: false, why: 'you turned notifications off for this room' };
  const own = message.nick !== undefined && message.nick === context.room(message.room)?.membership.nick;
  if (level === 'always' && !own) return { wanted: true, why: 'you turned notifications on for this room' };
  const why = mentionFor(context, device, message);
  return why === undefined ? { wanted: false, why: 'it does not mention you' } : { wanted: true, why };
}

/**
 * Why a kept message is meant for the person on a device; `undefined` where it is not. What was decided when it was
 * received holds for every device; the device's further words are looked for on top of it, here alone.
 */
export function mentionFor(context: AccountContext, device: Pick<Device, 'words'>, message: KeptMessage): string | undefined {
  const { kind, nick, mention, body } = message;
  const own = nick !== undefined && nick === context.room(message.room)?.membership.nick;
  if (own) return undefined;
  if (kind === 'private') return 'it is a private message';
  if (mention !== undefined) return sentenceOfMention(mention);
  const word = body === undefined ? undefined : wordIn(body, device.words);
  return word === undefined ? undefined : `it contains the word “${word}”`;
}
