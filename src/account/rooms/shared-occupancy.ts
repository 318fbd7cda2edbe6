import { inBackground } from '../../core/background.ts';
import { fail, sentenceOf } from '../../core/errors.ts';
import { readGroupchat } from '../../xmpp/xep/message/groupchat.ts';
import { parseElement } from '../../xmpp/xml.ts';
import type { SharedOccupancy } from './shared-occupancy-contract.ts';
import type { ProvidedDevices } from '../devices/provided-devices.ts';
import type { AccountContext } from '../context.ts';
import { decideShown } from '../devices/policy.ts';
import { isFirstReading, lacksHistory } from '../history/catch-up-state.ts';
import { setCoveredFrom, coveredFrom } from '../history/archive-coverage.ts';
import type { Outbox } from '../sending/outbox.ts';
import type { Presence } from '../sending/presence.ts';
import type { RoomVerbs } from './verbs.ts';
import type { RoomWishes } from './wishes.ts';
import { refusalOf } from '../sending/refusal.ts';

export interface OwnedOccupancy extends SharedOccupancy {
  holds(jid: string): boolean;
}

interface OccupancyParts {
  /** The verbs that tell no bookmark, and are nobody's wish. */
  readonly verbs: RoomVerbs;
  readonly wishes: RoomWishes;
  readonly outbox: Outbox;
  readonly presence: Pick<Presence, 'direct'>;
  readonly providedDevices: ProvidedDevices;
}

export function openSharedOccupancy(context: AccountContext, { verbs, wishes, outbox, presence, providedDevices }: OccupancyParts): OwnedOccupancy {
  const { archive, jid } = context;
  const held = new Set<string>();

  function leave(room: string, farewell?: string): void {
    if (!context.room(room)?.wanted) return;
    inBackground(context.log, `leaving ${room}`, verbs.leave(room, farewell));
  }

  function changed(): void {
    context.events.emit({ type: 'device-changed', account: jid });
  }

  function unwish(room: string, device: string, farewell?: string): void {
    if (wishes.end(room, { by: 'device', device })) leave(room, farewell);
  }

  return {
    jid() {
      const status = context.connection.status();
      return status.state === 'online' ? status.jid : jid;
    },
    room(room) {
      const known = context.room(room);
      if (!known) return undefined;
      const { membership, wanted, subject, entering, features } = known;
      const { state, nick, reason, venue } = membership;
      return { room, state, wanted, nick, subject, reason, venue, entering, lacksHistory: lacksHistory(known), firstReading: isFirstReading(known), features };
    },
    async join(room, device, options) {
      const before = wishes.of(room).some((wish) => wish.by === 'device' && wish.device === device);
      wishes.add(room, { by: 'device', device });
      const joined = await verbs.join(room, options);
      // a device that was refused has no wish to try for ever
      if (!joined.ok && !before && wishes.end(room, { by: 'device', device }) && context.room(room)?.wanted) await verbs.leave(room);
      return joined;
    },
    wish: (room, device) => wishes.add(room, { by: 'device', device }),
    unwish,
    present: presence.direct,
    unwishAll(device) {
      for (const room of wishes.endDevice(device)) leave(room);
    },
    sendMessage(room, xml, originId) {
      try {
        return context.transact((transaction) => outbox.put(transaction, { room, xml, originId }));
      } catch (error) {
        return fail('not-kept', `The message could not be saved, so it was not sent: ${sentenceOf(error)}`, error); // a full disk
      }
    },
    sendPrivate(room, xml) {
      if (context.connection.status().state !== 'online') return fail('disconnected', 'There is no connection to the server.');
      const nick = context.room(room)?.membership.nick;
      const element = parseElement(xml);
      element.attrs['from'] = `${room}/${nick ?? ''}`;
      const message = readGroupchat(element, { arrivedAt: context.now(), stanzaIds: false, occupantIds: false, history: false });
      const refusal = message && refusalOf(context.connection, xml);
      if (refusal) return refusal; // nobody has said what is not sent
      if (message) {
        context.transact((transaction) => {
          const kept = archive.append({ account: jid, message, arrivedAt: transaction.at, xml, source: { kind: 'sent' } });
          if (kept.kept) transaction.emit({ type: 'message', message: kept.message, fresh: true });
        });
      }
      return context.connection.send(xml);
    },
    host: providedDevices.host,
    hold(full, signal) {
      held.add(full);
      changed();
      signal.addEventListener('abort', () => {
        held.delete(full);
        changed();
      }, { once: true });
    },
    coveredFrom: (room) => coveredFrom(context, room),
    markIncomplete: (room) => setCoveredFrom(context, room, context.now()),
    decideShown: (device, message) => decideShown(context, device, message),
    features: () => context.connection.features(),
    holds: (full) => held.has(full),
  };
}
