import { storedValues } from '../../archive/stored-values.ts';
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { localOf } from '../../core/jid.ts';
import { chooseNick, type ChosenNick } from '../../core/nick.ts';
import { discoInfoQuery, readDiscoInfo } from '../../xmpp/xep/service/disco.ts';
import { nickPresence } from '../../xmpp/xep/room/muc.ts';
import { nick as nickElement, NS_NICK, readNick, RESERVED_NICK, reservedNick } from '../../xmpp/xep/room/nick.ts';
import { itemsQuery, publish, readItems, readPubsubEvent, retract } from '../../xmpp/xep/service/pubsub.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { newRoom } from '../transaction.ts';
import type { Transaction, AccountContext, Room } from '../context.ts';

/** Milliseconds that an entry waits for a room's answer. */
const PATIENCE = 5_000;
/** XEP-0163 4.3.1: a singleton's item. */
const ITEM = 'current';

/** Finds the nick for a room whose bookmark names none. */
export interface Nicks {
  /** XEP-0172, as it was last heard. */
  accountNick(): string | undefined;
  /** Before an entry: asks the room for the reserved nick, where nothing better is known and it was never asked. */
  askReserved(room: Room): Promise<void>;
  /** After an entry for which the room was not asked: asks it, and takes the nick if it is another by now. */
  recheckReserved(room: string): Promise<void>;
  /** Asks the room for the reserved nick in any case. */
  learnReserved(room: string): Promise<void>;
  load(): Promise<void>;
  /** Reads an event of the nick's node. True where the message was one. */
  receive(transaction: Transaction, stanza: Stanza): boolean;
  /** The nick to have in a room, and where it comes from. */
  chosen(room: Room): ChosenNick;
  /** The nick to have in a room, of those that we are in and of others. */
  wanted(room: string): string;
  /** Why the room did not grant the nick that was asked for last; `undefined` where it did. */
  refusal(room: string): string | undefined;
  answered(room: string, refusal: string | undefined): void;
  /** Publishes the account's nick (XEP-0172 4.5), or takes it away. */
  publish(nick: string | undefined): Promise<Result<{ readonly nick: string | undefined }>>;
  /** Takes the wanted nick in a room where another is in use; once it has let us in, where it is asked to. */
  renick(room: string): void;
}

export function openNicks(context: AccountContext): Nicks {
  const { archive, connection, jid } = context;
  const refusals = new Map<string, string>();
  /** Rooms whose nick became another while they were asked to let us in under the one before. */
  const overtaken = new Set<string>();
  let known = archive.value(jid, storedValues.accountNick);
  const chosen = (room: Room): ChosenNick => chooseNick({ asked: room.nick, account: known, reserved: room.reserved?.nick, localpart: localOf(jid) });
  const wantedNick = (room: Room): string => chosen(room).nick;
  const unnamed = (room: Room): boolean => room.nick === undefined && known === undefined;

  function renick(room: string): void {
    const found = context.room(room);
    if (!found || context.signal.aborted) return;
    const { state, nick: current } = found.membership;
    const nick = wantedNick(found);
    if (state === 'joining' && nick !== current) overtaken.add(room);
    else overtaken.delete(room);
    if (state === 'joined' && nick !== current) connection.send(nickPresence(room, nick, context.roomPresence(room)));
  }

  context.events.subscribe((event) => {
    if (event.type === 'entered' && overtaken.has(event.room)) renick(event.room);
  }, context.signal, 'nicks');

  /** A room in which we have the old nick by the account's wish takes the new one; elsewhere nothing changes. */
  function keep(transaction: Transaction, nick: string | undefined): void {
    if (nick === known) return;
    archive.setValue(jid, storedValues.accountNick, nick);
    transaction.onCommit(() => {
      known = nick;
      for (const room of context.rooms()) if (room.nick === undefined) renick(room.jid);
    });
  }

  /** The answer becomes the room's, and its nick that of an entry which is not asked for yet. */
  async function ask(room: string): Promise<void> {
    const answer = await connection.iq(discoInfoQuery(room, RESERVED_NICK), { timeout: PATIENCE });
    if (!answer.ok && ['timeout', 'disconnected'].includes(answer.error.condition)) return;
    const info = answer.ok ? readDiscoInfo(answer.element) : undefined;
    await context.batch((transaction) => learned(transaction, room, info && reservedNick(info)));
  }

  function learned(transaction: Transaction, about: string, nick: string | undefined): void {
    const room = transaction.room(about);
    if (!room) return;
    const told = { ...room, reserved: { nick } };
    const { membership } = room;
    const waits = membership.state === 'joining' && membership.nick === wantedNick(room);
    transaction.put(waits ? { ...told, membership: { ...membership, nick: wantedNick(told) } } : told);
  }

  return {
    accountNick: () => known,
    chosen,
    wanted: (room) => wantedNick(context.room(room) ?? newRoom(room)),
    refusal: (room) => refusals.get(room),
    answered(room, refusal) {
      if (refusal === undefined) refusals.delete(room);
      else refusals.set(room, refusal);
    },
    async publish(nick) {
      if (nick === undefined && known === undefined) return ok({ nick });
      const answer = await connection.iq(nick === undefined ? retract(NS_NICK, ITEM) : publish({ node: NS_NICK, id: ITEM, payload: nickElement(nick) }));
      const gone = !answer.ok && nick === undefined && answer.error.condition === 'item-not-found';
      if (!answer.ok && !gone) return fail('nick-refused', `The server refused it: ${answer.error.text ?? answer.error.condition}.`);
      if (!context.signal.aborted) context.transact((transaction) => keep(transaction, nick));
      return ok({ nick });
    },
    async askReserved(room) {
      if (unnamed(room) && room.reserved === undefined) await ask(room.jid);
    },
    async recheckReserved(room) {
      const before = context.room(room);
      if (!before || !unnamed(before)) return;
      await ask(room);
      if (context.room(room)?.reserved?.nick !== before.reserved?.nick) renick(room);
    },
    learnReserved: ask,
    async load() {
      const answer = await connection.iq(itemsQuery(NS_NICK));
      const gone = !answer.ok && answer.error.condition === 'item-not-found';
      if (!answer.ok && !gone) return;
      const nick = answer.ok ? readNick(readItems(answer.element)) : undefined;
      if (!context.signal.aborted) context.transact((transaction) => keep(transaction, nick));
    },
    receive(transaction, stanza) {
      const event = readPubsubEvent(stanza.element);
      if (event?.node !== NS_NICK || event.from !== jid) return false;
      if (event.published.length > 0) keep(transaction, readNick(event.published));
      else if (event.emptied || event.retracted.length > 0) keep(transaction, undefined);
      return true;
    },
    renick,
  };
}
