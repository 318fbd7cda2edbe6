import type { Account } from '../../account/contract.ts';
import type { RelayTarget } from '../../account/devices/contract.ts';
import type { Archive } from '../../archive/contract.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import { openCursors } from '../../delivery/cursors.ts';
import { openDeviceDelivery, type DeliveryKind, type DeviceDelivery } from '../../delivery/device-delivery.ts';
import { addressedTo } from '../../xmpp/xep/message/relay-envelope.ts';
import type { Envelopes } from './envelope.ts';
import { openRelayReceipts, type ReceiptTimes } from './relay-receipts.ts';

/** The most messages in flight, which a device may get twice. It is twice the number that triggers a question. */
export const WINDOW = 100;

export interface SenderParts {
  readonly account: Account;
  readonly archive: Archive;
  readonly envelopes: Envelopes;
  readonly times: ReceiptTimes;
  readonly log: (message: string, about?: object) => void;
  now(): number;
  /** How long a live message took until the device was known to have it, in milliseconds. */
  readonly took?: ((milliseconds: number) => void) | undefined;
  /** The first message of a room that arrived as news; `undefined` if the first join brought no history. */
  first(room: string): number | undefined;
}

/** Sends to one session of one device what it has missed, then each new message. */
export interface Sender {
  readonly target: RelayTarget;
  /** A message was archived that is news. */
  hear(message: KeptMessage): void;
  /** A message was archived that is no news. */
  skipped(room: string, archiveId: number): void;
  /** The catch-up of the room has read further, or has ended. */
  moved(room: string): void;
  /** The stream accepts stanzas again. */
  resume(): void;
  acknowledged(h: number): void;
  stop(): void;
}

interface InFlight {
  /** The stanza's number on the stream (XEP-0198). */
  readonly number: number;
  /** When a live message reached us. */
  readonly since: number | undefined;
  readonly delivered: () => void;
}

export function startSender(target: RelayTarget, parts: SenderParts): Sender {
  const { account, archive, envelopes, log } = parts;
  const { device, jid } = target;
  const address = addressedTo(jid, `mx-${device}-`);
  const flight: InFlight[] = [];
  const cursors = openCursors(account.jid, archive, log);
  const limits = { from: target.from, limit: target.limit, now: parts.now, first: parts.first };
  const delivery: DeviceDelivery = openDeviceDelivery({ account, archive, cursors, device, log: (what) => log(`${jid}: ${what}`), send });
  const receipts = openRelayReceipts(target, {
    account,
    times: parts.times,
    log,
    inFlight: () => flight.length,
    arrived,
    unanswered: () => acknowledged(account.server.acknowledged()),
  });
  let stopped = false;
  let blocked = false;
  let noting = false;

  for (const room of archive.keptRooms(account.jid)) delivery.follow(room, limits);

  function send(message: KeptMessage, how: DeliveryKind, delivered: () => void): 'sent' | 'skipped' | 'full' {
    if (stopped || blocked || flight.length >= WINDOW) return 'full';
    const envelope = envelopes.of(message);
    if (!envelope.fit() || !account.devices.relayDecision(device, message).relay) return 'skipped';
    const id = message.archiveId;
    // what came by the wire just now was checked there; what lies in the archive may have been imported
    const sent = account.server.write(address(envelope.text(), id), { checked: how === 'live', short: () => address(envelope.short(), id) });
    if (sent.ok) {
      flight.push({ number: sent.value, since: how === 'live' ? message.arrivedAt : undefined, delivered });
      noteSent();
      return 'sent';
    }
    if (sent.error.code === 'malformed' || sent.error.code === 'too-large') {
      log(`message ${id} cannot be relayed: ${sent.error.message}`);
      return 'skipped';
    }
    blocked = true;
    return 'full';
  }

  /** One call for all that was sent together. */
  function noteSent(): void {
    if (noting) return;
    noting = true;
    queueMicrotask(() => {
      noting = false;
      receipts.sent(delivery.waits());
    });
  }

  /** The first `count` messages in flight have arrived. */
  function arrived(count: number): void {
    for (const { since, delivered } of flight.splice(0, count)) {
      delivered();
      if (since !== undefined) parts.took?.(parts.now() - since);
    }
    cursors.flush(); // at once: a cursor that is not on disk when we or the device end makes the device get messages twice
    delivery.resume();
    if (flight.length > 0) noteSent();
  }

  function acknowledged(h: number): void {
    if (receipts.byServer()) arrived(flight.filter(({ number }) => number <= h).length);
    if (!blocked) return;
    blocked = false;
    delivery.resume();
  }

  return {
    target,
    hear(message) {
      delivery.follow(message.room, limits);
      delivery.offer(message);
    },
    skipped(room, archiveId) {
      delivery.follow(room, limits);
      delivery.skipped(room, archiveId);
    },
    moved: delivery.moved,
    resume() {
      blocked = false;
      receipts.wake();
      delivery.resume();
    },
    acknowledged,
    stop() {
      stopped = true;
      delivery.stop();
      if (account.devices.list().some(({ id }) => id === device)) cursors.flush(); // nothing is written for a device that was forgotten
      cursors.close();
      receipts.stop();
    },
  };
}
