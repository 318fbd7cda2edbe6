import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import type { inferRouterOutputs } from '@trpc/server';
import { EventSource } from 'eventsource';
import type { AppRouter } from '../../src/frontends/web/api/router.ts';
import { strings } from '../strings/strings.ts';
import { credentials } from './session.ts';

type Outputs = inferRouterOutputs<AppRouter>;

export type Figures = Outputs['figures'];
export type ApiFoundRooms = Outputs['browse']['rooms'];
export type ApiFoundRoom = ApiFoundRooms['rooms'][number];
export type FirstLook = Outputs['accounts']['look'];
export type ApiAccountStatus = Outputs['status']['accounts'][number];
export type ApiRoom = Outputs['rooms'][number];
/** A message as the page shows it, edits and deletions applied. */
export type Message = Outputs['view'][number];
export type Latest = Outputs['latest'][number];
export type ApiHit = Outputs['search'][number];
export type ApiGap = Outputs['gaps'][number];
export type ApiLedgerEntry = Outputs['ledger'][number];
export type ApiInvitation = Outputs['invitations']['list'][number];
export type ApiBookmark = Outputs['bookmarks']['list'][number];
export type ApiStorageSummary = Outputs['bookmarks']['storages'][number];
export type ApiBookmarkChange = Outputs['bookmarks']['log'][number];
export type ApiHeldBookmarks = Outputs['bookmarks']['held'][number];
export type SelfPresence = Outputs['presence']['now'];
export type ApiRegistration = Outputs['registration']['get'];
export type BookmarkRules = Outputs['bookmarks']['settings'];
export type ApiLogin = Outputs['bouncer']['devices'][number];
export type NewLogin = Outputs['bouncer']['addDevice'];
export type ApiOccupant = Outputs['occupants'][number];
export type ApiDevice = Outputs['devices'][number];
export type ApiReadState = Outputs['read'];
export type ApiDeviceTest = Outputs['device']['test'];
export type ApiSetting = Outputs['settings']['list'][number];

const url = '/api';

/** The daemon that served this page. The token that the one-time link gave us authorises each call. */
export const api = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      // not the browser's own, which sends no headers
      true: httpSubscriptionLink({
        url,
        EventSource,
        eventSourceOptions: { fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...credentials() } }) },
      }),
      false: httpLink({ url, headers: credentials }),
    }),
  ],
});

export type Api = typeof api;

/** The daemon's events, as they happen. */
export type RawMessage = Outputs['history'][number];
export type Heard = Outputs['events'] extends AsyncIterable<infer Event extends { data: unknown }> ? Event['data'] : never;

/** True if the daemon refused the session: its token is missing, has expired, or is of a run of the daemon that has ended. */
export function isLockedOut(error: unknown): boolean {
  if (!(error instanceof TRPCClientError)) return false;
  const response: unknown = error.meta?.['response'];
  return response instanceof Response && (response.status === 401 || response.status === 403);
}

/** The sentence to show for an error of a call: the daemon's own, or that it cannot be reached. */
export function sentenceOf(error: unknown): string {
  if (isLockedOut(error)) return strings.locked.title;
  if (error instanceof TRPCClientError && error.data) return strings.says(error.message) ?? error.message;
  return strings.link.unreachable;
}

/** The fingerprint of the certificate that was not trusted, where the error is `untrusted`. */
export function certificateOf(error: unknown): string | undefined {
  const data: unknown = error instanceof TRPCClientError ? error.data : undefined;
  return typeof data === 'object' && data !== null && 'certificate' in data && typeof data.certificate === 'string' ? data.certificate : undefined;
}

/** The daemon's error code; `undefined` if it did not answer. */
export function faultOf(error: unknown): string | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data: unknown = error.data;
  if (typeof data !== 'object' || data === null || !('fault' in data)) return undefined;
  return typeof data.fault === 'string' ? data.fault : undefined;
}
