import type { Account } from '../account/contract.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import type { Cursors } from './cursors.ts';
import type { Feed, Feeds, Viewer } from './room-feeds.ts';

/** Messages of one room. */
const MOST = 500;

/** What comes live while a room's archive is read: a device gets it behind what was missed (DESIGN, Devices). */
export interface Waits {
  /** True where it is shown later: once the archive is read, or `patience` is over. */
  holds(feed: Feed, kept: KeptMessage): boolean;
  /** What is to be noted once a device has this one, which is shown now. */
  noting(kept: KeptMessage): (device: string) => void;
  /** The room's archive is read, or was given up. */
  over(room: string): void;
}

export interface WaitsOptions {
  readonly account: Pick<Account, 'catchingUp'>;
  readonly feeds: Feeds;
  readonly cursors: Cursors;
  /** Milliseconds for which the first of them waits; from then on nothing waits for a room that is so slow. */
  readonly patience: number;
}

interface Held {
  readonly kept: KeptMessage;
  /** Those that were in the room when it came: who enters later finds it in the history. */
  readonly to: ReadonlySet<Viewer>;
}

interface Wait {
  held: Held[];
  /** The last that was shown past them. */
  newest: number;
  over: boolean;
  readonly clock: NodeJS.Timeout;
}

export function openWaits({ account, feeds, cursors, patience }: WaitsOptions): Waits {
  const waits = new Map<string, Wait>();

  function begin(room: string): Wait {
    const wait = { held: [], newest: 0, over: false, clock: setTimeout(() => release(wait), patience).unref() };
    waits.set(room, wait);
    return wait;
  }

  /** A cursor says that all up to it is there: it moves to just before the next one that is still to come. */
  function release(wait: Wait): void {
    const { held, newest } = wait;
    wait.over = true;
    wait.held = [];
    for (const [at, { kept, to }] of held.entries()) {
      const next = held[at + 1]?.kept.archiveId;
      const reached = next === undefined ? Math.max(newest, kept.archiveId) : next - 1;
      feeds.show(kept, kept.xml, (device) => cursors.reached(device, kept.room, reached), to);
    }
  }

  return {
    holds({ room, viewers }, kept) {
      if (kept.delayed || kept.kind === 'private' || !account.catchingUp(room)) return false;
      const wait = waits.get(room) ?? begin(room);
      if (wait.over) return false;
      wait.held.push({ kept, to: new Set(viewers) });
      if (wait.held.length >= MOST) release(wait);
      return true;
    },
    noting({ room, archiveId }) {
      const wait = waits.get(room);
      const first = wait?.held[0]?.kept.archiveId;
      if (wait) wait.newest = Math.max(wait.newest, archiveId);
      if (first === undefined || archiveId < first) return (device) => cursors.reached(device, room, archiveId);
      return (device) => cursors.got(device, room, archiveId);
    },
    over(room) {
      const wait = waits.get(room);
      if (!wait || account.catchingUp(room)) return; // cut off, and goes on once the stream is resumed
      clearTimeout(wait.clock);
      waits.delete(room);
      release(wait);
    },
  };
}
