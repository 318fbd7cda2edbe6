import { setImmediate as breathe } from 'node:timers/promises';
import type { ReadArchive } from '../archive/contract.ts';
import type { ReplayLimit } from '../core/device.ts';

const CHUNK = 200;
const HOUR = 3_600_000;

/** What a device has missed in one room. */
export interface Backlog {
  /** Archive ids in the room's order. */
  readonly ids: readonly number[];
  /** The last id that was looked at: what is newer comes live. */
  readonly seen: number;
}

export interface BacklogQuery {
  readonly account: string;
  readonly room: string;
  /** The id up to which it has all. */
  readonly after: number;
  /** What it has beyond that. */
  readonly has?: ((id: number) => boolean) | undefined;
  readonly limit: ReplayLimit;
  readonly now: number;
  /** The first message that was no past when it came: what stands before it came with the first join, and was never missed. */
  readonly first?: number | undefined;
}

/**
 * Reads on from a cursor to the end, a chunk at a time, so that the socket is not kept waiting. When it resolves, no
 * message has been kept since the last chunk: the caller's next step is in the same tick.
 */
export async function readBacklog(archive: ReadArchive, { account, room, after, has, limit, now, first }: BacklogQuery): Promise<Backlog> {
  const oldest = now - limit.hours * HOUR;
  let found: number[] = [];
  let seen = after;
  /** In the room's order, which is that of the ids unless a catch-up went beside the live stream; no clock tells it. */
  const newest = (): number[] => {
    const ordered = archive.inOrder(account, room, found);
    const past = first === undefined ? 0 : placeBehind(archive, { account, room }, ordered, first, 'or at');
    return ordered.slice(Math.max(past, ordered.length - limit.messages));
  };
  for (;;) {
    const chunk = archive.since(account, room, seen, CHUNK);
    for (const message of chunk) {
      seen = message.archiveId;
      if (message.at >= oldest && has?.(message.archiveId) !== true) found.push(message.archiveId);
    }
    if (found.length > 2 * limit.messages) found = newest();
    if (chunk.length < CHUNK) break;
    await breathe();
  }
  return { ids: newest(), seen };
}

/** How many of these ids, which are in the room's order, do not stand behind that message; `or at`: stand before it. */
export function placeBehind(
  archive: Pick<ReadArchive, 'isBehind'>,
  { account, room }: { readonly account: string; readonly room: string },
  ordered: readonly number[],
  message: number,
  how: 'behind' | 'or at' = 'behind',
): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const id = ordered[middle] ?? 0;
    if (archive.isBehind(account, room, id, message) || (how === 'or at' && id === message)) high = middle;
    else low = middle + 1;
  }
  return low;
}
