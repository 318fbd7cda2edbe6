import { parseBareJid } from '../../core/jid.ts';
import type { AccountContext } from '../context.ts';
import { isLostJoin } from './lost-join.ts';
import type { RoomVerbs } from './verbs.ts';
import { personWish, type RoomWishes } from './wishes.ts';

/** What a person does at the page or the command line: a join is a wish, and a leave ends everybody's. */
export function withWishes(verbs: RoomVerbs, wishes: RoomWishes, context: Pick<AccountContext, 'room' | 'archive' | 'jid'>): RoomVerbs {
  const wish = (text: string): void => {
    const room = parseBareJid(text);
    if (room !== undefined) wishes.add(room, personWish);
  };
  const leave: RoomVerbs['leave'] = async (room, farewell) => {
    // both are begun in this step; where a full disk refuses both, both are heard
    const cleared = async (): Promise<void> => wishes.clear(parseBareJid(room) ?? room);
    const [left] = await Promise.all([verbs.leave(room, farewell), cleared()]);
    return left;
  };
  return {
    ...verbs,
    leave,
    async join(text, options) {
      const room = parseBareJid(text);
      const isNew = room !== undefined && context.room(room) === undefined;
      wish(text);
      const joined = await verbs.join(text, options);
      if (isNew && options?.tentative && !joined.ok && isLostJoin(context, room, joined.error.code)) await leave(room);
      return joined;
    },
    async follow(room) {
      const followed = await verbs.follow(room);
      if (!followed.ok) return followed;
      wish(followed.value.room);
      wishes.clear(parseBareJid(room) ?? room);
      return followed;
    },
  };
}
