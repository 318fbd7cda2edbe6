import type { StorageName } from '../../core/bookmark.ts';
import { FEATURE_COMPAT, FEATURE_COMPAT_PEP } from '../../xmpp/xep/bookmarks/bookmarks.ts';
import { FEATURE_CONVERSION } from '../../xmpp/xep/bookmarks/legacy-bookmarks.ts';
import type { BookmarkStorage, StorageContent } from './storage.ts';

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

/** What a storage said at a login. `evicts`: it has no place for more, and makes some by itself. */
export interface StorageLook {
  readonly storage: BookmarkStorage;
  readonly evicts: boolean;
  readonly content: StorageContent | { readonly refused: string };
}

const MOST_LOOKS = 3;

/**
 * Prepares and reads all storages. They are read again where an announced bridge looks broken: a client that writes just then
 * is seen in one and not yet in the other, and whoever took them for two lists would write over what it wrote.
 */
export async function lookAtStorages(all: readonly BookmarkStorage[], features: ReadonlySet<string>): Promise<StorageLook[]> {
  let looks = await Promise.all(all.map(async (storage) => {
    const evicts = await storage.prepare();
    return { storage, evicts, content: await storage.read() };
  }));
  for (let more = 1; more < MOST_LOOKS && contradictsBridge(looks, features); more += 1) {
    looks = await Promise.all(looks.map(async ({ storage, evicts }) => ({ storage, evicts, content: await storage.read() })));
  }
  return looks;
}

function contradictsBridge(looks: readonly StorageLook[], features: ReadonlySet<string>): boolean {
  const contents = new Map(looks.flatMap(({ storage, content }) => ('refused' in content ? [] : [[storage.name, content] as const])));
  const bridges = bridgesOf(features, contents);
  return announced.some(([feature, shown, truth]) => features.has(feature) && contents.has(shown) && contents.has(truth) && !bridges.has(shown) && !bridges.has(truth));
}

/** COMPAT: mod_bookmarks of Prosody 0.12 shows an item that cannot be read as a bookmark without anything. */
function roomsIn(content: StorageContent, other: StorageContent): string {
  const odd = new Set([...content.broken, ...other.broken]);
  return [...content.list.keys()].filter((room) => !odd.has(room)).toSorted().join(' ');
}
