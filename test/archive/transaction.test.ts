import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendInside, bodies, idOf, JULIET, ORCHARD, ownArchive, page } from './support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

test('a transaction that fails takes its own writes along, and none of its neighbours’', () => {
  const { archive } = own;
  const before = archive.transaction(() => idOf(appendInside(archive, { body: 'before' })));
  expect(() =>
    archive.transaction(() => {
      appendInside(archive, { body: 'within', nick: 'Mallory', room: 'new@rooms.lit' });
      archive.setCursor(JULIET, { owner: 'phone', room: ORCHARD, archiveId: 99 });
      throw new Error('it cannot be taken');
    }),
  ).toThrow('it cannot be taken');
  const behind = archive.transaction(() => idOf(appendInside(archive, { body: 'behind', nick: 'Mallory' })));
  expect(bodies(page(archive))).toEqual(['before', 'behind']);
  expect(page(archive).map(({ archiveId, nick }) => [archiveId, nick])).toEqual([[before, 'Romeo'], [behind, 'Mallory']]);
  expect(archive.keptRooms(JULIET)).toEqual([ORCHARD]);
  expect(archive.cursor(JULIET, 'phone', ORCHARD)).toBeUndefined();
  expect(own.reopen().search({ text: 'within', limit: 9 })).toEqual([]);
});

test('a transaction within another one is misuse, and takes the outer one along', () => {
  const { archive } = own;
  expect(() => archive.transaction(() => {
    appendInside(archive, { body: 'outer' });
    archive.transaction(() => 1);
  })).toThrow('a transaction is open already');
  expect(page(archive)).toEqual([]);
});
