import type { KeptMessage } from '../../core/groupchat.ts';
import type { NotifyLevel } from '../../xmpp/xep/bookmarks/notify.ts';
import type { Alert } from './contract.ts';
import type { AccountContext } from '../context.ts';

const SAID: readonly string[] = ['message', 'encrypted', 'private'];

/**
 * Whether the person should be told of a message at once, by what they set for the room (XEP-0492; mentions where
 * nothing is set), and why. Their own words are no news.
 */
export function alertFor(context: AccountContext, level: NotifyLevel | undefined, message: KeptMessage): Alert | undefined {
  const { nick, room, kind } = message;
  if (level === 'never' || nick === undefined || !SAID.includes(kind) || nick === context.room(room)?.membership.nick) return undefined;
  if (kind === 'private') return 'private';
  if (message.mention !== undefined) return 'mention';
  return level === 'always' ? 'room' : undefined;
}
