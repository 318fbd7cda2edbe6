import type { Device } from '../../core/device.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import { mentionIn } from '../../core/mention.ts';
import { NS_REFERENCE, readMentionedNicks, readRepliedNick } from '../../xmpp/xep/message/mention.ts';
import type { NotifyLevel } from '../../xmpp/xep/bookmarks/notify.ts';
import { stanzaFrom } from '../../xmpp/stanza.ts';
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

/** Why a kept message is meant for the person, by a device's rules; `undefined` where it is not. */
export function mentionFor(context: AccountContext, device: Pick<Device, 'words'>, message: KeptMessage): string | undefined {
  const room = context.room(message.room);
  if (message.kind === 'private') return message.nick === room?.membership.nick ? undefined : 'it is a private message';
  const nicks = [room?.membership.nick, room?.nick].filter((nick) => nick !== undefined);
  const marked = message.repliesTo !== undefined || message.xml.includes(NS_REFERENCE) || message.xml.includes('urn:xmpp:reply:0');
  const element = marked ? stanzaFrom(message.xml).element : undefined;
  const about = {
    nick: message.nick,
    body: message.body,
    repliesToNick: element && readRepliedNick(element, message.room),
    names: element ? readMentionedNicks(element, message.room) : [],
  };
  return mentionIn(about, { nicks, words: device.words, replies: true });
}
