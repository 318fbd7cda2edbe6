import { sentenceOf } from '../core/errors.ts';
import { bareOf } from '../core/jid.ts';
import { errorAnswer } from '../xmpp/xep/service/errors.ts';
import type { Stanza } from '../xmpp/stanza.ts';
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
import { receiveRoomPresence } from './rooms/presence-in.ts';
import type { ReadMarkers } from './history/read-markers.ts';
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
}

/** Hands each stanza to the part that it concerns, by sender and kind. */
export function receiveStanza(to: Receivers, transaction: Transaction, stanza: Stanza): void {
  const { jid } = to.context;
  const from = bareOf(stanza.from);
  if (stanza.settle) transaction.emit({ type: 'answer', settle: stanza.settle });
  else if (stanza.kind === 'iq') transaction.onCommit(() => answer(to, stanza));
  else if (stanza.kind === 'message' && stanza.type !== 'groupchat' && to.invitations.receive(transaction, stanza)) return;
  else if (transaction.room(from)) receiveOfRoom(to, transaction, stanza, from);
  else if (from !== jid && from !== '') return;
  else if (stanza.kind === 'presence') receiveOwnPresence(to, transaction, stanza);
  else if (stanza.type === 'error') transaction.emit({ type: 'bounced', from: stanza.from, stanza });
  else if (![to.bookmarks, to.nicks, to.readMarkers].some((part) => part.receive(transaction, stanza)) && from !== stanza.from) receiveOwn(to, transaction, stanza);
}

function receiveOfRoom(to: Receivers, transaction: Transaction, stanza: Stanza, room: string): void {
  const toSubscribers = (): void => transaction.emit({ type: 'room-stanza', account: to.context.jid, room, stanza });
  if (stanza.kind === 'presence') {
    toSubscribers(); // first: what follows may forget the room
    receiveRoomPresence({ context: to.context, memberships: to.memberships, transaction }, stanza);
  } else if (!receiveRoomMessage(to, transaction, stanza)) toSubscribers();
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
    reply = errorAnswer(stanza.element, 'cancel', 'internal-server-error');
  }
  if (reply) connection.send(reply);
}
