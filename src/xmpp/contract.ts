import type { Element } from 'ltx';
import type { Result } from '../core/errors.ts';
import type { PassedOver, Stanza } from './stanza.ts';

/** Bounds on what a peer may send before the stream is ended. */
export interface StreamLimits {
  /** Bytes of one first-level element. */
  readonly stanzaBytes: number;
  /** Elements within elements. */
  readonly depth: number;
  /** Attributes on one element. */
  readonly attributes: number;
}

/** XEP-0198: all that another process needs to take this very stream up again. */
export interface StreamState {
  /** The server's resumption id (`previd`). */
  readonly id: string;
  /** The full JID bound to the stream. */
  readonly jid: string;
  /** Stanzas from the server that are handled (our `h`). */
  readonly inbound: number;
  /** Stanzas sent to the server since `<enable/>`. */
  readonly outbound: number;
  /** Where the server wishes to be resumed, if it said so (`host:port`). */
  readonly location: string | undefined;
  /** Seconds for which the server promised to hold the stream, if it said so. */
  readonly max: number | undefined;
}

/** What a server was found to take, in bytes of one stanza, while it announced the other figure. */
export interface LearnedLimit {
  readonly learned: number;
  readonly announced: number;
}

export interface ConnectionOptions {
  /** The account's bare JID. */
  readonly jid: string;
  readonly resource: string;
  readonly password: () => Promise<string>;
  /** A server named by the person; else SRV (RFC 6120 3.2, XEP-0368), else the domain itself on 5222. */
  readonly server?: { readonly host: string; readonly port: number };
  /** TLS from the first byte on `server` (XEP-0368). */
  readonly directTls?: boolean;
  /** PEM of a private CA, trusted for this account only. */
  readonly ca?: string;
  /** SHA-256 of the server's certificate (DER), hex, colons allowed; trusted instead of any CA. */
  readonly pin?: string;
  /** Never ask for TLS. For a person who says so in so many words; loopback is no exception. */
  readonly allowPlaintext?: boolean;
  readonly limits?: Partial<StreamLimits>;
  /** What another process left behind; tried first, once. */
  readonly resume?: StreamState;
  /** What an earlier process found the server to take. */
  readonly learnedLimit?: LearnedLimit | undefined;
  /** Milliseconds. */
  readonly deadlines?: Partial<{ readonly login: number; readonly idle: number; readonly ping: number }>;
  /** Milliseconds between attempts: first, ceiling. Jittered, without end. */
  readonly backoff?: Partial<{ readonly first: number; readonly ceiling: number }>;
  /** How many logins may come to nothing in how many milliseconds; 12 in ten minutes by default. */
  readonly fruitless?: { readonly most: number; readonly within: number };
  /**
   * For a connection that speaks for a device: answers to what it has not asked itself are handed to the receiver too,
   * for the device has asked.
   */
  readonly transparent?: boolean;
  /** It never shows presence, so that it takes no leave either: others would be told of a resource they never saw. */
  readonly unseen?: boolean;
  /**
   * The count of stanzas from the server (XEP-0198 h) that may be acknowledged, where somebody else has to have them
   * first; `undefined` for all that are handled. A change is told by `acknowledge()`.
   */
  readonly handled?: () => number | undefined;
  /**
   * Resolves once all that was received may be acknowledged: waited for before a stream is taken up again, since `<resume/>`
   * tells the count. Where it rejects, the attempt has failed, and another one follows.
   */
  readonly settled?: () => Promise<void>;
  readonly log?: (level: 'debug' | 'info' | 'warn' | 'error', message: string, about?: object) => void;
}

/**
 * Takes all stanzas that came in one read of the socket, in order, answers to our own IQs left out, and the stream's
 * state once they are handled. Returns when they are committed; a throw destroys the stream, unacknowledged.
 * Called also with an empty batch where only counters moved. `passedOver`: what came among them and could not be taken
 * (too big, a prefix that nobody bound, ...); it counts as handled, and who asked by it has an error for an answer.
 */
export type Receiver = (batch: readonly Stanza[], state: StreamState | undefined, passedOver: readonly PassedOver[]) => void;

export type ConnectionStatus =
  | { readonly state: 'offline' }
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'online'; readonly jid: string; readonly resumed: boolean; readonly since: number }
  | {
      readonly state: 'waiting';
      readonly retryAt: number;
      readonly why: string;
      /** Another session took our resource. */
      readonly conflict?: boolean;
      /** SHA-256 of a certificate that is not trusted, 64 lower-case digits. */
      readonly certificate?: string;
      /** The stream ended on what came: no XML, or what we do not take. */
      readonly unreadable?: boolean;
      /** The server ended the stream over what we sent: something after the stanza of this number (XEP-0198 h). */
      readonly rejectedAfter?: number;
    }
  /** No more attempts until `start()` is called again: the password is wrong or the account is gone. */
  | { readonly state: 'refused'; readonly why: string };

export interface StanzaFault {
  /** The defined condition (RFC 6120 8.3.3), or `timeout`, `disconnected`, `malformed`, `passed-over`. */
  readonly condition: string;
  readonly type: string | undefined;
  readonly text: string | undefined;
  readonly element: Element | undefined;
}

export type IqAnswer =
  | { readonly ok: true; readonly element: Element }
  | { readonly ok: false; readonly error: StanzaFault };

export interface Connection {
  status(): ConnectionStatus;
  /** Begins to connect, and goes on trying until `stop()`; never rejects. */
  start(): void;
  /** Ends the stream properly (unavailable presence, last `<a/>`, footer), within a deadline. */
  stop(): Promise<void>;
  /** Drops the socket without a word, as a crash would: the server keeps the stream for resumption. */
  abandon(): void;
  /**
   * Writes one stanza, given as an element or as whole text. While the stream is down it is refused, or queued and
   * written after the next login, as `whenDown` says (default: refuse). `value` is the stanza's number on the stream
   * (XEP-0198, from 1), or 0 where it was queued. `checked`: it is known to be one well-formed stanza, such as what
   * this very stream reader let through, in an envelope of ours; anything else is checked here.
   */
  send(stanza: Element | string, options?: { readonly whenDown?: 'refuse' | 'queue'; readonly checked?: boolean }): Result<number>;
  /** The number that the next sent stanza will have, so that it can be on disk before it is on the wire. */
  nextOutbound(): number;
  /** Asks, and resolves with the answer from whom was asked (`to`, default the account itself); never rejects. */
  iq(request: Element, options?: { readonly timeout?: number }): Promise<IqAnswer>;
  /** The same; `done` is called in the very step in which the answer is handled, at its place among what else came. */
  iqInOrder(request: Element, timeout: number, done: (answer: IqAnswer) => void): void;
  /** What the server has acknowledged of ours (XEP-0198 h). */
  acknowledged(): number;
  /** `handled` has moved on: the server is told where it waits for that. */
  acknowledge(): void;
  /**
   * Bytes that one stanza may have, as it is written (XEP-0478, else what the server was found to take, which only shrinks).
   * What has more is refused by `send()` with the code `too-large`.
   */
  limit(): number;
  /** What the server was found to take; `undefined` where it has refused nothing. */
  learnedLimit(): LearnedLimit | undefined;
  /** What the server offers on the stream (RFC 6120 4.3.2), as of the last login. */
  features(): Element | undefined;
  /** XEP-0352: whether a person looks. Nothing where there is no session, or the server knows nothing of it. */
  clientState(state: 'active' | 'inactive'): void;
  /** Asks the server at once to prove that it is there (after a wake from sleep, say). */
  probe(): void;
  /** Who takes what comes: one, named before `start()`. What comes while there is none is not kept, and ends the stream. */
  onStanzas(receiver: Receiver): void;
  onStatus(listener: (status: ConnectionStatus) => void, signal?: AbortSignal): void;
  onAcknowledged(listener: (h: number) => void, signal?: AbortSignal): void;
}
