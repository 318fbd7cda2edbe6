import type { Archive } from '../../../archive/contract.ts';
import { storedValues } from '../../../archive/stored-values.ts';

/** So many of a room's private messages are known by the device that sent them. */
const MOST = 500;
/** Characters of an id that is remembered; that of a client is no longer. */
const LONGEST_ID = 200;

/**
 * Which device sent a private message, by the message's id. To the server it came from the daemon, so that only this tells it when the
 * message is met again: as a copy, and in the account's own archive.
 */
export interface PrivateSenders {
  note(room: string, id: string, jid: string): void;
  /** The sender's full JID at that time. */
  of(room: string, id: string | undefined): string | undefined;
}

export function openPrivateSenders(account: string, archive: Archive): PrivateSenders {
  const known = new Map<string, Map<string, string>>();

  function ofRoom(room: string): Map<string, string> {
    const here = known.get(room);
    if (here) return here;
    const read = new Map(archive.value(account, storedValues.bouncerPrivate.of(room)) ?? []);
    known.set(room, read);
    return read;
  }

  return {
    note(room, id, jid) {
      if (id.length > LONGEST_ID) return;
      const senders = new Map(ofRoom(room));
      senders.delete(id);
      senders.set(id, jid);
      const kept = [...senders].slice(-MOST);
      archive.setValue(account, storedValues.bouncerPrivate.of(room), kept);
      known.set(room, new Map(kept));
    },
    of: (room, id) => (id === undefined ? undefined : ofRoom(room).get(id)),
  };
}
