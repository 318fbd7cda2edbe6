import type { AccountHistory } from '../account/history/account-history.ts';
import type { ReadArchive } from '../archive/contract.ts';
import type { ReplayLimit } from '../core/device.ts';
import { inBackground } from '../core/background.ts';
import { sentenceOf } from '../core/errors.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import { placeBehind, readBacklog } from './backlog.ts';
import type { Cursor } from './cursors.ts';

/** What is asked of the account about a room. */
export interface DeliveryRooms {
  readonly jid: string;
  readonly history: Pick<AccountHistory, 'readUpTo'>;
}

/** How much of what it has missed a device gets. */
export interface BacklogLimits {
  /** The archive id from which on all of a room is undelivered that has no cursor. */
  readonly from: number;
  readonly limit: ReplayLimit;
  now(): number;
  /** The first message of a room that was no past when it came; `undefined` where no past came with the first join. */
  first(room: string): number | undefined;
}

export interface DeviceFeedOptions {
  readonly account: DeliveryRooms;
  readonly archive: ReadArchive;
  readonly room: string;
  readonly cursor: Cursor;
  readonly log: (message: string) => void;
  /** There is something to be sent. */
  readonly ready: () => void;
}

/** What the device is shown when it comes in, ahead of its feed. */
export interface FeedStart {
  /** The first message, in the room's order, that its feed brings and its history must not; `undefined` for none. */
  readonly before: number | undefined;
  /** The device has all that it was shown. */
  delivered(): void;
}

/**
 * One device's feed of one room: what it has missed, in the room's order, and then what comes live. While the room is
 * caught up, the feed ends where the catch-up stands; what came live meanwhile is held, and stands behind it.
 */
export interface DeviceFeed {
  readonly room: string;
  /** Begins where the device's cursor is. */
  read(limits: BacklogLimits): void;
  /** Begins with what is kept from now on, and with what is held: all before is the room's history. */
  enter(): FeedStart;
  /** A message was kept. `now`: it is the device's next one, and is to be sent or put back by `wait`. */
  kept(message: KeptMessage): 'now' | 'later';
  /** A message was kept that is no news to a device which is past its place. */
  passed(id: number): void;
  /** The room is read further, or to its end. */
  moved(): void;
  /** The next one to be sent. */
  next(): number | undefined;
  /** The next one is under way, or is not to be sent to this device at all. */
  took(how: 'sent' | 'passed'): void;
  /** What `kept` called for cannot go out now. */
  wait(id: number): void;
  /** The device has it, or is not to have it. */
  settled(id: number): void;
  close(): void;
}

const PAGE = 500;

/** `unread`: what was missed is still to be read. `open`: it is read, and all that is kept comes here. */
type FeedState = { readonly state: 'unread' } | { readonly state: 'reading'; newest: number } | { readonly state: 'open' } | { readonly state: 'closed' };

export function openDeviceFeed({ account, archive, room, cursor, log, ready }: DeviceFeedOptions): DeviceFeed {
  const where = { account: account.jid, room };
  let now: FeedState = { state: 'unread' };
  let limits: BacklogLimits | undefined;
  /** The last id that was looked at: all up to it is settled, but for `unsettled`. */
  let seen = cursor.upTo() ?? 0;
  /** The device has not got all yet that it was shown when it came in. */
  let entering = false;
  const unsettled = new Set<number>();
  /** Behind where the catch-up stands, in no order. */
  let held: number[] = [];
  /** In order. */
  const waiting: number[] = [];
  let releasing: NodeJS.Immediate | undefined;

  /** The id up to which nothing is undelivered; -1 where that is no more than is known without a cursor. */
  function reached(): number {
    if (entering) return -1;
    let least = seen + 1;
    for (const id of unsettled) if (id < least) least = id;
    return least - 1 > (limits?.from ?? -1) ? least - 1 : -1;
  }

  function settled(id: number): void {
    unsettled.delete(id);
    cursor.add(id);
    cursor.moved(reached);
  }

  /** Moves what is held, as far as the room is read without a hole, behind what waits: in the room's order, in one step. */
  function release(): void {
    clearImmediate(releasing);
    releasing = undefined;
    if (now.state !== 'open' || held.length === 0) return;
    const end = account.history.readUpTo(room);
    const ordered = archive.inOrder(account.jid, room, held);
    const kept = new Set(ordered);
    for (const id of held) if (!kept.has(id)) settled(id); // retention has dropped it
    const count = end === 'end' ? ordered.length : placeBehind(archive, where, ordered, end);
    held = ordered.slice(count);
    waiting.push(...ordered.slice(0, count));
    if (limits) for (const id of waiting.splice(0, waiting.length - limits.limit.messages)) settled(id);
    if (waiting.length > 0) ready();
  }

  function readOn(): void {
    inBackground((_level, message) => log(message), `reading what was missed in ${room}`, read());
  }

  async function read(): Promise<void> {
    if (now.state !== 'unread' || !limits) return;
    const reading: FeedState = { state: 'reading', newest: seen };
    now = reading;
    try {
      const { ids, seen: last } = await readBacklog(archive, {
        ...where, after: seen, has: cursor.has, limit: limits.limit, now: limits.now(), first: limits.first(room),
      });
      if (isClosed()) return;
      seen = last;
      for (const id of ids) unsettled.add(id);
      held.push(...ids);
      now = reading.newest > seen ? { state: 'unread' } : { state: 'open' };
      cursor.moved(reached);
      release();
      if (now.state === 'unread') await read();
    } catch (error) {
      if (!isClosed()) now = { state: 'unread' };
      log(`what was missed in ${room} could not be read: ${sentenceOf(error)}`);
    }
  }

  const isClosed = (): boolean => now.state === 'closed';

  /** What stands behind the place to which the room is read, in its order. */
  function behind(place: number): number[] {
    const found: number[] = [];
    for (let after = place; ; ) {
      const page = archive.page({ ...where, limit: PAGE, only: 'groupchat', ...(after === 0 ? { from: 0 } : { after }) });
      found.push(...page.map(({ archiveId }) => archiveId));
      after = found.at(-1) ?? 0;
      if (page.length < PAGE) return found;
    }
  }

  return {
    room,
    read(wanted) {
      limits = wanted;
      seen = cursor.upTo() ?? wanted.from;
      readOn();
    },
    enter() {
      const end = account.history.readUpTo(room);
      held = end === 'end' ? [] : behind(end);
      const [before] = held;
      held = held.filter((id) => !cursor.has(id));
      for (const id of held) unsettled.add(id);
      seen = archive.lastId();
      entering = true;
      now = { state: 'open' };
      return {
        before,
        delivered() {
          entering = false;
          cursor.moved(reached);
        },
      };
    },
    kept({ archiveId, kind }) {
      if (now.state === 'closed' || archiveId <= seen) return 'later';
      if (now.state === 'reading') now.newest = archiveId;
      if (now.state === 'unread') readOn();
      if (now.state !== 'open') return 'later';
      seen = archiveId;
      unsettled.add(archiveId);
      if (kind === 'private' || (held.length === 0 && waiting.length === 0 && account.history.readUpTo(room) === 'end')) return 'now';
      held.push(archiveId);
      releasing ??= setImmediate(release);
      return 'later';
    },
    passed(id) {
      if (now.state !== 'open' || id <= seen) return;
      seen = id;
      cursor.add(id);
      cursor.moved(reached);
    },
    moved() {
      if (now.state === 'unread') readOn();
      else release();
    },
    next: () => waiting[0],
    took(how) {
      const id = waiting.shift();
      if (how === 'passed' && id !== undefined) settled(id);
    },
    wait: (id) => { waiting.push(id); },
    settled,
    close() {
      now = { state: 'closed' };
      clearImmediate(releasing);
    },
  };
}
