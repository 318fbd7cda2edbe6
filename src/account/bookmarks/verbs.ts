import { newBookmark, sameBookmark } from '../../core/bookmark.ts';
import type { Bookmark, StorageName } from '../../core/bookmark.ts';
import { basicFields, storageNames } from '../../core/bookmark.ts';
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { parseBareJid } from '../../core/jid.ts';
import { exportBookmarks, importBookmarks } from './file.ts';
import type { BookmarkEdit, BookmarkSettings, BookmarkSummary, BookmarkVerbs, HeldBookmarks } from './contract.ts';
import { storedBookmark } from '../../archive/stored-values.ts';
import type { BookmarkState } from './state.ts';
import type { BookmarkSync } from './sync.ts';
import { readNotify, withNotify } from '../../xmpp/xep/bookmarks/notify.ts';
import type { FollowedChange } from './autojoin.ts';
import type { Transaction, AccountContext } from '../context.ts';

/** A wish of the person's own: it is logged, followed, and written to the storages. */
interface LocalChange {
  readonly room: string;
  readonly after: Bookmark | undefined;
  readonly cause: string;
}

type Apply = (changes: readonly LocalChange[], follow: boolean) => number;

const DAY = 24 * 3600_000;
const ALL = 20_000;
const MAX_TEXT = 1_000;

/** The list as it becomes by local changes, in one transaction. Returns how many changed anything. */
export function localChanges(
  context: AccountContext,
  state: BookmarkState,
  { follow, reconcile }: { follow: (transaction: Transaction, changes: readonly FollowedChange[]) => void; reconcile: () => void },
): Apply {
  return (changes, following) => {
    const list = new Map(state.list());
    const done: FollowedChange[] = [];
    context.transact((transaction) => {
      for (const { room, after, cause } of changes) {
        const before = list.get(room);
        if (sameBookmark(before, after)) continue;
        if (after) list.set(room, after);
        else list.delete(room);
        state.record(transaction, { room, storage: 'minimix', before, after, cause });
        done.push({ room, before, after });
      }
      const rooms = new Set(changes.map(({ room }) => room));
      const held = withoutRooms(state.held(), rooms);
      state.save(transaction, { list, held });
      if (following) follow(transaction, done);
      transaction.emit({ type: 'bookmarks', account: context.jid, held: held.length });
    });
    reconcile();
    return done.length;
  };
}

/** Whoever decides about a room decides about its removal too. */
function withoutRooms(held: readonly HeldBookmarks[], rooms: ReadonlySet<string>): readonly HeldBookmarks[] {
  return held.flatMap((one) => {
    const left = one.rooms.filter((room) => !rooms.has(room));
    return left.length === 0 ? [] : [{ ...one, rooms: left }];
  });
}

export function openBookmarkVerbs(context: AccountContext, { state, sync, apply }: { state: BookmarkState; sync: BookmarkSync; apply: Apply }): BookmarkVerbs {
  const { archive, jid } = context;

  function summary(bookmark: Bookmark): BookmarkSummary {
    const { room, name, autojoin, nick, password, extensions } = bookmark;
    const membership = context.room(room)?.membership;
    const since = membership?.unreachableSince;
    const old = since !== undefined && context.now() - since > state.settings().deadDays * DAY;
    const dead = membership?.state === 'room-gone' || old;
    return {
      account: jid, room, name, autojoin, nick, dead,
      hasPassword: password !== undefined,
      notify: readNotify(extensions),
      state: membership?.state,
      held: state.heldRooms().has(room),
      differs: differences(bookmark),
    };
  }

  function differences(bookmark: Bookmark): Partial<Record<StorageName, string>> {
    const found: Partial<Record<StorageName, string>> = {};
    for (const name of storageNames) {
      const there = sync.content(name)?.list;
      const one = there?.get(bookmark.room);
      const fields = one ? basicFields.filter((field) => one[field] !== bookmark[field]) : ['missing'];
      if (there && fields.length > 0) found[name] = fields.join(', ');
    }
    return found;
  }

  function known(text: string): Result<string> {
    const room = parseBareJid(text);
    return room === undefined ? fail('bad-jid', `“${text.slice(0, 100)}” is not a room’s address.`) : ok(room);
  }

  function takeHeld(id: number): Result<HeldBookmarks> {
    const found = state.held().find((one) => one.id === id);
    return found ? ok(found) : fail('not-held', `No removal with the id ${id} waits for a decision.`);
  }

  return {
    list: () => [...state.list().values()].toSorted((a, b) => (a.room < b.room ? -1 : 1)).map(summary),
    storages: sync.storages,
    log: (limit, after) => archive.bookmarkLog(jid, { limit, ...(after !== undefined && { after }) }),
    undo(id) {
      const entry = archive.bookmarkLogEntry(jid, id);
      if (!entry) return fail('no-entry', `The log has no change ${id}.`);
      const after = entry.before === undefined ? undefined : storedBookmark.read(entry.before);
      apply([{ room: entry.room, after, cause: `undo of ${id}` }], true);
      return ok({ room: entry.room });
    },
    restoreDate(at) {
      const first = new Map<string, string | undefined>();
      for (const { room, before } of archive.bookmarkLog(jid, { limit: ALL, after: at })) if (!first.has(room)) first.set(room, before);
      const cause = `restored to ${new Date(at).toISOString()}`;
      const changes = [...first].map(([room, before]) => ({ room, after: before === undefined ? undefined : storedBookmark.read(before), cause }));
      return ok({ changed: apply(changes, true) });
    },
    held: state.held,
    restore(id) {
      const found = takeHeld(id);
      if (!found.ok) return found;
      const { rooms } = found.value;
      context.transact((transaction) => {
        for (const room of rooms) {
          const bookmark = state.list().get(room);
          state.record(transaction, { room, storage: 'minimix', before: bookmark, after: bookmark, cause: 'its removal was rejected: restored' });
        }
        const held = state.held().filter((one) => one.id !== id);
        state.save(transaction, { held });
        transaction.emit({ type: 'bookmarks', account: jid, held: held.length });
      });
      sync.reconcile();
      return ok({ rooms });
    },
    accept(id) {
      const found = takeHeld(id);
      if (!found.ok) return found;
      const { rooms, storage } = found.value;
      apply(rooms.map((room) => ({ room, after: undefined, cause: `its removal from ${storage} was accepted` })), true);
      return ok({ rooms });
    },
    put(text, edit) {
      const room = known(text);
      if (!room.ok) return room;
      const after = edited(state.list().get(room.value) ?? newBookmark(room.value), edit);
      if (after === undefined) return fail('too-long', `A field of a bookmark may have ${MAX_TEXT} characters at most.`);
      apply([{ room: room.value, after, cause: 'edited here' }], true);
      return ok(summary(after));
    },
    remove(text) {
      const room = known(text);
      if (!room.ok) return room;
      if (!state.list().has(room.value)) return fail('no-bookmark', `${room.value} is not bookmarked.`);
      apply([{ room: room.value, after: undefined, cause: 'removed here' }], true);
      return ok({ room: room.value });
    },
    export: (format) => exportBookmarks([...state.list().values()], format),
    import(text) {
      const read = importBookmarks(text);
      if (!read.ok) return read;
      const list = state.list();
      const changes = read.value.map((bookmark) => ({ room: bookmark.room, after: withImported(list.get(bookmark.room), bookmark), cause: 'imported' }));
      const added = changes.filter(({ room }) => !list.has(room)).length;
      return ok({ added, changed: apply(changes, true) - added });
    },
    settings: state.settings,
    set(change) {
      const settings: BookmarkSettings = { ...state.settings(), ...change };
      context.transact((transaction) => state.save(transaction, { settings }));
      return settings;
    },
    notify: state.notify,
  };
}

function edited(bookmark: Bookmark, { name, autojoin, nick, password, notify }: BookmarkEdit): Bookmark | undefined {
  if ([name, nick, password].some((text) => (text?.length ?? 0) > MAX_TEXT)) return undefined;
  const field = (text: string | undefined, old: string | undefined): string | undefined => (text === undefined ? old : text || undefined);
  return {
    ...bookmark,
    name: field(name, bookmark.name),
    nick: field(nick, bookmark.nick),
    password: field(password, bookmark.password),
    autojoin: autojoin ?? bookmark.autojoin,
    extensions: notify === undefined ? bookmark.extensions : withNotify(bookmark.extensions, notify === 'default' ? undefined : notify),
  };
}

function withImported(known: Bookmark | undefined, other: Bookmark): Bookmark {
  if (!known) return other;
  const { name, nick, password, extensions } = known;
  return {
    ...known,
    name: name ?? other.name,
    nick: nick ?? other.nick,
    password: password ?? other.password,
    extensions: extensions.length > 0 ? extensions : other.extensions,
  };
}
