import type { Archive } from '../archive/contract.ts';
import { storedStream, storedValues } from '../archive/stored-values.ts';
import { sentenceOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { connect } from '../xmpp/connection.ts';
import { openAcknowledgement } from './acknowledgement.ts';
import type { Clock } from './clock.ts';
import type { Account } from './contract.ts';
import { openEvents } from './events.ts';
import { openInbound } from './inbound.ts';
import { openLogin } from './login.ts';
import { openParts, type AccountTimes } from './parts.ts';
import { wireOptions, type AccountSettings } from './settings.ts';
import { devicesOf, historyOf, roomsOf, sendingOf, serverOf, statusOf } from './subjects.ts';
import { openRoomTable } from './transaction.ts';

export interface AccountOptions {
  readonly settings: AccountSettings;
  readonly password: () => Promise<string>;
  readonly archive: Archive;
  readonly log: Log;
  readonly times?: AccountTimes;
  /** Milliseconds since the epoch; by default, the machine's clock. */
  readonly now?: () => number;
  /** By which presence waits before it is told. */
  readonly clock?: Clock;
}

/** One account, wired: what it receives, its parts by subject, and its events. */
export function openAccount({ settings, password, archive, log, times = {}, now = Date.now, clock }: AccountOptions): Account {
  const { jid } = settings;
  const life = new AbortController();
  const events = openEvents(log, now);
  const rooms = openRoomTable({ account: jid, archive, now, tell: events.emit, log, signal: life.signal });
  const saved = archive.stream(jid);
  const stream = saved === undefined ? undefined : storedStream.read(saved);
  const acknowledgement = openAcknowledgement({ barrier: archive.barrier, from: stream, log });
  const connection = connect({
    ...wireOptions(settings),
    password,
    handled: acknowledgement.handled,
    async settled() {
      // nobody logs in while nothing can be kept: a new session would cost what the old one still holds
      rooms.transact(() => {
        archive.saveStream(jid, stream && storedStream.write(stream));
        const limit = connection.learnedLimit();
        if (limit) archive.setValue(jid, storedValues.learnedLimit, limit);
      });
      await acknowledgement.settled();
    },
    log,
    learnedLimit: archive.value(jid, storedValues.learnedLimit),
    ...(stream && { resume: stream }),
  });
  acknowledgement.subscribe({
    moved: connection.acknowledge,
    failed() {
      connection.abandon();
      if (!life.signal.aborted) connection.start();
    },
  });
  const parts = openParts({
    context: {
      jid,
      archive,
      connection,
      log,
      signal: life.signal,
      events,
      now,
      transact: rooms.transact,
      begin: rooms.begin,
      batch: rooms.batch,
      room: (room) => rooms.all.get(room),
      rooms: () => rooms.all.values(),
      occupants: rooms.occupants,
    },
    settings,
    times,
    clock,
    streamId: acknowledgement.streamId,
  });
  const login = openLogin(parts);

  connection.onStanzas(openInbound({
    ...parts,
    saveStream(transaction, state) {
      archive.saveStream(jid, state && storedStream.write(state));
      transaction.onCommit(() => acknowledgement.committed(state));
    },
  }));
  connection.onStatus((status) => {
    parts.heldByServer.changed(status);
    events.emit({ type: 'status', status: statusOf(parts) });
    if (status.state === 'online') login(status);
    if (status.state === 'waiting' && status.rejectedAfter !== undefined) parts.outbox.rejected(status.rejectedAfter, status.why);
  }, life.signal);
  events.subscribe((event) => {
    if (event.type === 'answer') event.settle();
  }, life.signal, 'questions in order');
  events.subscribe((event) => {
    if (event.type === 'relay-paused') events.emit({ type: 'status', status: statusOf(parts) });
  }, life.signal, 'the status');

  return {
    jid,
    start: connection.start,
    async stop() {
      life.abort();
      await acknowledgement.settled().catch((error: unknown) => log('error', `what came last is not acknowledged: ${sentenceOf(error)}`, { error }));
      await connection.stop();
    },
    status: () => statusOf(parts),
    rooms: roomsOf(parts),
    history: historyOf(parts),
    sending: sendingOf(parts),
    bookmarks: parts.bookmarks.verbs,
    devices: devicesOf(parts),
    server: serverOf(parts),
    events,
  };
}
