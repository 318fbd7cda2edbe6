import type { ApiRoom } from '../api/client.ts';
import { roomHealth } from '../state/health.ts';
import { strings } from '../strings/strings.ts';

/** Why it stands with the room as it does: the daemon's reason where it gives one. */
export function whyOf(room: ApiRoom): string {
  return room.reason === undefined ? strings.health[roomHealth(room)] : (strings.says(room.reason) ?? room.reason);
}
