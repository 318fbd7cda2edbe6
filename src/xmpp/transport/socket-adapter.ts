import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { secure } from './tls.ts';
import type { Trust } from './tls.ts';

/** RFC 8446 5.1: bytes that a TLS record holds at most. */
const RECORD = 16_384;

type Done = (error?: Error) => void;

interface Waiting {
  readonly text: string;
  readonly bytes: number;
  readonly done: Done | undefined;
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
  #listeners = {
    data: (bytes: Buffer): boolean => this.emit('bytes', bytes),
    error: (error: Error): boolean => this.emit('error', error),
    close: (dirty: boolean): boolean => this.emit('close', dirty),
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
   * What is written in one tick leaves at once: a burst of joins is a few packets, not one for each. Each TLS record has
   * whole stanzas, as long as they fit: a connection that breaks loses whole records, and leaves no piece of a stanza with a
   * server that has read all that came. COMPAT: Prosody 0.12, mod_smacks, reads on after a resumption where the old
   * connection stopped, and ends the stream as not well-formed where that was within a stanza; one that is behind in reading
   * still may, for it reads 4096 bytes at a time.
   */
  write(text: string, done?: Done): void {
    const bytes = Buffer.byteLength(text);
    this.#waiting.push({ text, bytes, done });
    this.#bytes += bytes;
    if (this.#writing) return;
    this.#writing = true;
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    const batch = this.#take();
    for (const { bytes } of batch) this.#bytes -= bytes;
    if (batch.length === 0 || this.#socket === undefined) {
      this.#writing = false;
      return;
    }
    this.#socket.write(batch.map(({ text }) => text).join(''), (error) => {
      for (const { done } of batch) done?.(error ?? undefined);
      this.#flush();
    });
  }

  /** As much as one record holds, and at least one. */
  #take(): Waiting[] {
    let bytes = 0;
    const over = this.#waiting.findIndex((next, at) => (bytes += next.bytes) > RECORD && at > 0);
    return this.#waiting.splice(0, over === -1 ? this.#waiting.length : over);
  }

  /** What is still to be written, in front of the last words. */
  #rest(): string {
    this.#bytes = 0;
    return this.#waiting.splice(0).map(({ text }) => text).join('');
  }

  get tls(): TLSSocket | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket : undefined;
  }

  /** Bytes that the kernel has not taken yet. */
  get backlog(): number {
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
