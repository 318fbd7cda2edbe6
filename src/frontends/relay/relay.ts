import type { Account } from '../../account/contract.ts';
import type { Archive } from '../../archive/contract.ts';
import { storedValues } from '../../archive/stored-values.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import { readStanzaError } from '../../xmpp/xep/service/errors.ts';
import { startSender, type Sender, type SenderParts } from './sender.ts';
import { startDigest } from './digest.ts';
import { envelopeOf } from './envelope.ts';
import { receiptTimes, type ReceiptTimes } from './delivery-receipts.ts';

export interface RelayOptions {
  readonly account: Account;
  readonly archive: Archive;
  readonly log: (level: 'warn', message: string, about?: object) => void;
  readonly signal: AbortSignal;
  readonly times?: Partial<ReceiptTimes>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** How long each live message took until a device was known to have it, in milliseconds. */
  readonly took?: (milliseconds: number) => void;
}

/** A device that has just gone answers through its server: that is no refusal of the relay. */
const gone: ReadonlySet<string> = new Set(['recipient-unavailable', 'service-unavailable', 'item-not-found', 'gone']);

/** The relay: each kept room message, once and in order, to each own device that takes forwarded carbons. */
export function startRelay({ account, archive, log, signal, times, now = Date.now, took }: RelayOptions): void {
  const senders = new Map<string, Sender>();
  const floors = new Map<string, number>();
  const parts: SenderParts = {
    account,
    archive,
    times: { ...receiptTimes, ...times },
    log: (message, about) => log('warn', message, about),
    now,
    took,
    floor,
  };

  /** When a room was first joined, where that brought its past: kept, for a device may come much later. */
  function floor(room: string): number {
    const known = floors.get(room) ?? archive.value(account.jid, storedValues.relayFloor.of(room)) ?? 0;
    floors.set(room, known);
    return known;
  }

  function setFloor({ room, arrivedAt }: KeptMessage): void {
    if (floor(room) !== 0) return;
    floors.set(room, arrivedAt);
    archive.setValue(account.jid, storedValues.relayFloor.of(room), arrivedAt);
  }

  function follow(): void {
    const targets = account.devices.relays();
    for (const [device, sender] of senders) {
      const still = targets.find((target) => target.device === device && target.session === sender.target.session);
      if (still && still.from === sender.target.from) continue;
      sender.stop();
      senders.delete(device);
    }
    for (const target of targets) {
      if (!senders.has(target.device)) senders.set(target.device, startSender(target, parts));
    }
  }

  function relay(message: KeptMessage): void {
    const envelope = envelopeOf(message, account.jid, true);
    for (const sender of senders.values()) sender.live(envelope);
  }

  account.events.subscribe((event) => {
    if (event.type === 'message' && event.fresh) relay(event.message);
    else if (event.type === 'message') {
      setFloor(event.message);
      for (const sender of senders.values()) sender.passed(event.message.room, event.message.archiveId);
    } else if (event.type === 'devices') follow();
    else if (event.type === 'caught-up') for (const sender of senders.values()) sender.caughtUp(event.room);
    else if (event.type === 'status' && event.status.connection.state === 'online') for (const sender of senders.values()) sender.resume();
    else if (event.type === 'bounced' && event.stanza.id?.startsWith('mx-')) {
      const error = readStanzaError(event.stanza.element);
      if (error && !gone.has(error.condition)) account.devices.refuseRelay(event.from, error.text ?? error.condition);
    }
  }, signal, 'the relay');
  account.server.onAcknowledged((h) => {
    for (const sender of senders.values()) sender.acknowledged(h);
  }, signal);
  startDigest(account, signal, now);
  signal.addEventListener('abort', () => {
    for (const sender of senders.values()) sender.stop();
    senders.clear();
  }, { once: true });
}
