import type { Alert } from '../../../account/devices/contract.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import type { Invitation } from '../../../core/invitation.ts';
import type { DaemonApi, DaemonEvent } from '../contract/contract.ts';
import { toTimeline, type TimelineMessage } from './timeline.ts';

/** An invitation that waits; the room's password stays in the daemon. */
interface PageInvitation {
  readonly account: string;
  readonly room: string;
  readonly by: string | null;
  readonly reason: string | null;
  readonly mediated: boolean;
  /** UTC, ISO 8601. */
  readonly at: string;
}

/** Which events of the api the page is told as they stand. */
const PLAIN = ['room', 'room-forgotten', 'status', 'devices', 'read', 'bookmarks', 'account-removed'] as const;
type PlainEvent = Extract<DaemonEvent, { readonly type: (typeof PLAIN)[number] }>;

/** What `events` tells. Ids on the stream are archive ids: the last that the reader has. */
export type PageEvent =
  | PlainEvent
  /** `fresh` as in AccountEvent: false for what is kept but no news. */
  | {
      readonly type: 'message';
      readonly message: TimelineMessage;
      readonly fresh: boolean;
      /** It says something of another message: what is shown of that one, or of this, is to be asked for anew. */
      readonly refers: boolean;
      /** The person is to be told of it at once, by their settings of the room: for notifications. */
      readonly alert: Alert | null;
    }
  | { readonly type: 'invitations'; readonly account: string; readonly invitations: readonly PageInvitation[] }
  /** More was missed than the stream gives: ask for everything anew. */
  | { readonly type: 'reset' };

/** The event as the page sees it; `undefined` where it is between other floors. */
export function toPageEvent(event: DaemonEvent, api: Pick<DaemonApi, 'accounts'>): PageEvent | undefined {
  if (event.type === 'message') return messageEvent(event.message, event.fresh, api);
  if (event.type === 'invitations') return invitationsOf(event.account, event.invitations);
  return isPlain(event) ? event : undefined;
}

export function messageEvent(message: KeptMessage, fresh: boolean, api: Pick<DaemonApi, 'accounts'>): PageEvent {
  const refers = [message.replaces, message.retracts, message.reactsTo, message.repliesTo].some((id) => id !== undefined);
  const alert = fresh ? api.accounts().find(({ jid }) => jid === message.account)?.devices.alert(message) : undefined;
  return { type: 'message', message: toTimeline(message), fresh, refers, alert: alert ?? null };
}

/** The event that tells all of an account's invitations. */
export function invitationsOf(account: string, invitations: readonly Invitation[]): PageEvent {
  return {
    type: 'invitations',
    account,
    invitations: invitations.map((invitation) => toPageInvitation(account, invitation)),
  };
}

export function toPageInvitation(account: string, invitation: Invitation): PageInvitation {
  const { room, by, reason, mediated, at } = invitation;
  return { account, room, by: by ?? null, reason: reason ?? null, mediated, at: new Date(at).toISOString() };
}

function isPlain(event: DaemonEvent): event is PlainEvent {
  return PLAIN.some((type) => type === event.type);
}
