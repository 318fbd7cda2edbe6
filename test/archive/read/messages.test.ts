import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { append, appendInside, BALL, bodies, idOf, JULIET, ORCHARD, ownArchive, T0 } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

const room = { account: JULIET, room: ORCHARD };

function ten(): number[] {
  return own.archive.transaction(() =>
    Array.from({ length: 10 }, (_, n) => idOf(appendInside(own.archive, { body: `${n}`, arrivedAt: T0 + n }))),
  );
}

describe('page', () => {
  test('gives the last ones, those before one, those after one, and those between', () => {
    const ids = ten();
    const { archive } = own;
    expect(bodies(archive.page({ ...room, limit: 3 }))).toEqual(['7', '8', '9']);
    expect(bodies(archive.page({ ...room, limit: 3, before: ids[7] ?? 0 }))).toEqual(['4', '5', '6']);
    expect(bodies(archive.page({ ...room, limit: 3, after: ids[2] ?? 0 }))).toEqual(['3', '4', '5']);
    expect(bodies(archive.page({ ...room, limit: 9, after: ids[2] ?? 0, before: ids[5] ?? 0 }))).toEqual(['3', '4']);
  });

  test('gives what stands at a time and later, and a view of it goes on from there', () => {
    ten();
    const { archive } = own;
    expect(bodies(archive.page({ ...room, limit: 3, from: T0 + 6 }))).toEqual(['6', '7', '8']);
    expect(bodies(archive.page({ ...room, limit: 3, from: T0 - 1000 }))).toEqual(['0', '1', '2']);
    expect(archive.page({ ...room, limit: 3, from: T0 + 1000 })).toEqual([]);
    append(archive, { body: 'right', kind: 'correction', replaces: 'm', arrivedAt: T0 + 20 });
    expect(archive.view({ ...room, limit: 3, from: T0 + 8 }).map(({ body }) => body)).toEqual(['8', '9', 'right']);
  });

  test('gives private messages apart from all others, and full pages of either', () => {
    own.archive.transaction(() => {
      for (let n = 0; n < 6; n += 1) {
        appendInside(own.archive, { body: `${n}`, arrivedAt: T0 + n, kind: n % 2 === 0 ? 'message' : 'private' });
      }
    });
    const { archive } = own;
    expect(bodies(archive.page({ ...room, limit: 2, only: 'groupchat' }))).toEqual(['2', '4']);
    expect(bodies(archive.page({ ...room, limit: 5, only: 'private', after: 0 }))).toEqual(['1', '3', '5']);
    expect(bodies(archive.page({ ...room, limit: 2 }))).toEqual(['4', '5']);
    expect(archive.view({ ...room, limit: 5, only: 'private' })).toHaveLength(3);
  });

  test('of a room that is not known is empty, and a limit out of range is brought into it', () => {
    ten();
    expect(own.archive.page({ ...room, room: BALL, limit: 5 })).toEqual([]);
    expect(own.archive.page({ ...room, limit: 0 })).toHaveLength(1);
    expect(own.archive.page({ ...room, limit: 1e9 })).toHaveLength(10);
  });

  test('goes on from a message that is not there as from the one before it', () => {
    ten();
    append(own.archive, { body: 'elsewhere', room: BALL, arrivedAt: T0 + 50 });
    append(own.archive, { body: '10', arrivedAt: T0 + 60 });
    const elsewhere = own.archive.last(JULIET, BALL)?.archiveId ?? 0;
    expect(bodies(own.archive.page({ ...room, limit: 2, after: elsewhere }))).toEqual(['10']);
  });
});

describe('search', () => {
  const find = (text: string, more = {}): (string | undefined)[] =>
    bodies(own.archive.search({ text, limit: 10, ...more }));

  test('finds all words, the last one by its beginning, newest first', () => {
    append(own.archive, { body: 'Parting is such sweet sorrow', arrivedAt: T0 });
    append(own.archive, { body: 'sweet sorry', arrivedAt: T0 + 1000 });
    append(own.archive, { body: 'sweets', arrivedAt: T0 + 2000 });
    expect(find('SWEET sorr')).toEqual(['sweet sorry', 'Parting is such sweet sorrow']);
    expect(find('sweet parting')).toEqual(['Parting is such sweet sorrow']);
  });

  test('keeps to a room and an account', () => {
    append(own.archive, { body: 'rose' });
    append(own.archive, { body: 'rose at the ball', room: BALL });
    append(own.archive, { body: 'rose of the nurse', account: 'nurse@capulet.lit' });
    expect(find('rose', { room: ORCHARD, account: JULIET })).toEqual(['rose']);
    expect(find('rose', { account: JULIET })).toHaveLength(2);
    expect(find('rose', { room: 'void@rooms.lit' })).toEqual([]);
  });

  test('finds a part of a text without spaces', () => {
    append(own.archive, { body: '東京都庁' });
    for (const text of ['東', '京都', '東京都', '庁']) expect(find(text)).toEqual(['東京都庁']);
    expect(find('都京')).toEqual([]);
  });

  test('never throws on what a person typed', () => {
    append(own.archive, { body: 'a' });
    for (const text of ['"', 'AND', 'a" OR "b', '*', '(', 'text:', '\0', '']) find(text);
    expect(find('"a"')).toEqual(['a']);
  });

  test('by time puts fetched old messages where they belong', () => {
    append(own.archive, { body: 'rose new', arrivedAt: T0 });
    append(own.archive, { body: 'rose old', stanzaId: 's', at: T0 - 9e9, arrivedAt: T0 + 1 }, { kind: 'mam', follows: undefined });
    expect(find('rose')).toEqual(['rose new', 'rose old']);
  });
});

test('last gives the last in order, or the last with a stanza-id', () => {
  append(own.archive, { body: 'a', stanzaId: 's1' });
  append(own.archive, { body: 'b' });
  expect(own.archive.last(JULIET, ORCHARD)?.body).toBe('b');
  expect(own.archive.last(JULIET, ORCHARD, true)?.body).toBe('a');
  expect(own.archive.last(JULIET, BALL)).toBeUndefined();
});

test('since goes by archive id, not by the order of the room', () => {
  const first = idOf(append(own.archive, { body: 'new', stanzaId: 'n' }));
  append(own.archive, { body: 'old', stanzaId: 'o', at: T0 - 5000 }, { kind: 'mam', follows: undefined });
  append(own.archive, { body: 'newest' });
  expect(bodies(own.archive.since(JULIET, ORCHARD, { archiveId: 0, limit: 10 }))).toEqual(['new', 'old', 'newest']);
  expect(bodies(own.archive.since(JULIET, ORCHARD, { archiveId: first, limit: 1 }))).toEqual(['old']);
});

test('count counts a room or an account', () => {
  ten();
  append(own.archive, { body: 'x', room: BALL });
  expect([own.archive.count(JULIET), own.archive.count(JULIET, BALL), own.archive.count('no@body.lit')]).toEqual([11, 1, 0]);
});

test('what was counted once stays right: after more, after what was rolled back, after what retention has dropped', () => {
  const { archive } = own;
  ten();
  expect(archive.count(JULIET, ORCHARD)).toBe(10);
  const undone = (): void =>
    archive.transaction(() => {
      appendInside(archive, { body: 'undone', arrivedAt: T0 + 50 });
      expect(archive.count(JULIET, ORCHARD)).toBe(11);
      throw new Error('undo');
    });
  expect(undone).toThrow('undo');
  append(archive, { body: 'after', arrivedAt: T0 + 60 });
  expect(archive.count(JULIET, ORCHARD)).toBe(11);
  archive.setRetention(JULIET, ORCHARD, { keep: 'messages', messages: 4 });
  while (archive.tidy(T0 + 100));
  expect(archive.count(JULIET, ORCHARD)).toBe(4);
  archive.removeAccount(JULIET);
  expect(archive.count(JULIET)).toBe(0);
});

test('messages are counted by day', () => {
  for (const at of [T0, T0 + 1000, T0 + 86_400_000]) append(own.archive, { body: 'x', arrivedAt: at });
  append(own.archive, { body: 'x', arrivedAt: T0, room: BALL });
  expect(own.archive.perDay({ account: JULIET, room: ORCHARD })).toEqual([
    { day: '2026-11-23', messages: 2 },
    { day: '2026-11-24', messages: 1 },
  ]);
  expect(own.archive.perDay({ account: JULIET })[0]?.messages).toBe(3);
});

test('messages are counted by the hour of the week, in the reader’s zone, and from a time on', () => {
  const monday = Date.UTC(2026, 10, 23, 9, 30);
  own.archive.transaction(() => {
    for (const [n, at] of [monday - 3_600_000, monday, monday + 60_000, monday + 7 * 86_400_000].entries()) appendInside(own.archive, { body: `${n}`, arrivedAt: at });
  });
  const hours = own.archive.perHour({ account: JULIET, since: 0, zone: 0 });
  expect([hours.length, hours[8], hours[9]]).toEqual([168, 1, 3]);
  expect(own.archive.perHour({ account: JULIET, since: 0, zone: -600 })[6 * 24 + 23]).toBe(3); // still Sunday there
  expect(own.archive.perHour({ account: JULIET, since: monday, zone: 0 })[8]).toBe(0);
});
