import { setImmediate as breathe } from 'node:timers/promises';
import type { ReadArchive } from '../../archive/contract.ts';
import type { ReplayLimit } from '../../core/device.ts';

const CHUNK = 200;
const HOUR = 3_600_000;

/** What a device has missed in one room. */
export interface Backlog {
  /** Archive ids in the order in which they are to be sent. */
  readonly ids: readonly number[];
  /** The last id that was looked at: what is newer comes live. */
  readonly seen: number;
}

export interface BacklogQuery {
  readonly account: string;
  readonly room: string;
  /** The last archive id that it has. */
  readonly after: number;
  readonly limit: ReplayLimit;
  readonly now: number;
  /** What came with the first join and is older than this was never missed (milliseconds since the epoch). */
  readonly floor: number;
}

/**
 * Reads on from a cursor to the end, a chunk at a time, so that the socket is not kept waiting. When it resolves, no
 * message has been kept since the last chunk: the caller's next step is in the same tick.
 */
export async function readBacklog(archive: ReadArchive, query: BacklogQuery): Promise<Backlog> {
  const { account, room, limit, now, floor } = query;
  const oldest = now - limit.hours * HOUR;
  let found: number[] = [];
  let seen = query.after;
  /** In the room's order, which is that of the ids unless a catch-up went beside the live stream; no clock tells it. */
  const newest = (): number[] => archive.inOrder(account, room, found).slice(-limit.messages);
  for (;;) {
    const chunk = archive.since(account, room, seen, CHUNK);
    for (const message of chunk) {
      seen = message.archiveId;
      if (message.at < oldest || (message.delayed && message.at < floor)) continue;
      found.push(message.archiveId);
    }
    if (found.length > 2 * limit.messages) found = newest();
    if (chunk.length < CHUNK) break;
    await breathe();
  }
  return { ids: newest(), seen };
}
