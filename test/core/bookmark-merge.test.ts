import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldFound, newBookmark, sameBasics, sameList, storageNames, type Bookmark, type BookmarkList } from '../../src/core/bookmark.ts';
import { mergeBookmarks, type MergeInput, type StorageView } from '../../src/core/bookmark-merge.ts';

const PIN = '<pinned xmlns="urn:xmpp:bookmarks-pinning:0"/>';
const STATE = '<state xmlns="http://myclient.example/state" minimized="true"/>';

function mark(room: string, about: Partial<Bookmark> = {}): Bookmark {
  return { ...newBookmark(`${room}@rooms.example`), ...about };
}

function listOf(...bookmarks: Bookmark[]): BookmarkList {
  return new Map(bookmarks.map((bookmark) => [bookmark.room, bookmark]));
}

function view(name: StorageView['name'], before: BookmarkList | undefined, now: BookmarkList, about: Partial<StorageView> = {}): StorageView {
  return { name, before, now, whole: name !== 'native', seen: 'live', evicts: false, ...about };
}

function merge(agreed: BookmarkList, views: readonly StorageView[], about: Partial<MergeInput> = {}) {
  return mergeBookmarks({ agreed, views, held: new Set(), breathing: false, past: () => [], ...about });
}

const rooms = (list: BookmarkList): string[] => [...list.keys()].map((room) => room.split('@')[0] ?? '').toSorted();

const anyBookmark = fc.record({
  room: fc.constantFrom('a', 'b', 'c', 'd', 'e').map((name) => `${name}@rooms.example`),
  name: fc.option(fc.constantFrom('A room', 'Ein Raum'), { nil: undefined }),
  autojoin: fc.boolean(),
  nick: fc.option(fc.constantFrom('alice', 'Ali'), { nil: undefined }),
  password: fc.option(fc.constantFrom('sesame', 'open'), { nil: undefined }),
  extensions: fc.subarray([PIN, STATE]),
  attributes: fc.constantFrom<Record<string, string>[]>({}, { 'x:colour': 'red' }),
  others: fc.constant<string[]>([]),
});
const basics = (bookmark: Bookmark): Bookmark => ({ ...bookmark, extensions: [], attributes: {}, others: [] });
const anyList = fc.array(anyBookmark, { maxLength: 5 }).map((all) => listOf(...all));
const anyInput = fc.record({
  agreed: anyList,
  lists: fc.tuple(anyList, anyList, anyList, anyList, anyList, anyList),
  first: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  seen: fc.constantFrom('live' as const, 'look' as const),
}).map(({ agreed, lists, first, seen }) => {
  const views = storageNames.map((name, index) => {
    const plain = (list: BookmarkList = new Map()): BookmarkList => (name === 'native' ? list : listOf(...[...list.values()].map(basics)));
    return view(name, first[index] ? undefined : plain(lists[index * 2]), plain(lists[index * 2 + 1]), { seen });
  });
  return { agreed, views };
});

describe('whatever the storages hold', () => {
  test('once what it says is written, a second merge says nothing', () => {
    fc.assert(fc.property(anyInput, ({ agreed, views }) => {
      const first = merge(agreed, views);
      const held = new Set(first.held.flatMap((one) => one.rooms));
      const written = views.map((one) => {
        const now = first.writes.get(one.name)?.target ?? one.now;
        return { ...one, before: now, now };
      });
      const second = merge(first.list, written, { held });
      expect(second.changes).toEqual([]);
      expect(second.held).toEqual([]);
      expect([...second.writes]).toEqual([]);
      expect(sameList(second.list, first.list)).toBe(true);
    }));
  });

  test('every storage ends with the same list, but for what is held', () => {
    fc.assert(fc.property(anyInput, ({ agreed, views }) => {
      const { list, held, writes } = merge(agreed, views);
      const waiting = new Set(held.flatMap((one) => one.rooms));
      for (const one of views) {
        const ends = writes.get(one.name)?.target ?? one.now;
        for (const [room, bookmark] of list) {
          if (waiting.has(room)) continue;
          const there = ends.get(room);
          expect(there && sameBasics(there, bookmark)).toBe(true);
        }
        for (const room of ends.keys()) expect(list.has(room) || waiting.has(room)).toBe(true);
      }
    }));
  });

  test('no merge takes two rooms away for one storage', () => {
    fc.assert(fc.property(anyInput, ({ agreed, views }) => {
      const { changes } = merge(agreed, views);
      for (const name of storageNames) {
        expect(changes.filter(({ storage, after }) => storage === name && !after).length).toBeLessThan(2);
      }
    }));
  });

  test('nothing happens where nothing changed', () => {
    fc.assert(fc.property(anyList, (list) => {
      const plain = listOf(...[...list.values()].map(basics));
      const { changes, writes } = merge(list, [view('native', list, list), view('pep', plain, plain)]);
      expect([changes, [...writes]]).toEqual([[], []]);
    }));
  });

  test('an old-format list never costs an extension', () => {
    fc.assert(fc.property(anyList, anyList, (list, other) => {
      const plain = (from: BookmarkList): BookmarkList => listOf(...[...from.values()].map(basics));
      const merged = merge(list, [view('native', list, list), view('private', plain(list), plain(other))]);
      for (const [room, bookmark] of merged.list) {
        const before = list.get(room);
        expect(bookmark.extensions).toEqual(before?.extensions ?? []);
      }
    }));
  });
});

test('different edits of one room in two storages both count', () => {
  const before = listOf(mark('a'));
  const views = [view('native', before, listOf(mark('a', { nick: 'Ali' }))), view('pep', before, listOf(mark('a', { autojoin: true })))];
  const { list, writes } = merge(before, views);
  expect(list.get('a@rooms.example')).toEqual(mark('a', { nick: 'Ali', autojoin: true }));
  expect([...writes.keys()]).toEqual(['native', 'pep']);
});

test('of two edits of one field the newer format’s counts', () => {
  const before = listOf(mark('a'));
  const views = [view('native', before, listOf(mark('a', { nick: 'Ali' }))), view('private', before, listOf(mark('a', { nick: 'Old' })))];
  expect(merge(before, views).list.get('a@rooms.example')?.nick).toBe('Ali');
});

test('a room that one storage removed and another changed stays', () => {
  const before = listOf(mark('a'));
  const { list } = merge(before, [view('native', before, new Map()), view('pep', before, listOf(mark('a', { nick: 'Ali' })))]);
  expect(list.get('a@rooms.example')?.nick).toBe('Ali');
});

test('one room gone waits for the end of its breath, in each storage as it is', () => {
  const before = listOf(mark('a'), mark('b'));
  const views = [view('native', before, listOf(mark('a'))), view('private', before, before)];
  const { list, changes, held, pending, writes } = merge(before, views, { breathing: true });
  expect(pending).toEqual([{ storage: 'native', room: 'b@rooms.example' }]);
  expect(rooms(list)).toEqual(['a', 'b']);
  expect([changes, held, [...writes]]).toEqual([[], [], []]);
});

test('rooms that are gone one by one within a breath are held, whatever storages they are gone from', () => {
  const before = listOf(mark('a'), mark('b'), mark('c'));
  const views = [view('native', before, listOf(mark('a'), mark('c'))), view('private', before, listOf(mark('a'), mark('b')))];
  for (const breathing of [true, false]) {
    const { list, held, pending } = merge(before, views, { breathing });
    expect(held.map(({ storage, rooms: gone }) => [storage, ...gone])).toEqual([['native', 'b@rooms.example'], ['private', 'c@rooms.example']]);
    expect(pending).toEqual([]);
    expect(rooms(list)).toEqual(['a', 'b', 'c']);
  }
});

test('one room gone, and nothing else, is removed everywhere', () => {
  const before = listOf(mark('a'), mark('b'));
  const { list, writes } = merge(before, [view('native', before, listOf(mark('a'))), view('private', before, before)]);
  expect(rooms(list)).toEqual(['a']);
  expect(writes.get('private')?.remove).toEqual(['b@rooms.example']);
});

test('a room that the storage was yet to get, and that a client has put there with extensions of its own, keeps them', () => {
  const agreed = listOf(mark('a'));
  const theirs = mark('a', { nick: 'Ali', extensions: [PIN], others: ['<x xmlns="urn:x"/>'] });
  const { list, writes } = merge(agreed, [view('native', new Map(), listOf(theirs))]);
  expect(list.get('a@rooms.example')).toEqual(theirs);
  expect([...writes]).toEqual([]);
});

test('a room that one old list removed and another brings back at once keeps its extensions', () => {
  const agreed = listOf(mark('a', { extensions: [PIN] }));
  const plain = listOf(mark('a'));
  const { list, writes } = merge(agreed, [view('native', agreed, agreed), view('pep', plain, new Map()), view('private', plain, listOf(mark('a', { nick: 'Ali' })))]);
  expect(list.get('a@rooms.example')).toEqual(mark('a', { nick: 'Ali', extensions: [PIN] }));
  expect(writes.get('native')?.put).toEqual([mark('a', { nick: 'Ali', extensions: [PIN] })]);
});

describe('a stale writer', () => {
  const before = listOf(mark('a'), mark('b'), mark('c', { nick: 'new' }));

  test('that erases several rooms is held, and no storage is written', () => {
    const { list, held, writes } = merge(before, [view('native', before, before), view('private', before, listOf(mark('a')))]);
    expect(rooms(list)).toEqual(['a', 'b', 'c']);
    expect(held).toMatchObject([{ storage: 'private', rooms: ['b@rooms.example', 'c@rooms.example'] }]);
    expect([...writes]).toEqual([]);
  });

  test('that adds one room and erases another is held, and what it added is taken', () => {
    const now = listOf(mark('a'), mark('c', { nick: 'new' }), mark('d'));
    const { list, held, writes } = merge(before, [view('native', before, before), view('private', before, now)]);
    expect(rooms(list)).toEqual(['a', 'b', 'c', 'd']);
    expect(held[0]?.rooms).toEqual(['b@rooms.example']);
    expect(writes.get('native')?.put.map(({ room }) => room)).toEqual(['d@rooms.example']);
  });

  test('that brings back a value which was replaced, beside an edit of its own, is overruled', () => {
    const now = listOf(mark('a', { name: 'Mine' }), mark('b'), mark('c', { nick: 'old' }));
    const past = (room: string) => (room.startsWith('c') ? [mark('c', { nick: 'old' })] : []);
    const { list, writes } = merge(before, [view('private', before, now)], { past });
    expect(list.get('c@rooms.example')?.nick).toBe('new');
    expect(list.get('a@rooms.example')?.name).toBe('Mine');
    expect(writes.get('private')?.put).toEqual([mark('c', { nick: 'new' })]);
  });

  test('that brings back a room which was removed, beside an edit of its own, is overruled', () => {
    const now = listOf(mark('a', { name: 'Mine' }), ...[...before.values()].slice(1), mark('gone', { nick: 'x' }));
    const past = (room: string) => (room.startsWith('gone') ? [mark('gone', { nick: 'x' })] : []);
    const { list, writes } = merge(before, [view('private', before, now)], { past });
    expect(rooms(list)).toEqual(['a', 'b', 'c']);
    expect(writes.get('private')?.remove).toEqual(['gone@rooms.example']);
  });

  test('is none where the value that comes back is the only change: somebody wants it', () => {
    const now = listOf(mark('a'), mark('b'), mark('c', { nick: 'old' }));
    const past = () => [mark('c', { nick: 'old' })];
    expect(merge(before, [view('private', before, now)], { past }).list.get('c@rooms.example')?.nick).toBe('old');
  });
});

test('a room that is held stays as it is in each storage until it is decided', () => {
  const agreed = listOf(mark('a'), mark('b'));
  const held = new Set(['b@rooms.example']);
  const { writes, held: more } = merge(agreed, [view('native', agreed, agreed), view('private', listOf(mark('a')), listOf(mark('a')))], { held });
  expect([[...writes], more]).toEqual([[], []]);
});

test('a room that is held and comes back by itself is held no more', () => {
  const agreed = listOf(mark('a'), mark('b'));
  const held = new Set(['b@rooms.example']);
  const { returned } = merge(agreed, [view('private', listOf(mark('a')), agreed)], { held });
  expect(returned).toEqual(['b@rooms.example']);
});

test('what a storage pushed out is put back, and not held', () => {
  const agreed = listOf(mark('a'), mark('b'), mark('c'));
  const { list, held, writes } = merge(agreed, [view('native', agreed, listOf(mark('c')), { evicts: true })]);
  expect(rooms(list)).toEqual(['a', 'b', 'c']);
  expect(held).toEqual([]);
  expect(writes.get('native')?.put).toHaveLength(2);
});

describe('extensions and unknown attributes', () => {
  const before = listOf(mark('a', { extensions: [STATE], attributes: { 'x:colour': 'red' } }));

  test('are put back where a client that changed something dropped them', () => {
    const { list, writes } = merge(before, [view('native', before, listOf(mark('a', { autojoin: true })))]);
    const whole = mark('a', { autojoin: true, extensions: [STATE], attributes: { 'x:colour': 'red' } });
    expect(list.get('a@rooms.example')).toEqual(whole);
    expect(writes.get('native')?.put).toEqual([whole]);
  });

  test('go where taking out the only one was all that a client did', () => {
    const pinned = listOf(mark('a', { extensions: [PIN] }));
    expect(merge(pinned, [view('native', pinned, listOf(mark('a')))]).list.get('a@rooms.example')?.extensions).toEqual([]);
  });

  test('change where a client changed one and kept another', () => {
    const both = listOf(mark('a', { extensions: [PIN, STATE] }));
    const now = listOf(mark('a', { nick: 'Ali', extensions: [STATE] }));
    expect(merge(both, [view('native', both, now)]).list.get('a@rooms.example')?.extensions).toEqual([STATE]);
  });
});

describe('at the first look', () => {
  test('all storages together make the list, the newest format counting most', () => {
    const native = listOf(mark('a', { nick: 'Ali', autojoin: false }));
    const old = listOf(mark('a', { nick: 'Old', password: 'sesame', autojoin: true }), mark('b'));
    const { list } = merge(new Map(), [view('native', undefined, native), view('private', undefined, old)]);
    expect(list.get('a@rooms.example')).toEqual(mark('a', { nick: 'Ali', password: 'sesame' }));
    expect(rooms(list)).toEqual(['a', 'b']);
  });

  test('a storage that is empty takes nothing away', () => {
    const agreed = listOf(mark('a'), mark('b'));
    const { list, held, writes } = merge(agreed, [view('native', agreed, agreed), view('pep', undefined, new Map())]);
    expect([rooms(list), held]).toEqual([['a', 'b'], []]);
    expect(writes.get('pep')?.put).toHaveLength(2);
  });
});

test('addresses that differ in case alone are one bookmark, under the normal address', () => {
  const found = [
    { id: 'Room@Rooms.example', bookmark: mark('room', { nick: 'odd', password: 'sesame' }) },
    { id: 'room@rooms.example', bookmark: mark('room', { nick: 'Ali' }) },
  ];
  const { list, odd } = foldFound(found);
  expect([...list.values()]).toEqual([mark('room', { nick: 'Ali', password: 'sesame' })]);
  expect(odd).toEqual(['Room@Rooms.example']);
});
