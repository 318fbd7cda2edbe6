import { NS_BOOKMARKS, readBookmark } from '../xmpp/features/bookmarks.ts';
import { itemsQuery, readItems, readPubsubEvent } from '../xmpp/features/pubsub.ts';
import type { PubsubItem } from '../xmpp/features/pubsub.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import { sentenceOf } from '../core/errors.ts';
import type { Draft, Ground } from './ground.ts';

/** A list longer than this is no person's. */
const MAX_BOOKMARKS = 2_000;

/** XEP-0402 as the control plane: autojoin joins, its end leaves. The other storages come with their issue. */
export interface Bookmarks {
  /** Reads the list after a login, and joins what it says. */
  load(): Promise<void>;
  /** Reads an event of the bookmarks' node. True where the message was one. */
  receive(draft: Draft, stanza: Stanza): boolean;
}

export interface BookmarkWishes {
  join(room: string, nick: string | undefined, password: string | undefined): void;
  leave(room: string): void;
}

export function openBookmarks(ground: Ground, wishes: BookmarkWishes): Bookmarks {
  function follow(item: PubsubItem): void {
    const bookmark = readBookmark(item);
    if (!bookmark) {
      ground.log('warn', 'a bookmark that is none was passed over', { id: item.id.slice(0, 200) });
      return;
    }
    if (bookmark.autojoin) wishes.join(bookmark.room, bookmark.nick, bookmark.password);
    else wishes.leave(bookmark.room);
  }

  function followAll(items: readonly PubsubItem[]): void {
    for (const item of items.slice(0, MAX_BOOKMARKS)) follow(item);
  }

  return {
    async load() {
      const answer = await ground.connection.iq(itemsQuery(NS_BOOKMARKS));
      if (answer.ok) {
        // a room without autojoin may still be one that the person joined here: only a live change says to leave
        const wanted = readItems(answer.element).filter((item) => readBookmark(item)?.autojoin === true);
        followAll(wanted);
      } else if (answer.error.condition !== 'item-not-found') {
        ground.log('warn', `the bookmarks could not be read: ${answer.error.condition}`);
      }
    },
    receive(draft, stanza) {
      const event = readPubsubEvent(stanza.element);
      if (event?.node !== NS_BOOKMARKS || event.from !== ground.jid) return false;
      draft.afterwards(() => {
        try {
          followAll(event.published);
          for (const id of event.retracted) wishes.leave(id);
        } catch (error) {
          ground.log('error', `a change of the bookmarks could not be followed: ${sentenceOf(error)}`);
        }
      });
      return true;
    },
  };
}
