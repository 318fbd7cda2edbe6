import { inBackground } from '../core/background.ts';
import type { Archive } from '../archive/contract.ts';
import { storedStream } from '../archive/stored-values.ts';
import type { PresencePace } from '../core/presence.ts';
import { sentenceOf } from '../core/errors.ts';
import { openAcknowledgement } from './acknowledgement.ts';
import { connect } from '../xmpp/connection.ts';
import type { Connection, StreamState } from '../xmpp/contract.ts';
import type { PassedOver, Stanza } from '../xmpp/stanza.ts';
import { alertFor } from './devices/alerts.ts';
import { openIqResponder } from './server/iq-responder.ts';
import { openBookmarks } from './bookmarks/bookmarks.ts';
import { isOut, openCatchUps, readUpTo } from './history/catch-up.ts';
import type { Clock } from './clock.ts';
import type { AccountStatus } from './account-status.ts';
import type { Account } from './contract.ts';
import type { DeviceSummary } from './devices/contract.ts';
import { wireOptions, type AccountSettings } from './settings.ts';
import { testDevice } from './devices/device-test.ts';
import { openDevices } from './devices/devices.ts';
import type { Devices } from './devices/devices.ts';
import { openRoomTable } from './transaction.ts';
import type { Log } from '../core/log.ts';
import type { AccountContext } from './context.ts';
import { examineLists, examineServer } from './server/examine.ts';
import { openInvitations } from './rooms/invitations.ts';
import { openLogin } from './login.ts';
import { openMemberships, type JoinTimes, type Memberships } from './rooms/membership.ts';
import { openNicks } from './rooms/nicks.ts';
import { openOutbox } from './sending/outbox.ts';
import type { Outbox } from './sending/outbox.ts';
import { openPresence } from './sending/presence.ts';
import { startSelfPing, type SelfPingTimes } from './rooms/self-ping.ts';
import { receiveStanza } from './inbound.ts';
import { takeBatch } from './inbound-batch.ts';
import { openHeldByServer } from './history/held-by-server.ts';
import { openReadMarkers } from './history/read-markers.ts';
import { openRegistrations } from './rooms/registration.ts';
import { openRelayPause } from './devices/relay-pause.ts';
import { openReorderAfterResume } from './history/reorder-after-resume.ts';
import { openSharedOccupancy, type OwnedOccupancy } from './rooms/shared-occupancy.ts';
import type { Ask } from './server/server-parts.ts';
import { openEvents } from './events.ts';
import { openDeviceMessages } from './sending/device-messages.ts';
import { openRoomVerbs } from './rooms/verbs.ts';
import { openRoomWishes, wishersOf, withWishes } from './rooms/wishes.ts';

const DAY = 86_400_000;

export interface AccountOptions {
  readonly settings: AccountSettings;
  readonly password: () => Promise<string>;
  readonly archive: Archive;
  readonly log: Log;
  /** How patient it is with silent rooms; tests are less so. */
  readonly times?: Partial<SelfPingTimes & JoinTimes & { readonly sweep: number; readonly calm: number; readonly archiveSilence: number; readonly archivePages: number; readonly read: number; readonly removals: number; readonly presence: Partial<PresencePace> }>;
  /** Milliseconds since the epoch; the machine's clock where nothing is said. */
  readonly now?: () => number;
  /** By which presence waits before it is told. */
  readonly clock?: Clock;
}

/** One account, wired: the only way in (`receive`), its parts by subject, and its events. */
export function openAccount({ settings, password, archive, log, times = {}, now = Date.now, clock }: AccountOptions): Account {
  const { jid } = settings;
  const life = new AbortController();
  const events = openEvents(log, now);
  const rooms = openRoomTable({ account: jid, archive, now, tell: events.emit, log, signal: life.signal });
  const saved = archive.stream(jid);
  let stream: StreamState | undefined = saved === undefined ? undefined : storedStream.read(saved);

  const acknowledgement = openAcknowledgement({
    barrier: archive.barrier,
    from: stream,
    moved: () => connection.acknowledge(),
    drop() {
      connection.abandon();
      if (!life.signal.aborted) connection.start();
    },
    log,
  });
  const connection: Connection = connect({
    ...wireOptions(settings),
    password,
    receive,
    handled: acknowledgement.handled,
    settled: acknowledgement.settled,
    log,
    ...(stream && { resume: stream }),
  });
  const context: AccountContext = {
    jid,
    archive,
    connection,
    log,
    signal: life.signal,
    now,
    transact: rooms.transact,
    batch: rooms.batch,
    room: (room) => rooms.all.get(room),
    rooms: () => rooms.all.values(),
    occupants: rooms.occupants,
    roomPresence: (room) => presence.elements(room),
  };
  const wishes = openRoomWishes(jid, archive, context.rooms(), (room) => memberships.changed(room));
  const iqResponder = openIqResponder(context);
  const presence = openPresence(context, times.presence, clock);
  const deviceMessages = openDeviceMessages(context, () => outbox, (resource) => devices.find(resource)?.id);
  const outbox: Outbox = openOutbox(context, () => stream?.id, { refused: deviceMessages.refused, prove: (room) => selfPing.one(room) });
  const catchups = openCatchUps(
    context,
    (room) => outbox.caughtUp(room),
    (room) => events.emit({ type: 'caught-up', account: jid, room }),
    { silence: times.archiveSilence, pages: times.archivePages },
  );
  const held = openHeldByServer(jid, now);
  const order = openReorderAfterResume(context, catchups.run, times.calm);
  const memberships: Memberships = openMemberships(context, {
    nicks: () => nicks,
    notify: (room) => bookmarks.verbs.notify(room),
    called: (room) => bookmarks.called(room),
    wishers: (room) => wishersOf(wishes.of(room), allDevices()),
    joined: entered,
    tell(event) {
      events.emit(event);
      const room = event.type === 'room' ? rooms.all.get(event.room.room) : undefined;
      if (room?.catchup && isOut(room)) events.emit({ type: 'caught-up', account: jid, room: room.jid });
    },
  }, { historyWindow: settings.historyDays && settings.historyDays * DAY, ...times });
  const nicks = openNicks(context, (room) => memberships.wantedNick(room));
  const rawVerbs = openRoomVerbs(context, memberships);
  const bookmarks = openBookmarks(context, {
    memberships,
    verbs: rawVerbs,
    renick: nicks.renick,
    wishes,
    removals: times.removals,
    online: (since) => allDevices().flatMap(({ online: here, resource, lastSeen }) => (here || Date.parse(lastSeen) >= since ? [resource] : [])),
  });
  const verbs = withWishes(bookmarks.telling(rawVerbs), wishes);
  const readMarkers = openReadMarkers(context, (state) => events.emit({ type: 'read', state }), times.read);
  events.subscribe((event) => { if (event.type === 'message') readMarkers.kept(event.message); }, life.signal, 'read markers');
  const registrations = openRegistrations(context, nicks, rawVerbs);
  const invitations = openInvitations(context, verbs, { every: times.sweep, joins: settings.joinInvited === true });
  const selfPing = startSelfPing(context, memberships, times);
  const devices: Devices = openDevices(context, {
    changed: () => events.emit({ type: 'devices', devices: allDevices() }),
    notify: (room, identity) => bookmarks.verbs.notify(room, identity),
    saidBy: deviceMessages.saidBy,
  });
  const occupancy: OwnedOccupancy = openSharedOccupancy(context, { verbs: rawVerbs, wishes, outbox, changed: () => events.emit({ type: 'devices', devices: allDevices() }) });
  const relayPause = openRelayPause(context, () => {
    events.emit({ type: 'devices', devices: allDevices() });
    events.emit({ type: 'status', status: summary() });
  });
  const allDevices = () => [...devices.summaries().map(resting), ...occupancy.summaries()];
  const login = openLogin(context, { iqResponder, bookmarks, devices, invitations, memberships, nicks, order, outbox, presence, readMarkers });
  const own = { iqResponder, bookmarks, devices, invitations, nicks, presence, readMarkers, occupancy, deviceMessages };
  const receivers = { context, memberships, outbox, readingOf: catchups.readingOf, reconfigured: memberships.refreshDisco, held: held.now, ...own };

  /** The only way in. If it throws, nothing is acknowledged; stanzas already stored are recognised as duplicates when they are sent again. */
  function receive(stanzas: readonly Stanza[], state: StreamState | undefined, passedOver: readonly PassedOver[]): void {
    takeBatch(context, {
      stanzas,
      passedOver,
      take: (transaction, stanza) => receiveStanza(receivers, transaction, stanza),
      save(transaction) {
        archive.saveStream(jid, state && storedStream.write(state));
        transaction.onCommit(() => {
          stream = state;
          acknowledgement.committed(state);
        });
      },
      askRoom: (room) => inBackground(log, 'a self-ping', selfPing.one(room)),
    });
  }

  connection.onStatus((status) => {
    held.changed(status);
    events.emit({ type: 'status', status: summary() });
    if (status.state === 'online') login(status);
  }, life.signal);

  function entered(room: string): void {
    catchups.run(room);
    presence.check();
    nicks.entered(room);
  }

  function summary(): AccountStatus {
    const all = [...rooms.all.values()];
    const joined = all.filter(({ membership }) => membership.state === 'joined').length;
    return { account: jid, connection: connection.status(), rooms: all.length, joined, messages: archive.count(jid), relayPause: relayPause.now() };
  }

  function resting(device: DeviceSummary): DeviceSummary {
    const pause = device.relay ? relayPause.now() : undefined;
    if (!pause) return device;
    return { ...device, why: `${device.why}; the relay is paused until ${pause.until ?? 'you resume it'}` };
  }

  return {
    jid,
    start: connection.start,
    async stop() {
      life.abort();
      await acknowledgement.settled().catch((error: unknown) => log('error', `what came last is not acknowledged: ${sentenceOf(error)}`, { error }));
      await connection.stop();
    },
    status: summary,
    rooms: {
      list: () => [...rooms.all.values()].map(memberships.summary),
      occupants: (room) => [...rooms.occupants(room).values()],
      join: verbs.join,
      leave: verbs.leave,
      follow: verbs.follow,
      set(room, wish) {
        const changed = verbs.set(room, wish);
        presence.check();
        return changed;
      },
      ledger: (room, limit) => archive.ledger(jid, room, limit),
      changeNick: verbs.changeNick,
      requestVoice: verbs.requestVoice,
      registration: registrations.ask,
      register: registrations.submit,
      unregister: registrations.remove,
      invitations: invitations.pending,
      accept: invitations.accept,
      decline: invitations.decline,
      occupancy,
    },
    history: {
      readUpTo: (room) => readUpTo(rooms.all.get(room)),
      readStates: readMarkers.states,
      markRead: readMarkers.mark,
    },
    sending: {
      sendMessage: async (room, body, about) => outbox.say(room, body, about),
      outbox: outbox.list,
      sendAgain: outbox.sayAgain,
      discard: outbox.unsay,
      presence() {
        const { shown, by } = presence.now();
        return { shown: { show: shown.show, status: shown.status }, by, offline: presence.offline(), nick: nicks.accountNick() };
      },
      setNick: nicks.publish,
      offlinePresence: presence.offline,
      setOfflinePresence: presence.setOffline,
    },
    bookmarks: bookmarks.verbs,
    devices: {
      list: allDevices,
      change: (name, change) => occupancy.change(name, change) ?? devices.change(name, change),
      test: (name) => testDevice(context, devices, events.subscribe, name),
      forget: devices.forget,
      relays: () => (relayPause.now() ? [] : devices.targets()),
      relayDecision: devices.decide,
      note: devices.note,
      digestTargets: (message) => (relayPause.now() ? [] : devices.digest(message)),
      relayTargets: (room) => (relayPause.now() ? [] : devices.relayTargets(room)),
      pauseRelay(until) {
        relayPause.pause(until);
        return summary();
      },
      resumeRelay() {
        relayPause.resume();
        return summary();
      },
      alert: (message) => alertFor(context, bookmarks.verbs.notify(message.room), message),
      refuseRelay: devices.refuse,
    },
    server: {
      write: (stanza, options) => connection.send(stanza, options),
      ask: (request, timeout) => connection.iq(request, timeout === undefined ? {} : { timeout }),
      acknowledged: connection.acknowledged,
      onAcknowledged: connection.onAcknowledged,
      onIq: iqResponder.register,
      async examine() {
        const ask: Ask = (request, timeout) => connection.iq(request, timeout === undefined ? {} : { timeout });
        const lists = { storages: bookmarks.verbs.storages(), held: bookmarks.verbs.held().length, rooms: [...rooms.all.values()].map(memberships.summary) };
        const here = examineLists({ account: jid, ...lists, now: now(), failed: events.failed(), quarantined: archive.quarantined(jid) });
        return [...(await examineServer(ask, jid, connection.features(), now)), ...here];
      },
    },
    events,
  };
}
