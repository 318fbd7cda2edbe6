import type { StorageName } from '../../core/bookmark.ts';
import { FEATURE_COMPAT, FEATURE_COMPAT_PEP } from '../../xmpp/xep/bookmarks/bookmarks.ts';
import { FEATURE_CONVERSION } from '../../xmpp/xep/bookmarks/legacy-bookmarks.ts';
import type { StorageContent } from './storage.ts';

/** What a server may announce: which storage shows the same list as which. */
const announced: readonly (readonly [feature: string, shown: StorageName, truth: StorageName])[] = [
  [FEATURE_COMPAT_PEP, 'pep', 'native'],
  [FEATURE_COMPAT, 'private', 'native'],
  [FEATURE_CONVERSION, 'private', 'pep'], // XEP-0411
];

/**
 * Which storages stand for others on this server: what it announces, and what looking does not contradict. By rooms
 * alone, for a bridge may lose fields.
 */
export function bridgesOf(features: ReadonlySet<string>, contents: ReadonlyMap<StorageName, StorageContent>): ReadonlyMap<StorageName, StorageName> {
  const bridges = new Map<StorageName, StorageName>();
  for (const [feature, shown, truth] of announced) {
    const [one, other] = [contents.get(shown), contents.get(truth)];
    if (!features.has(feature) || !other || bridges.has(shown) || bridges.has(truth)) continue;
    if (one === undefined || roomsIn(one, other) === roomsIn(other, one)) bridges.set(shown, truth);
  }
  return bridges;
}

/** COMPAT: mod_bookmarks of Prosody 0.12 shows an item that cannot be read as a bookmark without anything. */
function roomsIn(content: StorageContent, other: StorageContent): string {
  const odd = new Set([...content.broken, ...other.broken]);
  return [...content.list.keys()].filter((room) => !odd.has(room)).toSorted().join(' ');
}
