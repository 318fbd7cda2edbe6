import type { TLSSocket } from 'node:tls';
import type { StreamEnd } from '../faults.ts';
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

/** A stream on one socket, as the login and the session see it. Nothing here throws but what is awaited. */
export interface Stream {
  secure(): boolean;
  /** The TLS socket, where there is one. */
  tls(): TLSSocket | undefined;
  /** Takes the socket into use. */
  connectSocket(): Promise<void>;
  /** Sends a header and waits for the server's; after TLS and after SASL anew. */
  openStream(): Promise<void>;
  /** Turns the socket into a TLS one. What was read before is gone. */
  startTls(): Promise<void>;
  /** What came, one by one and in order; rejects with `StreamEnd` once nothing more can come. */
  next(): Promise<Incoming>;
  /**
   * From now on: all that one read of the socket brought, at once; first what `next` has left. What is unreadable is the
   * handler's to answer: nothing more is read by then.
   */
  deliver(handler: StreamHandler): void;
  put(text: string): void;
  /** Bytes that wait for the network. */
  backlog(): number;
  /**
   * Closes the stream with a last word. With `why` it is over at once; else when the server has closed it
   * too. The socket is gone within `grace` milliseconds.
   */
  hangUp(last: string, grace: number, why?: StreamEnd): void;
  destroy(why: StreamEnd): void;
  /** Resolves, once, with why it is over. */
  readonly ended: Promise<StreamEnd>;
}
