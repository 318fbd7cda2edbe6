// XEP-0198: Stream Management, version 3. Counters and the queue; it neither reads nor writes by itself.
import type { Element } from 'ltx';
import type { StreamState } from '../contract.ts';
import { NS } from '../namespaces.ts';
import { attributeOf, xml } from '../xml.ts';

export interface StreamManagement {
  /** The stream that may be taken up again. */
  resumable(): StreamState | undefined;
  /** The state to keep: undefined where the server cannot resume. */
  state(): StreamState | undefined;
  /** Whether this stream counts at all. */
  enabled(): boolean;
  /** A new stream; `enabled` is the server's answer, where it gave one. */
  begin(jid: string, enabled: Element | undefined): void;
  /** The old stream again. Returns what has to be sent once more, or undefined where `h` cannot be. */
  resumed(answer: Element): string[] | undefined;
  /** Forgets the stream. Returns how many stanzas nobody knows the fate of. */
  forget(): number;
  received(): void;
  /** The last so many received could not be kept. */
  rewind(count: number): void;
  /** Stanzas up to `h` that we have not acknowledged yet; `h` is the last one received where nothing is said. */
  owed(h?: number): number;
  /** Acknowledges up to `h`, by default all. */
  ack(h?: number): string;
  inbound(): number;
  /** Counts a stanza out and keeps it until it is acknowledged; its number on the stream. */
  sent(text: string): number;
  outbound(): number;
  acknowledged(): number;
  /** Takes the server's `h`; false where it counts more than we sent. */
  acknowledge(h: string | undefined): boolean;
  /** Stanzas sent and not acknowledged. */
  pending(): number;
  /** Bytes of the largest of them. */
  largest(): number;
  /** Bytes of the largest that was acknowledged since the last call. */
  takeTaken(): number;
  /** Whether one more stanza of this size may be sent. */
  hasRoom(length: number): boolean;
}

/** XEP-0198 4: h wraps. */
export const WRAP = 2 ** 32;
const MAX_STANZAS = 10_000;
const MAX_LENGTH = 32 * 1024 * 1024;

export const REQUEST = `<r xmlns='${NS.sm}'/>`;

export function enableRequest(): Element {
  return xml('enable', { xmlns: NS.sm, resume: 'true' });
}

export function resumeRequest(state: StreamState): Element {
  return xml('resume', { xmlns: NS.sm, h: String(state.inbound), previd: state.id });
}

/** Counters of one account's streams, one after the other; `left` is what another process left behind. */
export function createStreamManagement(left: StreamState | undefined): StreamManagement {
  let stream: StreamState | undefined = left;
  /** Another process sent it: what is not acknowledged is not ours to send again. */
  let foreign = left !== undefined;
  let counting = false;
  let inbound = left?.inbound ?? 0;
  let told = inbound;
  let outbound = left?.outbound ?? 0;
  let acked = outbound;
  let queue: string[] = [];
  let queueLength = 0;
  let taken = 0;

  function state(): StreamState | undefined {
    return stream && { ...stream, inbound, outbound };
  }

  function reset(): void {
    stream = undefined;
    foreign = false;
    counting = false;
    inbound = told = outbound = acked = 0;
    queue = [];
    queueLength = 0;
  }

  function begin(jid: string, enabled: Element | undefined): void {
    reset();
    counting = enabled !== undefined;
    const id = attributeOf(enabled, 'id');
    if (id === undefined || !/^(?:true|1)$/.test(attributeOf(enabled, 'resume') ?? '')) return;
    const [location, max] = [attributeOf(enabled, 'location'), countOf(attributeOf(enabled, 'max'))];
    stream = { id, jid, inbound, outbound, location, max };
  }

  function resumed(answer: Element): string[] | undefined {
    const h = countOf(attributeOf(answer, 'h'));
    if (h === undefined) return undefined;
    if (foreign) outbound = acked = h;
    else if (!acknowledge(attributeOf(answer, 'h'))) return undefined;
    foreign = false;
    counting = true;
    told = inbound; // <resume h=''/> has said so
    return [...queue];
  }

  function acknowledge(text: string | undefined): boolean {
    const h = countOf(text);
    if (foreign && h !== undefined) {
      acked = h; // <failed h=''/>, or the stream of another process resumed
      return true;
    }
    const newly = h === undefined ? -1 : (h - acked + WRAP) % WRAP;
    if (newly < 0 || newly > queue.length) return false;
    for (const done of queue.splice(0, newly)) {
      queueLength -= done.length;
      if (3 * done.length > taken) taken = Math.max(taken, Buffer.byteLength(done)); // no character is more than three bytes
    }
    acked = h ?? acked;
    return true;
  }

  /** Acknowledged already: a count only grows. */
  function isBehind(h: number): boolean {
    return (h - told + WRAP) % WRAP > WRAP / 2;
  }

  function sent(text: string): number {
    outbound = (outbound + 1) % WRAP;
    if (counting) {
      queue.push(text);
      queueLength += text.length;
    }
    return outbound;
  }

  return {
    resumable: state,
    state,
    enabled: () => counting,
    begin,
    resumed,
    forget: () => {
      const lost = queue.length;
      reset();
      return lost;
    },
    received: () => { inbound = (inbound + 1) % WRAP; },
    rewind: (count) => { inbound = (inbound - count + WRAP) % WRAP; },
    owed: (h = inbound) => (isBehind(h) ? 0 : (h - told + WRAP) % WRAP),
    ack: (h = inbound) => {
      if (!isBehind(h)) told = h;
      return `<a xmlns='${NS.sm}' h='${told}'/>`;
    },
    inbound: () => inbound,
    sent,
    outbound: () => outbound,
    acknowledged: () => acked,
    acknowledge,
    pending: () => queue.length,
    largest: () => queue.reduce((most, text) => Math.max(most, Buffer.byteLength(text)), 0),
    takeTaken() {
      const most = taken;
      taken = 0;
      return most;
    },
    hasRoom: (length) => queue.length < MAX_STANZAS && queueLength + length <= MAX_LENGTH,
  };
}

function countOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const count = Number(text);
  return count < WRAP ? count : undefined;
}
