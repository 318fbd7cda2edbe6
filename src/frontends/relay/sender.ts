import type { Account } from '../../account/contract.ts';
import type { RelayTarget } from '../../account/devices/contract.ts';
import type { Archive } from '../../archive/contract.ts';
import { cursorOwner } from '../../core/device.ts';
import { sentenceOf } from '../../core/errors.ts';
import { addressedTo } from '../../xmpp/xep/message/relay-envelope.ts';
import { newRoomQueue, reached, type RoomQueue } from './queue.ts';
import { readBacklog } from './backlog.ts';
import { envelopeOf, type Envelope } from './envelope.ts';
import { openDeliveryReceipts, type ReceiptTimes } from './delivery-receipts.ts';

/** Sent and not known to have arrived, at most: the batch that a device may get twice. Twice what a question waits for. */
export const WINDOW = 100;
/** So many of one room, then the next one's turn. */
const TURN = 10;

export interface SenderParts {
  readonly account: Account;
  readonly archive: Archive;
  readonly times: ReceiptTimes;
  readonly log: (message: string, about?: object) => void;
  now(): number;
  /** How long a live message took until the device was known to have it, in milliseconds. */
  readonly took?: ((milliseconds: number) => void) | undefined;
  /** Before this time what came with the first join of a room was never missed. */
  floor(room: string): number;
}

/** Brings to one session of one device what it is undelivered, and then what comes. */
export interface Sender {
  readonly target: RelayTarget;
  /** A message was kept. */
  live(envelope: Envelope): void;
  /** A message was kept that is no news. */
  passed(room: string, archiveId: number): void;
  /** The room's archive is read, or was given up: what was held back can go. */
  caughtUp(room: string): void;
  /** The stream takes stanzas again. */
  resume(): void;
  acknowledged(h: number): void;
  stop(): void;
}

export function startSender(target: RelayTarget, parts: SenderParts): Sender {
  const { account, archive, log } = parts;
  const { device, jid } = target;
  const queues = new Map<string, RoomQueue>();
  /** The queues that have something to send, in the order of their turns. */
  const busy = new Set<RoomQueue>();
  const address = addressedTo(jid, `mx-${device}-`);
  /** `since` is when it reached us, for what came live. */
  const flight: { readonly queue: RoomQueue; readonly id: number; readonly number: number; readonly since: number | undefined }[] = [];
  const proof = openDeliveryReceipts(target, { account, times: parts.times, inFlight: () => flight.length, arrived, settle, unanswered: () => acknowledged(account.server.acknowledged()) });
  let stopped = false;
  let blocked = false;

  for (const room of archive.keptRooms(account.jid)) void read(queueOf(room));

  function queueOf(room: string): RoomQueue {
    const known = queues.get(room);
    if (known) return known;
    const queue = newRoomQueue(room, archive.cursor(account.jid, cursorOwner(device), room) ?? target.from);
    queues.set(room, queue);
    return queue;
  }

  /** Reads what the device has missed, up to the live stream. */
  async function read(queue: RoomQueue): Promise<void> {
    if (queue.state === 'reading' || account.history.isCatchingUp(queue.room)) return;
    queue.state = 'reading';
    const { room } = queue;
    const { limit } = target;
    try {
      const undelivered = await readBacklog(archive, { account: account.jid, room, after: queue.seen, limit, now: parts.now(), floor: parts.floor(room) });
      if (stopped) return;
      put(queue, undelivered.ids, undelivered.seen);
      queue.state = queue.newest > queue.seen ? 'unread' : 'live';
      if (queue.state === 'unread') void read(queue);
      pump();
    } catch (error) {
      queue.state = 'unread';
      log(`what ${jid} missed in ${room} could not be read: ${sentenceOf(error)}`);
    }
  }

  function put(queue: RoomQueue, ids: readonly number[], seen: number): void {
    queue.waiting.push(...ids);
    queue.waiting.splice(0, queue.waiting.length - target.limit.messages);
    queue.seen = seen;
    if (queue.waiting.length > 0) busy.add(queue);
    else proof.soon();
  }

  function pump(): void {
    for (const queue of busy) {
      for (let turn = 0; turn < TURN && mayGo(); turn += 1) {
        const [id] = queue.waiting;
        const message = id === undefined ? undefined : archive.message(id);
        if (id === undefined || (message && !go(queue, envelopeOf(message, account.jid, false)))) break;
        queue.waiting.shift();
      }
      busy.delete(queue);
      if (queue.waiting.length > 0) busy.add(queue); // its next turn comes behind the others'
      if (!mayGo()) break;
    }
    proof.sent(busy.size > 0);
  }

  function mayGo(): boolean {
    return !stopped && !blocked && flight.length < WINDOW;
  }

  /** Sends it, or passes over what this device is not to have. False where the stream takes nothing now. */
  function go(queue: RoomQueue, { message, checked, fit, envelope }: Envelope): boolean {
    if (!fit() || !account.devices.relayDecision(device, message).relay) return true;
    const id = message.archiveId;
    const sent = account.server.write(address(envelope(), id), { checked });
    if (sent.ok) {
      queue.flight.push(id);
      flight.push({ queue, id, number: sent.value, since: checked ? message.arrivedAt : undefined });
    } else if (sent.error.code === 'malformed') {
      log(`message ${id} cannot be relayed: ${sent.error.message}`);
    } else {
      blocked = true;
      return false;
    }
    return true;
  }

  /** The first so many of what was sent have arrived. */
  function arrived(count: number): void {
    const done = flight.splice(0, count);
    for (const { queue, id, since } of done) {
      queue.flight.splice(queue.flight.indexOf(id), 1);
      if (since !== undefined) parts.took?.(parts.now() - since);
    }
    settle();
    pump();
  }

  /** Writes down up to where the device has everything. */
  function settle(): void {
    const moved = [...queues.values()].flatMap((queue) => {
      const cursor = queue.state === 'reading' ? queue.cursor : reached(queue);
      return cursor > queue.cursor ? [{ queue, cursor }] : [];
    });
    if (moved.length === 0 || stopped) return;
    try {
      archive.transaction(() => {
        for (const { queue, cursor } of moved) archive.setCursor(account.jid, cursorOwner(device), queue.room, cursor);
      });
      for (const { queue, cursor } of moved) queue.cursor = cursor;
    } catch (error) {
      log(`the cursors of ${jid} could not be kept: ${sentenceOf(error)}`); // it gets again what it has
    }
  }

  function acknowledged(h: number): void {
    if (proof.byServer()) arrived(flight.filter(({ number }) => number <= h).length);
    if (!blocked) return;
    blocked = false;
    pump();
  }

  return {
    target,
    live(envelope) {
      const { message } = envelope;
      const queue = queueOf(message.room);
      if (message.archiveId <= queue.seen) return;
      queue.newest = message.archiveId;
      if (queue.state !== 'live' || account.history.isCatchingUp(message.room)) {
        queue.state = queue.state === 'live' ? 'unread' : queue.state;
        void read(queue);
        return;
      }
      queue.seen = message.archiveId;
      if (queue.waiting.length > 0 || !mayGo() || !go(queue, envelope)) put(queue, [message.archiveId], message.archiveId);
      proof.sent(busy.size > 0);
    },
    passed(room, archiveId) {
      const queue = queueOf(room);
      if (queue.state === 'live') queue.seen = Math.max(queue.seen, archiveId);
      proof.soon();
    },
    caughtUp(room) {
      const queue = queueOf(room);
      if (queue.state === 'unread') void read(queue);
    },
    resume() {
      blocked = false;
      proof.wake();
      pump();
    },
    acknowledged,
    stop() {
      stopped = true;
      proof.stop();
    },
  };
}
