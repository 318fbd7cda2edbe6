import type { Room } from '../api/client.ts';

/** How a room fares, as the dot shows it: by shape and by colour. */
export type Health = 'well' | 'working' | 'waiting' | 'trouble';

const healthOf: Readonly<Record<string, Health>> = {
  joined: 'well',
  absent: 'working',
  joining: 'working',
  leaving: 'working',
  'nick-conflict': 'waiting',
  'room-full': 'waiting',
  'room-locked': 'waiting',
  'service-down': 'waiting',
};

/** A state that the page does not know is one that needs a look. */
export function roomHealth(room: Pick<Room, 'state'>): Health {
  return healthOf[room.state] ?? 'trouble';
}
