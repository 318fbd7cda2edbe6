import type { AccountStatus } from './account-status.ts';
import type { AccountDevices } from './devices/account-devices.ts';
import { alertFor } from './devices/alerts.ts';
import { testDevice } from './devices/device-test.ts';
import type { AccountHistory } from './history/account-history.ts';
import { readUpTo } from './history/catch-up-state.ts';
import type { AccountParts } from './parts.ts';
import type { AccountRooms } from './rooms/account-rooms.ts';
import { sendPrivately } from './sending/private-messages.ts';
import type { AccountSending } from './sending/account-sending.ts';
import type { AccountServer } from './server/account-server.ts';
import { examineLists, examineServer } from './server/examine.ts';
import type { Ask } from './server/server-parts.ts';
import { chatState } from '../xmpp/xep/message/chat-states.ts';

/** Where the account stands. */
export function statusOf({ context, relayPause, pushPause }: AccountParts): AccountStatus {
  const all = [...context.rooms()];
  const joined = all.filter(({ membership }) => membership.state === 'joined').length;
  return {
    account: context.jid,
    connection: context.connection.status(),
    rooms: all.length,
    joined,
    messages: context.archive.count(context.jid),
    relayPause: relayPause.now(),
    pushPause: pushPause.now(),
  };
}

export function roomsOf({ context, memberships, occupancy, presence, verbs, registrations, privileges, invitations }: AccountParts): AccountRooms {
  return {
    list: () => [...context.rooms()].map(memberships.summary),
    occupants: (room) => [...context.occupants(room).values()],
    managed: privileges.occupants,
    changePrivileges: privileges.change,
    join: verbs.join,
    leave: verbs.leave,
    follow: verbs.follow,
    set(room, wish) {
      const changed = verbs.set(room, wish);
      presence.check();
      return changed;
    },
    ledger: (room, limit) => context.archive.ledger(context.jid, room, limit),
    changeNick: verbs.changeNick,
    requestVoice: verbs.requestVoice,
    registration: registrations.ask,
    register: registrations.submit,
    unregister: registrations.remove,
    invitations: invitations.pending,
    accept: invitations.accept,
    decline: invitations.decline,
    occupancy,
  };
}

export function historyOf({ context, readMarkers }: AccountParts): AccountHistory {
  return {
    readUpTo: (room) => readUpTo(context.room(room)),
    readStates: readMarkers.states,
    markRead: readMarkers.mark,
  };
}

export function sendingOf({ context, outbox, occupancy, presence, nicks }: AccountParts): AccountSending {
  return {
    sendMessage: async (room, body, about) => outbox.sendMessage(room, body, about),
    react: async (room, stanzaId, emojis) => outbox.react(room, stanzaId, emojis),
    retract: async (room, stanzaId) => outbox.retract(room, stanzaId),
    tellTyping(room, typing) {
      if (context.room(room)?.membership.state === 'joined') context.connection.send(chatState(room, typing ? 'composing' : 'paused').toString());
    },
    sendPrivate: sendPrivately(context, occupancy),
    outbox: outbox.list,
    sendAgain: outbox.sendAgain,
    discard: outbox.discard,
    presence() {
      const { shown, by } = presence.now();
      return { shown: { show: shown.show, status: shown.status }, by, offline: presence.offline(), nick: nicks.accountNick() };
    },
    usePage: presence.usePage,
    setNick: nicks.publish,
    offlinePresence: presence.offline,
    setOfflinePresence: presence.setOffline,
  };
}

export function devicesOf(parts: AccountParts): AccountDevices {
  const { context, devices, deviceList, providedDevices, relayPause, pushPause, bookmarks } = parts;
  return {
    list: deviceList.all,
    change: (name, change) => providedDevices.change(name, change) ?? devices.change(name, change),
    changeAt(resource, change) {
      const provided = providedDevices.at(resource);
      return (provided === undefined ? undefined : providedDevices.change(provided, change)) ?? devices.changeAt(resource, change);
    },
    test: (name) => testDevice(context, devices, name),
    forget: devices.forget,
    relays: () => (relayPause.now() ? [] : devices.relays()),
    relayDecision: devices.relayDecision,
    note: devices.note,
    digestTargets: (message) => (relayPause.now() ? [] : devices.digestTargets(message)),
    pauseRelay(until) {
      relayPause.pause(until);
      return statusOf(parts);
    },
    resumeRelay() {
      relayPause.resume();
      return statusOf(parts);
    },
    pausePush(until) {
      pushPause.pause(until);
      return statusOf(parts);
    },
    resumePush() {
      pushPause.resume();
      return statusOf(parts);
    },
    isPushPaused: () => pushPause.now() !== undefined,
    alert: (message) => alertFor(context, bookmarks.verbs.notify(message.room), message),
    refuseRelay: devices.refuseRelay,
  };
}

export function serverOf({ context, iqResponder, bookmarks, memberships }: AccountParts): AccountServer {
  const { archive, connection, events, jid, now } = context;
  const ask: Ask = (request, timeout) => connection.iq(request, timeout === undefined ? {} : { timeout });
  return {
    write(stanza, { short, ...how } = {}) {
      const whole = connection.send(stanza, how);
      return short !== undefined && !whole.ok && whole.error.code === 'too-large' ? connection.send(short()) : whole;
    },
    ask,
    askInOrder: connection.iqInOrder,
    acknowledged: connection.acknowledged,
    onAcknowledged: connection.onAcknowledged,
    onIq: iqResponder.register,
    async examine() {
      const lists = { storages: bookmarks.verbs.storages(), held: bookmarks.verbs.held().length, rooms: [...context.rooms()].map(memberships.summary) };
      const here = examineLists({ account: jid, ...lists, now: now(), failed: events.failed(), quarantined: archive.quarantined(jid) });
      return [...(await examineServer(ask, { account: jid, stream: connection.features(), now })), ...here];
    },
  };
}
