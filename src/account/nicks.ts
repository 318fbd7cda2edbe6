import { discoInfoQuery, readDiscoInfo } from '../xmpp/features/disco.ts';
import { nickPresence } from '../xmpp/features/muc.ts';
import { NS_NICK, readNick, RESERVED_NICK, reservedNick } from '../xmpp/features/nick.ts';
import { itemsQuery, readItems, readPubsubEvent } from '../xmpp/features/pubsub.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { Draft, Ground, Room } from './ground.ts';

const ACCOUNT_NICK = 'account-nick';

/** DESIGN, Nick and presence: where a nick comes from that no bookmark names. */
export interface Nicks {
  /** XEP-0172, as it was last heard. */
  accountNick(): string | undefined;
  /** XEP-0045 7.12, where the room was asked. */
  reserved(room: string): string | undefined;
  /** Asks the room for the reserved nick, where nothing better is known; before an entry. */
  askReserved(room: Room): Promise<void>;
  load(): Promise<void>;
  /** Reads an event of the nick's node. True where the message was one. */
  receive(draft: Draft, stanza: Stanza): boolean;
  /** Takes the wanted nick in a room where another is in use. */
  renick(room: string): void;
}

export function openNicks(ground: Ground, wantedNick: (room: Room) => string): Nicks {
  const { archive, connection, jid } = ground;
  const reserved = new Map<string, string>();
  let known = archive.value(jid, ACCOUNT_NICK);

  function renick(room: string): void {
    const found = ground.room(room);
    if (found?.membership.state !== 'joined' || ground.signal.aborted) return;
    const nick = wantedNick(found);
    if (nick !== found.membership.nick) connection.send(nickPresence(room, nick, ground.roomPresence(room)));
  }

  /** A room in which we have the old nick by the account's wish takes the new one; elsewhere nothing changes. */
  function keep(draft: Draft, nick: string | undefined): void {
    if (nick === known) return;
    archive.setValue(jid, ACCOUNT_NICK, nick);
    draft.afterwards(() => {
      known = nick;
      for (const room of ground.rooms()) if (room.nick === undefined) renick(room.jid);
    });
  }

  return {
    accountNick: () => known,
    reserved: (room) => reserved.get(room),
    async askReserved(room) {
      if (room.nick !== undefined || known !== undefined) return;
      const answer = await connection.iq(discoInfoQuery(room.jid, RESERVED_NICK), { timeout: 5_000 });
      const info = answer.ok ? readDiscoInfo(answer.element) : undefined;
      const nick = info && reservedNick(info);
      if (nick === undefined) reserved.delete(room.jid);
      else reserved.set(room.jid, nick);
    },
    async load() {
      const answer = await connection.iq(itemsQuery(NS_NICK));
      const gone = !answer.ok && answer.error.condition === 'item-not-found';
      if (!answer.ok && !gone) return;
      const nick = answer.ok ? readNick(readItems(answer.element)) : undefined;
      if (!ground.signal.aborted) ground.transact((draft) => keep(draft, nick));
    },
    receive(draft, stanza) {
      const event = readPubsubEvent(stanza.element);
      if (event?.node !== NS_NICK || event.from !== jid) return false;
      if (event.published.length > 0) keep(draft, readNick(event.published));
      else if (event.emptied || event.retracted.length > 0) keep(draft, undefined);
      return true;
    },
    renick,
  };
}
