import { EventEmitter } from 'node:events';
import type { TLSSocket } from 'node:tls';
import LibraryConnection from '@xmpp/connection';
import type { Element } from 'ltx';
import type { Connection, ConnectionOptions, StreamLimits } from './contract.ts';
import type { Dialled } from './transport/dial.ts';
import { StreamEnd, asEnd } from './faults.ts';
import { stayConnected } from './stream/reconnect.ts';
import { NS } from './namespaces.ts';
import { createPassingReader } from './transport/reader.ts';
import type { Incoming, Reader } from './transport/reader.ts';
import { systemDns } from './transport/resolve.ts';
import type { Dns } from './transport/resolve.ts';
import type { Stream, StreamHandler, Unreadable } from './stream/stream.ts';
import type { Trust } from './transport/tls.ts';
import { Wire } from './transport/socket-adapter.ts';
import { errorOf } from './stream/stream-error.ts';
import { xml } from './xml.ts';

/**
 * A connection of one account that looks after itself: it logs in, counts (XEP-0198), resumes and comes back
 * until it is stopped. `dns` is for tests.
 */
export function connect(options: ConnectionOptions, dns: Dns = systemDns): Connection {
  return stayConnected(options, dns, openStream);
}

/** One XMPP stream on a connected socket: @xmpp/connection, with our wire and our reader in it. */
export function openStream(dialled: Dialled, trust: Trust, limits: StreamLimits, patience: number): Stream {
  return new XmppStream(dialled, trust, limits, patience);
}

const FOOTER = '</stream:stream>';
const MAX_UNREAD = 2000;
const GRACE = 1000;

/**
 * The library opens, restarts and closes the stream, writes its headers and keeps its state. What it would do
 * with what comes in is ours: it hands on one element at a time, and data after the end, a bad JID or an
 * entity end the process there.
 */
class XmppStream extends LibraryConnection implements Stream {
  readonly ended: Promise<StreamEnd>;
  readonly #trust: Trust;
  readonly #dialled: Dialled;
  #reader: Reader<Incoming> | undefined;
  #unread: Incoming[] = [];
  /** What is no XML, behind all that. */
  #behind: Unreadable | undefined;
  #waiting: (() => void) | undefined;
  #handler: StreamHandler | undefined;
  #end: StreamEnd | undefined;
  #tellEnd: (end: StreamEnd) => void = () => undefined;

  constructor(dialled: Dialled, trust: Trust, limits: StreamLimits, patience: number) {
    super({ domain: trust.domain, lang: 'en', timeout: patience });
    this.#trust = trust;
    this.#dialled = dialled;
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
    const attach = (): void => void (this.#reader = createPassingReader(limits));
    class Parser extends EventEmitter {
      constructor() {
        super();
        attach();
      }
    }
    Object.assign(this, { Socket: Wire, Parser, NS: NS.client });
    this.on('error', (error: Error) => this.#over(asEnd(error)));
    this.on('disconnect', () => this.#over(new StreamEnd('lost', 'the connection was lost')));
  }

  // What the library asks its transports for.
  override headerElement(): Element {
    return xml('stream:stream', { version: '1.0', xmlns: NS.client, 'xmlns:stream': NS.streams });
  }
  override header(element: Element): string {
    return `<?xml version='1.0'?>${element.toString().slice(0, -2)}>`;
  }
  override footer(): string {
    return FOOTER;
  }
  override socketParameters(): Dialled {
    return this.#dialled;
  }

  // Called by the library with what the wire emits.
  _onData(bytes: Buffer): void {
    if (this.#end !== undefined || this.#reader === undefined) return;
    const { header, items, closed, fault, broken } = this.#reader.read(bytes);
    if (header !== undefined) this.parser?.emit('start', xml('stream:stream', Object.fromEntries(header)));
    const unreadable = fault && { fault, broken };
    if (items.length > 0 || unreadable) this.#take(items, unreadable);
    if (fault === undefined && closed) this.#closedByServer();
  }

  #take(items: readonly Incoming[], unreadable: Unreadable | undefined): void {
    if (unreadable) this.#reader = undefined;
    if (this.#handler !== undefined) return this.#handler(items, unreadable);
    this.#behind = unreadable;
    this.#unread.push(...items);
    if (this.#unread.length > MAX_UNREAD) this.destroy(new StreamEnd('lost', 'the server floods the login'));
    this.#waiting?.();
  }

  #refuse({ fault }: Unreadable): void {
    const why = `the server sent what we do not take: ${fault.message}`;
    this.hangUp(errorOf(fault), GRACE, new StreamEnd('broken', why, { cause: fault }));
  }

  #closedByServer(): void {
    this.hangUp('', GRACE, new StreamEnd('broken', 'the server closed the stream'));
  }

  #over(end: StreamEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#reader = undefined;
    this.#unread = [];
    this.emit('error', end); // settles what the library waits for
    this.#waiting?.();
    this.#tellEnd(end);
  }

  get #wire(): Wire | undefined {
    return this.socket instanceof Wire ? this.socket : undefined;
  }

  secure(): boolean {
    return this.#wire?.secure === true;
  }

  tls(): TLSSocket | undefined {
    return this.#wire?.tls;
  }

  async connectSocket(): Promise<void> {
    await this.connect('');
  }

  async openStream(): Promise<void> {
    if (this.parser) await this.restart();
    else await this.open({ domain: this.#trust.domain, lang: 'en' });
  }

  async startTls(): Promise<void> {
    this.#reader = undefined;
    this.#unread = []; // what came in the clear behind <proceed/> was not said by our server
    await this.#wire?.startTls(this.#trust);
  }

  async next(): Promise<Incoming> {
    for (;;) {
      const item = this.#unread.shift();
      if (item !== undefined) return item;
      if (this.#behind !== undefined) this.#refuse(this.#behind);
      if (this.#end !== undefined) throw this.#end;
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }

  deliver(handler: StreamHandler): void {
    this.#handler = handler;
    const left = this.#unread;
    this.#unread = [];
    if (left.length > 0 || this.#behind) handler(left, this.#behind);
  }

  put(text: string): void {
    if (this.#end === undefined) this.#wire?.write(text);
  }

  backlog(): number {
    return this.#wire?.backlog ?? 0;
  }

  hangUp(last: string, grace: number, why?: StreamEnd): void {
    if (this.#end !== undefined) return;
    this.#wire?.hangUp(last + FOOTER, grace);
    if (why !== undefined) this.#over(why);
  }

  destroy(why: StreamEnd): void {
    this.#wire?.destroy();
    this.#over(why);
  }
}
