import { randomUUID } from 'node:crypto';
import type { Account } from '../../../account/contract.ts';
import { resourceOf } from '../../../core/jid.ts';
import { isCopied } from '../../../xmpp/xep/message/carbons.ts';
import { isTransient } from '../../../xmpp/xep/message/transient.ts';
import { originId, readOriginId } from '../../../xmpp/xep/message/stanza-id.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import type { Element } from '../../../xmpp/xml.ts';
import type { PrivateSenders } from './private-senders.ts';
import { rememberSent } from './room-feed.ts';
import type { RoomFeeds, DeviceOccupant } from './room-feed.ts';
import { errorFor, sentCarbon } from './room-stanzas.ts';
import { withAttribute, withChild, withoutAttribute } from '../session/stanza-text.ts';

/** A message with words, in the clear or not, that is not of the moment. */
function isLasting(message: Element): boolean {
  const encrypted = message.children.some((child) => typeof child !== 'string' && child.name === 'encrypted');
  return (encrypted || message.getChild('body') !== undefined) && !isTransient(message);
}

/** RFC 6120 8.3.3: errors for messages that we refuse before the room gets them. */
const CONDITIONS: Readonly<Record<string, readonly [type: string, condition: string]>> = {
  'not-joined': ['cancel', 'not-acceptable'],
  'no-voice': ['auth', 'forbidden'],
  'too-large': ['modify', 'policy-violation'],
  malformed: ['modify', 'bad-request'],
  congested: ['wait', 'resource-constraint'],
  disconnected: ['wait', 'remote-server-timeout'],
};
const UNFIT = ['cancel', 'not-acceptable'] as const;

interface UpstreamParts {
  readonly account: Account;
  readonly feeds: RoomFeeds;
  /** All devices that are bound, in a room or not. */
  readonly present: ReadonlySet<DeviceOccupant>;
  readonly senders: PrivateSenders;
}

/** Sends messages of devices to rooms and occupants, in the name of the one occupant that we are. */
export function openUpstreamRooms({ account, feeds, present, senders }: UpstreamParts): { say(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): void } {
  const { occupancy } = account.rooms;

  function refuse(deviceOccupant: DeviceOccupant, stanza: Stanza, { code, text }: { code: string; text?: string }): void {
    if (stanza.type === 'error') return; // RFC 6120 8.3.1: never an error for an error
    deviceOccupant.send(errorFor(stanza, { to: deviceOccupant.jid, error: CONDITIONS[code] ?? UNFIT, text }));
  }

  /** A message with a body is kept in the outbox until the room has it; a subject or a chat state is sent once. */
  function groupchat(deviceOccupant: DeviceOccupant, { room, stanza, xml, id }: { room: string; stanza: Stanza; xml: string; id: string }): void {
    const said = readOriginId(stanza.element);
    if (!isLasting(stanza.element)) {
      write(deviceOccupant, stanza, xml);
      return;
    }
    const text = said === undefined ? withChild(xml, originId(id).toString()) : xml;
    const kept = occupancy.sendMessage(room, text, said ?? id);
    if (!kept.ok) refuse(deviceOccupant, stanza, { code: kept.error.code, text: kept.error.message });
  }

  /** False where it was refused. */
  function write(deviceOccupant: DeviceOccupant, stanza: Stanza, xml: string): boolean {
    const sent = account.server.write(xml);
    if (!sent.ok) refuse(deviceOccupant, stanza, { code: sent.error.code, text: sent.error.message });
    return sent.ok;
  }

  /** What is archived, the other devices are given a copy of by their deliveries. */
  function direct(deviceOccupant: DeviceOccupant, room: string, { stanza, xml, id }: { stanza: Stanza; xml: string; id: string }): void {
    if (!isLasting(stanza.element)) return passing(deviceOccupant, stanza, xml);
    senders.note(room, id, deviceOccupant.jid);
    const sent = occupancy.sendPrivate(room, xml);
    if (!sent.ok) refuse(deviceOccupant, stanza, { code: sent.error.code, text: sent.error.message });
  }

  /** Nobody keeps it, such as a chat state; XEP-0280: the devices that are there see it all the same. */
  function passing(deviceOccupant: DeviceOccupant, stanza: Stanza, xml: string): void {
    if (!write(deviceOccupant, stanza, xml) || !isCopied(stanza.element)) return;
    const own = withAttribute(xml, 'from', deviceOccupant.jid);
    for (const other of present) if (other !== deviceOccupant && other.carbons()) other.send(sentCarbon(account.jid, other.jid, own));
  }

  return {
    say(deviceOccupant, room, stanza) {
      if (stanza.type === 'error') return; // an error for an occupant's message, which every device of ours got: the sender should not hear of it
      const feed = feeds.of(room);
      const nick = resourceOf(stanza.to);
      const inside = feed !== undefined && feeds.sees(deviceOccupant, room);
      if (!inside && (stanza.type === 'groupchat' || nick !== '')) return refuse(deviceOccupant, stanza, { code: 'not-joined' });
      const id = stanza.id ?? randomUUID();
      let xml = withoutAttribute(stanza.raw, 'from');
      if (stanza.id === undefined) xml = withAttribute(xml, 'id', id);
      if (feed) rememberSent(feed, id, deviceOccupant);
      if (stanza.type === 'groupchat' && nick === '') groupchat(deviceOccupant, { room, stanza, xml, id });
      else if (nick !== '' && stanza.type !== 'groupchat') direct(deviceOccupant, room, { stanza, xml, id });
      else write(deviceOccupant, stanza, xml); // 7.5: words to all that name one occupant are the room's to refuse, and are not kept
    },
  };
}
