/** RFC 8446 5.1: bytes that a TLS record holds at most. */
export const RECORD = 16_384;
/**
 * COMPAT: Prosody 0.12 and 13 read so many bytes of a client at a time (`network_default_read_size`), over the ends of
 * records. What is still to be read when writing to the client fails is thrown away.
 */
const READ = 4096;
/** The widest stretch in which no read may end is kept at least so wide: most stanzas fit. */
const WIDE = 2048;
/** Bytes of a record that has more than acknowledgements in it; these may wait a moment, and are not worth being filled up. */
const STANZA = 256;

/** How a record is made of texts. */
export interface Layout {
  /** In front of each. */
  readonly spaces: readonly number[];
  readonly behind: number;
}

/**
 * Lays out what is written so that a server which stops reading, at the end of whichever read, has read whole stanzas.
 * Space between stanzas means nothing (RFC 6120 4.6.1): it moves a stanza behind the end of a read that would fall within it.
 */
export interface WholeReads {
  /**
   * The next record, of the first so many of these texts, at least one; what they are in bytes fits a record, or is one
   * text. `more`: others wait behind them. `undefined`: it waits until the server has read all, for a read may end anywhere
   * by now; not where it is `overdue`.
   */
  layOut(sizes: readonly number[], how: { readonly more: boolean; readonly overdue: boolean }): Layout | undefined;
  /** The server has read all that was written: its next read begins with what is written next. */
  allRead(): void;
}

export function createWholeReads(): WholeReads {
  /**
   * How many bytes of a read the server may have when it comes to the next record: 0 if it found no more to read before
   * that one, else as many as there were since it last did. `undefined` where they are so many that little fits between.
   */
  let begun: readonly number[] | undefined = [0];

  function layOut(sizes: readonly number[], { more, overdue }: { readonly more: boolean; readonly overdue: boolean }): Layout | undefined {
    const [first = 0] = sizes;
    const alone = first > READ;
    if (begun === undefined || first > widest(begun)) {
      if (!alone && !overdue) return undefined;
      begun = undefined;
      return { spaces: alone ? [0] : sizes.map(() => 0), behind: 0 };
    }
    const ends = begun.map((bytes) => READ - bytes);
    const spaces: number[] = [];
    let length = 0;
    for (const size of sizes) {
      const space = spaceFor(size, length, ends);
      if (space === undefined || (spaces.length > 0 && length + space + size > RECORD)) break;
      spaces.push(space);
      length += space + size;
    }
    const next = [...new Set([0, ...begun.map((bytes) => (bytes + length) % READ)])];
    if (widest(next) >= WIDE) begun = next;
    else if (more || length > STANZA) return { spaces, behind: (READ - (length % READ)) % READ }; // and reads end where they did
    else begun = undefined;
    return { spaces, behind: 0 };
  }

  return {
    layOut,
    allRead() {
      begun = [0];
    },
  };
}

/** Bytes of the widest stretch in which no read ends. */
function widest(begun: readonly number[]): number {
  const sorted = begun.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((bytes, at) => (sorted[at + 1] ?? READ + (sorted[0] ?? 0)) - bytes));
}

/** Spaces behind so many bytes of a record until that size fits in front of the end of each read. */
function spaceFor(size: number, at: number, ends: readonly number[]): number | undefined {
  for (let space = 0; space <= READ; ) {
    const rest = Math.min(...ends.map((end) => READ - ((at + space - end + READ) % READ)));
    if (size <= rest) return space;
    space += rest;
  }
  return undefined;
}
