import { randomBytes } from 'node:crypto';
import type { Element } from 'ltx';
import { fail, ok } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import { bareOf, domainOf } from '../core/jid.ts';
import { backoffDelay } from './backoff.ts';
import type { Connection, ConnectionOptions, ConnectionStatus, StreamLimits } from './contract.ts';
import { dial } from './dial.ts';
import type { Dialled } from './dial.ts';
import { StreamEnd, asEnd } from './faults.ts';
import { createQuestions } from './iq.ts';
import { createListeners } from './listeners.ts';
import { login } from './login.ts';
import type { Login } from './login.ts';
import { faultIn } from './outgoing.ts';
import { endpointsOf, parseHostPort } from './resolve.ts';
import type { Dns, Endpoint } from './resolve.ts';
import { createSession } from './session.ts';
import type { Session } from './session.ts';
import { DEFAULT_LIMITS } from './splitter.ts';
import { createStreamManagement } from './stream-management.ts';
import type { Stream } from './stream.ts';
import type { Trust } from './tls.ts';
import { attributeOf } from './xml.ts';

export type OpenStream = (dialled: Dialled, trust: Trust, limits: StreamLimits, patience: number) => Stream;

const DEADLINES = { login: 30_000, idle: 60_000, ping: 30_000 };
const BACKOFF = { first: 1000, ceiling: 120_000 };
const IQ_TIMEOUT = 30_000;
const GRACE = 2000;
/** A session that held this long ends the counting of failures. */
const STABLE = 30_000;
/** Another session wants our resource: give it time. */
const CONFLICT_FACTOR = 8;
const MAX_REDIRECTS = 3;
const MAX_QUEUED = 1000;
const MAX_QUEUED_LENGTH = 4 * 1024 * 1024;

/** From `start()` to `stop()`, `abandon()` or a refusal. */
type Life = AbortController;

/** Keeps one account connected: attempt, session, wait, and again. Streams come from `openStream`. */
export function stayConnected(options: ConnectionOptions, dns: Dns, openStream: OpenStream): Connection {
  const account = bareOf(options.jid);
  const trust: Trust = { domain: domainOf(account), ca: options.ca, pin: options.pin };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const deadlines = { ...DEADLINES, ...options.deadlines };
  const backoff = { ...BACKOFF, ...options.backoff };
  const log = options.log ?? ((): void => undefined);
  const statusListeners = createListeners<ConnectionStatus>(log);
  const ackListeners = createListeners<number>(log);
  const sm = createStreamManagement(options.resume);
  const questions = createQuestions(() => jid);

  let status: ConnectionStatus = { state: 'offline' };
  let jid = options.resume?.jid ?? `${account}/${options.resource}`;
  let resource = options.resource;
  let life: Life | undefined;
  /** Resolves once nothing of the last life runs any more; the next one begins then. */
  let rest: Promise<void> | undefined;
  let stream: Stream | undefined;
  let session: Session | undefined;
  let queued: string[] = [];
  let queuedLength = 0;
  /** Where to begin in the list of endpoints: one that takes connections but logs nobody in must not starve the rest. */
  let offset = 0;
  let redirect: Endpoint | undefined;

  function tell(next: ConnectionStatus): void {
    status = next;
    statusListeners.tell(next);
  }

  async function live(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let redirects = 0;
    for (let attempt = 1; !signal.aborted; attempt++) {
      tell({ state: 'connecting', attempt });
      const began = Date.now();
      const { end, online } = await once(signal);
      if (signal.aborted) return;
      if (end.kind === 'broken' || end.kind === 'conflict') forget();
      if (online && Date.now() - began >= STABLE) failures = 0;
      if (end.kind === 'refused') {
        log('error', end.message);
        forget();
        life = undefined;
        tell({ state: 'refused', why: end.message });
        return;
      }
      redirect = end.kind === 'moved' && redirects < MAX_REDIRECTS ? redirection(end) : undefined;
      if (redirect !== undefined) {
        redirects++;
        continue;
      }
      redirects = 0;
      if (end.kind === 'conflict') resource = `${options.resource}.${randomBytes(3).toString('hex')}`;
      const delay = backoffDelay(failures++, backoff) * (end.kind === 'conflict' ? CONFLICT_FACTOR : 1);
      log('warn', end.message, { retryIn: delay, attempt });
      tell({ state: 'waiting', retryAt: Date.now() + delay, why: end.message });
      await pause(delay, signal);
    }
  }

  function redirection(end: StreamEnd): Endpoint | undefined {
    const target = parseHostPort(end.host ?? '');
    return target && { ...target, direct: options.directTls === true };
  }

  /** One attempt, and the session where it leads to one. Resolves with why that is over. */
  async function once(signal: AbortSignal): Promise<{ end: StreamEnd; online: boolean }> {
    const attempt = new AbortController();
    const giveUp = (): void => attempt.abort(new StreamEnd('lost', 'stopped'));
    const late = new StreamEnd('lost', 'the server did not log us in in time');
    const clock = setTimeout(() => attempt.abort(late), deadlines.login);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      const opened = await logIn(attempt.signal);
      clearTimeout(clock);
      begin(opened.stream, opened.login);
      return { end: await opened.stream.ended, online: true };
    } catch (error) {
      return { end: asEnd(error), online: false };
    } finally {
      clearTimeout(clock);
      signal.removeEventListener('abort', giveUp);
      session = undefined;
      stream = undefined;
    }
  }

  async function logIn(signal: AbortSignal): Promise<{ stream: Stream; login: Login }> {
    const endpoints = await unlessAborted(signal, candidates());
    const patience = Math.min(10_000, Math.ceil(deadlines.login / 2));
    const first = offset % endpoints.length;
    const rotated = [...endpoints.slice(first), ...endpoints.slice(0, first)];
    const dialled = await dial(rotated, trust, { dns, patience, signal });
    offset = first + dialled.index + 1;
    const opened = openStream(dialled, trust, limits, deadlines.login);
    stream = opened;
    const end = (): void => opened.destroy(asEnd(signal.reason));
    signal.addEventListener('abort', end, { once: true });
    try {
      const result = await Promise.race([
        login(opened, { account: options, resource, resume: sm.resumable() }),
        opened.ended.then((why) => Promise.reject(why)),
      ]);
      offset = first + dialled.index;
      return { stream: opened, login: result };
    } catch (error) {
      opened.hangUp('', 500, asEnd(error));
      throw error;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async function candidates(): Promise<Endpoint[]> {
    if (redirect !== undefined) return [redirect];
    const direct = options.directTls === true;
    const named = options.server ? [{ ...options.server, direct }] : await endpointsOf(trust.domain, dns);
    const preferred = parseHostPort(sm.resumable()?.location ?? '');
    return preferred ? [{ ...preferred, direct }, ...named] : named;
  }

  /** Online, all in one tick: counters, what must be sent again, listeners, what was queued, what came already. */
  function begin(opened: Stream, result: Login): void {
    const resumed = result.how === 'resumed';
    if (result.how === 'resumed') {
      const again = sm.resumed(result.answer);
      if (again === undefined) return opened.hangUp('', 500, new StreamEnd('broken', 'the server resumed with a false count'));
      for (const text of again) opened.put(text);
      ackListeners.tell(sm.acknowledged());
    } else {
      if (sm.acknowledge(attributeOf(result.failed, 'h'))) ackListeners.tell(sm.acknowledged());
      forget();
      sm.begin(result.jid, result.enabled);
      jid = result.jid;
      if (!keep(opened, () => options.receive(result.early, sm.state()))) return;
    }
    jid = resumed ? (sm.state()?.jid ?? jid) : jid;
    const acknowledged = (h: number): void => ackListeners.tell(h);
    session = createSession(opened, { receive: options.receive, log, sm, questions, deadlines, acknowledged });
    log('info', resumed ? 'resumed' : 'logged in', { jid });
    tell({ state: 'online', jid, resumed, since: Date.now() });
    flush();
    session?.start();
  }

  function keep(opened: Stream, receive: () => void): boolean {
    try {
      receive();
      return true;
    } catch (error) {
      opened.destroy(new StreamEnd('lost', `what came could not be kept: ${String(error)}`, { cause: error }));
      return false;
    }
  }

  /** The old stream is gone for good: what it carried may or may not have arrived. */
  function forget(): void {
    questions.giveUp();
    const lost = sm.forget();
    if (lost > 0) log('warn', 'stanzas sent on the lost stream were never acknowledged', { count: lost });
  }

  function flush(): void {
    const texts = queued;
    queued = [];
    queuedLength = 0;
    for (const text of texts) {
      const sent = session?.send(text) ?? disconnected();
      if (!sent.ok) log('warn', 'a queued stanza could not be sent', { why: sent.error.message });
    }
  }

  function send(stanza: Element | string, { whenDown = 'refuse' }: { whenDown?: 'refuse' | 'queue' } = {}): Result<number> {
    const text = typeof stanza === 'string' ? stanza : stanza.toString();
    const fault = faultIn(text);
    if (fault !== undefined) return fail('malformed', `This is not a stanza: ${fault}.`);
    if (session !== undefined) return session.send(text);
    if (whenDown === 'refuse') return disconnected();
    if (queued.length >= MAX_QUEUED || queuedLength + text.length > MAX_QUEUED_LENGTH) {
      return fail('congested', 'Too much is waiting for the connection already.');
    }
    queued.push(text);
    queuedLength += text.length;
    return ok(0);
  }

  function start(): void {
    if (life !== undefined) return;
    const begun = new AbortController();
    life = begun;
    const lived = (rest === undefined ? live(begun.signal) : rest.then(() => live(begun.signal)))
      .catch((error: unknown) => log('error', 'the connection gave up by mistake', { error }))
      .finally(() => {
        if (rest === lived) rest = undefined;
      });
    rest = lived;
  }

  async function stop(): Promise<void> {
    const ending = session === undefined ? undefined : stream;
    const done = rest;
    life?.abort();
    life = undefined;
    if (ending !== undefined) {
      session?.close(GRACE);
      await ending.ended;
      forget();
    }
    await done;
    questions.giveUp();
    if (life === undefined) tell({ state: 'offline' });
  }

  function abandon(): void {
    life?.abort();
    life = undefined;
    session = undefined;
    stream?.destroy(new StreamEnd('lost', 'abandoned'));
    questions.giveUp();
    tell({ state: 'offline' });
  }

  return {
    status: () => status,
    start,
    stop,
    abandon,
    send,
    nextOutbound: () => sm.outbound() + 1,
    iq: (request, { timeout = IQ_TIMEOUT } = {}) =>
      questions.ask(request, timeout, (asked) => {
        const sent = send(asked);
        return sent.ok ? undefined : sent.error.code;
      }),
    acknowledged: () => sm.acknowledged(),
    probe: () => session?.probe(),
    onStatus: statusListeners.add,
    onAcknowledged: ackListeners.add,
  };
}

function disconnected(): Result<number> {
  return fail('disconnected', 'There is no connection to the server.');
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(clock);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const clock = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });
}

function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(asEnd(signal.reason));
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
