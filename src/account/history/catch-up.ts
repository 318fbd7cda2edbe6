import pLimit from 'p-limit';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sentenceOf } from '../../core/errors.ts';
import { domainOf } from '../../core/jid.ts';
import { retryDelay } from '../../core/room.ts';
import { mamQuery, readMamFin } from '../../xmpp/xep/service/mam.ts';
import { ping } from '../../xmpp/xep/service/ping.ts';
import type { AccountContext, Catchup, Transaction } from '../context.ts';
import { bringsPast, isOut } from './catch-up-state.ts';
import { createArchiveReading, MAX_RESULT_ID, MOST_PAGES, type ArchiveReading } from './archive-reading.ts';
import { noteCovered, coveredFrom } from './archive-coverage.ts';

/** Results of a page: more than any server gives at once, so that each gives its most; the smaller ones after a stream that ended on what a page brought, for nobody knows which of them it was. */
const PAGES = [500, 10, 1] as const;
/** Milliseconds in which an archive is not read on which streams have ended with pages of every size; the next occasion after that reads it. */
const REST = 3600_000;
const ROOMS_AT_ONCE = 20;
const MAX_TRIES = 8;
/** Milliseconds in which nothing comes of any archive that is asked, after which a room's is given up until the next login. */
const SILENCE = 30_000;
/** For a page that comes, however slowly. */
const PAGE_DEADLINE = 60 * 60_000;
/** No archive is so short by intent: one that has lost younger messages, and has nothing since, was emptied. */
const SHORTEST_ARCHIVE = 24 * 3600_000;

/** How often an archive may not know the place that it has given us. */
const LOST_PLACES = 3;
/** For so many silences at most, what comes of other archives excuses one that gives nothing. */
const EXCUSED = 10;

const UNREADABLE = 'the room’s archive could not be read; it is tried again after the next login';
const ENDLESS = 'the room’s archive gives the same again and again, or has no end; it is tried again after the next login';

interface CatchUpBounds {
  /** Milliseconds of `SILENCE`. */
  readonly silence: number;
  /** Of one reading. */
  readonly pages: number;
}

/** XEP-0313: reads on in a room's archive from where we stopped, page by page, as often as it takes. */
export interface CatchUps {
  /** Starts, or goes on, where a catch-up is due; `done` is told when the room has no more. */
  run(room: string): void;
  /** Something has come under a query id: the room whose archive is asked under it, if that is under way. */
  readingOf(queryId: string): RoomReading | undefined;
}

export interface RoomReading {
  readonly room: string;
  /** The archive has given this id before, in the same reading: it tells nothing of the room's order. */
  repeats(transaction: Transaction, id: string): boolean;
}

/** What the room's archive had, it has no more: a hole that nothing can fill. */
export function recordLostHistory({ archive, jid }: AccountContext, { room, from, to }: { room: string; from: number; to: number }): void {
  if (to > from) archive.addGap({ account: jid, room, from, to, cause: 'the room’s archive no longer has what followed the last that we heard' });
}

/** `done` is told of a room that is read to its end; the event `catch-up-stopped` of each that is read no further for now, read or not. */
export function openCatchUps(context: AccountContext, done: (room: string) => void, { silence = SILENCE, pages = MOST_PAGES }: Partial<CatchUpBounds> = {}): CatchUps {
  const running = new Set<string>();
  const asked = new Map<string, { readonly room: string; readonly reading: ArchiveReading }>();
  /** A page at a time, so that no room waits for all of another one. */
  const limit = pLimit(ROOMS_AT_ONCE);
  /** Archives that were being read when a stream ended on what nobody can read: how often, and since when they rest. */
  const suspects = new Map<string, { readonly ends: number; readonly at: number }>();
  /** Suspects are asked one by one: so the next end is of whoever is to blame. */
  const alone = pLimit(1);
  /** When something last came of any archive, by a clock that nobody sets: on a slow link one room's pages wait for another's. */
  let heard = performance.now();

  context.events.subscribe((event) => {
    if (event.type === 'entered') run(event.room);
    const room = event.type === 'room' ? context.room(event.room.room) : undefined;
    if (room?.catchup && isOut(room)) ended(room.jid);
  }, context.signal, 'the catch-up');

  function moved(room: string): void {
    context.events.emit({ type: 'catch-up-moved', account: context.jid, room });
  }

  function ended(room: string): void {
    context.events.emit({ type: 'catch-up-stopped', account: context.jid, room });
  }

  async function read(room: string): Promise<void> {
    const reading = createArchiveReading(pages);
    for (let tries = 0; !context.signal.aborted && context.room(room)?.membership.state === 'joined'; ) {
      const catchup = context.room(room)?.catchup;
      if (!catchup) return done(room);
      if (rests(room)) return giveUp(room);
      const answer = await (suspects.has(room) ? alone : limit)(() => page(room, catchup, reading));
      if (answer === 'complete') finish(room);
      else if (answer === 'endless') return giveUp(room, ENDLESS);
      else if (answer === 'more') {
        tries = 0;
        moved(room);
        if (reading.isEndless(context.room(room)?.catchup?.after)) return giveUp(room, ENDLESS);
      } else if (answer === 'lost-place') {
        fallBack(room);
        if ((reading.lostPlaces += 1) > LOST_PLACES) return giveUp(room, ENDLESS);
      }
      else if (context.connection.status().state !== 'online') return; // the next login goes on
      else if (rest(reading) <= 0) {
        if (await isHeardByServer()) giveUp(room);
        if (catchup.state === 'reorder') return;
        reading.begun = undefined;
      }
      if (answer !== 'failed') continue;
      if ((tries += 1) > MAX_TRIES) return giveUp(room);
      await delay(Math.min(retryDelay(tries, Math.random()), rest(reading)), undefined, { signal: context.signal, ref: false });
    }
  }

  function rests(room: string): boolean {
    const { ends = 0, at = 0 } = suspects.get(room) ?? {};
    if (ends < PAGES.length) return false;
    if (performance.now() - at < REST) return true;
    suspects.delete(room);
    return false;
  }

  /** The stream has ended within a page that brought nothing more. */
  function suspect(room: string): void {
    const status = context.connection.status();
    if (status.state !== 'waiting' || !status.unreadable) return;
    suspects.set(room, { ends: (suspects.get(room)?.ends ?? 0) + 1, at: performance.now() });
    context.log('warn', `${room}: its archive may hold what ended the stream`, { times: suspects.get(room)?.ends });
  }

  /** Milliseconds until the silence has lasted too long. */
  function rest({ begun = performance.now(), heard: own }: ArchiveReading): number {
    const others = Math.min(heard, begun + EXCUSED * silence); // one that trickles must not hold all others up
    return Math.max(begun, own, others) + silence - performance.now();
  }

  /** Resolves once nothing has come for too long, or never; the signal ends the wait. */
  async function silent(reading: ArchiveReading, signal: AbortSignal): Promise<undefined> {
    while (rest(reading) > 0) await delay(rest(reading), undefined, { signal, ref: false });
    return undefined;
  }

  /** Our link carries questions and answers: then it is the archive that gives nothing. */
  async function isHeardByServer(): Promise<boolean> {
    const answer = await context.connection.iq(ping(domainOf(context.jid)), { timeout: silence });
    return answer.ok || answer.error.element !== undefined;
  }

  async function page(room: string, catchup: Catchup, reading: ArchiveReading): Promise<'complete' | 'more' | 'lost-place' | 'endless' | 'failed'> {
    const queryId = randomUUID();
    asked.set(queryId, { room, reading });
    reading.begun ??= performance.now();
    const { after, start } = catchup;
    const answered = new AbortController();
    const tooMuch = Promise.withResolvers<'endless'>();
    reading.beginPage(() => tooMuch.resolve('endless'));
    const asking = context.connection.iq(mamQuery({ to: room, queryId, max: PAGES[suspects.get(room)?.ends ?? 0] ?? 1, after, start }), { timeout: PAGE_DEADLINE });
    const answer = await Promise.race([asking, tooMuch.promise, silent(reading, AbortSignal.any([context.signal, answered.signal]))]).finally(() => {
      answered.abort();
      asked.delete(queryId);
    });
    if (answer === 'endless') return answer;
    if (answer?.ok) {
      reading.begun = undefined;
      const fin = readMamFin(answer.element);
      if (fin?.complete !== false) return 'complete';
      return context.room(room)?.catchup?.after !== after || goOnBehind(room, fin.last) ? 'more' : 'complete';
    }
    if (context.room(room)?.catchup?.after === after) suspect(room);
    const condition = answer?.error.condition ?? 'nothing for too long';
    context.log('warn', `${room}: its archive answered ${condition}`, { text: answer?.error.text });
    return condition === 'item-not-found' && after !== undefined ? 'lost-place' : 'failed';
  }

  /** All of a page was passed over, and is in quarantine: on from where the archive says that it ended (XEP-0059 2.2). */
  function goOnBehind(room: string, last: string | undefined): boolean {
    const { catchup } = context.room(room) ?? {};
    if (!catchup || last === undefined || last === '' || last.length > MAX_RESULT_ID || last === catchup.after) return false;
    context.transact((transaction) => {
      const entry = transaction.room(room);
      if (entry?.catchup) transaction.put({ ...entry, catchup: { ...entry.catchup, start: undefined, after: last } });
    });
    return true;
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
    suspects.delete(room);
    context.transact((transaction) => {
      const entry = transaction.room(room);
      if (!entry?.catchup) return;
      const { catchup } = entry;
      if (catchup.state === 'unreadable' && catchup.gap !== undefined) context.archive.removeGap(catchup.gap);
      noteCovered(context, room, bringsPast(catchup));
      const { lost } = catchup;
      if (lost !== undefined && transaction.at - lost < SHORTEST_ARCHIVE) recordLostHistory(context, { room, from: lost, to: transaction.at });
      transaction.put({ ...entry, catchup: undefined });
    });
    moved(room);
  }

  /**
   * Nobody waits for it any longer: the hole is on record, and what is found of it later, by a further try or after the
   * next login, is the archive's alone.
   */
  function giveUp(room: string, cause = UNREADABLE): void {
    if (context.room(room)?.catchup?.state === 'unreadable') return;
    context.log('warn', `${room}: ${cause}`);
    markHole(room, cause);
    moved(room);
    ended(room);
  }

  function markHole(room: string, cause: string): void {
    context.transact((transaction) => {
      const entry = transaction.room(room);
      const { catchup } = entry ?? {};
      if (!entry || !catchup) return;
      if (catchup.state === 'reorder') return transaction.put({ ...entry, catchup: undefined });
      if (catchup.state === 'first') return transaction.put({ ...entry, catchup: { ...catchup, state: 'unreadable', gap: undefined } });
      const { follows } = catchup;
      const from = (follows === undefined ? undefined : context.archive.message(follows)?.at) ?? coveredFrom(context, room) ?? transaction.at;
      const gap = context.archive.addGap({ account: context.jid, room, from, to: entry.membership.since, cause });
      transaction.put({ ...entry, catchup: { ...catchup, state: 'unreadable', gap } });
    });
  }

  function run(room: string): void {
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
  }

  return {
    readingOf(queryId) {
      const found = asked.get(queryId);
      if (!found) return undefined;
      heard = found.reading.heard = performance.now();
      found.reading.count();
      return { room: found.room, repeats: found.reading.repeats };
    },
    run,
  };
}
