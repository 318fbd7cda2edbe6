import type { StoredBookmarkMeta } from '../../archive/stored-values.ts';
import type { BookmarkLogEntry } from '../../archive/contract.ts';
import type { Bookmark, StorageName } from '../../core/bookmark.ts';
import type { Result } from '../../core/errors.ts';
import type { NotifyIdentity, NotifyLevel } from '../../xmpp/xep/bookmarks/notify.ts';

/** A bookmark as a person sees it. */
export interface BookmarkSummary extends Pick<Bookmark, 'room' | 'name' | 'autojoin' | 'nick'> {
  readonly account: string;
  readonly hasPassword: boolean;
  /** XEP-0492; `undefined` where nothing is set. */
  readonly notify: NotifyLevel | undefined;
  /** The room's state, where we have anything to do with it. */
  readonly state: string | undefined;
  /** Gone, or not reached for the days of the settings: a candidate for tidying. */
  readonly dead: boolean;
  /** Its removal waits for the person. */
  readonly held: boolean;
  /** How each separate storage differs from the agreed bookmark, where it does: `missing`, or the fields that differ. */
  readonly differs: Readonly<Partial<Record<StorageName, string>>>;
}

/** Rooms that a storage lost at once; the memberships go on until somebody decides. */
export type HeldBookmarks = StoredBookmarkMeta['held'][number];

export interface BookmarkSettings {
  /** A join here writes autojoin=true, a leave autojoin=false. */
  readonly keepJoins: boolean;
  /** What to do where several rooms are gone at once. */
  readonly severalGone: 'hold' | 'restore' | 'accept';
  /** After how many days without an answer a room is listed for tidying. */
  readonly deadDays: number;
}

export interface BookmarkEdit {
  readonly name?: string | undefined;
  readonly autojoin?: boolean | undefined;
  readonly nick?: string | undefined;
  readonly password?: string | undefined;
  /** `default`: as each client does where nothing is set. */
  readonly notify?: NotifyLevel | 'default' | undefined;
}

/** A storage as the page shows it. */
export interface StorageSummary {
  readonly name: StorageName;
  /** What stands for it where the server shows the same list in both. */
  readonly sameAs: StorageName | undefined;
  readonly rooms: number;
  /** The server gives it to us. */
  readonly readable: boolean;
  /** Why it is not in use, or not as it should be. */
  readonly trouble: string | undefined;
}

/** What a person does about bookmarks, by whatever frontend. */
export interface BookmarkVerbs {
  list(): BookmarkSummary[];
  storages(): StorageSummary[];
  /** The last changes, oldest first; only what is later than `after` (milliseconds since the epoch). */
  log(limit: number, after?: number): BookmarkLogEntry[];
  /** Makes the room's bookmark what it was before that change. */
  undo(id: number): Result<{ readonly room: string }>;
  /** Makes the list what it was at that time (milliseconds since the epoch). */
  restoreDate(at: number): Result<{ readonly changed: number }>;
  held(): readonly HeldBookmarks[];
  /** Puts what is held back into all storages. */
  restore(id: number): Result<{ readonly rooms: readonly string[] }>;
  /** The removal was meant: it is followed everywhere. */
  accept(id: number): Result<{ readonly rooms: readonly string[] }>;
  /** Adds or edits; an empty string takes a field away. */
  put(room: string, edit: BookmarkEdit): Result<BookmarkSummary>;
  remove(room: string): Result<{ readonly room: string }>;
  /** XEP-0402 items as XML, or JSON of ours. With passwords: it is the person's own file. */
  export(format: 'xml' | 'json'): string;
  /** Adds what is unknown and fills in what is missing, from either format; nothing is taken away. */
  import(text: string): Result<{ readonly added: number; readonly changed: number }>;
  settings(): BookmarkSettings;
  set(change: Partial<BookmarkSettings>): BookmarkSettings;
  /** What the person set for a room (XEP-0492), as it reads for that kind of client; for any where none is named. */
  notify(room: string, identity?: NotifyIdentity): NotifyLevel | undefined;
}
