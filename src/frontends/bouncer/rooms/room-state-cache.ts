import type { Archive } from '../../../archive/contract.ts';
import { storedValues, type StoredRoomState } from '../../../archive/stored-values.ts';
import { readDisclosure, status } from '../../../xmpp/xep/room/muc.ts';

const UNKNOWN: StoredRoomState = { logged: false, open: false };
const MAX_SUBJECT = 64 * 1024;

/** What a room tells only at the join, so that a device that joins later must be told it by us. */
export interface RoomStateCache {
  learn(room: string, codes: ReadonlySet<number>): void;
  subject(room: string, raw: string): void;
  /** The room's own presence, which has its avatar's hash. */
  itself(room: string, raw: string): void;
  /** The status codes, besides 110, that the self-presence needs. */
  codes(room: string, features: ReadonlySet<string> | undefined): number[];
  /** The room's own presence. */
  presence(room: string): string | undefined;
  /** The message that set the subject. */
  lastSubject(room: string): string | undefined;
}

export function openRoomStateCache(account: string, archive: Archive): RoomStateCache {
  const known = new Map<string, StoredRoomState>();

  function of(room: string): StoredRoomState {
    const here = known.get(room);
    if (here) return here;
    const read = archive.value(account, storedValues.bouncerRoom.of(room)) ?? UNKNOWN;
    known.set(room, read);
    return read;
  }

  function change(room: string, what: Partial<StoredRoomState>): void {
    const before = of(room);
    const after = { ...before, ...what };
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    known.set(room, after);
    archive.setValue(account, storedValues.bouncerRoom.of(room), after);
  }

  return {
    learn(room, codes) {
      const { nonAnonymous, logged } = readDisclosure(codes);
      change(room, { ...(nonAnonymous !== undefined && { open: nonAnonymous }), ...(logged !== undefined && { logged }) });
    },
    subject(room, raw) {
      if (raw.length <= MAX_SUBJECT) change(room, { subject: raw });
    },
    itself(room, raw) {
      if (raw.length <= MAX_SUBJECT) change(room, { itself: raw });
    },
    presence: (room) => of(room).itself,
    codes(room, features) {
      const { open, logged } = of(room);
      const nonAnonymous = features?.has('muc_nonanonymous') ?? open;
      return [...(nonAnonymous ? [status.nonAnonymous] : []), status.self, ...(logged ? [status.logging] : [])];
    },
    lastSubject: (room) => of(room).subject,
  };
}
