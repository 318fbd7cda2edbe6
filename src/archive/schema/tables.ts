import type { Blocks } from './blocks.ts';
import type { Database } from './database.ts';
import type { Dictionary } from './dictionary.ts';

/** What a row is read and written by. */
export interface Tables {
  readonly db: Database;
  /** Rooms, and the texts that many rows share. */
  readonly names: Dictionary;
  /** Compressed messages. */
  readonly blocks: Blocks;
}
