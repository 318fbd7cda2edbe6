import type { Transaction } from '../context.ts';

/** Results that one page may bring, whatever it was asked for: a server may give more than that, but not without end. */
const MOST_RESULTS = 1_000;
/** Pages of one reading: two million messages. */
export const MOST_PAGES = 20_000;
/** Ids of a reading that are remembered: pages that come again do so soon, and a longer circle is found by its turns. */
const MOST_IDS = 5_000;
/** Characters of an id behind which can be asked. */
export const MAX_RESULT_ID = 1_024;

/** One reading of a room's archive, from where we stand to its end: what holds off an archive that gives the same again, or without end. */
export interface ArchiveReading {
  /** When it was asked for what has not come yet, by a clock that nobody sets. */
  begun: number | undefined;
  /** When something last came of it. */
  heard: number;
  /** How often the archive did not know the place that it had given us. */
  lostPlaces: number;
  /** A page is asked for; `tooMuch` is told once more has come than a page can have. */
  beginPage(tooMuch: () => void): void;
  /** One more result of that page. */
  count(): void;
  /** True where this reading has had that id before. */
  repeats(transaction: Transaction, id: string): boolean;
  /** A page has ended at that id: true where the reading is to end, for it goes in a circle or has no end. */
  isEndless(after: string | undefined): boolean;
}

export function createArchiveReading(mostPages: number): ArchiveReading {
  const ids = new Set<string>();
  /** What becomes true when its transaction has committed. */
  const underWay = new WeakMap<Transaction, Set<string>>();
  let results = 0;
  let tooMuch: () => void = () => undefined;
  let pages = 0;
  /** Brent's way to find a circle: the place is compared with one before, which moves on ever more rarely. */
  let mark: string | undefined;
  let next = 1;

  function remember(id: string): void {
    ids.add(id);
    const [oldest] = ids;
    if (ids.size > MOST_IDS && oldest !== undefined) ids.delete(oldest);
  }

  return {
    begun: undefined,
    heard: 0,
    lostPlaces: 0,
    beginPage(told) {
      results = 0;
      tooMuch = told;
    },
    count() {
      results += 1;
      if (results > MOST_RESULTS) tooMuch();
    },
    repeats(transaction, id) {
      const here = underWay.get(transaction) ?? new Set<string>();
      if (ids.has(id) || here.has(id)) return true;
      here.add(id);
      underWay.set(transaction, here);
      transaction.onCommit(() => remember(id));
      return false;
    },
    isEndless(after) {
      pages += 1;
      if (pages >= mostPages || (mark !== undefined && after === mark)) return true;
      if (pages >= next) {
        mark = after;
        next *= 2;
      }
      return false;
    },
  };
}
