import { parseBareJid } from '../../core/jid.ts';
import type { RoomVerbs } from './verbs.ts';
import { hereWish, type RoomWishes } from './wishes.ts';

/** What a person does at the page or the command line: a join is a wish, and a leave ends everybody's. */
export function withWishes(verbs: RoomVerbs, wishes: RoomWishes): RoomVerbs {
  const wish = (text: string): void => {
    const room = parseBareJid(text);
    if (room !== undefined) wishes.add(room, hereWish);
  };
  const leave: RoomVerbs['leave'] = (room, farewell) => {
    const left = verbs.leave(room, farewell);
    wishes.clear(parseBareJid(room) ?? room);
    return left;
  };
  return {
    ...verbs,
    leave,
    join(room, options) {
      wish(room);
      return verbs.join(room, options);
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
