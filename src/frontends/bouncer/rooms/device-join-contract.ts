import type { Stanza } from '../../../xmpp/stanza.ts';
import type { DeviceOccupant } from './room-feed.ts';

/** XEP-0045 7.2, 7.6, 7.14, for the devices at the bouncer. */
export interface DeviceJoin {
  enter(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): void;
  /** Told once an entry is decided: the device is in, or refused, or waits no more. */
  onDecided(listener: (deviceOccupant: DeviceOccupant, room: string) => void): void;
  /** The device wants to join, and the room's answer is not known yet. */
  entering(deviceOccupant: DeviceOccupant, room: string): boolean;
  /** RFC 6121 4.3: it asks for an occupant's presence. */
  probe(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): void;
  /** The device answered a room's stanza with an error: a room ends such an occupancy (11.1: by 333, and by no 307). */
  failed(deviceOccupant: DeviceOccupant, room: string): void;
  /** An available presence that is no join: a change of nick, or nothing new. */
  rename(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): void;
  leave(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): void;
  /** The room has refused a presence. */
  refused(room: string, stanza: Stanza): void;
  /** Something about the room has changed: checks the devices that wait for it. */
  changed(room: string): void;
  /** The session is over; its wishes are not. */
  gone(deviceOccupant: DeviceOccupant): void;
  /** The device is revoked: its wishes are over too. */
  forget(device: string): void;
}
