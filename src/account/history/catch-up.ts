import pLimit from 'p-limit';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sentenceOf } from '../../core/errors.ts';
import { retryDelay } from '../../core/room.ts';
import { mamQuery, readMamFin } from '../../xmpp/xep/service/mam.ts';
import type { Catchup, AccountContext, Room } from '../context.ts';
import { noteCovered, coveredFrom } from './archive-coverage.ts';

const PAGE = 100;
const ROOMS_AT_ONCE = 20;
const PAGE_DEADLINE = 30_000;
const MAX_TRIES = 8;
/** No archive is so short by intent: one that has lost younger messages, and has nothing since, was emptied. */
const SHORTEST_ARCHIVE = 24 * 3600_000;

/** XEP-0313: reads on in a room's archive from where we stopped, page by page, as often as it takes. */
export interface CatchUps {
  /** Starts, or goes on, where a catch-up is due; `done` is told when the room has no more. */
  run(room: string): void;
  /** The room that is asked under a query id. */
  roomOf(queryId: string): string | undefined;
}

/**
 * There is something to be read that goes before what is live: also on the way back in, or a device would be given what came
 * live before a stream's end ahead of what that stream had still to read.
 */
export function isCatchingUp(room: Room | undefined): boolean {
  const { catchup } = room ?? {};
  return !isOut(room) && catchup !== undefined && !catchup.first && !catchup.known && catchup.gap === undefined;
}

/** Neither in it nor on the way in: nothing of it is read. */
export function isOut(room: Room | undefined): boolean {
  const state = room?.membership.state;
  return state !== 'joined' && state !== 'joining';
}

/** What the room's archive had, it has no more: a hole that nothing can fill. */
export function recordLostHistory({ archive, jid }: AccountContext, room: string, from: number, to: number): void {
  if (to > from) archive.addGap({ account: jid, room, from, to, cause: 'the room’s archive no longer has what followed the last that we heard' });
}

/** `done` is told of a room that is read to its end, `ended` of each that is read no further for now, read or not. */
export function openCatchUps(context: AccountContext, done: (room: string) => void, ended: (room: string) => void = () => undefined): CatchUps {
  const running = new Set<string>();
  const asked = new Map<string, string>();
  const limit = pLimit(ROOMS_AT_ONCE);

  async function read(room: string): Promise<void> {
    let tries = 0;
    while (!context.signal.aborted && context.room(room)?.membership.state === 'joined') {
      const catchup = context.room(room)?.catchup;
      if (!catchup) return done(room);
      const answer = await page(room, catchup);
      if (answer === 'complete') finish(room);
      else if (answer === 'more') tries = 0;
      else if (answer === 'lost-place') fallBack(room);
      else if (context.connection.status().state !== 'online') return; // the next login goes on
      else if ((tries += 1) > MAX_TRIES) return markHole(room);
      else await delay(retryDelay(tries, Math.random()), undefined, { signal: context.signal, ref: false });
    }
  }

  async function page(room: string, catchup: Catchup): Promise<'complete' | 'more' | 'lost-place' | 'failed'> {
    const queryId = randomUUID();
    asked.set(queryId, room);
    const { after, start } = catchup;
    const answer = await context.connection.iq(mamQuery({ to: room, queryId, max: PAGE, after, start }), { timeout: PAGE_DEADLINE });
    asked.delete(queryId);
    if (answer.ok) {
      const moved = context.room(room)?.catchup?.after !== after;
      return readMamFin(answer.element)?.complete !== false || !moved ? 'complete' : 'more';
    }
    context.log('warn', `${room}: its archive answered ${answer.error.condition}`, { text: answer.error.text });
    return answer.error.condition === 'item-not-found' && after !== undefined ? 'lost-place' : 'failed';
  }

  /** XEP-0313 4.3.2, 3.1: the id is no longer in the room's archive: from the time of what we have, then. */
  function fallBack(room: string): void {
    context.transact((transaction) => {
      const entry = transaction.room(room);
      if (!entry?.catchup) return;
      const last = entry.catchup.follows === undefined ? undefined : context.archive.message(entry.catchup.follows);
      const start = new Date(last?.at ?? transaction.at).toISOString();
      transaction.put({ ...entry, catchup: { ...entry.catchup, after: undefined, start, lost: last?.at } });
    });
  }

  function finish(room: string): void {
    context.transact((transaction) => {
      const entry = transaction.room(room);
      if (entry?.catchup?.gap !== undefined) context.archive.removeGap(entry.catchup.gap);
      if (entry?.catchup) noteCovered(context, room, entry.catchup.first);
      const lost = entry?.catchup?.lost;
      if (lost !== undefined && transaction.at - lost < SHORTEST_ARCHIVE) recordLostHistory(context, room, lost, transaction.at);
      if (entry) transaction.put({ ...entry, catchup: undefined });
    });
  }

  /** Nothing more for now: the hole is on record, and the next login tries again from the same place. */
  function markHole(room: string): void {
    context.transact((transaction) => {
      const entry = transaction.room(room);
      if (entry?.catchup?.known) transaction.put({ ...entry, catchup: undefined });
      if (!entry?.catchup || entry.catchup.gap !== undefined || entry.catchup.first || entry.catchup.known) return;
      const { follows } = entry.catchup;
      const from = (follows === undefined ? undefined : context.archive.message(follows)?.at) ?? coveredFrom(context, room) ?? transaction.at;
      const cause = 'the room’s archive could not be read; it is tried again after the next login';
      const gap = context.archive.addGap({ account: context.jid, room, from, to: entry.membership.since, cause });
      transaction.put({ ...entry, catchup: { ...entry.catchup, gap } });
    });
  }

  return {
    roomOf: (queryId) => asked.get(queryId),
    run(room) {
      if (running.has(room)) return;
      running.add(room);
      void limit(() => read(room))
        .catch((error: unknown) => {
          if (!context.signal.aborted) context.log('error', `${room}: catching up failed: ${sentenceOf(error)}`, { error });
        })
        .finally(() => {
          running.delete(room);
          ended(room);
        });
    },
  };
}
