// RFC 6120 4 to 7, the server's side: from an accepted connection to a bound device.
import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { inBackground } from '../../../core/background.ts';
import { sentenceOf } from '../../../core/errors.ts';
import { NS } from '../../../xmpp/namespaces.ts';
import { bareOf, domainOf } from '../../../core/jid.ts';
import { createGateReader } from '../../../xmpp/transport/reader.ts';
import type { Incoming } from '../../../xmpp/transport/reader.ts';
import { DEFAULT_LIMITS } from '../../../xmpp/transport/splitter.ts';
import { escapeXML } from '../../../xmpp/xml.ts';
import type { ServerIdentity } from '../credentials/certificates.ts';
import type { Bound, DeviceLoginGrant, Granted, StreamHost } from './host.ts';
import type { DeviceLink, DeviceLinkUser } from '../session/link.ts';
import type { Bindings } from './sasl-contract.ts';
import { limitsFeature, openStreamBinding } from './stream-binding.ts';
import { openStreamLogin } from './stream-login.ts';
import type { LoginOutcome, StreamLogin } from './stream-login.ts';
import { secureServer } from './tls.ts';

const STRANGER = { stanzaBytes: 16 * 1024, depth: 10, attributes: 30 };
const MAX_WAITING = 20;
/** Elements until a device is bound: three passwords take a dozen. */
const MAX_BEFORE = 40;
/** Bytes of one stanza that are read past before its device is sent away. */
const MAX_READ_PAST = 8 * 1024 * 1024;
const GRACE = 1000;

/** How far a connection has come. */
type StreamState =
  /** Nothing but STARTTLS is offered. */
  | { readonly phase: 'clear' }
  | { readonly phase: 'securing' }
  | { readonly phase: 'secured'; readonly entry: StreamLogin }
  /** A device has logged in, and binds or resumes next. */
  | { readonly phase: 'authenticated'; readonly login: DeviceLoginGrant }
  | { readonly phase: 'bound'; readonly user: DeviceLinkUser }
  | { readonly phase: 'over' };

/** What secures a connection: STARTTLS, direct TLS (XEP-0368), or that it does not leave this computer. */
type Security = 'starttls' | 'direct' | 'loopback';

/** Serves one connection until it ends. Returns a way to end it. */
export function serveDevice(
  plain: Duplex,
  host: StreamHost,
  { security, address, peer }: { readonly security: Security; readonly address: string; readonly peer: string },
): { end(condition: string): void } {
  const direct = security === 'direct';
  let socket: Duplex = plain;
  let reader = createGateReader(STRANGER);
  let domain = '';
  /** Who the device says that it is, in its stream header. */
  let from: string | undefined;
  let opened = false; // we have sent our stream header
  /** Elements that arrived before the device was bound, handled one at a time. */
  let waiting: Incoming[] = [];
  const behind = (): boolean => waiting.length > 0;
  let before = 0;
  /** Bytes since an element was whole. */
  let unfinished = 0;
  let working = false;
  let clock = setTimeout(() => end('connection-timeout'), host.times.login);
  let now: StreamState = security === 'loopback' ? { phase: 'secured', entry: openLogin(new Map()) } : { phase: 'clear' };

  const link: DeviceLink = { address, put, buffered: () => socket.writableLength, end, drop };
  const binding = openStreamBinding({ host, link, behind, handOver });
  const pass = host.throttle.enter(peer, drop);
  plain.on('error', () => undefined); // 'close' follows
  if (direct) inBackground(host.log, `TLS with ${address}`, startTls(undefined));
  else listen(plain);

  function listen(on: Duplex): void {
    on.on('data', read);
    on.once('close', closed);
  }

  function closed(): void {
    finish('lost');
  }

  function finish(how: 'closed' | 'lost'): void {
    const last = now;
    if (last.phase === 'over') return;
    now = { phase: 'over' };
    clearTimeout(clock);
    waiting = [];
    if (last.phase === 'bound') last.user.over(link, how);
    pass.left();
  }

  function put(text: string): void {
    if (now.phase !== 'over' && !socket.writableEnded && !socket.destroyed) socket.write(text);
  }

  function end(condition?: string, text?: string): void {
    if (now.phase === 'over') return;
    if (!opened && now.phase !== 'securing') header();
    const why = text === undefined ? '' : `<text xmlns='${NS.streamErrors}' xml:lang='en'>${escapeXML(text)}</text>`;
    const error = condition === undefined ? '' : `<stream:error><${condition} xmlns='${NS.streamErrors}'/>${why}</stream:error>`;
    hangUp(now.phase === 'securing' ? '' : `${error}</stream:stream>`);
    finish('lost');
  }

  function hangUp(last: string): void {
    const ending = socket;
    if (ending.writableEnded || ending.destroyed) return;
    ending.off('data', read);
    ending.resume();
    const overdue = setTimeout(() => ending.destroy(), GRACE).unref();
    ending.once('close', () => clearTimeout(overdue));
    ending.end(last);
  }

  function drop(): void {
    socket.destroy();
    finish('lost');
  }

  function header(): void {
    opened = true;
    const id = randomBytes(12).toString('base64url');
    const ours = domain === '' ? '' : ` from='${escapeXML(domain)}'`;
    put(`<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}'${ours} id='${id}' version='1.0' xml:lang='en'>`);
  }

  function read(bytes: Buffer): void {
    if (now.phase === 'over') return;
    const { header: theirs, items, closed: goodbye, fault } = reader.read(bytes);
    if (theirs !== undefined && !welcome(theirs)) return;
    unfinished = items.length > 0 ? 0 : unfinished + bytes.length;
    if (unfinished > MAX_READ_PAST) return end('policy-violation', 'A stanza without end.');
    if (now.phase === 'bound' && items.length > 0) now.user.take(items);
    else if (items.length > 0) queue(items);
    if (fault !== undefined) end(fault.condition, fault.message);
    else if (goodbye) farewell();
  }

  function farewell(): void {
    if (now.phase === 'over') return;
    hangUp('</stream:stream>');
    finish('closed');
  }

  /** Answers the device's stream header with ours and with the features. False if that ended the stream. */
  function welcome(theirs: ReadonlyMap<string, string>): boolean {
    const to = theirs.get('to')?.toLowerCase();
    if (to !== undefined) domain = to;
    if (domain === '' || !host.hosts(domain)) {
      end('host-unknown', `There is no account of ${domain === '' ? 'yours' : domain} here.`);
      return false;
    }
    from = theirs.get('from') || undefined;
    if (from !== undefined && domainOf(from).toLowerCase() !== domain) { // XEP-0388 2.1
      end('invalid-from', 'The address is not of the domain that is asked for.');
      return false;
    }
    header();
    put(now.phase === 'authenticated' ? binding.features(now.login) : `<stream:features>${offers()}</stream:features>`);
    return true;
  }

  function offers(): string {
    if (now.phase === 'clear') return `<starttls xmlns='${NS.tls}'><required/></starttls>`;
    return now.phase === 'secured' ? now.entry.offers() + limitsFeature(STRANGER.stanzaBytes) : '';
  }

  function queue(items: readonly Incoming[]): void {
    waiting.push(...items);
    before += items.length;
    if (waiting.length > MAX_WAITING || before > MAX_BEFORE) end('policy-violation', 'Too much data before the login.');
    else if (!working) inBackground(host.log, `the login of a device at ${address}`, work());
  }

  /** One at a time and in order, because a login may have to wait. */
  async function work(): Promise<void> {
    working = true;
    try {
      for (let item = nextItem(); item !== undefined; item = nextItem()) await step(item);
    } catch (error) {
      host.log('error', `the login of a device failed by mistake: ${sentenceOf(error)}`, { error });
      end('internal-server-error');
    }
    working = false;
  }

  /** Once a device is bound, its session gets what is left. */
  function nextItem(): Incoming | undefined {
    return now.phase === 'over' || now.phase === 'bound' ? undefined : waiting.shift();
  }

  async function step(item: Incoming): Promise<void> {
    if (now.phase === 'clear' && 'nonza' in item && item.nonza.is('starttls', NS.tls)) {
      put(`<proceed xmlns='${NS.tls}'/>`);
      return startTls(domain);
    }
    if (now.phase === 'secured' && 'nonza' in item && now.entry.isFor(item.nonza)) return now.entry.take(item.nonza);
    if (now.phase === 'authenticated') return binding.take(now.login, item);
    end('not-authorized', now.phase === 'clear' ? 'First TLS.' : 'First a login.');
  }

  async function startTls(asked: string | undefined): Promise<void> {
    if (!(plain instanceof Socket)) return end('internal-server-error');
    plain.off('data', read);
    plain.off('close', closed);
    now = { phase: 'securing' };
    let bindings: Bindings;
    waiting = []; // what arrived in the clear behind <starttls/> may be from somebody else
    try {
      const choose = (servername: string | undefined): ServerIdentity => host.identity(asked ?? servername);
      const secured = await secureServer(plain, { choose, direct });
      ({ socket, bindings } = secured);
    } catch (error) {
      host.log('info', `no TLS with ${address}: ${sentenceOf(error)}`);
      plain.destroy();
      finish('lost');
      return;
    }
    if (is('over')) { // the time for the login has ended meanwhile
      socket.destroy();
      return;
    }
    now = { phase: 'secured', entry: openLogin(bindings) };
    opened = false;
    reader = createGateReader(STRANGER);
    listen(socket);
  }

  /** A function, because the compiler does not see that other code changes the phase meanwhile. */
  function is(which: StreamState['phase']): boolean {
    return now.phase === which;
  }

  function openLogin(bindings: Bindings): StreamLogin {
    const { books, hashes, tokens, fast, throttle, log } = host;
    const over = (): boolean => is('over');
    const named = (): string | undefined => from && bareOf(from);
    const how = { address, peer, tls: security !== 'loopback', bindings, domain: () => domain, from: named, behind };
    return openStreamLogin({ ...how, books, hashes, tokens, fast, throttle, log, over, put, end, succeeded });
  }

  async function succeeded(login: DeviceLoginGrant, outcome: LoginOutcome): Promise<void> {
    pass.known();
    clearTimeout(clock);
    clock = setTimeout(() => end('connection-timeout'), host.times.bind);
    const { data, inline } = outcome;
    const limits = { ...DEFAULT_LIMITS, stanzaBytes: host.limits.stanzaBytes };
    now = { phase: 'authenticated', login };
    if (inline) { // XEP-0388 2.6.1: the stream goes on
      reader.admit(limits);
      return binding.answer(login, { ...outcome, inline });
    }
    put(`<success xmlns='${NS.sasl}'>${data ?? ''}</success>`);
    reader = createGateReader(limits);
    reader.admit(limits);
    opened = false;
  }

  function handOver(bound: Extract<Bound, { ok: true }>, say: (granted: Granted) => string): void {
    clearTimeout(clock);
    if (now.phase === 'over') return bound.user.over(link, 'lost'); // the device has gone while it was waiting
    pass.left();
    const { user } = bound;
    now = { phase: 'bound', user };
    bound.begin(say);
    const left = waiting;
    waiting = [];
    if (left.length > 0) user.take(left);
  }

  return { end };
}
