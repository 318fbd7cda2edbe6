import type { Bookmark } from '../../core/bookmark.ts';
import { sentenceOf } from '../../core/errors.ts';
import type { Transaction, AccountContext, Room } from '../context.ts';
import type { Memberships } from '../rooms/membership.ts';
import type { RoomState } from '../../core/room.ts';
import { bookmarkWish, personWish, type RoomWishes } from '../rooms/wishes.ts';

export interface FollowedChange {
  readonly room: string;
  readonly before: Bookmark | undefined;
  readonly after: Bookmark | undefined;
}

type Followed = FollowedChange & { readonly after: Bookmark };

/**
 * What a bookmark says, done: autojoin joins, its end is one wish less, nick and password are the room's from then on.
 * `person`: the person has changed it at the page or the command line, whose own wish ends with it.
 */
interface Autojoin {
  /** To be called inside the transaction; acts after its commit. */
  all(transaction: Pick<Transaction, 'onCommit'>, changes: readonly FollowedChange[], by: 'client' | 'person'): void;
  /** After a login: enters what should be joined and is not. */
  enter(list: Iterable<Bookmark>): void;
}

/** What following a bookmark asks of the account. */
export interface AutojoinContext extends Pick<AccountContext, 'log' | 'transact'> {
  room(jid: string): (Pick<Room, 'wanted' | 'nick'> & { readonly membership: Pick<Room['membership'], 'state'> }) | undefined;
}

export interface AutojoinHooks {
  readonly memberships: Pick<Memberships, 'changed'>;
  /** `RoomVerbs`; nobody waits for what they answer. */
  readonly verbs: {
    join(room: string, options: Pick<Bookmark, 'nick' | 'password'>): Promise<unknown>;
    leave(room: string): Promise<unknown>;
  };
  readonly renick: (room: string) => void;
  readonly wishes: Pick<RoomWishes, 'add' | 'end' | 'of'>;
  /** Bookmarks that the room had. */
  readonly past: (room: string) => readonly Bookmark[];
}

/** The account has been let in, or waits for it under a nick that nobody has refused. */
const inside: readonly RoomState[] = ['joined', 'joining', 'service-down'];

export function openAutojoin(context: AutojoinContext, { memberships, verbs, renick, wishes, past }: AutojoinHooks): Autojoin {
  /** A disk that is full, say, refuses by a throw: nobody else hears of it here, and the next bookmark is followed all the same. */
  function tried(room: string, work: () => unknown): void {
    const following = async (): Promise<unknown> => await work();
    following().catch((error: unknown) => context.log('error', `${room}: its bookmark could not be followed: ${sentenceOf(error)}`, { error }));
  }

  function join({ room, nick, password }: Bookmark): void {
    wishes.add(room, bookmarkWish);
    tried(room, () => verbs.join(room, { nick, password }));
  }

  function unwish(room: string, by: 'client' | 'person'): void {
    wishes.end(room, bookmarkWish);
    if (by === 'person') wishes.end(room, personWish);
    const others = wishes.of(room).length;
    if (context.room(room)?.wanted !== true) return;
    if (others === 0) tried(room, () => verbs.leave(room));
    else context.log('info', `${room}: its bookmark joins it no more; ${others === 1 ? 'one other wish keeps' : `${others} other wishes keep`} the account there`);
  }

  function follow({ room, before, after }: FollowedChange, by: 'client' | 'person'): void {
    const wanted = context.room(room)?.wanted === true;
    if (!after || (before?.autojoin === true && !after.autojoin)) return unwish(room, by);
    if (after.autojoin && wanted) wishes.add(room, bookmarkWish);
    if (wanted) update({ room, before, after }, by);
    else if (after.autojoin && before?.autojoin !== true) join(after);
  }

  /**
   * Whether the nick is for an entry alone (XEP-0402 2: the preferred one), and the account is in already: a client that bookmarks
   * the room, or switches its bookmark on again, writes the nick that it knows, and means no other than was taken there since.
   */
  function isForEntry({ room: jid, before, after }: Followed): boolean {
    const room = context.room(jid);
    if (!room || !inside.includes(room.membership.state)) return false;
    if (!before) return room.nick !== undefined;
    return after.autojoin && !before.autojoin && past(jid).some(({ nick }) => nick === after.nick);
  }

  function update(change: Followed, by: 'client' | 'person'): void {
    const { room: jid, before, after } = change;
    const { nick, password } = after;
    const nickChanged = nick !== before?.nick && (by === 'person' || !isForEntry(change));
    const passwordChanged = password !== before?.password;
    if (!nickChanged && !passwordChanged) return;
    context.transact((transaction) => {
      const room = transaction.room(jid);
      if (room) transaction.put({ ...room, ...(nickChanged && { nick }), ...(passwordChanged && { password }) });
    });
    if (passwordChanged && context.room(jid)?.membership.state === 'password-needed') join(after);
    else if (nickChanged) renick(jid);
    memberships.changed(jid);
  }

  return {
    all(transaction, changes, by) {
      for (const change of changes) {
        transaction.onCommit(() => {
          tried(change.room, () => follow(change, by));
          memberships.changed(change.room); // its name and its notifications are the bookmark's
        });
      }
    },
    enter(list) {
      for (const bookmark of list) {
        if (!bookmark.autojoin) continue;
        tried(bookmark.room, () => {
          if (context.room(bookmark.room)?.wanted) wishes.add(bookmark.room, bookmarkWish);
          else join(bookmark);
        });
      }
    },
  };
}
