import type { Archive } from '../../archive/contract.ts';
import { storedValues } from '../../archive/stored-values.ts';
import type { KeptMessage } from '../../core/groupchat.ts';

/** Where in each room, in its order, news begins: the past that came with the first join was never missed. */
export interface FirstNews {
  /** An archive id; 0 where only the past is there; `undefined` where no past came. */
  of(room: string): number | undefined;
  /** A message of the past was kept. */
  past(message: KeptMessage): void;
  /** A message was kept that is news. */
  news(message: KeptMessage): void;
}

/** Of ids kept in a room before its past was first brought, at most, among which the first in its order is looked for. */
const MOST_BEFORE = 1000;

/** Kept on disk, for a device may come much later. */
export function openFirstNews(account: string, archive: Archive): FirstNews {
  const known = new Map<string, number | undefined>();

  function of(room: string): number | undefined {
    if (!known.has(room)) known.set(room, read(room));
    return known.get(room);
  }

  function read(room: string): number | undefined {
    const id = archive.value(account, storedValues.relayFirst.of(room));
    if (id !== undefined) return id;
    // COMPAT: until November 2026 it was the time at which the past came
    const floor = archive.value(account, storedValues.relayFloor.of(room)) ?? 0;
    return floor === 0 ? undefined : (archive.page({ account, room, limit: 1, from: floor })[0]?.archiveId ?? 0);
  }

  function set(room: string, id: number): void {
    known.set(room, id);
    archive.setValue(account, storedValues.relayFirst.of(room), id);
  }

  return {
    of,
    past({ room, archiveId }) {
      if (of(room) !== undefined || archive.gaps(account, room).length > 0) return; // what fills a hole is another past
      const before = archive.since(account, room, 0, MOST_BEFORE).flatMap((one) => (one.archiveId < archiveId ? [one.archiveId] : []));
      set(room, archive.inOrder(account, room, before)[0] ?? 0);
    },
    news({ room, archiveId }) {
      if (of(room) === 0) set(room, archiveId);
    },
  };
}
