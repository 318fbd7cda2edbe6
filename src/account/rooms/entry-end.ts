import type { Outbox } from '../sending/outbox.ts';
import { createTimers } from '../timers.ts';
import type { Transaction, AccountContext, Room } from '../context.ts';
import type { Memberships } from './membership.ts';

interface EntryParts {
  readonly context: AccountContext;
  readonly memberships: Pick<Memberships, 'changed' | 'times'>;
  readonly outbox: Pick<Outbox, 'entered'>;
}

/** The room has told all that it tells on an entry (XEP-0045 7.1): what comes from here on is live, and what waited for it is said. */
export function endEntry({ context, memberships, outbox }: EntryParts, transaction: Transaction, room: Room): void {
  markHole(context, room);
  context.archive.endHistoryMerge(context.jid, room.jid);
  const whole = room.replay?.proven === true;
  transaction.onCommit(() => outbox.entered(room.jid, whole));
  transaction.put({ ...room, entering: false, replay: undefined, verifiedAt: transaction.at });
  transaction.onCommit(() => memberships.changed(room.jid));
}

/** A gap that cannot be filled is a row in the archive. */
function markHole({ archive, jid: account }: AccountContext, { jid, replay }: Room): void {
  if (!replay || replay.overlaps || replay.first === undefined || replay.first < replay.from) return;
  const cause = 'the room has no archive, and its history was not seen to reach back to when we last heard it';
  archive.addGap({ account, room: jid, from: replay.from, to: replay.first, cause });
}

/** Ends the entry into a room that sends no subject, once it has told nothing of its past for a while. */
export function endSilentEntries(parts: EntryParts): void {
  const { context, memberships } = parts;
  const timers = createTimers(context.signal, context.log);

  function wait(room: string): void {
    timers.set(room, memberships.times.subject, () => {
      context.transact((transaction) => {
        const entered = transaction.room(room);
        if (entered?.membership.state === 'joined' && entered.entering) endEntry(parts, transaction, entered);
      });
    });
  }

  context.events.subscribe((event) => {
    if (event.type === 'entered') wait(event.room);
    if (event.type === 'message' && event.message.delayed && context.room(event.message.room)?.entering) wait(event.message.room);
  }, context.signal, 'the end of an entry');
}
