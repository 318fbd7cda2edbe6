import type { Alert } from '../../../account/devices/contract.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import type { Invitation } from '../../../core/invitation.ts';
import { resourceOf } from '../../../core/jid.ts';
import { readTyping } from '../../../xmpp/xep/message/chat-states.ts';
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
  /** Somebody else in a room began to type, or stopped (XEP-0085). */
  | { readonly type: 'typing'; readonly account: string; readonly room: string; readonly nick: string; readonly typing: boolean }
  /** A room has refused what was said there from here; `text` is its word, if it gave one. */
  | { readonly type: 'refused'; readonly originId: string; readonly condition: string; readonly text: string | null }
  | { readonly type: 'invitations'; readonly account: string; readonly invitations: readonly PageInvitation[] }
  /** More was missed than the stream gives: ask for everything anew. */
  | { readonly type: 'reset' };

/** The event as the page sees it; `undefined` where it is between other floors. */
export function toPageEvent(event: DaemonEvent, api: Pick<DaemonApi, 'accounts'>): PageEvent | undefined {
  if (event.type === 'message') return messageEvent(event.message, event.fresh, api);
  if (event.type === 'invitations') return invitationsOf(event.account, event.invitations);
  if (event.type === 'room-stanza') return typingIn(event);
  if (event.type === 'refused') return { type: 'refused', originId: event.originId, condition: event.error.condition, text: event.error.text ?? null };
  return isPlain(event) ? event : undefined;
}

function typingIn({ account, room, stanza: { element, from, type } }: Extract<DaemonEvent, { readonly type: 'room-stanza' }>): PageEvent | undefined {
  const nick = resourceOf(from);
  const typing = element.name === 'message' && type === 'groupchat' && nick !== '' ? readTyping(element) : undefined;
  return typing === undefined ? undefined : { type: 'typing', account, room, nick, typing };
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
