import { createTRPCClient, httpSubscriptionLink } from '@trpc/client';
import type { inferRouterOutputs } from '@trpc/server';
import { EventSource } from 'eventsource';
import type { DaemonAddress } from './client.ts';
import type { AppRouter } from '../api/router.ts';

type Stream = inferRouterOutputs<AppRouter>['events'];
/** A `PageEvent` as it comes over the wire. */
export type HeardEvent = Stream extends AsyncIterable<infer Event extends { data: unknown }> ? Event['data'] : never;

interface Following {
  /** Everything so far is told when the first event comes; `id` is the last archive id told. */
  event(event: HeardEvent, id: string): void;
  /** The stream has ended, for whatever reason; nothing more comes. */
  ended(): void;
}

/** The daemon's events, outside of a browser, from `lastEventId` on; ends once and does not begin again by itself. Returns its stop. */
export function followEvents(daemon: DaemonAddress, lastEventId: string | undefined, following: Following): () => void {
  const authorization = `Bearer ${daemon.token}`;
  const client = createTRPCClient<AppRouter>({
    links: [
      httpSubscriptionLink({
        url: `${daemon.url}/api`,
        EventSource,
        eventSourceOptions: {
          fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, authorization } }),
        },
      }),
    ],
  });
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    subscription.unsubscribe();
    following.ended();
  };
  const subscription = client.events.subscribe(lastEventId === undefined ? undefined : { lastEventId }, {
    onData: ({ id, data }) => {
      if (!over) following.event(data, id);
    },
    // A restarted daemon has another token and perhaps another port: the caller has to look them up again.
    onConnectionStateChange: ({ state, error }) => {
      if (state === 'connecting' && error) end();
    },
    onError: end,
    onComplete: end,
  });
  return () => {
    over = true;
    subscription.unsubscribe();
  };
}
