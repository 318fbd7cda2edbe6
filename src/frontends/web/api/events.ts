import { tracked, type TrackedEnvelope } from '@trpc/server';
import { openReaderFeed } from '../../../delivery/reader-feed.ts';
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
  // No `await` up to here and none until the first event is handed out: nothing is archived between the two.
  const after = lastEventId === undefined ? undefined : Number(lastEventId);
  const feed = openReaderFeed({ archive: api.archive, rooms: roomsOf(api), after, most: MOST_MISSED });
  const first: PageEvent[] = feed.missed === undefined ? [{ type: 'reset' }] : [];
  first.push(...stateOf(api), ...(feed.missed ?? []).map((message) => messageEvent(message, true, api))); // what was missed is news to this reader
  first.push(...readStates(api)); // they count what was missed
  const numbered = (event: PageEvent) => tracked(String(event.type === 'message' ? feed.sent(event.message.id) : feed.cursor()), event);
  try {
    for (const event of first) yield numbered(event);
    for (let event = await waiting.next(); event; event = await waiting.next()) yield numbered(event);
  } finally {
    done.abort();
  }
}

function stateOf(api: DaemonApi): PageEvent[] {
  return api
    .accounts()
    .flatMap((account): PageEvent[] => [
      { type: 'status', status: account.status() },
      ...account.rooms.list().map((room): PageEvent => ({ type: 'room', room })),
      { type: 'devices', devices: account.devices.list() },
      invitationsOf(account.jid, account.rooms.invitations()),
      { type: 'bookmarks', account: account.jid, held: account.bookmarks.held().length },
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
