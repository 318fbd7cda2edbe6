import type { Account } from '../../account/contract.ts';
import type { Archive } from '../../archive/contract.ts';
import { readStanzaError } from '../../xmpp/xep/service/errors.ts';
import { startSender, type Sender, type SenderParts } from './sender.ts';
import { startDigest } from './digest.ts';
import { openEnvelopes } from './envelope.ts';
import { openFirstNews } from './first-news.ts';
import { receiptTimes, type ReceiptTimes } from './relay-receipts.ts';

interface RelayOptions {
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

/** Errors by which the server answers for a device that has just gone offline: the device has not refused the relay. */
const gone: ReadonlySet<string> = new Set(['recipient-unavailable', 'service-unavailable', 'item-not-found', 'gone']);

/** The relay sends each archived room message, once and in order, to each of the account's devices that accept forwarded carbons. */
export function startRelay({ account, archive, log, signal, times, now = Date.now, took }: RelayOptions): void {
  const senders = new Map<string, Sender>();
  const firstNews = openFirstNews(account.jid, archive);
  const parts: SenderParts = {
    account,
    archive,
    envelopes: openEnvelopes(account.jid),
    times: { ...receiptTimes, ...times },
    log: (message, about) => log('warn', message, about),
    now,
    took,
    first: firstNews.of,
  };

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

  const all = (tell: (sender: Sender) => void): void => senders.forEach(tell);

  account.events.subscribe((event) => {
    if (event.type === 'message' && event.fresh) {
      firstNews.news(event.message);
      all((sender) => sender.hear(event.message));
    } else if (event.type === 'message') {
      firstNews.past(event.message);
      all((sender) => sender.skipped(event.message.room, event.message.archiveId));
    } else if (event.type === 'devices') follow();
    else if (event.type === 'catch-up-stopped') all((sender) => sender.moved(event.room));
    else if (event.type === 'status' && event.status.connection.state === 'online') all((sender) => sender.resume());
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
