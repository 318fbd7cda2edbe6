import pLimit from 'p-limit';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sentenceOf } from '../../core/errors.ts';
import { domainOf } from '../../core/jid.ts';
import { retryDelay } from '../../core/room.ts';
import { mamQuery, readMamFin } from '../../xmpp/xep/service/mam.ts';
import { ping } from '../../xmpp/xep/service/ping.ts';
import type { Catchup, AccountContext, Room } from '../context.ts';
import { noteCovered, coveredFrom } from './archive-coverage.ts';

const PAGE = 100;
const ROOMS_AT_ONCE = 20;
const MAX_TRIES = 8;
/** Milliseconds in which nothing comes of any archive that is asked, after which a room's is given up until the next login. */
const SILENCE = 30_000;
/** For a page that comes, however slowly. */
const PAGE_DEADLINE = 60 * 60_000;
/** No archive is so short by intent: one that has lost younger messages, and has nothing since, was emptied. */
const SHORTEST_ARCHIVE = 24 * 3600_000;

/** What a room's archive is asked, page by page. */
interface Question {
  /** When it was asked for what has not come yet, by a clock that nobody sets. */
  begun: number | undefined;
}

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

/**
 * Up to where the room is read without a hole: its end, or, while it is caught up, the message (an archive id) behind
 * which the catch-up stands; 0 where it has brought nothing yet.
 */
export function readUpTo(room: Room | undefined): 'end' | number {
  return isCatchingUp(room) ? (room?.catchup?.follows ?? 0) : 'end';
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
export function openCatchUps(
  context: AccountContext,
  done: (room: string) => void,
  ended: (room: string) => void = () => undefined,
  silence = SILENCE,
): CatchUps {
  const running = new Set<string>();
  const asked = new Map<string, string>();
  /** A page at a time, so that no room waits for all of another one. */
  const limit = pLimit(ROOMS_AT_ONCE);
  /** When something last came of any archive, by a clock that nobody sets: on a slow link one room's pages wait for another's. */
  let heard = performance.now();

  async function read(room: string): Promise<void> {
    const question: Question = { begun: undefined };
    for (let tries = 0; !context.signal.aborted && context.room(room)?.membership.state === 'joined'; ) {
      const catchup = context.room(room)?.catchup;
      if (!catchup) return done(room);
      const answer = await limit(() => page(room, catchup, question));
      if (answer === 'complete') finish(room);
      else if (answer === 'more') tries = 0;
      else if (answer === 'lost-place') fallBack(room);
      else if (context.connection.status().state !== 'online') return; // the next login goes on
      else if (rest(question) <= 0) {
        if (await isHeardByServer()) giveUp(room);
        if (catchup.known) return;
        question.begun = undefined;
      }
      if (answer !== 'failed') continue;
      if ((tries += 1) > MAX_TRIES) return giveUp(room);
      await delay(Math.min(retryDelay(tries, Math.random()), rest(question)), undefined, { signal: context.signal, ref: false });
    }
  }

  /** Milliseconds until the silence has lasted too long. */
  function rest({ begun = performance.now() }: Question): number {
    return Math.max(begun, heard) + silence - performance.now();
  }

  /** Resolves once nothing has come for too long, or never; the signal ends the wait. */
  async function silent(question: Question, signal: AbortSignal): Promise<undefined> {
    while (rest(question) > 0) await delay(rest(question), undefined, { signal, ref: false });
    return undefined;
  }

  /** Our link carries questions and answers: then it is the archive that gives nothing. */
  async function isHeardByServer(): Promise<boolean> {
    const answer = await context.connection.iq(ping(domainOf(context.jid)), { timeout: silence });
    return answer.ok || answer.error.element !== undefined;
  }

  async function page(room: string, catchup: Catchup, question: Question): Promise<'complete' | 'more' | 'lost-place' | 'failed'> {
    const queryId = randomUUID();
    asked.set(queryId, room);
    question.begun ??= performance.now();
    const { after, start } = catchup;
    const answered = new AbortController();
    const asking = context.connection.iq(mamQuery({ to: room, queryId, max: PAGE, after, start }), { timeout: PAGE_DEADLINE });
    const answer = await Promise.race([asking, silent(question, AbortSignal.any([context.signal, answered.signal]))]).finally(() => {
      answered.abort();
      asked.delete(queryId);
    });
    if (answer?.ok) {
      question.begun = undefined;
      const moved = context.room(room)?.catchup?.after !== after;
      return readMamFin(answer.element)?.complete !== false || !moved ? 'complete' : 'more';
    }
    const condition = answer?.error.condition ?? 'nothing for too long';
    context.log('warn', `${room}: its archive answered ${condition}`, { text: answer?.error.text });
    return condition === 'item-not-found' && after !== undefined ? 'lost-place' : 'failed';
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

  /**
   * Nobody waits for it any longer: the hole is on record, and what is found of it later, by a further try or after the
   * next login, is the archive's alone.
   */
  function giveUp(room: string): void {
    const { gap, givenUp } = context.room(room)?.catchup ?? {};
    if (gap !== undefined || givenUp) return;
    markHole(room);
    ended(room);
  }

  function markHole(room: string): void {
    context.transact((transaction) => {
      const entry = transaction.room(room);
      if (entry?.catchup?.known) transaction.put({ ...entry, catchup: undefined });
      if (entry?.catchup?.first) transaction.put({ ...entry, catchup: { ...entry.catchup, givenUp: true } });
      if (!entry?.catchup || entry.catchup.gap !== undefined || entry.catchup.first || entry.catchup.known) return;
      const { follows } = entry.catchup;
      const from = (follows === undefined ? undefined : context.archive.message(follows)?.at) ?? coveredFrom(context, room) ?? transaction.at;
      const cause = 'the room’s archive could not be read; it is tried again after the next login';
      const gap = context.archive.addGap({ account: context.jid, room, from, to: entry.membership.since, cause });
      transaction.put({ ...entry, catchup: { ...entry.catchup, gap } });
    });
  }

  return {
    roomOf(queryId) {
      const room = asked.get(queryId);
      if (room !== undefined) heard = performance.now();
      return room;
    },
    run(room) {
      if (running.has(room)) return;
      running.add(room);
      // Not in the caller's own step: after a resumption the outbox is looked through before a room's end is told.
      Promise.resolve().then(() => read(room))
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
