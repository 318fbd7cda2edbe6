import type { TLSSocket } from 'node:tls';
import type { Element } from 'ltx';
import type { StreamEnd } from '../faults.ts';
import type { SaslExchange } from '../sasl/sasl.ts';
import type { PassedOver } from '../stanza.ts';
import type { Incoming } from '../transport/reader.ts';
import type { StreamFault } from '../transport/stream-fault.ts';

/** What came behind the last item, and is no XML. */
export interface Unreadable {
  readonly fault: StreamFault;
  /** The stanza that it stands in. */
  readonly broken: PassedOver | undefined;
}

/** Takes what one read of the socket brought. */
export type StreamHandler = (items: readonly Incoming[], unreadable: Unreadable | undefined) => void;

/** What comes while the login is under way. */
export type Early = Exclude<Incoming, { readonly nonza: Element }>;

/** What a login does on a stream. Handlers are registered before the stream is opened; a throw of one ends it. */
export interface Negotiation {
  /** Is called with all features where this one is among them; `next` goes on to those registered later. */
  feature(name: string, namespace: string, handle: (features: Element, next: () => Promise<void>) => Promise<void>): void;
  /** Sees all features before those that are registered later handle one. */
  onFeatures(check: (features: Element) => void): void;
  /** Sends what is no stanza, and resolves with the next answer of its namespace, which must have one of these names. */
  ask(element: Element, ...answers: string[]): Promise<Element>;
  /** Turns the socket into a TLS one and opens a new stream on it. What was read before is gone. */
  startTls(): Promise<void>;
  /** Logs in by one of the mechanisms that are `known`, in their order, and opens a new stream. */
  sasl(known: readonly string[], choose: (offered: readonly string[]) => Promise<SaslExchange>): void;
  bind(resource: string): void;
  /** What is bound. */
  jid(): string;
}

/** A stream on one socket, as the login and the session see it. Nothing here throws but what is awaited. */
export interface Stream {
  readonly negotiation: Negotiation;
  secure(): boolean;
  /** The TLS socket, where there is one. */
  tls(): TLSSocket | undefined;
  /** Takes the socket into use, sends a header and waits for the server's. */
  open(): Promise<void>;
  /** Stanzas that came before the server counted. */
  early(): readonly Early[];
  /**
   * From now on: all that one read of the socket brought, at once; first what came behind the login. What is unreadable is the
   * handler's to answer: nothing more is read by then.
   */
  deliver(handler: StreamHandler): void;
  /** Nothing more is read until `readOn()`: what comes waits at the server. */
  readNoMore(): void;
  readOn(): void;
  put(text: string): void;
  /**
   * From now on a connection that breaks leaves the server with whole stanzas. `held` is told when a burst waits until the
   * server has read all that is under way: it is to be asked then.
   */
  keepWhole(held: () => void): void;
  /** Writes what the server answers, ahead of what waits for that; one at a time. */
  ask(text: string): void;
  /** It has. True where that lets go what waited. */
  answered(): boolean;
  /** Bytes that wait for the network. */
  buffered(): number;
  /**
   * Closes the stream with a last word. With `why` it is over at once; else when the server has closed it
   * too. The socket is gone within `grace` milliseconds.
   */
  hangUp(last: string, grace: number, why?: StreamEnd): void;
  destroy(why: StreamEnd): void;
  /** Resolves, once, with why it is over. */
  readonly ended: Promise<StreamEnd>;
}
