import type { Room } from '../api/client.ts';

/** How a room fares, as the dot shows it: by shape and by colour. */
export type Health = 'well' | 'unsure' | 'working' | 'waiting' | 'trouble';

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

/** Where we are in and a reason is given, it says why that is in doubt. A state that the page does not know needs a look. */
export function roomHealth({ state, reason }: Pick<Room, 'state' | 'reason'>): Health {
  return state === 'joined' && reason ? 'unsure' : (healthOf[state] ?? 'trouble');
}
