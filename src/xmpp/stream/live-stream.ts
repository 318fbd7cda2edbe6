import { fail, ok, sentenceOf } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { ConnectionOptions, Receiver } from '../contract.ts';
import { StreamEnd } from '../faults.ts';
import type { PendingIqs } from '../iq/pending-iqs.ts';
import { errorOf, streamError } from './stream-error.ts';
import { NS } from '../namespaces.ts';
import type { Incoming } from '../transport/reader.ts';
import type { PassedOver, Stanza } from '../stanza.ts';
import { REQUEST, WRAP } from '../sm/stream-management.ts';
import type { StreamManagement } from '../sm/stream-management.ts';
import type { Stream, Unreadable } from './stream.ts';
import { attributeOf, xml } from '../xml.ts';
import { inBackground } from '../../core/background.ts';

/** What happens on a stream between the login and its end. */
export interface LiveStream {
  /** Handles what the login has left unread, and from then on what comes. */
  start(): void;
  /** Writes one checked stanza and counts it. */
  send(text: string): Result<number>;
  /** Writes what is no stanza, and is not counted. */
  nonza(text: string): void;
  /** Asks the server for a sign of life now. */
  probe(): void;
  /** Answers a request for an acknowledgement that had to wait for `handled`. */
  acknowledge(): void;
  /** Ends the stream properly; `stream.ended` follows. */
  close(grace: number): void;
}

interface LiveStreamOptions {
  readonly receive: Receiver;
  readonly transparent: boolean;
  readonly unseen: boolean;
  readonly handled: () => number | undefined;
  readonly log: NonNullable<ConnectionOptions['log']>;
  readonly sm: StreamManagement;
  readonly pendingIqs: PendingIqs;
  readonly deadlines: { readonly idle: number; readonly ping: number };
  readonly acknowledged: (h: number) => void;
  /** It goes on with a stream of before (XEP-0198 5). */
  readonly resumed: boolean;
}

/** Acknowledged without being asked (a server may forget to ask, or ask seldom). */
const MAX_OWED = 50;
/** Stanzas that came and are not on disk: with so many no more is read, for Prosody gives a stream up that owes 500. */
const MAX_UNKEPT = 200;
/** Stanzas and milliseconds until an acknowledgement is asked for. */
const ASK_EVERY = 50;
const ASK_AFTER = 200;
/** Bytes that may wait for a server which takes none, where no acknowledgement bounds them. */
const MAX_BUFFERED = 32 * 1024 * 1024;
const GRACE = 1000;

/** Takes over a stream that is logged in. */
export function createLiveStream(stream: Stream, options: LiveStreamOptions): LiveStream {
  const { receive, log, sm, pendingIqs, deadlines } = options;
  let over = false;
  const isOver = (): boolean => over;
  let asked = false; // an <r/> is on its way
  let askedAt = sm.acknowledged(); // our outbound count then
  let asking: NodeJS.Timeout | undefined;
  let dying: NodeJS.Timeout | undefined;
  /** Nothing shows yet that the server reads on what we send. */
  let unheard = options.resumed;
  let doubting: NodeJS.Timeout | undefined;
  /** What was received when the server asked (<r/>) what we have; until that is answered. */
  let wantedAt: number | undefined;
  const idle = setTimeout(probe, deadlines.idle);
  if (sm.enabled()) stream.keepWhole(() => !over && !asked && ask());

  inBackground(log, 'the stream’s end', stream.ended.then(() => {
    over = true;
    clearTimeout(idle);
    clearTimeout(dying);
    clearTimeout(asking);
    clearTimeout(doubting);
  }));

  function read(items: readonly Incoming[], unreadable: Unreadable | undefined): void {
    if (over) return;
    alive();
    const batch: Stanza[] = [];
    const passedOver: PassedOver[] = [];
    /** What is done once the rest is on disk. */
    const answers: (() => void)[] = [];
    let counted = 0;
    let acknowledgement: string | undefined;
    let end: StreamEnd | undefined;
    let wanted = false;
    for (const item of items) {
      if ('nonza' in item) {
        const { nonza } = item;
        if (nonza.is('r', NS.sm)) {
          wantedAt = sm.inbound();
          wanted = true;
        } else if (nonza.is('a', NS.sm)) acknowledgement = attributeOf(nonza, 'h') ?? '';
        else if (nonza.is('error', NS.streams)) end = streamError(nonza);
        else log('debug', `ignored <${nonza.name}/> from the server`);
        continue;
      }
      counted++;
      sm.received();
      if ('stanza' in item) sort(item.stanza, batch, answers);
      else answers.push(passOver(item.passedOver, passedOver));
    }
    if (counted > 0) {
      try {
        receive(batch, sm.state(), passedOver);
      } catch (error) {
        dropUnkept(counted, error);
      }
      if (isOver()) return;
    }
    for (const settle of answers) settle();
    acknowledge(wanted);
    if (acknowledgement !== undefined) took(acknowledgement);
    else if (unheard && wanted) doubt();
    if (unreadable !== undefined) giveUpOn(unreadable);
    else if (end !== undefined) stream.hangUp('', GRACE, end);
  }

  /**
   * A stream that can be taken up again is left without a word: an end that is told (RFC 6120 4.9) would end it for good, and
   * with it what waits behind the broken stanza.
   */
  function giveUpOn({ fault, broken }: Unreadable): void {
    const why = `the server sent what we do not take: ${fault.message}`;
    if (sm.resumable() !== undefined) stream.destroy(new StreamEnd('unreadable', why, { cause: fault, broken }));
    else stream.hangUp(errorOf(fault), GRACE, new StreamEnd('broken', why, { cause: fault }));
  }

  /** Who asked by it is told that it was not read; what it answers fails. */
  function passOver(stanza: PassedOver, list: PassedOver[]): () => void {
    list.push(stanza);
    log('warn', `passed over a stanza: ${stanza.why}`, { from: stanza.from, size: stanza.size, cause: stanza.cause });
    if (stanza.kind !== 'iq') return () => undefined;
    if (stanza.type === 'result' || stanza.type === 'error') return pendingIqs.answeredBy(stanza) ?? (() => undefined);
    return () => { send(refusalOf(stanza)); };
  }

  /**
   * COMPAT: Prosody 0.12 and 13, mod_smacks, read what comes after a resumption with the parser of the old connection. Where that
   * broke within a stanza, all that we send is taken for more of it: we hear, and are not heard. A server that asks has
   * sent again all that waited; one that does not answer our own question for long after that will not.
   */
  function doubt(): void {
    doubting ??= setTimeout(() => {
      stream.hangUp('', GRACE, new StreamEnd('broken', 'the server does not hear us on the resumed stream'));
    }, deadlines.ping);
  }

  /**
   * Asked, at once, with what may be acknowledged by then (XEP-0198 4: an answer is not withheld), and once more as soon as
   * that covers what had come when the server asked; unasked, where it is a lot.
   */
  function acknowledge(askedNow = false): void {
    if (over || !sm.enabled()) return;
    const h = options.handled() ?? sm.inbound();
    if (!options.transparent && (sm.inbound() - h + WRAP) % WRAP >= MAX_UNKEPT) stream.readNoMore();
    else stream.readOn();
    const due = wantedAt !== undefined && sm.owed(h) >= sm.owed(wantedAt);
    if (!askedNow && !due && sm.owed(h) < MAX_OWED) return;
    if (due) wantedAt = undefined;
    stream.put(sm.ack(h));
  }

  /**
   * Answers to us are kept back until the rest is on disk; nobody else may answer, and requests are handed
   * on.
   */
  function sort(stanza: Stanza, batch: Stanza[], answers: (() => void)[]): void {
    if (stanza.kind !== 'iq' || (stanza.type !== 'result' && stanza.type !== 'error')) {
      batch.push(stanza);
      return;
    }
    const question = pendingIqs.answered(stanza);
    if (question?.inOrder) batch.push({ ...stanza, settle: question.settle });
    else if (question) answers.push(question.settle);
    else if (options.transparent) batch.push(stanza);
    else log('debug', 'dropped an answer to nothing we asked', { from: stanza.from });
  }

  /** Unacknowledged: the server sends it all again. */
  function dropUnkept(counted: number, error: unknown): void {
    log('error', 'what came could not be kept; the stream is dropped, unacknowledged', { error });
    over = true;
    sm.rewind(counted);
    stream.destroy(new StreamEnd('unkept', `what came could not be kept: ${sentenceOf(error)}`, { cause: error }));
  }

  function took(h: string): void {
    if (!sm.acknowledge(h)) {
      const condition = xml('undefined-condition', { xmlns: NS.streamErrors });
      const detail = xml('handled-count-too-high', { xmlns: NS.sm, h, 'send-count': String(sm.outbound()) });
      const why = new StreamEnd('broken', 'the server acknowledged more than we sent');
      return stream.hangUp(xml('stream:error', {}, condition, detail).toString(), GRACE, why);
    }
    asked = unheard = false;
    clearTimeout(doubting);
    if (stream.answered()) askedAt = sm.acknowledged(); // what was held back is not covered by the answer
    options.acknowledged(sm.acknowledged());
    if (unasked() > 0) askSoon();
  }

  /**
   * One request is under way at a time. It goes with the stanza that makes so many, or a moment after the first one: a
   * request for each would wake both sides twice a stanza. Not a moment after the last one, which steady sending puts
   * off for ever.
   */
  function askSoon(): void {
    if (asked || !sm.enabled()) return;
    if (unasked() >= ASK_EVERY) return ask();
    asking ??= setTimeout(() => {
      asking = undefined;
      if (!over && !asked && unasked() > 0) ask();
    }, ASK_AFTER).unref();
  }

  /** Stanzas sent since the last request; the count wraps (XEP-0198 4). */
  function unasked(): number {
    return (sm.outbound() - askedAt + WRAP) % WRAP;
  }

  function ask(): void {
    asked = true;
    clearTimeout(asking);
    asking = undefined;
    askedAt = sm.outbound();
    stream.ask(REQUEST);
    expectLife();
  }

  function probe(): void {
    if (over) return;
    if (sm.enabled()) return asked ? expectLife() : ask();
    const ping = xml('iq', { type: 'get' }, xml('ping', { xmlns: NS.ping }));
    inBackground(log, 'a ping', pendingIqs.ask(ping, deadlines.ping, (request) => {
      const sent = send(request.toString());
      return sent.ok ? undefined : sent.error.code;
    }));
    expectLife();
  }

  /** Any byte is a sign of life. */
  function alive(): void {
    idle.refresh();
    clearTimeout(dying);
    dying = undefined;
  }

  function expectLife(): void {
    dying ??= setTimeout(() => stream.destroy(new StreamEnd('lost', 'the server went silent')), deadlines.ping);
  }

  function send(text: string): Result<number> {
    if (over) return fail('disconnected', 'There is no connection to the server.');
    const room = sm.enabled() ? sm.hasRoom(text.length) : stream.buffered() + text.length <= MAX_BUFFERED;
    if (!room) return fail('congested', 'The server accepts nothing more at the moment.');
    const number = sm.sent(text);
    stream.put(text);
    askSoon();
    return ok(number);
  }

  function pass(text: string): void {
    if (!over) stream.put(text);
  }

  function close(grace: number): void {
    if (over) return;
    if (!options.unseen) send(`<presence xmlns='jabber:client' type='unavailable'/>`);
    over = true; // what comes now is neither kept nor acknowledged
    stream.hangUp(sm.enabled() ? sm.ack(options.handled()) : '', grace);
  }

  function start(): void {
    if (options.resumed) ask();
    stream.deliver(read);
  }

  return { start, send, nonza: pass, probe, acknowledge: () => acknowledge(), close };
}

/** The answer to a request of which no more is known than its start (RFC 6120 8.3). */
function refusalOf({ from, id, cause, why }: PassedOver): string {
  const condition = cause === 'size' || cause === 'depth' || cause === 'attributes' ? 'policy-violation' : 'bad-request';
  const error = xml('error', { type: 'modify' }, xml(condition, { xmlns: NS.stanzaErrors }), xml('text', { xmlns: NS.stanzaErrors }, why));
  return xml('iq', { type: 'error', ...(from !== '' && { to: from }), ...(id !== undefined && { id }) }, error).toString();
}
