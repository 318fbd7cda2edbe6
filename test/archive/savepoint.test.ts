import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import { appendInside, bodies, idOf, JULIET, ORCHARD, ownArchive, page } from './support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

test('a savepoint that fails takes its own writes along, and none of its neighbours’', () => {
  const { archive } = own;
  const ids = archive.transaction(() => {
    const before = archive.savepoint(() => idOf(appendInside(archive, { body: 'before' })));
    expect(() =>
      archive.savepoint(() => {
        appendInside(archive, { body: 'within', nick: 'Mallory', room: 'new@rooms.lit' });
        archive.setCursor(JULIET, 'phone', ORCHARD, 99);
        throw new Error('it cannot be taken');
      }),
    ).toThrow('it cannot be taken');
    return [before, idOf(appendInside(archive, { body: 'behind', nick: 'Mallory' }))];
  });
  expect(bodies(page(archive))).toEqual(['before', 'behind']);
  expect(page(archive).map(({ archiveId, nick }) => [archiveId, nick])).toEqual([[ids[0], 'Romeo'], [ids[1], 'Mallory']]);
  expect(archive.keptRooms(JULIET)).toEqual([ORCHARD]);
  expect(archive.cursor(JULIET, 'phone', ORCHARD)).toBeUndefined();
  expect(own.reopen().search({ text: 'within', limit: 9 })).toEqual([]);
});

test('a savepoint within another one fails alone', () => {
  const { archive } = own;
  archive.transaction(() =>
    archive.savepoint(() => {
      appendInside(archive, { body: 'outer' });
      expect(() => archive.savepoint(() => {
        appendInside(archive, { body: 'inner' });
        throw new Error('no');
      })).toThrow('no');
    }),
  );
  expect(bodies(page(archive))).toEqual(['outer']);
});

test('a transaction that a full disk has ended is not committed by whoever catches the error of a savepoint', () => {
  own.archive.close();
  const full = openArchive(own.path, { pageLimit: 80 });
  expect(() =>
    full.transaction(() => {
      appendInside(full, { body: 'first' });
      for (let n = 0; n < 999; n++) {
        try {
          full.savepoint(() => appendInside(full, { body: 'x'.repeat(9999) }));
        } catch {
          break; // as somebody would who takes it for the stanza's fault
        }
      }
      full.quarantine({ account: JULIET, at: 1, sender: undefined, kind: 'message', size: 1, cause: 'thrown', text: '' });
    }),
  ).toThrow(expect.objectContaining({ code: 'archive-full' }));
  expect(full.quarantined(JULIET)).toEqual([]);
  expect(full.count(JULIET)).toBe(0);
  full.close();
  own.reopen();
});

test('a savepoint outside of a transaction is misuse', () => {
  expect(() => own.archive.savepoint(() => 1)).toThrow('outside a transaction');
});
