import type { KeptMessage } from '../core/groupchat.ts';
import { sentenceOf } from '../core/errors.ts';
import type { Invitation } from '../core/invitation.ts';
import type { Log } from '../core/log.ts';
import type { StanzaFault } from '../xmpp/contract.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { AccountStatus } from './account-status.ts';
import type { DeviceSummary } from './devices/contract.ts';
import type { ReadState, RoomSummary } from './rooms/contract.ts';

/** What subscribers hear, each after its commit. */
export type AccountEvent =
  /**
   * `fresh` is false for what a first join brings of the room's past, and for what is found later of a hole, behind
   * which devices have gone on: kept, but no news.
   */
  | { readonly type: 'message'; readonly message: KeptMessage; readonly fresh: boolean }
  /** What else a room we know has sent: presence, errors, and messages that the archive does not keep. */
  | { readonly type: 'room-stanza'; readonly account: string; readonly room: string; readonly stanza: Stanza }
  | { readonly type: 'room'; readonly room: RoomSummary }
  /** How far the room's archive is read, which the room's summary tells, has changed. */
  | { readonly type: 'catch-up-moved'; readonly account: string; readonly room: string }
  /** The room's archive is read to its end, or cannot be read for now. */
  | { readonly type: 'catch-up-stopped'; readonly account: string; readonly room: string }
  /** Somebody wants the room who did not, or wants it no more; `room` follows. */
  | { readonly type: 'wishes-changed'; readonly account: string; readonly room: string }
  /** The account is in a room: let in anew, or still in it after a resumption. */
  | { readonly type: 'entered'; readonly account: string; readonly room: string }
  | { readonly type: 'room-forgotten'; readonly account: string; readonly room: string }
  /** The list of bookmarks has changed; so many removals wait for the person. */
  | { readonly type: 'bookmarks'; readonly account: string; readonly held: number }
  /** Several bookmarks disappeared at once: their removal waits under that id. */
  | { readonly type: 'removals-held'; readonly account: string; readonly id: number }
  | { readonly type: 'status'; readonly status: AccountStatus }
  | { readonly type: 'invitations'; readonly account: string; readonly invitations: readonly Invitation[] }
  /** The person has read on, here or on another device (XEP-0490). */
  | { readonly type: 'read'; readonly state: ReadState }
  /** A device, or what it is given, is not what it was; `devices` follows. */
  | { readonly type: 'device-changed'; readonly account: string }
  | { readonly type: 'devices'; readonly devices: readonly DeviceSummary[] }
  /** The relay's pause has begun or ended; `devices` and `status` follow. */
  | { readonly type: 'relay-paused'; readonly account: string }
  /** A room has refused what was said in it from here. */
  | { readonly type: 'refused'; readonly originId: string; readonly error: StanzaFault }
  /** A message of one of the account's own resources to our full JID, as far as nobody below has understood it. */
  | { readonly type: 'own-message'; readonly from: string; readonly stanza: Stanza }
  /** The answer to a question that was asked in order: its place among the events. */
  | { readonly type: 'answer'; readonly settle: () => void }
  /** A stanza error from one of the account's own resources, in answer to what a frontend wrote. */
  | { readonly type: 'bounced'; readonly from: string; readonly stanza: Stanza };

export type EventListener = (event: AccountEvent) => void;

/** What a subscriber could not take: it lost these events, and heard all others. */
export interface FailedSubscriber {
  readonly name: string;
  readonly lost: number;
  /** Of the last failure: which event, why, and when (milliseconds since the epoch). */
  readonly event: AccountEvent['type'];
  readonly why: string;
  readonly at: number;
}

export interface AccountEvents {
  /**
   * Every event from now on, until the signal: in the order of the commits, and within one commit in the order in which
   * it was emitted, to all subscribers in the order of their subscription; what a subscriber emits in turn comes behind the
   * event that it heard. `name` stands in the log and in diagnostics.
   */
  subscribe(listener: EventListener, signal: AbortSignal, name?: string): void;
}

export interface OwnEvents extends AccountEvents {
  emit(event: AccountEvent): void;
  failed(): FailedSubscriber[];
}

/** The bus of one account. A subscriber that throws loses that event and hears the next; it never reaches the socket. */
export function openEvents(log: Log, now: () => number): OwnEvents {
  const subscribers = new Set<{ readonly listener: EventListener; readonly name: string }>();
  const failures = new Map<string, FailedSubscriber>();
  const waiting: AccountEvent[] = [];
  let telling = false;

  function tell(event: AccountEvent): void {
    for (const { listener, name } of subscribers) {
      try {
        listener(event);
      } catch (error) {
        const why = sentenceOf(error);
        failures.set(name, { name, lost: (failures.get(name)?.lost ?? 0) + 1, event: event.type, why, at: now() });
        log('error', `${name} could not take an event (${event.type}) and has lost it: ${why}`, { error });
      }
    }
  }

  return {
    emit(event) {
      waiting.push(event);
      if (telling) return;
      telling = true;
      try {
        for (let next = waiting.shift(); next; next = waiting.shift()) tell(next);
      } finally {
        telling = false; // also where what was heard could not even be told: the next event is another one
      }
    },
    failed: () => [...failures.values()],
    subscribe(listener, signal, name = 'a subscriber') {
      if (signal.aborted) return;
      const subscriber = { listener, name };
      subscribers.add(subscriber);
      signal.addEventListener('abort', () => subscribers.delete(subscriber), { once: true });
    },
  };
}
