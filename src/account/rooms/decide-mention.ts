import type { GroupchatMessage, MessageKind } from '../../core/groupchat.ts';
import { mentionIn, type MentionReason } from '../../core/mention.ts';
import { readExplicitMentions } from '../../xmpp/xep/message/explicit-mention.ts';
import { readMentionedNicks, readRepliedNick } from '../../xmpp/xep/message/mention.ts';
import type { Element } from '../../xmpp/xml.ts';
import type { AccountContext, Transaction } from '../context.ts';

/** What says something to somebody; a reaction or a marker does not. */
const SPEAKS: ReadonlySet<MessageKind> = new Set<MessageKind>(['message', 'correction', 'encrypted']);

/**
 * Why a message of a room is meant for the person. Asked once, when it is received: the answer is kept with it, and search,
 * unread counts, alerts, devices and push read that. A nick that changes later changes nothing of what was received.
 */
export function decideMention(context: Pick<AccountContext, 'jid'>, transaction: Transaction, { message, element }: { message: GroupchatMessage; element: Element }): MentionReason | undefined {
  const room = transaction.room(message.room);
  if (!room || !SPEAKS.has(message.kind)) return undefined;
  const { nick } = room.membership;
  const nicks = [...new Set([nick, room.nick])].filter((one) => one !== undefined);
  const about = {
    nick: message.nick,
    occupantId: message.occupantId,
    body: message.body,
    repliesToNick: readRepliedNick(element, room.jid),
    names: readMentionedNicks(element, room.jid),
    explicit: readExplicitMentions(element),
  };
  return mentionIn(about, {
    nicks,
    occupantId: nick === undefined ? undefined : transaction.occupant(room.jid, nick)?.occupantId,
    jids: [context.jid, ...nicks.map((one) => `${room.jid}/${one}`)],
    words: [],
    replies: true,
  });
}
