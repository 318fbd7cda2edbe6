import type { Account } from '../../account/contract.ts';
import type { RelayTarget } from '../../account/devices/contract.ts';
import type { Archive } from '../../archive/contract.ts';
import { cursorOwner } from '../../core/device.ts';
import { sentenceOf } from '../../core/errors.ts';
import { addressedTo } from '../../xmpp/xep/message/relay-envelope.ts';
import { newDesk, reached, type Desk } from './queue.ts';
import { readOwed } from './backlog.ts';
import { parcelOf, type Parcel } from './envelope.ts';
import { openProof, type ProofTimes } from './delivery-receipts.ts';

/** Sent and not known to have arrived, at most: the batch that a device may get twice. Twice what a question waits for. */
export const WINDOW = 100;
/** So many of one room, then the next one's turn. */
const TURN = 10;

export interface CourierParts {
  readonly account: Account;
  readonly archive: Archive;
  readonly times: ProofTimes;
  readonly log: (message: string, about?: object) => void;
  now(): number;
  /** How long a live message took until the device was known to have it, in milliseconds. */
  readonly took?: ((milliseconds: number) => void) | undefined;
  /** Before this time what came with the first join of a room was never missed. */
  floor(room: string): number;
}

/** Brings to one session of one device what it is owed, and then what comes. */
export interface Courier {
  readonly target: RelayTarget;
  /** A message was kept. */
  live(parcel: Parcel): void;
  /** A message was kept that is no news. */
  passed(room: string, archiveId: number): void;
  /** The room's archive is read, or was given up: what was held back can go. */
  caughtUp(room: string): void;
  /** The stream takes stanzas again. */
  resume(): void;
  acknowledged(h: number): void;
  stop(): void;
}

export function startCourier(target: RelayTarget, parts: CourierParts): Courier {
  const { account, archive, log } = parts;
  const { device, jid } = target;
  const desks = new Map<string, Desk>();
  /** The desks that have something to send, in the order of their turns. */
  const busy = new Set<Desk>();
  const address = addressedTo(jid, `mx-${device}-`);
  /** `since` is when it reached us, for what came live. */
  const flight: { readonly desk: Desk; readonly id: number; readonly number: number; readonly since: number | undefined }[] = [];
  const proof = openProof(target, { account, times: parts.times, inFlight: () => flight.length, arrived, settle, unanswered: () => acknowledged(account.acknowledged()) });
  let stopped = false;
  let blocked = false;

  for (const room of archive.keptRooms(account.jid)) void read(deskOf(room));

  function deskOf(room: string): Desk {
    const known = desks.get(room);
    if (known) return known;
    const desk = newDesk(room, archive.cursor(account.jid, cursorOwner(device), room) ?? target.from);
    desks.set(room, desk);
    return desk;
  }

  /** Reads what the device has missed, up to the live stream. */
  async function read(desk: Desk): Promise<void> {
    if (desk.state === 'reading' || account.catchingUp(desk.room)) return;
    desk.state = 'reading';
    const { room } = desk;
    const { limit } = target;
    try {
      const owed = await readOwed(archive, { account: account.jid, room, after: desk.seen, limit, now: parts.now(), floor: parts.floor(room) });
      if (stopped) return;
      put(desk, owed.ids, owed.seen);
      desk.state = desk.newest > desk.seen ? 'unread' : 'live';
      if (desk.state === 'unread') void read(desk);
      pump();
    } catch (error) {
      desk.state = 'unread';
      log(`what ${jid} missed in ${room} could not be read: ${sentenceOf(error)}`);
    }
  }

  function put(desk: Desk, ids: readonly number[], seen: number): void {
    desk.queue.push(...ids);
    desk.queue.splice(0, desk.queue.length - target.limit.messages);
    desk.seen = seen;
    if (desk.queue.length > 0) busy.add(desk);
    else proof.soon();
  }

  function pump(): void {
    for (const desk of busy) {
      for (let turn = 0; turn < TURN && mayGo(); turn += 1) {
        const [id] = desk.queue;
        const message = id === undefined ? undefined : archive.message(id);
        if (id === undefined || (message && !go(desk, parcelOf(message, account.jid, false)))) break;
        desk.queue.shift();
      }
      busy.delete(desk);
      if (desk.queue.length > 0) busy.add(desk); // its next turn comes behind the others'
      if (!mayGo()) break;
    }
    proof.sent(busy.size > 0);
  }

  function mayGo(): boolean {
    return !stopped && !blocked && flight.length < WINDOW;
  }

  /** Sends it, or passes over what this device is not to have. False where the stream takes nothing now. */
  function go(desk: Desk, { message, checked, fit, envelope }: Parcel): boolean {
    if (!fit() || !account.relayDecision(device, message).relay) return true;
    const id = message.archiveId;
    const sent = account.write(address(envelope(), id), { checked });
    if (sent.ok) {
      desk.flight.push(id);
      flight.push({ desk, id, number: sent.value, since: checked ? message.arrivedAt : undefined });
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
    for (const { desk, id, since } of done) {
      desk.flight.splice(desk.flight.indexOf(id), 1);
      if (since !== undefined) parts.took?.(parts.now() - since);
    }
    settle();
    pump();
  }

  /** Writes down up to where the device has everything. */
  function settle(): void {
    const moved = [...desks.values()].flatMap((desk) => {
      const cursor = desk.state === 'reading' ? desk.cursor : reached(desk);
      return cursor > desk.cursor ? [{ desk, cursor }] : [];
    });
    if (moved.length === 0 || stopped) return;
    try {
      archive.transaction(() => {
        for (const { desk, cursor } of moved) archive.setCursor(account.jid, cursorOwner(device), desk.room, cursor);
      });
      for (const { desk, cursor } of moved) desk.cursor = cursor;
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
    live(parcel) {
      const { message } = parcel;
      const desk = deskOf(message.room);
      if (message.archiveId <= desk.seen) return;
      desk.newest = message.archiveId;
      if (desk.state !== 'live' || account.catchingUp(message.room)) {
        desk.state = desk.state === 'live' ? 'unread' : desk.state;
        void read(desk);
        return;
      }
      desk.seen = message.archiveId;
      if (desk.queue.length > 0 || !mayGo() || !go(desk, parcel)) put(desk, [message.archiveId], message.archiveId);
      proof.sent(busy.size > 0);
    },
    passed(room, archiveId) {
      const desk = deskOf(room);
      if (desk.state === 'live') desk.seen = Math.max(desk.seen, archiveId);
      proof.soon();
    },
    caughtUp(room) {
      const desk = deskOf(room);
      if (desk.state === 'unread') void read(desk);
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
