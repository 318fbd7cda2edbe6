import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseElement } from '../../src/xmpp/xml.ts';
import { all, corpus } from './made.ts';
import { allReaders } from './readers.ts';
import { targets } from './targets.ts';

const RUNS = 150; // `npm run fuzz` goes on

describe('whatever comes from outside', () => {
  test.each(targets)('$name', { timeout: 120_000 }, async ({ open, share = 100 }) => {
    const { property, close } = await open();
    try {
      await fc.assert(property, { numRuns: Math.ceil((RUNS * share) / 100) });
    } finally {
      await close();
    }
  });

  test('the corpus has something for every reader', async () => {
    const elements = corpus.flatMap((text) => all(parseElement(text)));
    const blind = (await allReaders()).filter(({ read }) => !elements.some((element) => hasSomething(read(element))));
    expect(blind.map(({ name }) => name)).toEqual([]);
  });
});

function hasSomething(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (value instanceof Set || value instanceof Map) return value.size > 0;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.values(value).some(hasSomething);
}
