import { sentenceOf } from '../core/errors.ts';
import { bareOf } from '../core/jid.ts';
import { errorAnswer } from '../xmpp/xep/service/errors.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Answers } from './server/iq-responder.ts';
import type { Bookmarks } from './bookmarks/bookmarks.ts';
import type { Devices } from './devices/devices.ts';
import type { Draft } from './context.ts';
import { receiveRoomMessage, type RoomParts } from './rooms/groupchat-in.ts';
import type { Invitations } from './rooms/invitations.ts';
import type { Memberships } from './rooms/membership.ts';
import type { Nicks } from './rooms/nicks.ts';
import type { Presence } from './sending/presence.ts';
import { receiveRoomPresence } from './rooms/presence-in.ts';
import type { Reading } from './history/read-markers.ts';
import type { SeatKeeping } from './rooms/shared-occupancy.ts';
import type { Spoken } from './sending/device-messages.ts';

/** Whoever reads what comes by itself. */
export interface Receivers extends RoomParts {
  readonly memberships: Memberships;
  readonly answers: Answers;
  readonly bookmarks: Bookmarks;
  readonly devices: Devices;
  readonly invitations: Invitations;
  readonly nicks: Nicks;
  readonly presence: Presence;
  readonly reading: Reading;
  readonly seat: SeatKeeping;
  readonly spoken: Spoken;
}

/** Behind the one door in: each stanza to whom it concerns, by where it comes from. */
export function receiveStanza(to: Receivers, draft: Draft, stanza: Stanza): void {
  const { jid } = to.ground;
  const from = bareOf(stanza.from);
  if (stanza.kind === 'iq') draft.afterwards(() => answer(to, stanza));
  else if (stanza.kind === 'message' && stanza.type !== 'groupchat' && to.invitations.receive(draft, stanza)) return;
  else if (draft.room(from)) receiveOfRoom(to, draft, stanza, from);
  else if (from !== jid && from !== '') return;
  else if (stanza.kind === 'presence') receiveOwnPresence(to, draft, stanza);
  else if (stanza.type === 'error') draft.tell({ type: 'bounced', from: stanza.from, stanza });
  else if (![to.bookmarks, to.nicks, to.reading].some((part) => part.receive(draft, stanza)) && from !== stanza.from) receiveOwn(to, draft, stanza);
}

function receiveOfRoom(to: Receivers, draft: Draft, stanza: Stanza, room: string): void {
  const toDoors = (): void => draft.tell({ type: 'room-stanza', account: to.ground.jid, room, stanza });
  if (stanza.kind === 'presence') {
    toDoors(); // before it makes the room forgotten
    receiveRoomPresence(to.ground, to.memberships, draft, stanza);
  } else if (!receiveRoomMessage(to, draft, stanza)) toDoors();
}

function receiveOwnPresence({ bookmarks, devices, presence, seat }: Receivers, draft: Draft, stanza: Stanza): void {
  if (stanza.type !== 'error') {
    draft.afterwards(() => bookmarks.stirred());
    presence.receive(draft, stanza);
  }
  if (stanza.type !== undefined || !seat.holds(stanza.from)) devices.receive(draft, stanza);
}

/** DESIGN: only what the server has stamped as the account's own resource commands or feeds anything. */
function receiveOwn({ spoken }: Receivers, draft: Draft, stanza: Stanza): void {
  if (!spoken.receive(draft, stanza)) draft.tell({ type: 'own-message', from: stanza.from, stanza });
}

function answer({ answers, ground: { connection, log } }: Receivers, stanza: Stanza): void {
  let reply: Element | undefined;
  try {
    reply = answers.answer(stanza);
  } catch (error) {
    log('error', `a request could not be answered: ${sentenceOf(error)}`, { error });
    reply = errorAnswer(stanza.element, 'cancel', 'internal-server-error');
  }
  if (reply) connection.send(reply);
}
