// The feed of a reader that keeps its cursor itself and shows a room by reading the archive, such as the page.
import type { ReadArchive } from '../archive/contract.ts';
import type { KeptMessage } from '../core/groupchat.ts';

export interface ReaderFeedOptions {
  readonly archive: Pick<ReadArchive, 'since' | 'lastId'>;
  readonly rooms: readonly { readonly account: string; readonly room: string }[];
  /** The last archive id that the reader has received; `undefined` if it starts now. */
  readonly after: number | undefined;
  /** The most missed messages that it is given. */
  readonly most: number;
}

/**
 * The missed messages, then the live ones, by one cursor for all rooms. A device's feed goes in the order of its room, with
 * a cursor for each. Here one archive id is the whole cursor, so messages go by id: nothing with a smaller id may follow. The
 * reader finds a message's place in the room by reading the archive.
 */
export interface ReaderFeed {
  /** What the reader has missed; `undefined` if it is more than `most`, so that the reader has to read everything again. */
  readonly missed: readonly KeptMessage[] | undefined;
  /** The reader is being sent a message. Returns the cursor that goes with it. */
  sent(archiveId: number): number;
  cursor(): number;
}

/** No message is archived while this runs: a caller that hears of new messages before it calls this misses none and repeats none. */
export function openReaderFeed({ archive, rooms, after, most }: ReaderFeedOptions): ReaderFeed {
  const missed = after === undefined ? [] : readMissed(after);
  let cursor = after === undefined || missed === undefined ? archive.lastId() : after;

  function readMissed(from: number): KeptMessage[] | undefined {
    const found: KeptMessage[] = [];
    for (const { account, room } of rooms) {
      found.push(...archive.since(account, room, { archiveId: from, limit: most + 1 - found.length }));
      if (found.length > most) return undefined;
    }
    return found.toSorted((a, b) => a.archiveId - b.archiveId);
  }

  return {
    missed,
    sent(archiveId) {
      cursor = Math.max(cursor, archiveId);
      return cursor;
    },
    cursor: () => cursor,
  };
}
