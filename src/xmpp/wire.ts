import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { secure } from './tls.ts';
import type { Trust } from './tls.ts';

/**
 * A connected socket in the shape that @xmpp/connection takes (`connect`, `write`, `end`; data, close,
 * error). It becomes a TLS socket without the library's noticing.
 */
export class Wire extends EventEmitter {
  secure = false;
  #socket: Socket | undefined;
  #listeners = {
    data: (bytes: Buffer): boolean => this.emit('data', bytes),
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

  /** What is written in one tick leaves at once: a burst of joins is a few packets (and TLS records), not one for each. */
  write(text: string, done?: (error?: Error | null) => void): void {
    const socket = this.#socket;
    if (socket?.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket?.write(text, done);
  }

  get tls(): TLSSocket | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket : undefined;
  }

  /** Bytes that the kernel has not taken yet. */
  get backlog(): number {
    return this.#socket?.writableLength ?? 0;
  }

  end(): void {
    this.#socket?.end();
  }

  /** Says a last word and hangs up, at once or after `grace` milliseconds at most. */
  hangUp(last: string, grace: number): void {
    const socket = this.#socket;
    if (socket === undefined || socket.writableEnded || socket.destroyed) return;
    const clock = setTimeout(() => socket.destroy(), grace).unref();
    socket.once('close', () => clearTimeout(clock));
    socket.end(last);
  }

  destroy(): void {
    this.#socket?.destroy();
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
  }
}
