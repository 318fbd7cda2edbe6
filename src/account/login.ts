import { inBackground } from '../core/background.ts';
import { sentenceOf } from '../core/errors.ts';
import type { ConnectionStatus } from '../xmpp/contract.ts';
import { xml } from '../xmpp/xml.ts';
import type { IqResponder } from './server/iq-responder.ts';
import type { Bookmarks } from './bookmarks/bookmarks.ts';
import type { Devices } from './devices/devices.ts';
import type { OwnPresences } from './devices/own-presences.ts';
import { receiveOwnPresence } from './inbound.ts';
import type { OwnedOccupancy } from './rooms/shared-occupancy.ts';
import type { AccountContext } from './context.ts';
import type { Invitations } from './rooms/invitations.ts';
import type { Memberships } from './rooms/membership.ts';
import type { Nicks } from './rooms/nicks.ts';
import type { Outbox } from './sending/outbox.ts';
import type { Presence } from './sending/presence.ts';
import type { ReadMarkers } from './history/read-markers.ts';
import type { ReorderAfterResume } from './history/reorder-after-resume.ts';

/** Milliseconds until a login is tried again where what had to be stored after the last one could not be. */
const AGAIN = 5_000;

interface LoginParts {
  readonly context: AccountContext;
  readonly iqResponder: IqResponder;
  readonly bookmarks: Bookmarks;
  readonly devices: Devices;
  readonly invitations: Invitations;
  readonly memberships: Memberships;
  readonly nicks: Nicks;
  readonly order: ReorderAfterResume;
  readonly occupancy: OwnedOccupancy;
  readonly outbox: Outbox;
  readonly ownPresences: OwnPresences;
  readonly presence: Presence;
  readonly readMarkers: ReadMarkers;
}

/** What follows each login, in this order: what is left of before, then what is asked anew. */
export function openLogin(parts: LoginParts): (status: Extract<ConnectionStatus, { state: 'online' }>) => void {
  const { context, iqResponder: answers, bookmarks, devices, invitations, memberships, nicks, order, outbox, ownPresences, presence, readMarkers: reading } = parts;
  const { connection, log, signal } = context;
  /**
   * What must be done after the next login, whatever stream that is on: what could not be done after the last one is not
   * done by the stream's being there. `inherited` until this process has a stream of its own making: what was in flight
   * died with the one before.
   */
  let due: 'inherited' | 'anew' | undefined = 'inherited';

  function resumed(before: boolean): void {
    if (before) {
      for (const stanza of ownPresences.left()) context.transact((transaction) => receiveOwnPresence(parts, transaction, stanza));
      announce();
      loadLists();
    }
    order.online(true);
    memberships.resumeRooms();
    outbox.resumed(!before);
    memberships.enterWanted();
  }

  function anew(): void {
    order.online(false);
    ownPresences.reset();
    devices.reset();
    presence.reset();
    memberships.disconnected();
    announce();
    memberships.enterWanted();
    inBackground(log, 'reading the invitations', invitations.sweep());
    loadLists();
  }

  function loadLists(): void {
    inBackground(log, 'reading the bookmarks', bookmarks.load());
    inBackground(log, 'reading the account’s nick', nicks.load());
    inBackground(log, 'reading how far the rooms were read', reading.load());
  }

  /** The daemon's own presence never gets in the way of a device: its priority is -1. */
  function announce(): void {
    connection.send(xml('presence', {}, xml('show', {}, 'xa'), xml('priority', {}, '-1'), answers.caps()));
  }

  return (status) => {
    if (!status.resumed) due = 'anew';
    try {
      if (due === 'anew') anew();
      else resumed(due === 'inherited');
      due = undefined;
    } catch (error) {
      log('error', `after the login: ${sentenceOf(error)}`, { error });
      connection.abandon(); // destroy the stream, report it, try again
      const again = setTimeout(connection.start, AGAIN);
      signal.addEventListener('abort', () => clearTimeout(again), { once: true });
    }
  };
}
