// What other clients have left in the three storages.
import fc from 'fast-check';
import { foldFound, sameUnknown, storageNames, type Bookmark, type BookmarkList } from '../../src/core/bookmark.ts';
import { mergeBookmarks, type MergeInput } from '../../src/core/bookmark-merge.ts';
import { readBookmark } from '../../src/xmpp/xep/bookmarks/bookmarks.ts';
import { readPubsubEvent } from '../../src/xmpp/xep/service/pubsub.ts';
import { mutated, text } from './made.ts';
import { pure, type FuzzTarget } from './target.ts';

const EXTENSIONS = `<extensions><pinned xmlns='urn:xmpp:bookmarks-pinning:0'/><state xmlns='http://client.test/state' minimized='true'/></extensions>`;
const entry = (room: string, inside: string): string => `<item id='${room}@rooms.scripted.test'><conference xmlns='urn:xmpp:bookmarks:1' name='${room}' autojoin='true'>${inside}</conference></item>`;
const EVENT = `<message xmlns='jabber:client' from='romeo@scripted.test'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:bookmarks:1'>${
  entry('cave', `<nick>romeo</nick>${EXTENSIONS}`)}${entry('orchard', EXTENSIONS)}${entry('tomb', '')}</items></event></message>`;

const list: fc.Arbitrary<BookmarkList> = mutated(EVENT).map((event) => {
  const found = (readPubsubEvent(event)?.published ?? []).flatMap((item) => {
    const bookmark = readBookmark(item);
    return bookmark ? [{ id: item.id, bookmark }] : [];
  });
  return foldFound(found).list;
});

const input: fc.Arbitrary<MergeInput> = fc
  .record({
    agreed: list,
    lists: fc.array(fc.record({ before: fc.option(list, { nil: undefined }), now: list, seen: fc.constantFrom('live' as const, 'look' as const), evicts: fc.boolean() }), { minLength: 3, maxLength: 3 }),
    held: fc.array(fc.oneof(fc.constantFrom('cave', 'orchard', 'tomb').map((room) => `${room}@rooms.scripted.test`), text), { maxLength: 2 }),
    breathing: fc.boolean(),
    past: fc.array(list, { maxLength: 2 }),
  })
  .map(({ agreed, lists, held, breathing, past }) => ({
    agreed,
    views: lists.map((view, at) => ({ ...view, name: storageNames[at] ?? 'native', whole: at > 0 })),
    held: new Set(held),
    breathing,
    past: (room) => past.flatMap((one) => one.get(room) ?? []),
  }));

export const bookmarkTargets: readonly FuzzTarget[] = [
  pure('whatever lies in the storages, no write takes from a bookmark what is nobody’s here', () =>
    fc.property(input, (given) => {
      const { writes, list: merged } = mergeBookmarks(given);
      for (const { name, before, now } of given.views) {
        for (const [room, bookmark] of now) {
          const old = before?.get(room);
          if (old && sameUnknown(old, bookmark)) continue; // nobody's news: what we write is what the person wants
          const target = writes.get(name)?.target.get(room);
          if (target && unknownsOf(bookmark) > 0 && unknownsOf(target) === 0) throw new Error(`${name} loses what ${room} had: ${JSON.stringify([bookmark, target])}`);
        }
      }
      for (const [room, bookmark] of merged) if (bookmark.room !== room) throw new Error(`${room} has the bookmark of ${bookmark.room}`);
    }),
  ),
];

function unknownsOf({ extensions, others, attributes }: Bookmark): number {
  return extensions.length + others.length + Object.keys(attributes).length;
}
