import type { BookmarkList } from '../../core/bookmark.ts';
import type { StorageWrite } from '../../core/bookmark-merge.ts';
import { contentOf } from './storage.ts';
import type { StorageContent, BookmarkStorage } from './storage.ts';

/**
 * What a storage holds after a write of ours was taken. Where an event has told of a room since the write began, the
 * event is right: the server told it in its own order.
 */
export function afterWrite(storage: BookmarkStorage, { content, write, told }: { content: StorageContent; write: StorageWrite; told: (what: string) => boolean }): StorageContent {
  const { target, put, remove } = write;
  if (storage.whole) {
    if (told(storage.name)) return content;
    return contentOf([...target.values()].map((bookmark) => ({ id: bookmark.room, bookmark })), content.kept);
  }
  if (told(storage.name)) return content;
  const [gone, written] = [new Set([...remove, ...content.odd]), new Map(put.map((bookmark) => [bookmark.room, bookmark]))];
  for (const { id, bookmark } of content.found) {
    const again = content.odd.includes(id) ? target.get(bookmark.room) : undefined;
    if (again) written.set(bookmark.room, again);
  }
  const kept = content.found.filter(({ id }) => told(id) || (!gone.has(id) && !written.has(id)));
  const fresh = [...written.values()].filter(({ room }) => !told(room)).map((bookmark) => ({ id: bookmark.room, bookmark }));
  return contentOf([...kept, ...fresh], content.kept, content.broken.filter((room) => !written.has(room)));
}

/** Rooms that one list has and the other lacks. */
export function lost(known: BookmarkList, now: BookmarkList): ReadonlySet<string> {
  return new Set([...known.keys()].filter((room) => !now.has(room)));
}
