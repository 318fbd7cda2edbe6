// Somebody on the server who is not Minimix: bob, or another device of alice's. Nothing of src/ is used here,
// so that a test has a second opinion on what goes over the wire.
import { createHash } from 'node:crypto';
import { Socket } from 'node:net';
import { Element, createElement as xml } from 'ltx';
import { authenticate, type Login, type Stream } from './stream.ts';
import { feed, PATIENCE, type UntilOptions } from '../until.ts';
import type { ServerAddress } from '../servers/server.ts';

export interface PersonOptions extends Login {
  readonly resource?: string;
  /** Initial presence; null for none, 0 where nothing is said. */
  readonly priority?: number | null;
  /** XEP-0280. */
  readonly carbons?: boolean;
  /** What it says of itself when asked by XEP-0030, beside disco and ping. */
  readonly features?: readonly string[];
  /** The name that it answers for its software. */
  readonly software?: string;
  /** XEP-0115: the address of the software that it says it is. */
  readonly capsNode?: string;
  /** Answers a carbon that does not come from the bare JID with an error, as Converse does. */
  readonly strict?: boolean;
  /** Namespaces of requests that it does not know, nor announce. */
  readonly deafTo?: readonly string[];
  /** Namespaces of requests that the test answers itself. */
  readonly answersItself?: readonly string[];
}

export interface JoinOptions {
  readonly password?: string;
  /** Messages of history to ask for; 0 where nothing is said. */
  readonly history?: number;
}

type Wait = Omit<UntilOptions, 'every'>;

export interface Person {
  /** The full JID. */
  readonly jid: string;
  /** All that came, answers to own IQs left out. */
  readonly stanzas: readonly Element[];
  /** All that came, in its order: answers to own IQs too, but for those that fences wait for. */
  readonly heard: readonly Element[];
  send(stanza: Element | string): void;
  /** The first stanza that fits and was not given out before, come already or still to come. */
  next(fits: (stanza: Element) => boolean, wait?: Wait): Promise<Element>;
  /**
   * Asks and resolves with the result; rejects with a `StanzaError`. An `id` is added where it is missing.
   */
  iq(request: Element, wait?: Wait): Promise<Element>;
  /** Resolves with the self-presence, after the subject has come; rejects with a `StanzaError`. */
  join(room: string, nick: string, options?: JoinOptions): Promise<Element>;
  /** Says it and resolves with the room's reflection. */
  say(room: string, body: string, ...children: Element[]): Promise<Element>;
  /** Resolves once the room has confirmed. */
  leave(room: string): Promise<void>;
  /** A fence: all that the server had for this person before now has come. */
  settle(): Promise<void>;
  /** Says goodbye properly. */
  close(): Promise<void>;
  /** Drops the socket as a crash would. */
  kill(): void;
  /** The same, of a stream that can be taken up (XEP-0198 5). What it gives does so on a new connection; resolves with the answer. */
  breakOff(): () => Promise<Element>;
}

/** An error that a server or a room sent in answer. */
export class StanzaError extends Error {
  override name = 'StanzaError';
  readonly condition: string;
  readonly element: Element;
  constructor(element: Element) {
    const condition = element.getChild('error')?.children.find((c) => c instanceof Element && c.name !== 'text');
    const name = condition instanceof Element ? condition.name : 'undefined-condition';
    super(`${name}: ${element.toString()}`);
    this.condition = name;
    this.element = element;
  }
}

const NS = {
  carbons: 'urn:xmpp:carbons:2',
  bind: 'urn:ietf:params:xml:ns:xmpp-bind', disco: 'http://jabber.org/protocol/disco#info',
  muc: 'http://jabber.org/protocol/muc', mucUser: 'http://jabber.org/protocol/muc#user',
  ping: 'urn:xmpp:ping', sm: 'urn:xmpp:sm:3', stanzas: 'urn:ietf:params:xml:ns:xmpp-stanzas',
} as const;

/** What the ids of fences begin with. */
const FENCE = 'fence-';

/** Logs in over TLS (STARTTLS, the test's authority trusted, PLAIN) and sends presence. */
export async function connectPerson(
  server: ServerAddress, user: string, password: string, options: PersonOptions = {},
): Promise<Person> {
  const { socket: first, stream } = await authenticate(server, user, password, options);
  let socket = first;
  /** Of the stream that can be taken up: its id, and how many stanzas have come on it. */
  const managed = { id: '', handled: 0 };
  const arrivals = feed<Element>((stanza) => stanza.toString().slice(0, 300));
  const asked = new Map<string, (answer: Element | undefined) => void>();
  const nicks = new Map<string, string>();
  const heard: Element[] = [];
  let ids = 0;
  const newId = (): string => `p${(ids += 1)}-${Math.random().toString(36).slice(2, 10)}`;
  const send = (stanza: Element | string): void => { socket.write(stanza.toString()); };

  const take = (stanza: Element): void => {
    if (['message', 'presence', 'iq'].includes(stanza.name)) managed.handled += 1;
    else if (stanza.is('enabled', NS.sm)) Object.assign(managed, { id: String(stanza.attrs['id'] ?? ''), handled: 0 });
    const { id = '', type }: Record<string, string | undefined> = stanza.attrs;
    if (!id.startsWith(FENCE)) heard.push(stanza);
    const answer = stanza.name === 'iq' && (type === 'result' || type === 'error') ? asked.get(id) : undefined;
    if (answer) {
      asked.delete(id);
      answer(stanza);
      return;
    }
    const ours = (options.answersItself ?? []).some((xmlns) => stanza.children.some((child) => child instanceof Element && child.attrs['xmlns'] === xmlns));
    if (stanza.name === 'iq' && (type === 'get' || type === 'set') && !ours) send(answerTo(stanza, options));
    if (options.strict && stanza.getChild('received', NS.carbons) && type !== 'error') {
      const error = xml('error', { type: 'cancel' }, xml('not-allowed', { xmlns: NS.stanzas }));
      send(xml('message', { type: 'error', to: stanza.attrs['from'], id }, error));
    }
    arrivals.push(stanza);
  };
  const follow = (current: Socket, { onElement }: Stream): void => {
    onElement(take);
    current.once('close', () => {
      if (socket !== current) return; // another takes the stream up
      arrivals.end('the stream ended');
      for (const answer of asked.values()) answer(undefined);
      asked.clear();
    });
  };
  follow(socket, stream);

  const iq: Person['iq'] = (request, { deadline = PATIENCE, what = `an answer to ${request.toString()}` } = {}) =>
    new Promise((resolve, reject) => {
      const id = String(request.attrs['id'] ?? newId());
      request.attrs['id'] = id;
      const fail = (): void => { asked.delete(id); reject(new Error(`waited ${deadline} ms for ${what}`)); };
      const timer = setTimeout(fail, deadline);
      asked.set(id, (answer) => {
        clearTimeout(timer);
        if (!answer) reject(new Error(`the stream ended while waiting for ${what}`));
        else if (answer.attrs['type'] === 'error') reject(new StanzaError(answer));
        else resolve(answer);
      });
      send(request);
    });

  const bound = await iq(xml('iq', { type: 'set' },
    xml('bind', { xmlns: NS.bind }, ...(options.resource ? [xml('resource', {}, options.resource)] : []))));
  const jid = bound.getChild('bind')?.getChildText('jid') ?? '';
  if (options.carbons) await iq(xml('iq', { type: 'set' }, xml('enable', { xmlns: 'urn:xmpp:carbons:2' })));
  const person: Person = {
    jid, stanzas: arrivals.all, heard, send, iq, next: arrivals.next,
    async join(room, nick, { password: secret, history = 0 } = {}) {
      send(xml('presence', { to: `${room}/${nick}` }, xml('x', { xmlns: NS.muc },
        ...(secret === undefined ? [] : [xml('password', {}, secret)]), xml('history', { maxstanzas: history }))));
      const self = await arrivals.next((s) => s.name === 'presence' && isSelf(s, room, nick), { what: `to be in ${room}` });
      if (self.attrs['type'] === 'error') throw new StanzaError(self);
      await arrivals.next((s) => isFrom(s, room) && s.getChild('subject') !== undefined && !s.getChild('body'),
        { what: `the subject of ${room}` });
      nicks.set(room, String(self.attrs['from']).slice(room.length + 1));
      return self;
    },
    async say(room, body, ...children) {
      const id = newId();
      send(xml('message', { to: room, type: 'groupchat', id }, xml('body', {}, body), ...children));
      const reflected = await arrivals.next((s) => s.name === 'message' && s.attrs['id'] === id && isFrom(s, room),
        { what: `${room} to reflect '${body}'` });
      if (reflected.attrs['type'] === 'error') throw new StanzaError(reflected);
      return reflected;
    },
    async leave(room) {
      const from = `${room}/${nicks.get(room) ?? ''}`;
      send(xml('presence', { to: from, type: 'unavailable' }));
      await arrivals.next((s) => s.attrs['type'] === 'unavailable' && s.attrs['from'] === from, { what: `to be out of ${room}` });
    },
    async settle() {
      await iq(xml('iq', { type: 'get', to: server.domain, id: FENCE + newId() }, xml('ping', { xmlns: NS.ping }))).catch((error: unknown) => {
        if (!(error instanceof StanzaError)) throw error; // a refusal is an answer too
      });
    },
    async close() {
      if (socket.destroyed) return;
      socket.end(`${jid === '' ? '' : '<presence type="unavailable"/>'}</stream:stream>`);
      const overdue = setTimeout(() => socket.destroy(), 2_000);
      await closed(socket);
      clearTimeout(overdue);
    },
    kill() { socket.destroy(); },
    breakOff() {
      const broken = socket;
      socket = new Socket();
      broken.destroy();
      return async () => {
        const again = await authenticate(server, user, password, options);
        socket = again.socket;
        follow(socket, again.stream);
        send(xml('resume', { xmlns: NS.sm, previd: managed.id, h: managed.handled }));
        return arrivals.next((answer) => answer.is('resumed', NS.sm) || answer.is('failed', NS.sm), { what: 'the stream to be taken up' });
      };
    },
  };
  const { priority = 0 } = options;
  if (priority !== null) {
    const { capsNode } = options;
    const caps = capsNode === undefined ? [] : [xml('c', { xmlns: 'http://jabber.org/protocol/caps', hash: 'sha-1', node: capsNode, ver: capsHash(options) })];
    send(xml('presence', {}, xml('priority', {}, String(priority)), ...caps));
    await person.next((s) => s.name === 'presence' && s.attrs['from'] === jid, { what: 'own presence' });
  }
  return person;
}

/** `events.once` would reject where the other side resets the connection, which is an end like any other. */
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => { socket.once('close', () => resolve()); });

const isFrom = (stanza: Element, room: string): boolean => {
  const from = String(stanza.attrs['from'] ?? '');
  return from === room || from.startsWith(`${room}/`);
};

/**
 * A room's answer to our join: an error, what is marked as ours (110), or our nick (ejabberd's second
 * session has no 110).
 */
function isSelf(presence: Element, room: string, nick: string): boolean {
  if (!isFrom(presence, room)) return false;
  if (presence.attrs['type'] === 'error') return true;
  const codes = presence.getChild('x', NS.mucUser)?.getChildren('status').map((status) => status.attrs['code']) ?? [];
  return presence.attrs['type'] === undefined && (codes.includes('110') || presence.attrs['from'] === `${room}/${nick}`);
}

const announced = ({ features = [], deafTo = [] }: PersonOptions): string[] => [NS.disco, NS.ping, ...features].filter((one) => !deafTo.includes(one));

/** XEP-0115 5.1. Newer ejabberd reckons it, and takes no features from whose answer is another. */
function capsHash(options: PersonOptions): string {
  const text = [`client/pc//${options.software ?? 'a test'}`, ...announced(options).toSorted()].map((one) => `${one}<`).join('');
  return createHash('sha1').update(text).digest('base64');
}

/** What any client answers: a ping, what it can do, and otherwise that it cannot. */
function answerTo(request: Element, { features = [], deafTo = [], software = 'a test' }: PersonOptions): Element {
  const back = { to: request.attrs['from'], id: request.attrs['id'] };
  if (request.getChild('ping', NS.ping) && !deafTo.includes(NS.ping)) return xml('iq', { ...back, type: 'result' });
  if (request.getChild('query', NS.disco) && !deafTo.includes(NS.disco)) {
    const all = announced({ features, deafTo }).map((feature) => xml('feature', { var: feature }));
    const identity = xml('identity', { category: 'client', type: 'pc', name: software });
    const { node }: Record<string, string | undefined> = request.getChild('query', NS.disco)?.attrs ?? {};
    return xml('iq', { ...back, type: 'result' }, xml('query', { xmlns: NS.disco, ...(node !== undefined && { node }) }, identity, ...all));
  }
  return xml('iq', { ...back, type: 'error' },
    xml('error', { type: 'cancel' }, xml('service-unavailable', { xmlns: NS.stanzas })));
}
