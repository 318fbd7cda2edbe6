import { isDiskFault } from '../archive/schema/disk-fault.ts';
import { inBackground } from '../core/background.ts';
import { sentenceOf } from '../core/errors.ts';
import { bareOf } from '../core/jid.ts';
import { errorAnswer } from '../xmpp/xep/service/errors.ts';
import type { StreamState } from '../xmpp/contract.ts';
import type { PassedOver, Stanza } from '../xmpp/stanza.ts';
import type { Element } from '../xmpp/xml.ts';
import type { IqResponder } from './server/iq-responder.ts';
import type { Bookmarks } from './bookmarks/bookmarks.ts';
import type { Devices } from './devices/devices.ts';
import type { OwnPresences } from './devices/own-presences.ts';
import type { Transaction } from './context.ts';
import { receiveRoomMessage, type RoomParts } from './rooms/groupchat-in.ts';
import type { Invitations } from './rooms/invitations.ts';
import type { Memberships } from './rooms/membership.ts';
import type { Nicks } from './rooms/nicks.ts';
import type { Presence } from './sending/presence.ts';
import { isOfEarlierLeave, receiveRoomPresence } from './rooms/presence-in.ts';
import type { ReadMarkers } from './history/read-markers.ts';
import type { SelfPing } from './rooms/self-ping.ts';
import type { OwnedOccupancy } from './rooms/shared-occupancy.ts';
import type { DeviceMessages } from './sending/device-messages.ts';

/** Whoever reads what comes by itself. */
interface Receivers extends RoomParts {
  readonly memberships: Memberships;
  readonly iqResponder: IqResponder;
  readonly bookmarks: Bookmarks;
  readonly devices: Devices;
  readonly invitations: Invitations;
  readonly nicks: Nicks;
  readonly ownPresences: OwnPresences;
  readonly presence: Presence;
  readonly readMarkers: ReadMarkers;
  readonly occupancy: OwnedOccupancy;
  readonly deviceMessages: DeviceMessages;
  readonly selfPing: SelfPing;
  /** Keeps the stream's counters with the rest. */
  readonly saveStream: (transaction: Transaction, state: StreamState | undefined) => void;
}

/** Takes what one read of the socket brought, and the stream's counters with it. Throws what the disk says. */
type Receive = (stanzas: readonly Stanza[], state: StreamState | undefined, passedOver: readonly PassedOver[]) => void;

/** The one door in: whatever the server sends to the account. */
export function openInbound(to: Receivers): Receive {
  const { context } = to;

  /**
   * All of it in one transaction. Where a handler throws, it is taken anew, each stanza in a transaction of its own: the one
   * that cannot be taken is quarantined, alone. What the disk refuses is never quarantined: it is thrown, nothing is
   * acknowledged, and the server sends it again; what was kept of it is known by then.
   */
  function receive(stanzas: readonly Stanza[], state: StreamState | undefined, passedOver: readonly PassedOver[]): void {
    const together = { stanzas, isLast: true };
    const turns = [together];
    for (const turn of turns) {
      const transaction = context.begin();
      try {
        for (const stanza of turn.stanzas) receiveStanza(to, transaction, stanza);
        if (turn.isLast) finish(transaction, state, passedOver);
        transaction.commit();
      } catch (error) {
        transaction.rollback(error);
        if (isDiskFault(error) || (turn.isLast && turn !== together)) throw error;
        if (turn === together) turns.push(...stanzas.map((stanza) => ({ stanzas: [stanza], isLast: false })), { stanzas: [], isLast: true });
        else for (const stanza of turn.stanzas) quarantine(stanza, error);
      }
    }
  }

  function finish(transaction: Transaction, state: StreamState | undefined, passedOver: readonly PassedOver[]): void {
    for (const stanza of passedOver) {
      const { from, kind, size, why, head } = stanza;
      context.archive.quarantine({ account: context.jid, at: transaction.at, sender: from === '' ? undefined : from, kind, size, cause: why, text: head });
      transaction.onCommit(() => lost(stanza));
    }
    to.saveStream(transaction, state);
  }

  function quarantine(stanza: Stanza, error: unknown): void {
    const { from, kind, raw } = stanza;
    const cause = `It could not be handled: ${sentenceOf(error)}`;
    context.log('error', `a stanza is quarantined: ${sentenceOf(error)}`, { from, kind, error });
    context.transact((transaction) => {
      context.archive.quarantine({ account: context.jid, at: transaction.at, sender: from === '' ? undefined : from, kind, size: Buffer.byteLength(raw), cause, text: raw });
      transaction.onCommit(() => lost(stanza));
    });
    if (kind === 'iq' && (stanza.type === 'get' || stanza.type === 'set')) context.connection.send(errorAnswer(stanza.element, { type: 'cancel', condition: 'internal-server-error' }));
  }

  /** With a presence of a room, it is uncertain who is in it, we among them. */
  function lost({ kind, from }: Pick<Stanza, 'kind' | 'from'>): void {
    const room = bareOf(from);
    if (kind === 'presence' && context.room(room)) inBackground(context.log, 'a self-ping', to.selfPing.one(room));
  }

  return receive;
}

/** Hands a stanza to the part that it concerns, by sender and kind. */
function receiveStanza(to: Receivers, transaction: Transaction, stanza: Stanza): void {
  const { jid } = to.context;
  const from = bareOf(stanza.from);
  const ofRoom = transaction.room(from) && ({ type: 'room-stanza', account: jid, room: from, stanza } as const);
  if (stanza.settle) transaction.emit({ type: 'answer', settle: stanza.settle });
  else if (stanza.kind === 'iq') transaction.onCommit(() => answer(to, stanza));
  else if (stanza.kind === 'message' && stanza.type !== 'groupchat' && to.invitations.receive(transaction, stanza)) return;
  else if (stanza.kind === 'presence' && isOfEarlierLeave(transaction.room(from), stanza)) return;
  else if (ofRoom && stanza.kind === 'presence') {
    transaction.emit(ofRoom); // first: what follows may forget the room
    receiveRoomPresence({ context: to.context, memberships: to.memberships, transaction }, stanza);
  } else if (ofRoom) {
    if (!receiveRoomMessage(to, transaction, stanza)) transaction.emit(ofRoom);
  } else if (from !== jid && from !== '') return;
  else if (stanza.kind === 'presence') receiveOwnPresence(to, transaction, stanza);
  else if (stanza.type === 'error') transaction.emit({ type: 'bounced', from: stanza.from, stanza });
  else if (![to.bookmarks, to.nicks, to.readMarkers].some((part) => part.receive(transaction, stanza)) && from !== stanza.from) receiveOwn(to, transaction, stanza);
}

export function receiveOwnPresence({ bookmarks, devices, ownPresences, presence, occupancy }: Pick<Receivers, 'bookmarks' | 'devices' | 'ownPresences' | 'presence' | 'occupancy'>, transaction: Transaction, stanza: Stanza): void {
  if (stanza.type !== 'error') {
    transaction.onCommit(() => bookmarks.stirred());
    presence.receive(transaction, stanza);
  }
  if (stanza.type !== undefined || !occupancy.holds(stanza.from)) {
    ownPresences.receive(stanza);
    devices.receive(transaction, stanza);
  }
}

/** Only a stanza that the server has stamped with one of the account's own resources may command or feed anything. */
function receiveOwn({ deviceMessages }: Receivers, transaction: Transaction, stanza: Stanza): void {
  if (!deviceMessages.receive(transaction, stanza)) transaction.emit({ type: 'own-message', from: stanza.from, stanza });
}

function answer({ iqResponder, context: { connection, log } }: Receivers, stanza: Stanza): void {
  let reply: Element | undefined;
  try {
    reply = iqResponder.answer(stanza);
  } catch (error) {
    log('error', `a request could not be answered: ${sentenceOf(error)}`, { error });
    reply = errorAnswer(stanza.element, { type: 'cancel', condition: 'internal-server-error' });
  }
  if (reply) connection.send(reply);
}
