import type { ApiRoom } from '../api/client.ts';

/** A room's state, as its dot shows it by shape and colour. */
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

/** A reason for a joined room says why we may no longer be in it. A state that the page does not know needs attention. */
export function roomHealth({ state, reason }: Pick<ApiRoom, 'state' | 'reason'>): Health {
  return state === 'joined' && reason ? 'unsure' : (healthOf[state] ?? 'trouble');
}
