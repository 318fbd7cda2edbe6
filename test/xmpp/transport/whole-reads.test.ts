// What a server has read that reads so many bytes at a time, wherever it stops.
import { describe, expect, test } from 'vitest';
import { createWholeReads } from '../../../src/xmpp/transport/whole-reads.ts';
import { dice } from '../../support/dice.ts';

const READ = 4096;
const RECORD = 16_384;

/** A server that reads `READ` bytes at a time over the ends of records, and less where no more has come. */
function reader() {
  let come = 0;
  let read = 0;
  /** Where reads have ended, and might have ended. */
  const ends = new Set<number>();
  const isBehind = (): boolean => read < come;
  return {
    ends,
    come: (bytes: number): void => void (come += bytes),
    readOne(): void {
      read = Math.min(come, read + READ);
      ends.add(read);
    },
    readAll(): void {
      while (isBehind()) this.readOne();
    },
    isBehind,
  };
}

interface Written {
  readonly from: number;
  readonly to: number;
}

/** Writes as the socket does: records of what waits, until nothing waits or it is held back. */
function writer() {
  const reads = createWholeReads();
  const server = reader();
  const stanzas: Written[] = [];
  let waiting: number[] = [];
  let length = 0;
  const flush = (overdue = false): 'held' | 'written' => {
    while (waiting.length > 0) {
      let bytes = 0;
      const over = waiting.findIndex((size, at) => (bytes += size) > RECORD && at > 0);
      const sizes = waiting.slice(0, over === -1 ? undefined : over);
      const layout = reads.layOut(sizes, { more: over !== -1, overdue });
      if (layout === undefined) return 'held';
      const before = length;
      for (const [at, space] of layout.spaces.entries()) {
        length += space;
        stanzas.push({ from: length, to: (length += sizes[at] ?? 0) });
      }
      length += layout.behind;
      waiting = waiting.slice(layout.spaces.length);
      server.come(length - before);
    }
    return 'written';
  };
  return {
    reads, server, stanzas, flush,
    length: () => length,
    write(...sizes: number[]) {
      waiting.push(...sizes);
      return flush();
    },
    /** The server is asked, and answers: what is held back goes out. */
    letGo() {
      server.readAll();
      reads.allRead();
      expect(flush()).toBe('written');
    },
    /** The stanzas within which a read has ended. */
    cut() {
      const ends = [...server.ends].toSorted((a, b) => a - b);
      let at = 0;
      return stanzas.filter(({ from, to }) => {
        while ((ends[at] ?? Infinity) <= from) at += 1;
        return (ends[at] ?? Infinity) < to;
      });
    },
  };
}

describe('a server that reads 4096 bytes at a time stops between two stanzas', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('whenever it reads, and however much is written meanwhile (dice %i)', (seed) => {
    const random = dice(seed);
    const { server, reads, write, letGo, cut, stanzas } = writer();
    let held = 0;
    for (let step = 0; step < 500; step += 1) {
      const sizes = Array.from({ length: 1 + Math.floor(random() ** 3 * 60) }, () => 30 + Math.floor(random() ** 2 * 1500));
      if (write(...sizes) === 'held') {
        held += 1;
        letGo();
      }
      while (server.isBehind() && random() < 0.6) server.readOne();
      if (!server.isBehind() && random() < 0.3) reads.allRead();
    }
    server.readAll();
    expect(stanzas.length).toBeGreaterThan(3000);
    expect(held).toBeLessThan(150);
    expect(cut()).toEqual([]);
  });

  test('a flood is as large as before, but for a space at the end of each read', () => {
    const { write, length, cut, server } = writer();
    write(...Array.from({ length: 1000 }, () => 700));
    server.readAll();
    expect(cut()).toEqual([]);
    expect(length()).toBeLessThan(1.2 * 700_000);
  });

  test('what is written now and then has no space around it', () => {
    const { write, length, reads, server } = writer();
    for (let n = 0; n < 100; n += 1) {
      write(60);
      write(700);
      server.readAll();
      reads.allRead();
    }
    expect(length()).toBe(76_000);
  });

  test('acknowledgements cost no space, and wait now and then until the server has read all', () => {
    const { write, length, letGo } = writer();
    let held = 0;
    for (let n = 0; n < 1000; n += 1) {
      if (write(45) === 'written') continue;
      held += 1;
      letGo();
    }
    expect(length()).toBe(45_000);
    expect(held).toBeLessThan(25);
  });

  test('what waits goes out all the same where it has waited long enough', () => {
    const { write, flush } = writer();
    for (let n = 0; n < 1000; n += 1) write(45);
    expect(write(2000)).toBe('held');
    expect(flush(true)).toBe('written');
  });

  test('a stanza that fits in no stretch between reads waits until the server has read all', () => {
    const { write, letGo, server, stanzas, cut } = writer();
    write(1500);
    expect(write(700, 3000)).toBe('held');
    expect(stanzas).toHaveLength(2);
    letGo();
    server.readAll();
    expect(cut()).toEqual([]);
  });

  test('a stanza that no read holds goes out whole and alone, and those behind it wait', () => {
    const { write, stanzas } = writer();
    expect(write(700, 10_000, 700, 700)).toBe('held');
    expect(stanzas.map(({ from, to }) => to - from)).toEqual([700, 10_000]);
  });
});
