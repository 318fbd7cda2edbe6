import type { AccountHistory } from '../../../account/history/account-history.ts';
import type { ReadArchive } from '../../../archive/contract.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import type { Cursors } from './cursors.ts';
import type { RoomFeed, RoomFeeds, DeviceOccupant } from './room-feed.ts';
import { asHistory } from './room-history.ts';

/** Messages of one room. */
const MOST = 500;

/**
 * What comes live while a room's archive is read: a device gets it behind what was missed. Where the stream
 * ended meanwhile, what is read then may stand behind what came live before, and waits with it.
 */
export interface LiveHold {
  /** True where it is shown later, in the room's order: once the archive is read, or `patience` is over. */
  holds(feed: RoomFeed, kept: KeptMessage): boolean;
  /** What is to be noted once a device has this one, which is shown now. */
  noting(kept: KeptMessage): (device: string) => void;
  /** The room's archive is read, or was given up. */
  over(room: string): void;
}

export interface LiveHoldOptions {
  readonly account: { readonly jid: string; readonly history: Pick<AccountHistory, 'isCatchingUp'> };
  readonly archive: Pick<ReadArchive, 'isBehind' | 'inOrder'>;
  readonly feeds: RoomFeeds;
  readonly cursors: Cursors;
  /** Milliseconds for which the first of them waits; from then on nothing waits for a room that is so slow. */
  readonly patience: number;
  /** Ends all waits; nothing that waits is shown any more. */
  readonly signal: AbortSignal;
}

interface Held {
  readonly kept: KeptMessage;
  /** Those that were in the room when it came: who enters later finds it in the history. */
  readonly to: ReadonlySet<DeviceOccupant>;
}

interface Wait {
  readonly room: string;
  /** As they came. */
  held: Held[];
  /** The last that was shown past them. */
  newest: number;
  over: boolean;
  readonly clock: NodeJS.Timeout;
}

export function openLiveHold({ account, archive, feeds, cursors, patience, signal }: LiveHoldOptions): LiveHold {
  const holds = new Map<string, Wait>();
  signal.addEventListener('abort', () => {
    for (const { clock } of holds.values()) clearTimeout(clock);
  }, { once: true });

  function begin(room: string): Wait {
    const wait = { room, held: [], newest: 0, over: false, clock: setTimeout(() => release(wait), patience).unref() };
    holds.set(room, wait);
    return wait;
  }

  function inOrder(room: string, held: readonly Held[]): Held[] {
    const places = new Map(archive.inOrder(account.jid, room, held.map(({ kept }) => kept.archiveId)).map((id, place) => [id, place]));
    const placeOf = ({ kept }: Held): number => places.get(kept.archiveId) ?? held.length;
    return held.toSorted((a, b) => placeOf(a) - placeOf(b));
  }

  /** A cursor says that all up to it is there: it moves to just before the first, by its id, that is still to come. */
  function release(wait: Wait): void {
    const held = inOrder(wait.room, wait.held);
    let reached = Math.max(wait.newest, ...held.map(({ kept }) => kept.archiveId));
    const upTo = held.toReversed().map(({ kept }) => {
      const now = reached;
      reached = Math.min(reached, kept.archiveId - 1);
      return now;
    }).toReversed();
    wait.over = true;
    wait.held = [];
    for (const [at, { kept, to }] of held.entries()) {
      feeds.deliver(kept, kept.delayed ? asHistory(kept) : kept.xml, (device) => {
        cursors.reached(device, kept.room, upTo[at] ?? 0);
        if (!cursors.has(device, kept.room, kept.archiveId)) cursors.got(device, kept.room, kept.archiveId);
      }, to);
    }
  }

  /** Whether it has to be shown behind what waits. */
  function isLater(kept: KeptMessage, [first]: readonly Held[]): boolean {
    return !kept.delayed || (first !== undefined && archive.isBehind(account.jid, kept.room, kept.archiveId, first.kept.archiveId));
  }

  return {
    holds({ room, deviceOccupants }, kept) {
      if (kept.kind === 'private' || !account.history.isCatchingUp(room)) return false;
      if (!isLater(kept, holds.get(room)?.held ?? [])) return false;
      const wait = holds.get(room) ?? begin(room);
      if (wait.over) return false;
      wait.held.push({ kept, to: new Set(deviceOccupants) });
      if (wait.held.length >= MOST) release(wait);
      return true;
    },
    noting({ room, archiveId }) {
      const wait = holds.get(room);
      const first = wait?.held[0]?.kept.archiveId;
      if (wait) wait.newest = Math.max(wait.newest, archiveId);
      if (first === undefined || archiveId < first) return (device) => cursors.reached(device, room, archiveId);
      return (device) => cursors.got(device, room, archiveId);
    },
    over(room) {
      const wait = holds.get(room);
      if (!wait || account.history.isCatchingUp(room)) return; // cut off, and goes on once the stream is resumed
      clearTimeout(wait.clock);
      holds.delete(room);
      release(wait);
    },
  };
}
