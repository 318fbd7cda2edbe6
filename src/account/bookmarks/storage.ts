import pLimit from 'p-limit';
import { foldFound } from '../../core/bookmark.ts';
import type { BookmarkList, FoundBookmark, StorageName } from '../../core/bookmark.ts';
import type { StorageWrite } from '../../core/bookmark-merge.ts';
import { parseBareJid } from '../../core/jid.ts';
import { bookmarkNodeOptions, conference, NS_BOOKMARKS, readBookmark } from '../../xmpp/xep/bookmarks/bookmarks.ts';
import { NS_STORAGE, privateQuery, privateSet, readPrivate, storage, storageIn, storageNodeOptions } from '../../xmpp/xep/bookmarks/legacy-bookmarks.ts';
import type { StoredList } from '../../xmpp/xep/bookmarks/legacy-bookmarks.ts';
import { itemsQuery, publish, readItems, retract } from '../../xmpp/xep/service/pubsub.ts';
import type { PubsubEvent, PubsubItem } from '../../xmpp/xep/service/pubsub.ts';
import { openPrivateNode } from '../server/private-node.ts';
import type { AccountContext } from '../context.ts';

/** What a storage is reached by. */
type Reach = Pick<AccountContext, 'connection' | 'log'>;

/** A list longer than this is no person's: what is beyond is neither read nor written. */
export const MAX_BOOKMARKS = 2_000;
const WRITES_AT_ONCE = 20;

/** What a storage holds, as it was last seen. */
export interface StorageContent {
  readonly list: BookmarkList;
  /** Addresses that are not in their normal form. */
  readonly odd: readonly string[];
  readonly found: readonly FoundBookmark[];
  /** What is no bookmark of a room, and is left alone. */
  readonly kept: readonly string[];
  /** Rooms of which there is an entry that cannot be read. */
  readonly broken: readonly string[];
}

/** Why something was not done, in one word; `undefined` where it was. */
type StorageRefusal = string | undefined;

/** One place in which bookmarks lie. */
export interface BookmarkStorage {
  readonly name: StorageName;
  /** Written whole by each client. */
  readonly whole: boolean;
  /** The PEP node to watch. */
  readonly node: string | undefined;
  /** Sees that nobody else can read it and that it keeps all; true where it did not before. Throws nothing. */
  prepare(): Promise<boolean>;
  read(): Promise<StorageContent | { readonly refused: string }>;
  /** The content after an event of the node. */
  follow(content: StorageContent, event: PubsubEvent): StorageContent;
  write(write: StorageWrite, content: StorageContent): Promise<StorageRefusal>;
}

export function contentOf(found: readonly FoundBookmark[], kept: readonly string[] = [], broken: readonly string[] = []): StorageContent {
  const some = found.slice(0, MAX_BOOKMARKS);
  return { ...foldFound(some), found: some, kept, broken };
}

/** XEP-0402: an item for each room. */
export function nativeStorage({ connection, log }: Reach): BookmarkStorage {
  const node = openPrivateNode({ connection, log }, NS_BOOKMARKS, bookmarkNodeOptions);

  function readAll(items: readonly PubsubItem[]): StorageContent {
    const read = items.map((item) => ({ id: item.id, bookmark: readBookmark(item) }));
    const found = read.flatMap(({ id, bookmark }) => (bookmark ? [{ id, bookmark }] : []));
    const broken = read.flatMap(({ id, bookmark }) => (bookmark ? [] : (parseBareJid(id) ?? [])));
    if (found.length < read.length) log('warn', `${read.length - found.length} bookmarks cannot be read, and are left as they are`);
    return contentOf(found, [], broken);
  }

  return {
    name: 'native',
    whole: false,
    node: NS_BOOKMARKS,
    prepare: node.prepare,
    async read() {
      const answer = await connection.iq(itemsQuery(NS_BOOKMARKS));
      if (answer.ok) return readAll(readItems(answer.element));
      return answer.error.condition === 'item-not-found' ? contentOf([]) : { refused: answer.error.condition };
    },
    follow({ found, broken }, { published, retracted, emptied }) {
      if (emptied) return contentOf([]);
      const changed = new Map(published.map((item) => [item.id, readBookmark(item)]));
      const kept = found.filter(({ id }) => !retracted.includes(id) && changed.get(id) === undefined);
      const fresh = [...changed].flatMap(([id, bookmark]) => (bookmark ? [{ id, bookmark }] : []));
      return contentOf([...kept, ...fresh], [], broken);
    },
    /** What has an odd address goes first: a client that folds addresses would take the room for removed. */
    async write({ target, put, remove }, { odd, list }) {
      await node.prepare(); // COMPAT: ejabberd 23.01 takes publish-options and does not look at them
      const limit = pLimit(WRITES_AT_ONCE);
      const again = odd.flatMap((id) => target.get(parseBareJid(id) ?? '') ?? []);
      const gone = [...odd, ...remove.filter((room) => list.has(room) && !odd.some((id) => parseBareJid(id) === room))];
      const first = await Promise.all(gone.map((id) => limit(() => connection.iq(retract(NS_BOOKMARKS, id)))));
      const all = [...new Map([...again, ...put].map((bookmark) => [bookmark.room, bookmark])).values()];
      const second = await Promise.all(all.map((bookmark) => limit(() => node.publish((options) => publish({ node: NS_BOOKMARKS, id: bookmark.room, payload: conference(bookmark), options })))));
      const refusals = first.flatMap((answer) => (answer.ok || answer.error.condition === 'item-not-found' ? [] : [answer.error.condition]));
      return refusals[0] ?? second.find((refusal) => refusal !== undefined);
    },
  };
}

/** XEP-0048 in PEP: one item with the whole list. */
export function pepStorage({ connection, log }: Reach): BookmarkStorage {
  const node = openPrivateNode({ connection, log }, NS_STORAGE, storageNodeOptions);
  return {
    name: 'pep',
    whole: true,
    node: NS_STORAGE,
    prepare: node.prepareExisting,
    async read() {
      const answer = await connection.iq(itemsQuery(NS_STORAGE));
      if (answer.ok) return contentFrom(storageIn(readItems(answer.element)));
      return answer.error.condition === 'item-not-found' ? contentOf([]) : { refused: answer.error.condition };
    },
    follow(content, { published, emptied, retracted }) {
      if (emptied || (retracted.length > 0 && published.length === 0)) return contentOf([]);
      return published.length === 0 ? content : contentFrom(storageIn(published));
    },
    async write({ target }, { kept }) {
      await node.prepare(); // COMPAT: as above
      return node.publish((options) => publish({ node: NS_STORAGE, id: 'current', payload: storage(target, kept), options }));
    },
  };
}

/** XEP-0048 in XEP-0049: the whole list, and nobody tells of changes. */
export function privateStorage({ connection }: Reach): BookmarkStorage {
  return {
    name: 'private',
    whole: true,
    node: undefined,
    prepare: async () => false,
    async read() {
      const answer = await connection.iq(privateQuery());
      if (answer.ok) return contentFrom(readPrivate(answer.element));
      return answer.error.condition === 'item-not-found' ? contentOf([]) : { refused: answer.error.condition };
    },
    follow: (content) => content,
    async write({ target }, { kept }) {
      const answer = await connection.iq(privateSet(target, kept));
      return answer.ok ? undefined : answer.error.condition;
    },
  };
}

function contentFrom({ found, kept }: StoredList): StorageContent {
  return contentOf(found, kept);
}
