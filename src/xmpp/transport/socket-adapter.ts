import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { secure } from './tls.ts';
import type { Trust } from './tls.ts';
import { createWholeReads, RECORD, type Layout, type WholeReads } from './whole-reads.ts';

/** Milliseconds for which a burst waits until the server has read what is under way, at most. */
const HOLD = 5_000;

type Done = (error?: Error) => void;

interface Waiting {
  readonly text: string;
  readonly bytes: number;
  readonly done: Done | undefined;
  /** The server answers it. */
  readonly asks?: boolean;
}

/**
 * A connected socket in the shape that @xmpp/connection takes (`connect`, `write`, `end`; close, error),
 * but for its data, which it emits as `bytes`. It becomes a TLS socket without the library's noticing.
 */
export class SocketAdapter extends EventEmitter {
  secure = false;
  #socket: Socket | undefined;
  #waiting: Waiting[] = [];
  /** Of what waits. */
  #bytes = 0;
  /** A record is under way, or about to be. */
  #writing = false;
  #whole: { readonly reads: WholeReads; readonly held: () => void } | undefined;
  /** Runs while what waits is held back. */
  #holding: NodeJS.Timeout | undefined;
  #overdue = false;
  /** Texts so far, and how many there were with the last that asks. */
  #written = 0;
  #askedAt: number | undefined;
  #listeners = {
    data: (bytes: Buffer): boolean => this.emit('bytes', bytes),
    error: (error: Error): boolean => this.emit('error', error),
    close: (dirty: boolean): boolean => {
      clearTimeout(this.#holding);
      return this.emit('close', dirty);
    },
  };

  constructor() {
    super();
    this.on('error', () => undefined); // the library lets go of us at the end; a late error must not be fatal
  }

  /** Called by the library with what `socketParameters` returned. */
  connect({ socket, secure: isSecure }: { socket: Socket; secure: boolean }): void {
    this.secure = isSecure;
    this.#attach(socket);
    queueMicrotask(() => this.emit('connect'));
  }

  async startTls(trust: Trust): Promise<void> {
    const plain = this.#socket;
    if (plain === undefined) throw new Error('no socket to secure');
    for (const [event, listener] of Object.entries(this.#listeners)) plain.off(event, listener);
    const swallow = (): void => undefined; // told by the TLS socket too
    plain.on('error', swallow);
    try {
      this.#attach(await secure(plain, trust, { direct: false }));
    } catch (error) {
      plain.destroy();
      throw error;
    }
    this.secure = true;
  }

  /**
   * From now on a connection that breaks leaves whole stanzas with a server that reads as Prosody does. COMPAT: mod_smacks
   * of 0.12 and 13 reads on after a resumption with the parser of the old connection: behind a piece of a stanza, what we
   * send is no XML, or is more of that stanza. `held` is told when something waits until all is read: the answer to a
   * question lets it go, or else time.
   */
  keepWhole(held: () => void): void {
    if (this.secure) this.#whole = { reads: createWholeReads(), held };
  }

  /**
   * What is written in one tick leaves at once: a burst of joins is a few packets, not one for each. Each TLS record has
   * whole stanzas, as long as they fit: a connection that breaks loses whole records.
   */
  write(text: string, done?: Done): void {
    this.#queue({ text, bytes: Buffer.byteLength(text), done });
  }

  /** Writes what the server will answer (`answered`), ahead of what waits for that. */
  ask(text: string): void {
    const question = { text, bytes: Buffer.byteLength(text), done: undefined, asks: true };
    if (this.#holding === undefined) return this.#queue(question);
    const layout = this.#whole?.reads.layOut([question.bytes], { more: false, overdue: true });
    this.#written += 1;
    this.#askedAt = this.#written;
    this.#socket?.write(textOf([question], layout)[0]);
  }

  /** The server has read all up to what was asked last. True where that lets go what waited. */
  answered(): boolean {
    const all = this.#askedAt === this.#written;
    if (all) this.#whole?.reads.allRead();
    if (this.#holding === undefined) return false;
    if (all) this.#release();
    else this.#whole?.held();
    return all;
  }

  #queue(next: Waiting): void {
    this.#waiting.push(next);
    this.#bytes += next.bytes;
    if (this.#writing) return;
    this.#writing = true;
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    const [text, batch] = this.#take();
    for (const { bytes, asks } of batch) {
      this.#bytes -= bytes;
      this.#written += 1;
      if (asks) this.#askedAt = this.#written;
    }
    if (batch.length === 0 || this.#socket === undefined) {
      this.#writing = this.#holding !== undefined;
      return;
    }
    this.#socket.write(text, (error) => {
      for (const { done } of batch) done?.(error ?? undefined);
      this.#flush();
    });
  }

  /** As much as one record holds, and at least one, unless it is held back. */
  #take(): [text: string, batch: readonly Waiting[]] {
    let bytes = 0;
    const over = this.#waiting.findIndex((next, at) => (bytes += next.bytes) > RECORD && at > 0);
    const count = over === -1 ? this.#waiting.length : over;
    if (count === 0) this.#overdue = false;
    if (this.#whole === undefined || count === 0) return textOf(this.#waiting.splice(0, count));
    const sizes = this.#waiting.slice(0, count).map((next) => next.bytes);
    const layout = this.#whole.reads.layOut(sizes, { more: over !== -1, overdue: this.#overdue });
    if (layout === undefined) {
      this.#hold(this.#whole);
      return ['', []];
    }
    return textOf(this.#waiting.splice(0, layout.spaces.length), layout);
  }

  #hold({ held }: { readonly held: () => void }): void {
    this.#holding = setTimeout(() => {
      this.#overdue = true;
      this.#release();
    }, HOLD).unref();
    const at = this.#waiting.findIndex(({ asks }) => asks);
    const [question] = at === -1 ? [] : this.#waiting.splice(at, 1);
    if (question === undefined) return held();
    this.#bytes -= question.bytes;
    this.ask(question.text);
  }

  #release(): void {
    clearTimeout(this.#holding);
    this.#holding = undefined;
    this.#flush();
  }

  /** What is still to be written, in front of the last words. */
  #rest(): string {
    clearTimeout(this.#holding);
    this.#bytes = 0;
    return this.#waiting.splice(0).map(({ text }) => text).join('');
  }

  get tls(): TLSSocket | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket : undefined;
  }

  /** Nothing more is read until `readOn()`. */
  readNoMore(): void {
    this.#socket?.pause();
  }

  readOn(): void {
    this.#socket?.resume();
  }

  /** Bytes that the kernel has not taken yet. */
  get buffered(): number {
    return this.#bytes + (this.#socket?.writableLength ?? 0);
  }

  end(): void {
    this.#socket?.end(this.#rest());
  }

  /** Says a last word and hangs up, at once or after `grace` milliseconds at most. */
  hangUp(last: string, grace: number): void {
    const socket = this.#socket;
    if (socket === undefined || socket.writableEnded || socket.destroyed) return;
    const clock = setTimeout(() => socket.destroy(), grace).unref();
    socket.once('close', () => clearTimeout(clock));
    socket.end(this.#rest() + last);
  }

  destroy(): void {
    this.#socket?.destroy();
  }

  /** Tells the library that nothing more comes of it. */
  fail(error: Error): void {
    this.emit('error', error);
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
  }
}

function textOf(batch: readonly Waiting[], layout?: Layout): [text: string, batch: readonly Waiting[]] {
  const text = batch.map(({ text: one }, at) => ' '.repeat(layout?.spaces[at] ?? 0) + one).join('');
  return [text + ' '.repeat(layout?.behind ?? 0), batch];
}
