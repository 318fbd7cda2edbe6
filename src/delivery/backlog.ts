import { setImmediate as breathe } from 'node:timers/promises';
import type { ReadArchive } from '../archive/contract.ts';
import type { ReplayLimit } from '../core/device.ts';

const CHUNK = 200;
const HOUR = 3_600_000;

/** What a device has missed in one room. */
interface Backlog {
  /** Archive ids in the room's order. */
  readonly ids: readonly number[];
  /** The last archive id that was read: every message with a larger id comes live. */
  readonly seen: number;
}

interface BacklogQuery {
  readonly account: string;
  readonly room: string;
  /** The device has every message up to this archive id. */
  readonly after: number;
  /** Whether the device has a message beyond that id. */
  readonly has?: ((id: number) => boolean) | undefined;
  readonly limit: ReplayLimit;
  readonly now: number;
  /** The first message that arrived as news. What stands before it in the room came as history of the first join, and the device never missed it. */
  readonly first?: number | undefined;
}

/**
 * Reads from a cursor to the end of the archive in chunks, and lets other work run between two of them. No message is archived
 * between the last chunk and the moment at which the promise resolves, so the caller can switch to live messages in that tick.
 */
export async function readBacklog(archive: ReadArchive, { account, room, after, has, limit, now, first }: BacklogQuery): Promise<Backlog> {
  const oldest = now - limit.hours * HOUR;
  let found: number[] = [];
  let seen = after;
  /** In the room's order. Ids have another order if messages of a catch-up and live messages were archived at the same time. */
  const newest = (): number[] => {
    const ordered = archive.inOrder(account, room, found);
    const past = first === undefined ? 0 : placeBehind(archive, { account, room, ordered, message: first, how: 'or at' });
    return ordered.slice(Math.max(past, ordered.length - limit.messages));
  };
  for (;;) {
    const chunk = archive.since(account, room, { archiveId: seen, limit: CHUNK });
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

/** Counts the ids, given in the room's order, that do not stand behind the message; with `or at`, those that stand before it. */
export function placeBehind(
  archive: Pick<ReadArchive, 'isBehind'>,
  { account, room, ordered, message, how = 'behind' }: { readonly account: string; readonly room: string; ordered: readonly number[]; message: number; how?: 'behind' | 'or at' },
): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const id = ordered[middle] ?? 0;
    if (archive.isBehind(account, room, { id, other: message }) || (how === 'or at' && id === message)) high = middle;
    else low = middle + 1;
  }
  return low;
}
