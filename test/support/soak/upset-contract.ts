import type { Kinds } from './kinds.ts';

/** The name under which the daemon looks for its server. */
export const HOST = 'xmpp.soak.test';

/** What is to be wrong in the daemon's process. */
export interface Upset {
  readonly number: number;
  /** Milliseconds by which its clock is fast; less than 0: slow. */
  readonly clock: number;
  /** Whether the server's name is found. */
  readonly dns: boolean;
}

/** Bytes. */
export interface Sample {
  /** Of the wish that was in force. */
  readonly number: number;
  /** Milliseconds since the epoch, by the right clock. */
  readonly at: number;
  readonly rss: number;
  /** Of it, what no file is behind: the program's own text and what is read of files left out. 0 where it is not known. */
  readonly anonymous: number;
  /** What V8 has taken for its heap, used or not. */
  readonly committed: number;
  readonly heap: number;
  /** Milliseconds of CPU since its start, all threads. */
  readonly cpu: number;
  readonly kinds: Kinds;
}
