import { randomBytes } from 'node:crypto';
import type { Element } from 'ltx';
import { fail, MinimixError, sentenceOf } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { bareOf } from '../../core/jid.ts';
import { createLoginAttempts } from './login-attempt.ts';
import type { OpenStream } from './login-attempt.ts';
import { backoffDelay, createFruitlessLogins, failuresAfter, isFruitless } from './backoff.ts';
import type { AttemptOutcome } from './backoff.ts';
import type { Connection, ConnectionOptions, ConnectionStatus, Receiver } from '../contract.ts';
import { StreamEnd, asEnd } from '../faults.ts';
import { createPendingIqs } from '../iq/pending-iqs.ts';
import { createOutgoingLimit } from './outgoing-limit.ts';
import { createListeners } from './listeners.ts';
import type { Login } from './login.ts';
import { faultIn } from '../transport/outgoing.ts';
import { NS } from '../namespaces.ts';
import { parseHostPort } from '../transport/resolve.ts';
import type { Dns, Endpoint } from '../transport/resolve.ts';
import { createBrokenText } from './broken-text.ts';
import { createLiveStream } from './live-stream.ts';
import type { LiveStream } from './live-stream.ts';
import { createStreamManagement } from '../sm/stream-management.ts';
import type { Stream } from './stream.ts';
import { causeOf } from './stream-error.ts';
import { createWaitingRoom } from './waiting-room.ts';
import { pause, untilKept } from './waiting.ts';
import { attributeOf } from '../xml.ts';

const DEADLINES = { login: 30_000, idle: 60_000, ping: 30_000 };
const BACKOFF = { first: 1000, ceiling: 120_000 };
const IQ_TIMEOUT = 30_000;
const GRACE = 2000;
/** Milliseconds until the disk is asked once more: no server is concerned by that. */
const DISK_LOOK = 5_000;
/** Another session wants our resource: give it time. */
const CONFLICT_FACTOR = 8;
const MAX_REDIRECTS = 3;

/** From `start()` to `stop()`, `abandon()` or a refusal. */
type Life = AbortController;

/** Keeps one account connected: attempt, session, wait, and again. Streams come from `openStream`. */
export function stayConnected(options: ConnectionOptions, dns: Dns, openStream: OpenStream): Connection {
  const account = bareOf(options.jid);
  const deadlines = { ...DEADLINES, ...options.deadlines };
  const backoff = { ...BACKOFF, ...options.backoff };
  const log = options.log ?? ((): void => undefined);
  const statusListeners = createListeners<ConnectionStatus>(log);
  const ackListeners = createListeners<number>(log);
  const sm = createStreamManagement(options.resume);
  const broken = createBrokenText(sm, log);
  const pendingIqs = createPendingIqs(() => jid);
  const attempts = createLoginAttempts(options, deadlines.login, { dns, openStream });
  const waitingRoom = createWaitingRoom();
  const limit = createOutgoingLimit(options.learnedLimit);
  const fruitless = createFruitlessLogins(options.fruitless);

  let status: ConnectionStatus = { state: 'offline' };
  let jid = options.resume?.jid ?? `${account}/${options.resource}`;
  let resource = options.resource;
  let life: Life | undefined;
  /** Resolves once nothing of the last life runs any more; the next one begins then. */
  let rest: Promise<void> | undefined;
  let stream: Stream | undefined;
  let session: LiveStream | undefined;
  let redirect: Endpoint | undefined;
  let features: Element | undefined;
  let receive: Receiver = () => {
    throw new MinimixError('nobody-receives', 'nobody takes what comes');
  };

  function tell(next: ConnectionStatus): void {
    status = next;
    statusListeners.tell(next);
  }

  async function live(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let redirects = 0;
    for (let attempt = 1; !signal.aborted; attempt++) {
      tell({ state: 'connecting', attempt });
      const { end, ...outcome } = await once(signal);
      const { online } = outcome;
      if (signal.aborted) return;
      // An attempt that met something else (a captive portal, say) has not ended the stream that waits on the
      // server.
      const stuck = end.kind === 'unreadable' && broken.isStuck(end.broken);
      // What was too large would be sent again first of all.
      const refused = end.kind === 'policy' && online && limit.refused(sm.largest());
      if (refused) log('error', `the server does not take stanzas of ${sm.largest()} bytes; from now on none has more than ${limit.now()}`);
      const rejectedAfter = online && (end.kind === 'rejected' || (end.kind === 'policy' && !refused)) ? sm.acknowledged() : undefined;
      const forGood = end.kind === 'broken' || end.kind === 'conflict' || stuck || refused || sm.resumable() === undefined;
      if (online && forGood) forget();
      failures = failuresAfter(failures, outcome);
      if (isFruitless(outcome)) fruitless.add(performance.now());
      if (end.kind === 'refused') {
        log('error', end.message);
        pendingIqs.giveUp();
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
      const ofDisk = end.kind === 'unkept' && !online;
      const usual = ofDisk ? Math.min(DISK_LOOK, backoffDelay(failures, backoff)) : backoffDelay(failures++, backoff) * (end.kind === 'conflict' ? CONFLICT_FACTOR : 1);
      const delay = Math.max(usual, fruitless.wait(performance.now()));
      log('warn', end.message, { retryIn: delay, attempt });
      tell({ state: 'waiting', retryAt: Date.now() + delay, why: end.message, ...causeOf(end), ...(rejectedAfter !== undefined && { rejectedAfter }) });
      await pause(delay, signal);
    }
  }

  function redirection(end: StreamEnd): Endpoint | undefined {
    const target = parseHostPort(end.host ?? '');
    return target && { ...target, direct: options.directTls === true };
  }

  /** One attempt, and the session where it leads to one. Resolves with why that is over. */
  async function once(signal: AbortSignal): Promise<AttemptOutcome & { readonly end: StreamEnd }> {
    try {
      await untilKept(options.settled);
      const how = { resource, resume: sm.resumable(), redirect };
      const opened = await attempts.logIn(how, signal, (begun) => (stream = begun));
      const began = performance.now();
      const [handled, acknowledged] = [sm.inbound(), sm.acknowledged()];
      if (signal.aborted) opened.stream.destroy(new StreamEnd('lost', 'stopped'));
      else begin(opened.stream, opened.login);
      const end = await opened.stream.ended;
      const moved = sm.inbound() !== handled || sm.acknowledged() !== acknowledged;
      // What cannot be kept here is no fault of the login.
      const gotOn = end.kind === 'unkept' || (opened.login.how === 'resumed' && moved);
      return { end, online: true, held: performance.now() - began, conflict: end.kind === 'conflict', gotOn };
    } catch (error) {
      return { end: asEnd(error), online: false, held: 0, conflict: false, gotOn: false };
    } finally {
      session = undefined;
      stream = undefined;
    }
  }

  /**
   * Online, all in one tick: counters, what must be sent again, listeners, what was queued, what came
   * already.
   */
  function begin(opened: Stream, result: Login): void {
    const resumed = result.how === 'resumed';
    if (result.how === 'resumed') {
      const again = sm.resumed(result.answer);
      const why = new StreamEnd('broken', 'the server resumed with a count that cannot be');
      if (again === undefined) return opened.hangUp('', 500, why);
      for (const text of again) opened.put(text);
      ackListeners.tell(sm.acknowledged());
      const without = broken.leftOut();
      if (without.length > 0 && !keep(opened, () => receive([], sm.state(), without))) return;
    } else {
      if (sm.acknowledge(attributeOf(result.failed, 'h'))) ackListeners.tell(sm.acknowledged());
      forget();
      sm.begin(result.jid, result.enabled);
      jid = result.jid;
      const early = result.early.flatMap((item) => ('stanza' in item ? item.stanza : []));
      const passedOver = [...broken.leftOut(), ...result.early.flatMap((item) => ('passedOver' in item ? item.passedOver : []))];
      broken.begin();
      if (!keep(opened, () => receive(early, sm.state(), passedOver))) return;
    }
    jid = resumed ? (sm.state()?.jid ?? jid) : jid;
    const acknowledged = (h: number): void => {
      limit.taken(sm.takeTaken());
      ackListeners.tell(h);
    };
    features = result.features;
    limit.offered(features);
    const { transparent = false, unseen = false, handled = (): undefined => undefined } = options;
    session = createLiveStream(opened, { receive, transparent, unseen, handled, log, sm, pendingIqs, deadlines, acknowledged, resumed });
    log('info', resumed ? 'resumed' : 'logged in', { jid });
    tell({ state: 'online', jid, resumed, since: Date.now() });
    flush();
    session?.start();
  }

  function keep(opened: Stream, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      opened.destroy(new StreamEnd('unkept', `what came could not be kept: ${sentenceOf(error)}`, { cause: error }));
      return false;
    }
  }

  /** The old stream is gone for good: what it carried may or may not have arrived. */
  function forget(): void {
    pendingIqs.giveUp();
    const lost = sm.forget();
    if (lost > 0) log('warn', 'stanzas sent on the lost stream were never acknowledged', { count: lost });
  }

  function flush(): void {
    for (const text of waitingRoom.take()) {
      const sent = session === undefined ? disconnected() : write(session, text);
      if (!sent.ok) log('warn', 'a queued stanza could not be sent', { why: sent.error.message });
    }
  }

  function send(stanza: Element | string, how: { readonly whenDown?: 'refuse' | 'queue'; readonly checked?: boolean } = {}): Result<number> {
    const text = typeof stanza === 'string' ? stanza : stanza.toString();
    const fault = how.checked ? undefined : faultIn(text);
    if (fault !== undefined) return fail('malformed', `This is not a stanza: ${fault}.`);
    if (session !== undefined) return write(session, text);
    return how.whenDown === 'queue' ? waitingRoom.add(text) : disconnected();
  }

  /** What is too large would end the stream, and again each time that it is tried. */
  function write(open: LiveStream, text: string): Result<number> {
    const most = limit.now();
    if (3 * text.length <= most || Buffer.byteLength(text) <= most) return open.send(text);
    return fail('too-large', `Your server takes stanzas of ${most} bytes; this one has ${Buffer.byteLength(text)}.`);
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
    pendingIqs.giveUp();
    if (life === undefined) tell({ state: 'offline' });
  }

  function abandon(): void {
    life?.abort();
    life = undefined;
    session = undefined;
    stream?.destroy(new StreamEnd('lost', 'abandoned'));
    pendingIqs.giveUp();
    tell({ state: 'offline' });
  }

  function asking(asked: Element): string | undefined {
    const sent = send(asked);
    return sent.ok ? undefined : sent.error.code;
  }

  return {
    status: () => status,
    start,
    stop,
    abandon,
    send,
    nextOutbound: () => sm.outbound() + 1,
    iq: (request, { timeout = IQ_TIMEOUT } = {}) =>
      pendingIqs.ask(request, timeout, asking),
    iqInOrder: (request, timeout, done) => pendingIqs.askInOrder(request, { timeout, write: asking, done }),
    acknowledged: () => sm.acknowledged(),
    acknowledge: () => session?.acknowledge(),
    features: () => features,
    limit: limit.now,
    learnedLimit: limit.learned,
    clientState(state) {
      if (features?.getChild('csi', NS.csi)) session?.nonza(`<${state} xmlns='${NS.csi}'/>`);
    },
    probe: () => session?.probe(),
    onStanzas(receiver) {
      receive = receiver;
    },
    onStatus: statusListeners.add,
    onAcknowledged: ackListeners.add,
  };
}

function disconnected(): Result<number> {
  return fail('disconnected', 'There is no connection to the server.');
}
