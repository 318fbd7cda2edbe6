// The stream of @xmpp/client: its connection, stream features, SASL and resource binding, on a transport and a parser of ours.
import { EventEmitter } from 'node:events';
import { Client } from '@xmpp/client-core';
import LibraryConnection from '@xmpp/connection';
import { procedure } from '@xmpp/events';
import iqCallerOf from '@xmpp/iq/caller.js';
import middlewareOf from '@xmpp/middleware';
import bindResource from '@xmpp/resource-binding';
import authenticateBySasl from '@xmpp/sasl';
import streamFeaturesOf from '@xmpp/stream-features';
import SaslFactory from 'saslmechanisms';
import type { Element } from 'ltx';
import type { StreamLimits } from '../contract.ts';
import { StreamEnd, asEnd } from '../faults.ts';
import { NS } from '../namespaces.ts';
import type { SaslExchange } from '../sasl/sasl.ts';
import type { Dialled } from '../transport/dial.ts';
import { createLenientReader } from '../transport/reader.ts';
import type { Incoming } from '../transport/reader.ts';
import { SocketAdapter } from '../transport/socket-adapter.ts';
import type { Trust } from '../transport/tls.ts';
import { xml } from '../xml.ts';
import type { Early, Negotiation, Stream, StreamHandler, Unreadable } from './stream.ts';
import { endOf, errorOf, streamError } from './stream-error.ts';

const FOOTER = '</stream:stream>';
/** The socket is connected when the library is given it: the service says only whose transport it is. */
const SERVICE = 'dialled:';
const MAX_EARLY = 2000;
const GRACE = 1000;

/** One stream on a connected socket. */
export function openClientStream(dialled: Dialled, { trust, limits, patience }: { trust: Trust; limits: StreamLimits; patience: number }): Stream {
  const opening = { domain: trust.domain, lang: 'en' };
  const client = new Client({ ...opening, service: SERVICE, timeout: patience });
  const middleware = middlewareOf({ entity: client });
  const streamFeatures = streamFeaturesOf({ middleware });
  const iqCaller = iqCallerOf({ middleware, entity: client });

  let socket: SocketAdapter | undefined;
  let parser: StreamParser | undefined;
  let early: Early[] = [];
  /** What came behind the login, and is the session's. */
  let left: Incoming[] = [];
  let behind: Unreadable | undefined;
  let counted = false;
  let handler: StreamHandler | undefined;
  let over: StreamEnd | undefined;
  let tellEnd: (end: StreamEnd) => void = () => undefined;
  const ended = new Promise<StreamEnd>((resolve) => (tellEnd = resolve));

  /** One for each header: the library makes it, and hears of what concerns the login. Bytes come to it by the adapter. */
  class StreamParser extends EventEmitter {
    readonly reader = createLenientReader(limits);
    /** What came in the clear behind <proceed/> was not said by our server. */
    closed = false;

    constructor() {
      super();
      begun(this);
    }

    write(): void {
      // What the library decodes piece by piece breaks characters: it is given nothing to decode.
    }

    /** What comes before somebody takes it by `deliver()`. */
    negotiate(items: readonly Incoming[], unreadable: Unreadable | undefined): void {
      for (const item of items) if (!this.closed || unreadable) this.#negotiateOne(item);
      if (unreadable && counted) behind = unreadable;
      else if (unreadable) refuse(unreadable);
    }

    #negotiateOne(item: Incoming): void {
      if (over !== undefined) return;
      if (counted) left.push(item);
      else if (!('nonza' in item)) this.#beforeCounting(item);
      else if (item.nonza.is('error', NS.streams)) return hangUp('', GRACE, streamError(item.nonza)); // the library would go where it leads
      else {
        const { nonza } = item;
        counted = nonza.is('enabled', NS.sm) || nonza.is('resumed', NS.sm);
        this.closed ||= nonza.is('proceed', NS.tls) && !isSecure();
        this.emit('element', nonza);
      }
      if (early.length + left.length > MAX_EARLY) destroy(new StreamEnd('lost', 'the server floods the login'));
    }

    /** Answers are the library's: it asks for a resource. */
    #beforeCounting(item: Early): void {
      const answer = 'stanza' in item && item.stanza.kind === 'iq' && (item.stanza.type === 'result' || item.stanza.type === 'error') ? item.stanza : undefined;
      if (answer) this.emit('element', answer.element);
      else early.push(item);
    }
  }

  class Transport extends LibraryConnection {
    override socketParameters(service: string): Dialled | undefined {
      return service === SERVICE ? dialled : undefined;
    }
    override headerElement(): Element {
      return xml('stream:stream', { version: '1.0', xmlns: NS.client, 'xmlns:stream': NS.streams });
    }
    override header(element: Element): string {
      return `<?xml version='1.0'?>${element.toString().slice(0, -2)}>`;
    }
    override footer(): string {
      return FOOTER;
    }
  }
  Transport.prototype.NS = NS.client;
  Transport.prototype.Parser = StreamParser as never; // its types know but the library's own
  Transport.prototype.Socket = class extends SocketAdapter {
    constructor() {
      super();
      attached(this);
    }
  };
  client.transports.push(Transport);
  client.on('error', (error: Error) => hangUp('', GRACE, endOf(error)));
  client.on('disconnect', () => finish(new StreamEnd('lost', 'the connection was lost')));

  function begun(next: StreamParser): void {
    parser = next;
  }

  function attached(next: SocketAdapter): void {
    socket = next;
    next.on('bytes', take);
  }

  function take(bytes: Buffer): void {
    const current = parser; // another one after what opens a new stream
    if (over !== undefined || current === undefined || current.closed) return;
    try {
      const { header, items, closed, fault, broken } = current.reader.read(bytes);
      if (header !== undefined) current.emit('start', xml('stream:stream', Object.fromEntries(header)));
      const unreadable = fault && { fault, broken };
      if (unreadable) current.closed = true;
      if (handler === undefined) current.negotiate(items, unreadable);
      else if (items.length > 0 || unreadable) handler(items, unreadable);
      if (closed) hangUp('', GRACE, new StreamEnd('broken', 'the server closed the stream'));
    } catch (error) {
      destroy(asEnd(error)); // the library throws at a JID that it does not like
    }
  }

  function isSecure(): boolean {
    return socket?.secure === true;
  }

  function refuse({ fault }: Unreadable): void {
    hangUp(errorOf(fault), GRACE, new StreamEnd('broken', `the server sent what we do not take: ${fault.message}`, { cause: fault }));
  }

  function finish(end: StreamEnd): void {
    if (over !== undefined) return;
    over = end;
    parser = undefined;
    early = [];
    left = [];
    socket?.fail(end); // settles what the library waits for
    tellEnd(end);
  }

  function hangUp(last: string, grace: number, why?: StreamEnd): void {
    if (over !== undefined) return;
    socket?.hangUp(last + FOOTER, grace);
    if (why !== undefined) finish(why);
  }

  function destroy(why: StreamEnd): void {
    socket?.destroy();
    finish(why);
  }

  const negotiation: Negotiation = {
    feature: (name, namespace, handle) => { streamFeatures.use(name, namespace, async ({ stanza }, next) => handle(stanza, async () => { await next(); })); },
    onFeatures(check) {
      middleware.use(async ({ stanza }, next) => {
        if (stanza.is('features', NS.streams)) check(stanza);
        await next();
      });
    },
    ask: (element, ...answers) =>
      procedure<Element>(client, element, async (answer, done) => {
        if (answer.getNS() !== element.attrs['xmlns']) return;
        if (!answers.includes(answer.name)) throw new StreamEnd('lost', `the server sent <${answer.name}/> out of turn`);
        done(answer);
      }),
    async startTls() {
      await socket?.startTls(trust);
      await client.restart();
    },
    sasl(known, choose) {
      let exchange: SaslExchange | undefined;
      const saslFactory = new SaslFactory();
      for (const name of known) saslFactory.use(name, mechanismOf(name, () => exchange));
      authenticateBySasl({ streamFeatures, saslFactory }, async (authenticate, offered) => {
        const run: (credentials: { username: string; password: string }, mechanism: string) => Promise<void> = authenticate;
        exchange = await choose(offered);
        const proof = heardOf('success', NS.sasl);
        await run({ username: '', password: '' }, exchange.mechanism); // the exchange has them
        exchange.finish(fromBinary(atob(proof()?.getText().trim() ?? '')));
      });
    },
    bind(resource) {
      bindResource({ iqCaller, streamFeatures }, resource);
    },
    jid: () => client.jid?.toString() ?? '',
  };

  /** The library does not hand on what comes with <success/>: the server's proof that it knows the password. */
  function heardOf(name: string, namespace: string): () => Element | undefined {
    let heard: Element | undefined;
    client.on('nonza', (element: Element) => {
      if (element.is(name, namespace)) heard ??= element;
    });
    return () => heard;
  }

  return {
    ended,
    negotiation,
    secure: isSecure,
    tls: () => socket?.tls,
    async open() {
      await client.connect(SERVICE);
      await client.open(opening);
    },
    early: () => early.splice(0),
    deliver(next) {
      handler = next;
      const items = left;
      left = [];
      if (items.length > 0 || behind) next(items, behind);
    },
    put(text) {
      if (over === undefined) socket?.write(text);
    },
    readNoMore: () => socket?.readNoMore(),
    readOn: () => socket?.readOn(),
    keepWhole: (held) => socket?.keepWhole(held),
    ask(text) {
      if (over === undefined) socket?.ask(text);
    },
    answered: () => socket?.answered() === true,
    buffered: () => socket?.buffered ?? 0,
    hangUp,
    destroy,
  };
}

/** A mechanism as the library's factory makes it, once for each login. */
function mechanismOf(name: string, exchange: () => SaslExchange | undefined): SaslFactory.MechanismStatic {
  class Mechanism {
    readonly name = name;
    readonly clientFirst = true;
    #next: string | undefined;

    response(): string {
      return toBinary(this.#next ?? exchange()?.first ?? '');
    }

    async challenge(text: string): Promise<void> {
      this.#next = await exchange()?.answer(fromBinary(text));
    }
  }
  return Mechanism;
}

/** The library's base64 takes one byte a character: with anything but Latin-1 it throws. */
function toBinary(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function fromBinary(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
