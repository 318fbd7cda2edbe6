import type { AccountHistory } from '../account/history/account-history.ts';
import type { ReadArchive } from '../archive/contract.ts';
import type { ReplayLimit } from '../core/device.ts';
import { inBackground } from '../core/background.ts';
import { sentenceOf } from '../core/errors.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import { placeBehind, readBacklog } from './backlog.ts';
import type { Cursor } from './cursors.ts';

/** What a feed asks the account about a room. */
export interface DeliveryRooms {
  readonly jid: string;
  readonly history: Pick<AccountHistory, 'readUpTo'>;
}

/** How much of the missed messages a device gets. */
export interface BacklogLimits {
  /** Without a cursor, every message of a room behind this archive id is undelivered. */
  readonly from: number;
  readonly limit: ReplayLimit;
  now(): number;
  /** The first message of a room that arrived as news; `undefined` if the first join brought no history. */
  first(room: string): number | undefined;
}

interface DeviceFeedOptions {
  readonly account: DeliveryRooms;
  readonly archive: ReadArchive;
  readonly room: string;
  readonly cursor: Cursor;
  readonly log: (message: string) => void;
  /** Called when there is something to send. */
  readonly ready: () => void;
}

/** What the device is shown when it joins, before its feed starts. */
export interface FeedStart {
  /** The first message, in the room's order, that the feed will bring, so that the history must end before it; `undefined` for none. */
  readonly before: number | undefined;
  /** The device has all of the history that it was shown. */
  delivered(): void;
  /** The device was shown all that it enters with: private messages that came while it was away follow, for no history has those. */
  shown(): void;
}

/**
 * One device's feed of one room: the missed messages in the room's order, then the live ones. While a catch-up reads the room,
 * the feed goes only as far as the catch-up has read. Live messages are held until then, because they stand behind it.
 */
export interface DeviceFeed {
  readonly room: string;
  /** Starts at the device's cursor. */
  read(limits: BacklogLimits): void;
  /** Starts with the next message, and with the messages that a catch-up holds back. All others are the room's history. */
  enter(): FeedStart;
  /** A message was archived. `now`: it is the device's next one; the caller sends it, or puts it back by `wait`. */
  turnOf(message: KeptMessage): 'now' | 'later';
  /** A message was archived that stands before what the device has, so that it is no news to it. */
  skipped(id: number): void;
  /** The catch-up of the room has read further, or has ended. */
  moved(): void;
  /** The id of the next message to send. */
  next(): number | undefined;
  /** The next message was sent, or is not meant for this device. */
  took(how: 'sent' | 'skipped'): void;
  /** A message for which `turnOf` said `now` cannot be sent yet. */
  wait(id: number): void;
  /** The device has the message, or does not get it. */
  settled(id: number): void;
  close(): void;
}

const PAGE = 500;
/** The most private messages of a room that a device is given when it enters: the last. */
const MOST_PRIVATE = 100;

/** `unread`: the missed messages were not read from the archive yet. `open`: they were, and each new message comes to the feed. */
type FeedState = { readonly state: 'unread' } | { readonly state: 'reading'; newest: number } | { readonly state: 'open' } | { readonly state: 'closed' };

export function openDeviceFeed({ account, archive, room, cursor, log, ready }: DeviceFeedOptions): DeviceFeed {
  const where = { account: account.jid, room };
  let now: FeedState = { state: 'unread' };
  let limits: BacklogLimits | undefined;
  /** The last id that was considered: every message up to it is settled, except `unsettled`. */
  let seen = cursor.upTo() ?? 0;
  /** The device has not received all of the history that it was shown when it joined. */
  let entering = false;
  const unsettled = new Set<number>();
  /** Messages behind the place that the catch-up has read to, in no order. */
  let held: number[] = [];
  /** Messages to send, in the room's order. */
  const waiting: number[] = [];
  let releasing: NodeJS.Immediate | undefined;

  /** The id up to which nothing is undelivered; -1 if a cursor would say no more than `limits.from` does. */
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

  /** Appends the held messages to those that wait, in the room's order, as far as the catch-up has read; in one step. */
  function release(): void {
    clearImmediate(releasing);
    releasing = undefined;
    if (now.state !== 'open' || held.length === 0) return;
    const end = account.history.readUpTo(room);
    const ordered = archive.inOrder(account.jid, room, held);
    const kept = new Set(ordered);
    for (const id of held) if (!kept.has(id)) settled(id); // retention has deleted it
    const count = end === 'end' ? ordered.length : placeBehind(archive, { ...where, ordered, message: end });
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

  /** The private messages that the device has missed since it was last in the room. */
  function missedPrivate(): number[] {
    if (cursor.upTo() === undefined) return [];
    return archive.page({ ...where, limit: MOST_PRIVATE, only: 'private' }).map(({ archiveId }) => archiveId).filter((id) => !cursor.has(id));
  }

  /** The messages behind the place that the catch-up has read to, in the room's order. */
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
      const missed = missedPrivate();
      for (const id of [...held, ...missed]) unsettled.add(id);
      seen = archive.lastId();
      entering = true;
      now = { state: 'open' };
      return {
        before,
        delivered() {
          entering = false;
          cursor.moved(reached);
        },
        shown() {
          if (missed.length === 0) return;
          waiting.push(...missed);
          ready();
        },
      };
    },
    turnOf({ archiveId, kind }) {
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
    skipped(id) {
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
      if (how === 'skipped' && id !== undefined) settled(id);
    },
    wait: (id) => { waiting.push(id); },
    settled,
    close() {
      now = { state: 'closed' };
      clearImmediate(releasing);
    },
  };
}
