import type { Archive } from '../../archive/contract.ts';
import { storedValues } from '../../archive/stored-values.ts';
import type { KeptMessage } from '../../core/groupchat.ts';

/** The first message of each room that is news. The history of the first join stands before it: no device has missed that. */
interface FirstNews {
  /** An archive id; 0 if the room has only history so far; `undefined` if the first join brought none. */
  of(room: string): number | undefined;
  /** A message of the room's history was archived. */
  past(message: KeptMessage): void;
  /** A message was archived that is news. */
  news(message: KeptMessage): void;
}

/** The most live messages, archived before the history came, among which the first in the room's order is looked for. */
const MOST_BEFORE = 1000;

/** It is kept on disk, because a device may come much later. */
export function openFirstNews(account: string, archive: Archive): FirstNews {
  const known = new Map<string, number | undefined>();

  function of(room: string): number | undefined {
    if (!known.has(room)) known.set(room, read(room));
    return known.get(room);
  }

  function read(room: string): number | undefined {
    const id = archive.value(account, storedValues.relayFirst.of(room));
    if (id !== undefined) return id;
    // COMPAT: until November 2026 the value was the time at which the history came
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
      if (of(room) !== undefined || archive.gaps(account, room).length > 0) return; // history that fills a gap is not that of the first join
      const before = archive.since(account, room, { archiveId: 0, limit: MOST_BEFORE }).flatMap((one) => (one.archiveId < archiveId ? [one.archiveId] : []));
      set(room, archive.inOrder(account, room, before)[0] ?? 0);
    },
    news({ room, archiveId }) {
      if (of(room) === 0) set(room, archiveId);
    },
  };
}
