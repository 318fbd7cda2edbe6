import type { Account } from '../../../account/contract.ts';
import type { ReadArchive } from '../../../archive/contract.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import type { Cursors } from '../../../delivery/cursors.ts';
import { openDeviceDelivery, type DeliveryKind, type DeviceDelivery } from '../../../delivery/device-delivery.ts';
import type { FeedStart } from '../../../delivery/device-feed.ts';
import { addressable, type Addressable } from '../session/stanza-text.ts';
import type { DeviceOccupant, RoomFeeds } from './room-feed.ts';
import { asHistory } from './room-history.ts';

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
  readonly feeds: Pick<RoomFeeds, 'of' | 'onExit'>;
  readonly log: (message: string) => void;
}

export function openOccupantDeliveries({ account, archive, cursors, feeds, log }: OccupantDeliveriesOptions): OccupantDeliveries {
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
    const said = message.id !== undefined && feeds.of(message.room)?.sent.get(message.id) === deviceOccupant;
    // a device gets its own messages back, whatever its policy is
    if (!said && !deviceOccupant.shows(message)) return 'skipped';
    deviceOccupant.send(textOf(message, how).to(deviceOccupant.jid), delivered);
    if (!said) deviceOccupant.calls(message);
    return 'sent';
  }

  /** Made once for all devices. A message that is sent late has a delay stamp. */
  function textOf(message: KeptMessage, how: DeliveryKind): Addressable {
    if (how === 'backlog') return addressable(asHistory(message));
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
    },
    moved(room) {
      for (const delivery of deliveries.values()) delivery.moved(room);
    },
  };
}
