import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MinimixError } from '../../core/errors.ts';
import type { Database } from './database.ts';

/** The texts of a message that move into a block, in the block's order. */
export const TEXTS = ['stanza_id', 'mid', 'origin_id', 'subject', 'body', 'xml'] as const;
type Texts = Record<(typeof TEXTS)[number], string | null>;

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
  /** Where the line of numbers ends. */
  readonly line: number;
}

/** Few: what is kept from one search to the next costs the garbage collector more than unpacking it again. */
const KEEP_OPEN = 16;
const MAX_BLOCK = 64 * 1024 * 1024;
const CHUNK = 32 * 1024; // a block unpacks in one piece: half the time of two
const WIDTH = TEXTS.length + 1;

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
      const opened = read(block);
      const place = placeOf(opened, id);
      if (!place) throw new MinimixError('archive-corrupt', `Block ${block} of the archive lacks message ${id}.`);
      let { at } = place;
      const texts: Texts = { stanza_id: null, mid: null, origin_id: null, subject: null, body: null, xml: null };
      TEXTS.forEach((name, n) => {
        const length = place.lengths[n] ?? -1;
        if (length >= 0) texts[name] = opened.text.slice(at, (at += length));
      });
      return texts;
    },
    ids: (block) => numbersOf(read(block)).filter((_, n) => n % WIDTH === 0),
    forget: () => open.clear(),
  };
}

function unpack(block: number, data: Uint8Array): Open {
  let text: string;
  try {
    text = zstdDecompressSync(data, { maxOutputLength: MAX_BLOCK, chunkSize: CHUNK }).toString();
  } catch (cause) {
    throw new MinimixError('archive-corrupt', `Block ${block} of the archive cannot be read.`, cause);
  }
  return { text, line: text.indexOf('\n') };
}

function numbersOf({ text, line }: Open): number[] {
  return text.slice(0, Math.max(0, line)).split(' ').map(Number);
}

/** Where the texts of a message begin, and their lengths (-1: none). Goes through the numbers without keeping them. */
function placeOf({ text, line }: Open, id: number): { at: number; lengths: number[] } | undefined {
  const lengths: number[] = [];
  let at = line + 1;
  let column = 0;
  let found = false;
  for (let from = 0; from < line; ) {
    const space = text.indexOf(' ', from);
    const end = space === -1 || space > line ? line : space;
    const number = Number(text.slice(from, end));
    if (column === 0) found = number === id;
    else if (found) lengths.push(number);
    else at += Math.max(0, number);
    if (found && lengths.length === TEXTS.length) return { at, lengths };
    column = (column + 1) % WIDTH;
    from = end + 1;
  }
  return undefined;
}
