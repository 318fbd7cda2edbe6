import { connectTo, type DaemonAddress } from '../frontends/web/client/client.ts';
import { followEvents, type HeardEvent } from '../frontends/web/client/follow.ts';
import type { DaemonReach, StatusAnswer } from './attach.ts';
import { keyOf } from './mentions.ts';
import { inBackground } from '../core/background.ts';
import { trayLog } from './plain.ts';

type Room = Extract<HeardEvent, { type: 'room' }>['room'];
type Message = Extract<HeardEvent, { type: 'message' }>;

/** What the tray knows of the daemon; empty if no daemon answers. */
interface SeenDaemon {
  readonly address: DaemonAddress;
  readonly status: StatusAnswer;
  readonly rooms: ReadonlyMap<string, Room>;
  readonly devicesOnline: number;
  /** Removed bookmarks that need a decision. */
  readonly held: number;
  /** Messages in rooms that nobody has seen. */
  readonly unread: number;
}

interface Watching {
  seen(): SeenDaemon | undefined;
  /** Looks now, instead of when it is time. */
  look(): void;
}

interface DaemonWatchOptions {
  readonly reach: Pick<DaemonReach, 'read' | 'ask'>;
  /** Called when any of it has changed. */
  readonly changed: () => void;
  readonly message: (event: Message, room: Room | undefined) => void;
  readonly signal: AbortSignal;
}

const EVERY = 1000; // milliseconds between two looks for a daemon while there is none
const SELDOM = 10; // and so many of them while one is
const GATHER = 100; // milliseconds: a start causes many events at once

/** Follows the home's daemon for as long as the tray lives, through its restarts; what was missed is heard then. */
export function watchDaemon({ reach, changed, message, signal }: DaemonWatchOptions): Watching {
  let address: DaemonAddress | undefined;
  let status: StatusAnswer | undefined;
  let stop: (() => void) | undefined;
  let looking = false;
  let last: string | undefined;
  let telling: NodeJS.Timeout | undefined;
  const rooms = new Map<string, Room>();
  const devices = new Map<string, number>();
  const held = new Map<string, number>();
  const unread = new Map<string, number>();

  function tell(): void {
    telling ??= setTimeout(() => {
      telling = undefined;
      changed();
    }, GATHER);
  }

  function lost(): void {
    stop?.();
    [stop, status, address] = [undefined, undefined, undefined];
    for (const known of [rooms, devices, held, unread]) known.clear();
    tell();
  }

  /** There is no event for the daemon's problems, so they are polled. */
  async function look(): Promise<void> {
    const where = reach.read();
    const found = where && (await reach.ask(where));
    if (signal.aborted) return;
    if (!where || !found) {
      if (status) lost();
      return;
    }
    const same = address?.url === where.url && address.token === where.token;
    if (!same && stop) lost();
    [address, status] = [where, found];
    tell();
    if (!stop) await follow(where, found);
  }

  async function follow(where: DaemonAddress, { accounts }: StatusAnswer): Promise<void> {
    stop = followEvents(where, last, { event: hear, ended: lost });
    const client = connectTo(where);
    for (const { account } of accounts) held.set(account, (await client.bookmarks.held.query({ account })).length);
    tell();
  }

  function hear(event: HeardEvent, id: string): void {
    last = id;
    if (event.type === 'message') return message(event, rooms.get(keyOf({ account: event.message.account, room: event.message.room })));
    if (event.type === 'room') rooms.set(keyOf(event.room), event.room);
    if (event.type === 'room-forgotten') rooms.delete(keyOf(event));
    if (event.type === 'read') unread.set(`${keyOf(event.state)} ${event.state.only}`, event.state.unread);
    if (event.type === 'bookmarks') held.set(event.account, event.held);
    if (event.type === 'devices' && event.devices[0]) devices.set(event.devices[0].account, event.devices.filter(({ online }) => online).length);
    if (event.type === 'status' && status) status = { ...status, accounts: placed(status.accounts, event.status) };
    if (event.type === 'account-removed') inBackground(trayLog, 'looking at the daemon', again());
    tell();
  }

  async function again(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      await look();
    } catch {
      lost(); // it went away between two questions
    } finally {
      looking = false;
    }
  }

  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    if (!stop || ticks % SELDOM === 0) inBackground(trayLog, 'looking at the daemon', again());
  }, EVERY);
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    clearTimeout(telling);
    stop?.();
  });
  inBackground(trayLog, 'looking at the daemon', again());
  return {
    seen: () => (address && status ? { address, status, rooms, devicesOnline: sum(devices), held: sum(held), unread: sum(unread) } : undefined),
    look: () => inBackground(trayLog, 'looking at the daemon', again()),
  };
}

function sum(numbers: ReadonlyMap<string, number>): number {
  return [...numbers.values()].reduce((total, n) => total + n, 0);
}

function placed<T extends { readonly account: string }>(list: readonly T[], one: T): T[] {
  const others = list.some(({ account }) => account === one.account);
  return others ? list.map((old) => (old.account === one.account ? one : old)) : [...list, one];
}
