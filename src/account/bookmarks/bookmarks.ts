import { newBookmark } from '../../core/bookmark.ts';
import { parseBareJid } from '../../core/jid.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { BookmarkVerbs } from './contract.ts';
import { openAutojoin } from './autojoin.ts';
import type { BookmarkState } from './state.ts';
import { openBookmarkSync } from './sync.ts';
import { localChanges, openBookmarkVerbs } from './verbs.ts';
import type { Transaction, AccountContext } from '../context.ts';
import type { Memberships } from '../rooms/membership.ts';
import { isLostJoin } from '../rooms/lost-join.ts';
import type { RoomVerbs } from '../rooms/verbs.ts';
import { bookmarkWish, type RoomWishes } from '../rooms/wishes.ts';

/** The control plane that every client has: three storages, one list, followed both ways. */
export interface Bookmarks {
  readonly verbs: BookmarkVerbs;
  /** Reads the storages after a login, and joins what they say. */
  load(): Promise<void>;
  /** Reads an event of a bookmarks' node. True where the message was one. */
  receive(transaction: Transaction, stanza: Stanza): boolean;
  /** Another resource of the account has come or gone. */
  stirred(): void;
  /** What the person does about rooms here, told to the storages: a join is autojoin=true, a leave autojoin=false. */
  telling(verbs: RoomVerbs): RoomVerbs;
}

interface BookmarkHooks {
  readonly state: BookmarkState;
  readonly memberships: Memberships;
  /** The verbs that tell nobody. */
  readonly verbs: RoomVerbs;
  /** Takes the wanted nick in a room. */
  readonly renick: (room: string) => void;
  readonly wishes: RoomWishes;
  /** Resources that were online at some time since then (milliseconds since the epoch). */
  readonly online: (since: number) => readonly string[];
  /** Milliseconds in which removals are counted together. */
  readonly removals?: number | undefined;
}

export function openBookmarks(context: AccountContext, { state, memberships, verbs, renick, wishes, online, removals }: BookmarkHooks): Bookmarks {
  const { log, jid } = context;
  const follow = openAutojoin(context, { memberships, verbs, renick, wishes, past: state.past });
  const sync = openBookmarkSync(context, state, {
    online,
    removals,
    changed(transaction, changes, held) {
      // What is seen for the first time, and is not to be entered here, was said before the account began.
      follow.all(transaction, changes.filter(({ room, before }) => before !== undefined || !state.leftHere().has(room)), 'client');
      for (const { room, cause } of changes) transaction.onCommit(() => log('info', `bookmark of ${room}: ${cause}`));
      transaction.emit({ type: 'bookmarks', account: jid, held });
    },
    held(transaction, { id, rooms, storage, cause }) {
      log('warn', `${rooms.length} bookmarks disappeared from ${storage}; their removal needs your decision: ${cause}`, { rooms: rooms.join(' ') });
      transaction.emit({ type: 'removals-held', account: jid, id });
    },
  });
  const apply = localChanges(context, state, { follow: (transaction, changes) => follow.all(transaction, changes, 'person'), reconcile: sync.reconcile });
  const actions = openBookmarkVerbs(context, { state, sync, apply });
  context.events.subscribe((event) => {
    if (event.type !== 'removals-held') return;
    const { severalGone } = state.settings();
    if (severalGone === 'restore') actions.restore(event.id);
    if (severalGone === 'accept') actions.accept(event.id);
  }, context.signal, 'bookmarks');

  function joined(text: string, nick?: string, password?: string): void {
    const room = parseBareJid(text);
    if (room === undefined) return;
    const leftHere = new Set([...state.leftHere()].filter((one) => one !== room));
    if (leftHere.size < state.leftHere().size) context.transact((transaction) => state.save(transaction, { leftHere }));
    if (!state.settings().keepJoins) return;
    const known = state.list().get(room) ?? newBookmark(room);
    const after = { ...known, autojoin: true, nick: nick ?? known.nick, password: password ?? known.password };
    apply([{ room, after, cause: 'joined here' }], false);
    wishes.add(room, bookmarkWish);
  }

  function left(text: string): void {
    const room = parseBareJid(text);
    const known = room === undefined ? undefined : state.list().get(room);
    if (!known?.autojoin) return;
    if (state.settings().keepJoins) apply([{ room: known.room, after: { ...known, autojoin: false }, cause: 'left here' }], false);
    else context.transact((transaction) => state.save(transaction, { leftHere: new Set([...state.leftHere(), known.room]) }));
  }

  return {
    verbs: actions,
    async load() {
      await sync.load();
      if (!context.signal.aborted) follow.enter([...state.list().values()].filter(({ room }) => !state.leftHere().has(room)));
    },
    receive: sync.receive,
    stirred: sync.stirred,
    telling: (raw) => ({
      ...raw,
      async join(room, options = {}) {
        const bare = parseBareJid(room);
        if (options.tentative && bare !== undefined && context.room(bare) === undefined && !state.list().has(bare)) {
          const tried = await raw.join(room, options);
          if (tried.ok || !isLostJoin(context, bare, tried.error.code)) joined(room, options.nick, options.password);
          return tried;
        }
        // both are begun in this step; where a full disk refuses both, both are heard
        const bookmarked = async (): Promise<void> => joined(room, options.nick, options.password);
        const [answer] = await Promise.all([raw.join(room, options), bookmarked()]);
        return answer;
      },
      async leave(room, farewell) {
        left(room);
        return raw.leave(room, farewell);
      },
      async follow(room) {
        const old = context.room(parseBareJid(room) ?? '')?.membership;
        const answer = await raw.follow(room);
        if (answer.ok) {
          joined(answer.value.room, undefined, old?.venuePassword);
          left(room);
        }
        return answer;
      },
      async changeNick(room, nick) {
        const answer = await raw.changeNick(room, nick);
        const known = answer.ok ? state.list().get(answer.value.room) : undefined;
        if (known) apply([{ room: known.room, after: { ...known, nick }, cause: 'nick changed here' }], false);
        return answer;
      },
    }),
  };
}
