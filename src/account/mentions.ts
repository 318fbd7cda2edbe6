import type { Device } from '../core/device.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import { mentionIn } from '../core/mention.ts';
import { NS_REFERENCE, readMentionedNicks, readRepliedNick } from '../xmpp/features/mention.ts';
import { stanzaFrom } from '../xmpp/stanza.ts';
import type { Ground } from './ground.ts';

/** Why a kept message is meant for the person, by a device's rules; `undefined` where it is not. */
export function mentionFor(ground: Ground, device: Pick<Device, 'words'>, message: KeptMessage): string | undefined {
  const room = ground.room(message.room);
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
