import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Archive, Source } from '../../../src/archive/contract.ts';
import { appendInside, idOf, JULIET, ORCHARD, ownArchive, page, T0, type Said } from '../support.ts';

/** What a room said, in its order, and which of it came live. */
interface Spoken {
  readonly said: Said;
  readonly live: boolean;
  readonly latency: number;
}

const APART = 5_000; // the same words without an id are told apart by time when only one of them is in a replay

const spoken = fc
  .array(
    fc.record({
      nick: fc.constantFrom('Romeo', 'Juliet'),
      body: fc.constantFrom('ok', 'no'),
      hasId: fc.boolean(),
      gap: fc.integer({ min: 0, max: 4000 }),
      live: fc.boolean(),
      latency: fc.integer({ min: 0, max: 900 }),
    }),
    { maxLength: 24 },
  )
  .map((drafts) => {
    const lastSaid = new Map<string, number>();
    let at = T0;
    return drafts.map(({ nick, body, hasId, gap, live, latency }, n): Spoken => {
      const key = `${nick} ${body}`;
      at = Math.max(at + gap, hasId ? 0 : (lastSaid.get(key) ?? 0) + APART);
      if (!hasId) lastSaid.set(key, at);
      return { said: { nick, body, id: hasId ? `id${n}` : undefined, at }, live, latency };
    });
  });

function withArchive(work: (archive: Archive) => void): void {
  const own = ownArchive();
  try {
    own.archive.transaction(() => work(own.archive));
  } finally {
    own.close();
  }
}

const key = ({ nick, body, id }: Said): string => `${nick} ${body} ${id}`;
const keys = (archive: Archive): string[] => page(archive, 500).map(key);

function keepLive(archive: Archive, one: Spoken, stanzaId?: string): void {
  const arrivedAt = (one.said.at ?? 0) + one.latency;
  appendInside(archive, { ...one.said, stanzaId, at: arrivedAt, arrivedAt });
}

function replayed(archive: Archive, one: Spoken, source: Source, more: Said = {}): number {
  return idOf(appendInside(archive, { ...one.said, arrivedAt: T0 + 9e6, delayed: true, ...more }, source));
}

test('whatever was kept, and from wherever replays begin, the archive is what the room said, once, in order', () => {
  fc.assert(
    fc.property(spoken, fc.array(fc.tuple(fc.nat(24), fc.nat(24)), { minLength: 1, maxLength: 4 }), (room, joins) => {
      withArchive((archive) => {
        let heard = 0;
        const kept = new Set<number>();
        for (const [join, overlap] of joins.toSorted(([a], [b]) => a - b)) {
          const now = Math.max(heard, Math.min(join, room.length));
          for (; heard < now; heard++) {
            const one = room[heard];
            if (one?.live) keepLive(archive, one);
            if (one?.live) kept.add(heard);
          }
          archive.beginHistoryMerge(JULIET, ORCHARD);
          for (let n = Math.max(0, now - overlap); n < now; n++) {
            const one = room[n];
            if (one) replayed(archive, one, { kind: 'history' });
            kept.add(n);
          }
        }
        expect(keys(archive)).toEqual(room.filter((_, n) => kept.has(n)).map((one) => key(one.said)));
      });
    }),
    { numRuns: 120 },
  );
});

test('whatever was kept without stanza-ids, fetching the whole archive gives what the room said, once, in order', () => {
  fc.assert(
    fc.property(spoken, fc.boolean(), (room, liveHasStanzaIds) => {
      withArchive((archive) => {
        room.forEach((one, n) => one.live && keepLive(archive, one, liveHasStanzaIds ? `s${n}` : undefined));
        for (let round = 0; round < 2; round++) {
          let follows: number | undefined;
          room.forEach((one, n) => {
            follows = replayed(archive, one, { kind: 'mam', follows }, { stanzaId: `s${n}` });
          });
        }
        expect(keys(archive)).toEqual(room.map((one) => key(one.said)));
        expect(page(archive, 500).map((one) => one.stanzaId)).toEqual(room.map((_, n) => `s${n}`));
      });
    }),
    { numRuns: 60 },
  );
});

test('an archive fetched backwards, page by page, stands in the order of its stamps', () => {
  fc.assert(
    fc.property(spoken, fc.integer({ min: 1, max: 5 }), (room, size) => {
      withArchive((archive) => {
        for (let end = room.length; end > 0; end -= size) {
          let follows: number | undefined;
          for (let n = Math.max(0, end - size); n < end; n++) {
            const one = room[n];
            const at = T0 + n * 1000;
            if (one) follows = replayed(archive, one, { kind: 'mam', follows }, { stanzaId: `s${n}`, at });
          }
        }
        expect(keys(archive)).toEqual(room.map((one) => key(one.said)));
      });
    }),
    { numRuns: 30 },
  );
});

test('whatever order they came in live, a reading of the room’s archive leaves them in the room’s', () => {
  const order = fc.integer({ min: 2, max: 12 }).chain((count) => {
    const all = Array.from({ length: count }, (_, n) => n);
    return fc.record({ came: fc.shuffledSubarray(all, { minLength: 0, maxLength: count }), count: fc.constant(count) });
  });
  fc.assert(
    fc.property(order, ({ came, count }) => {
      withArchive((archive) => {
        const said = (n: number): Said => ({ body: `${n}`, stanzaId: `s${n}`, at: T0 + n });
        let follows = idOf(appendInside(archive, { body: 'before', stanzaId: 'before', arrivedAt: T0 - 1 }));
        for (const n of came) appendInside(archive, { ...said(n), arrivedAt: T0 + 500 });
        for (let n = 0; n < count; n++) {
          const source: Source = { kind: 'mam', follows };
          follows = idOf(appendInside(archive, { ...said(n), arrivedAt: T0 + 900, delayed: true }, source));
        }
        const room = Array.from({ length: count }, (_, n) => `${n}`);
        expect(page(archive).map(({ body }) => body)).toEqual(['before', ...room]);
      });
    }),
    { numRuns: 30 },
  );
});
