import { inBackground } from '../../core/background.ts';
import { discoInfoQuery, readDiscoInfo } from '../../xmpp/xep/service/disco.ts';
import { NS_MAM } from '../../xmpp/xep/service/mam.ts';
import { joinPresence, type HistoryRequest } from '../../xmpp/xep/room/muc.ts';
import type { Transaction, AccountContext, Room } from '../context.ts';
import { openServerTime } from '../server/server-time.ts';
import { afterRejoin } from '../history/catch-up-state.ts';
import { coveredFrom } from '../history/archive-coverage.ts';

/** History is asked for from before what we have: clocks differ, and meeting what we have proves that there is no hole. */
const OVERLAP = 5 * 60_000;
/** Messages, or entries of the ledger, among which one is looked for whose time can be. */
const LOOK_FOR_TIME = 200;
const DAY = 86_400_000;
/** Milliseconds of a room's past that a first join brings, where nothing else is chosen. */
const FIRST_LOOK_BACK = 30 * 24 * 3600_000;

/** The stanzas of an entry: what is asked of a room before, at, and after the room (XEP-0045 6.4, 7.2; XEP-0313). */
export interface RoomJoin {
  /** Asks what the room is and can. A room that does not exist yet has no answer; that is no obstacle. */
  discover(room: string): Promise<void>;
  /** Asks a room again what it is and can; one that tells of change upon change once at a time, and once more in the end. */
  refreshDisco(room: string): void;
  /** The room did not exist when it was last asked. */
  missing(room: string): boolean;
  /** Sends the presence that asks for entry, with just the history that we lack; not where we want in no more. */
  sendJoin(room: string): Promise<void>;
  /** Inside the transaction of our self-presence: from where the room's archive is to be read. */
  beginCatchup(transaction: Transaction, room: Room): void;
}

/** `changed` is told, after the commit, when a room's name or features became known. */
export function openRoomJoin(context: AccountContext, changed: (room: string) => void, lookBack = FIRST_LOOK_BACK): RoomJoin {
  const { archive, connection } = context;
  const serverTime = openServerTime(context);
  const missing = new Set<string>();
  /** Rooms that are being asked again; true where they changed meanwhile. */
  const looking = new Map<string, boolean>();

  function ask(jid: string, history: HistoryRequest | undefined): void {
    const { membership, password } = context.room(jid) ?? {};
    if (membership?.state !== 'joining' || membership.nick === undefined) return;
    connection.send(joinPresence(jid, membership.nick, { password, children: context.roomPresence(jid), ...(history && { history }) }));
  }

  /**
   * Up to when we have heard all of a room: the last that is kept of it, else the last proof that we were in it; in
   * milliseconds since the epoch, `undefined` where we never were. What came while our clock was fast has a time that
   * is yet to come, of which no room could tell us.
   */
  function heardUpTo({ jid, verifiedAt }: Room, now: number): number | undefined {
    const last = archive.last(context.jid, jid);
    if (last && last.at <= now) return last.at;
    const possible = last && archive.page({ account: context.jid, room: jid, limit: LOOK_FOR_TIME }).findLast(({ at }) => at <= now)?.at;
    if (last) return possible ?? now - DAY;
    if (verifiedAt !== undefined) return Math.min(verifiedAt, now);
    return archive.ledger(context.jid, jid, LOOK_FOR_TIME).findLast(({ event }) => event === 'self')?.at;
  }

  async function discover(jid: string): Promise<void> {
    const answer = await connection.iq(discoInfoQuery(jid));
    if (!answer.ok && answer.error.condition === 'item-not-found' && context.room(jid)) missing.add(jid);
    else missing.delete(jid);
    const info = answer.ok ? readDiscoInfo(answer.element) : undefined;
    if (!info || context.signal.aborted) return;
    const name = info.identities.find(({ category }) => category === 'conference')?.name;
    await context.batch((transaction) => {
      const room = transaction.room(jid);
      if (room) transaction.put({ ...room, features: info.features, name: name ?? room.name });
      transaction.onCommit(() => changed(jid));
    });
  }

  function rediscover(jid: string): void {
    const under = looking.has(jid);
    looking.set(jid, under);
    if (under) return;
    inBackground(context.log, `a look at ${jid}`, discover(jid).finally(() => {
      const again = looking.get(jid) === true && !context.signal.aborted;
      looking.delete(jid);
      if (again) rediscover(jid);
    }));
  }

  return {
    missing: (room) => missing.has(room),
    discover,
    refreshDisco: rediscover,
    async sendJoin(jid) {
      const ahead = isArchived(context.room(jid)) ? 0 : await serverTime.ahead();
      await context.batch((transaction) => {
        const room = transaction.room(jid);
        if (room?.membership.state !== 'joining') return;
        const archived = isArchived(room);
        const heard = archived ? undefined : heardUpTo(room, transaction.at - ahead);
        const from = heard === undefined ? undefined : heard - ahead; // what came while our clock was fast was said before
        if (!archived) archive.beginHistoryMerge(context.jid, jid);
        transaction.put({ ...room, replay: from === undefined ? undefined : { from, first: undefined, overlaps: false } });
        const since = from === undefined ? undefined : { since: new Date(from - OVERLAP).toISOString() };
        const history = archived ? { maxstanzas: 0 } : since;
        transaction.onCommit(() => ask(jid, history));
      });
    },
    /**
     * Behind what we have, or, on a first join, from `lookBack` milliseconds ago. An older catch-up that is not done goes
     * on.
     */
    beginCatchup(transaction, room) {
      if (room.catchup) return transaction.put({ ...room, catchup: afterRejoin(room.catchup) });
      if (!isArchived(room)) return;
      const last = archive.last(context.jid, room.jid, true);
      const start = new Date(transaction.at - lookBack).toISOString();
      const follows = last?.archiveId ?? archive.last(context.jid, room.jid)?.archiveId;
      const first = follows === undefined && coveredFrom(context, room.jid) === undefined; // an empty room has been read to its end, too
      const place = last ? { after: last.stanzaId, follows } : { start, follows };
      transaction.put({ ...room, catchup: { ...place, state: first ? 'first' : 'missed' } });
    },
  };
}

function isArchived(room: Room | undefined): boolean {
  return room?.features?.has(NS_MAM) === true;
}
