import type { ApiRoom, Latest } from '../../api/client.ts';
import { keyOf } from '../daemon-state.ts';
import { roomHealth } from '../health.ts';

/** Those where somebody spoke last first, then by name; below all, those that cannot be entered. */
export function inOrder(rooms: Iterable<ApiRoom>, last: ReadonlyMap<string, Latest>): ApiRoom[] {
  const at = (room: ApiRoom): string => last.get(keyOf(room))?.at ?? '';
  return [...rooms].toSorted((a, b) => Number(isOut(a)) - Number(isOut(b)) || (isOut(a) ? 0 : compare(at(b), at(a))) || nameOf(a).localeCompare(nameOf(b)));
}

/** True for a room that we are not in, and shall not come into by waiting. */
export function isOut(room: ApiRoom): boolean {
  return roomHealth(room) === 'trouble';
}

/** ISO 8601 in UTC sorts as text. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The room's own name, else the local part of its address. */
export function nameOf(room: Pick<ApiRoom, 'name' | 'room'>): string {
  return room.name?.trim() || room.room.slice(0, room.room.indexOf('@')) || room.room;
}
