import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MinimixError } from '../core/errors.ts';
import type { Database } from './database.ts';

/** The texts of a message that move into a block, in the block's order. */
export const TEXTS = ['stanza_id', 'mid', 'origin_id', 'subject', 'body', 'xml'] as const;
export type Texts = Record<(typeof TEXTS)[number], string | null>;

export interface Blocks {
  write(messages: readonly { id: number; texts: Texts }[]): number;
  /** Throws `archive-corrupt` where the block is gone, cannot be read, or lacks the message. */
  texts(block: number, id: number): Texts;
  /** The archive ids that were written into it. */
  ids(block: number): number[];
  forget(): void;
}

interface Open {
  readonly text: string;
  /** For each message: where its texts begin, then their lengths (-1: none). */
  readonly places: ReadonlyMap<number, readonly number[]>;
}

const KEEP_OPEN = 64;
const MAX_BLOCK = 64 * 1024 * 1024;

/** Blocks of old messages: a line of numbers (id and lengths, in UTF-16 units), then the texts, zstd-compressed. */
export function blocks(db: Database): Blocks {
  const open = new Map<number, Open>();

  function read(block: number): Open {
    const known = open.get(block);
    if (known) return known;
    const data = db.sql('SELECT data FROM block WHERE id = ?').get(block)?.['data'];
    if (!(data instanceof Uint8Array)) throw new MinimixError('archive-corrupt', `The archive lacks block ${block}.`);
    const opened = unpack(block, data);
    if (open.size >= KEEP_OPEN) for (const oldest of [...open.keys()].slice(0, KEEP_OPEN / 2)) open.delete(oldest);
    open.set(block, opened);
    return opened;
  }

  return {
    write(messages) {
      const numbers = messages.flatMap(({ id, texts }) => [id, ...TEXTS.map((name) => texts[name]?.length ?? -1)]);
      const whole = messages.map(({ texts }) => TEXTS.map((name) => texts[name] ?? '').join('')).join('');
      const data = zstdCompressSync(`${numbers.join(' ')}\n${whole}`);
      return db.sql('INSERT INTO block (data) VALUES (?)').run(data).id;
    },
    texts(block, id) {
      const { text, places } = read(block);
      const place = places.get(id);
      if (!place) throw new MinimixError('archive-corrupt', `Block ${block} of the archive lacks message ${id}.`);
      let at = place[0] ?? 0;
      const texts: Texts = { stanza_id: null, mid: null, origin_id: null, subject: null, body: null, xml: null };
      TEXTS.forEach((name, n) => {
        const length = place[n + 1] ?? -1;
        if (length >= 0) texts[name] = text.slice(at, (at += length));
      });
      return texts;
    },
    ids: (block) => [...read(block).places.keys()],
    forget: () => open.clear(),
  };
}

function unpack(block: number, data: Uint8Array): Open {
  let text: string;
  try {
    text = zstdDecompressSync(data, { maxOutputLength: MAX_BLOCK }).toString();
  } catch (cause) {
    throw new MinimixError('archive-corrupt', `Block ${block} of the archive cannot be read.`, cause);
  }
  const line = text.indexOf('\n');
  const numbers = text.slice(0, line).split(' ').map(Number);
  const places = new Map<number, number[]>();
  const width = TEXTS.length + 1;
  let at = line + 1;
  for (let n = 0; n + width <= numbers.length; n += width) {
    const lengths = numbers.slice(n + 1, n + width);
    places.set(numbers[n] ?? 0, [at, ...lengths]);
    for (const length of lengths) at += Math.max(0, length);
  }
  return { text, places };
}
