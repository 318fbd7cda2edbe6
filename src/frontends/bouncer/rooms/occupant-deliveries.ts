import type { Account } from '../../../account/contract.ts';
import type { ReadArchive } from '../../../archive/contract.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import type { Cursors } from '../../../delivery/cursors.ts';
import { openDeviceDelivery, type DeliveryKind, type DeviceDelivery } from '../../../delivery/device-delivery.ts';
import type { FeedStart } from '../../../delivery/device-feed.ts';
import { isCopied } from '../../../xmpp/xep/message/carbons.ts';
import { stamped } from '../session/held-stamp.ts';
import { addressable, withAttribute, type Addressable } from '../session/stanza-text.ts';
import type { PrivateSenders } from './private-senders.ts';
import type { DeviceOccupant, RoomFeeds } from './room-feed.ts';
import { asHistory } from './room-history.ts';
import { open, sentCarbon } from './room-stanzas.ts';

/** Delivers archived messages to the devices that are in the rooms. */
export interface OccupantDeliveries {
  enter(deviceOccupant: DeviceOccupant, room: string): FeedStart;
  gone(deviceOccupant: DeviceOccupant): void;
  /** A message was archived; `fresh`: it is news. */
  hear(message: KeptMessage, fresh: boolean): void;
  /** The catch-up of the room has read further, or has ended. */
  moved(room: string): void;
}

interface OccupantDeliveriesOptions {
  readonly account: Account;
  readonly archive: ReadArchive;
  readonly cursors: Cursors;
  readonly feeds: Pick<RoomFeeds, 'of' | 'sees' | 'onExit'>;
  /** All devices that are bound, in the room or not. */
  readonly present: ReadonlySet<DeviceOccupant>;
  readonly senders: PrivateSenders;
  readonly log: (message: string) => void;
}

export function openOccupantDeliveries({ account, archive, cursors, feeds, present, senders, log }: OccupantDeliveriesOptions): OccupantDeliveries {
  const deliveries = new Map<DeviceOccupant, DeviceDelivery>();
  const texts = new WeakMap<KeptMessage, Addressable>();
  feeds.onExit((deviceOccupant, room) => deliveries.get(deviceOccupant)?.leave(room));

  function deliveryOf(deviceOccupant: DeviceOccupant): DeviceDelivery {
    const known = deliveries.get(deviceOccupant);
    if (known) return known;
    const { device, jid } = deviceOccupant;
    const send = (message: KeptMessage, how: DeliveryKind, delivered: () => void): 'sent' | 'skipped' => deliver(deviceOccupant, { message, how, delivered });
    const delivery = openDeviceDelivery({ account, archive, cursors, device, log: (what) => log(`${jid}: ${what}`), send });
    deliveries.set(deviceOccupant, delivery);
    return delivery;
  }

  function deliver(deviceOccupant: DeviceOccupant, { message, how, delivered }: { message: KeptMessage; how: DeliveryKind; delivered: () => void }): 'sent' | 'skipped' {
    if (message.kind === 'private' && isSent(message)) return copy(deviceOccupant, { message, how, delivered });
    const said = message.id !== undefined && feeds.of(message.room)?.sent.get(message.id) === deviceOccupant;
    // a device gets its own messages back, whatever its policy is
    if (!said && !deviceOccupant.shows(message)) return 'skipped';
    deviceOccupant.send(textOf(message, how).to(deviceOccupant.jid), delivered);
    if (!said) deviceOccupant.calls(message);
    return 'sent';
  }

  /** XEP-0280: a private message that another device of ours has sent. */
  function copy(deviceOccupant: DeviceOccupant, { message, how, delivered }: { message: KeptMessage; how: DeliveryKind; delivered: () => void }): 'sent' | 'skipped' {
    const sender = senders.of(message.room, message.id) ?? account.rooms.occupancy.jid();
    if (sender === deviceOccupant.jid || !deviceOccupant.carbons() || !isCopied(open(message.xml))) return 'skipped';
    const text = sentCarbon(account.jid, deviceOccupant.jid, withAttribute(message.xml, 'from', sender));
    deviceOccupant.send(how === 'live' ? text : stamped(text, account.jid, message.at), delivered);
    return 'sent';
  }

  /** As its server copies it to a device that is not in the room. Should the device enter it, it is not given it again. */
  function copyOutside(message: KeptMessage): void {
    for (const deviceOccupant of present) {
      if (feeds.sees(deviceOccupant, message.room)) continue;
      const cursor = cursors.of(deviceOccupant.device, message.room);
      copy(deviceOccupant, { message, how: 'live', delivered: () => { if (cursor.upTo() !== undefined) cursor.add(message.archiveId); } });
    }
  }

  /** Made once for all devices. A message that is sent late has a delay stamp. */
  function textOf(message: KeptMessage, how: DeliveryKind): Addressable {
    if (how === 'backlog') return addressable(message.kind === 'private' ? stamped(message.xml, account.jid, message.at) : asHistory(message));
    const text = texts.get(message) ?? addressable(message.delayed ? asHistory(message) : message.xml);
    texts.set(message, text);
    return text;
  }

  return {
    enter: (deviceOccupant, room) => deliveryOf(deviceOccupant).enter(room),
    gone(deviceOccupant) {
      deliveries.get(deviceOccupant)?.stop();
      deliveries.delete(deviceOccupant);
    },
    hear(message, fresh) {
      for (const deviceOccupant of feeds.of(message.room)?.deviceOccupants ?? []) {
        if (fresh) deliveries.get(deviceOccupant)?.offer(message);
        else deliveries.get(deviceOccupant)?.skipped(message.room, message.archiveId);
      }
      if (fresh && message.kind === 'private' && isSent(message)) copyOutside(message);
    },
    moved(room) {
      for (const delivery of deliveries.values()) delivery.moved(room);
    },
  };
}

/** The message was archived when we sent it: it has no sender yet. */
function isSent({ xml }: KeptMessage): boolean {
  return !/\sfrom\s*=/.test(xml.slice(0, xml.indexOf('>')));
}
