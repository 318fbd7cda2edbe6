import { tracked, type TrackedEnvelope } from '@trpc/server';
import type { KeptMessage } from '../../../core/groupchat.ts';
import { type DaemonApi, type DaemonEvent } from '../contract/contract.ts';
import { invitationsOf, messageEvent, toPageEvent, type PageEvent } from './page-events.ts';

const MOST_WAITING = 2000; // events held for a reader that is slow
const MOST_MISSED = 1000; // messages given again after a break

/**
 * The state of everything, what was missed since `lastEventId` (an archive id), then each event as it
 * happens. A reader that falls too far behind is given `reset` instead of what it missed. Every event's id is
 * the last archive id told.
 */
export async function* events(
  api: DaemonApi,
  lastEventId: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<PageEvent>, void, void> {
  const done = new AbortController();
  const stop = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
  const waiting = collect(api, stop);
  // No `await` up to here and none until the first event is handed out: nothing falls between the two.
  let cursor = lastEventId === undefined ? newest(api) : Number(lastEventId);
  const missed = lastEventId === undefined ? [] : since(api, cursor);
  const first: PageEvent[] = missed === undefined ? [{ type: 'reset' }] : [];
  if (missed === undefined) cursor = newest(api);
  first.push(...stateOf(api), ...(missed ?? []).map((message) => messageEvent(message, true, api))); // what was missed is news to this reader
  first.push(...readStates(api)); // they count what was missed
  try {
    for (const event of first) {
      cursor = after(cursor, event);
      yield tracked(String(cursor), event);
    }
    for (let event = await waiting.next(); event; event = await waiting.next()) {
      cursor = after(cursor, event);
      yield tracked(String(cursor), event);
    }
  } finally {
    done.abort();
  }
}

function after(cursor: number, event: PageEvent): number {
  return event.type === 'message' ? Math.max(cursor, event.message.id) : cursor;
}

function stateOf(api: DaemonApi): PageEvent[] {
  return api
    .accounts()
    .flatMap((account): PageEvent[] => [
      { type: 'status', status: account.status() },
      ...account.rooms.list().map((room): PageEvent => ({ type: 'room', room })),
      { type: 'devices', devices: account.devices.list() },
      invitationsOf(account.jid, account.rooms.invitations()),
    ]);
}

function readStates(api: DaemonApi): PageEvent[] {
  return api.accounts().flatMap((account) => account.history.readStates().map((state): PageEvent => ({ type: 'read', state })));
}

/** The events as they come, in a bounded queue; `next` resolves with nothing once `signal` is aborted. */
function collect(api: DaemonApi, signal: AbortSignal): { next(): Promise<PageEvent | undefined> } {
  let queue: PageEvent[] = [];
  let wake: (() => void) | undefined;
  const push = (event: DaemonEvent): void => {
    const told = toPageEvent(event, api);
    if (!told) return;
    if (queue.length >= MOST_WAITING) queue = [{ type: 'reset' }];
    queue.push(told);
    wake?.();
  };
  api.subscribe(push, signal);
  signal.addEventListener('abort', () => wake?.(), { once: true });
  return {
    async next() {
      while (queue.length === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return signal.aborted ? undefined : queue.shift();
    },
  };
}

function roomsOf(api: DaemonApi): { account: string; room: string }[] {
  return api.accounts().flatMap((account) => {
    const rooms = new Set(
      [...account.rooms.list(), ...api.archive.rooms(account.jid)].map((entry) => entry.room),
    );
    return [...rooms].map((room) => ({ account: account.jid, room }));
  });
}

/**
 * Roughly the largest archive id: a message that a catch-up put further back may have a larger one, and is then
 * sent twice.
 */
function newest(api: DaemonApi): number {
  const last = roomsOf(api).map(({ account, room }) => api.archive.last(account, room)?.archiveId ?? 0);
  return last.reduce((most, id) => Math.max(most, id), 0);
}

/** Messages kept after `archiveId`, by id; `undefined` where they are too many. */
function since(api: DaemonApi, archiveId: number): KeptMessage[] | undefined {
  const found: KeptMessage[] = [];
  for (const { account, room } of roomsOf(api)) {
    found.push(...api.archive.since(account, room, archiveId, MOST_MISSED + 1 - found.length));
    if (found.length > MOST_MISSED) return undefined;
  }
  return found.toSorted((a, b) => a.archiveId - b.archiveId);
}
