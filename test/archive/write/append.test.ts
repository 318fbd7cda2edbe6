import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { append, appendInside, BALL, bodies, idOf, JULIET, message, ORCHARD, ownArchive, page, T0 } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

describe('append', () => {
  test('what is kept comes back whole', () => {
    const said = {
      nick: 'Romeo Montague',
      id: 'm1',
      stanzaId: 's1',
      originId: 'm1',
      occupantId: 'o1',
      realJid: 'romeo@montague.lit',
      body: 'It is the east 🌅',
      subject: 'Dawn',
      at: T0 - 5,
      arrivedAt: T0,
      delayed: true,
      xml: "<message xmlns='jabber:client'>\u0001<body>It is</body></message>",
    };
    const kept = append(own.archive, said);
    const expected = { ...message(said), archiveId: idOf(kept), account: JULIET, arrivedAt: T0, xml: said.xml };
    expect(kept).toEqual({ kept: true, message: expected });
    expect(own.reopen().message(idOf(kept))).toEqual(expected);
  });

  test('a stanza-id is kept once, however it comes again', () => {
    const first = idOf(append(own.archive, { body: 'But soft', stanzaId: 's1' }));
    for (const source of [
      { kind: 'live' },
      { kind: 'history' },
      { kind: 'mam', follows: undefined },
      { kind: 'mam', follows: first },
    ] as const) {
      expect(append(own.archive, { body: 'But soft', stanzaId: 's1' }, source)).toMatchObject({
        kept: false,
        archiveId: first,
      });
    }
    expect(page(own.archive)).toHaveLength(1);
  });

  test('the same stanza-id in another room or account is another message', () => {
    append(own.archive, { body: 'a', stanzaId: 's1' });
    expect(append(own.archive, { body: 'b', stanzaId: 's1', room: BALL }).kept).toBe(true);
    expect(append(own.archive, { body: 'c', stanzaId: 's1', account: 'nurse@capulet.lit' }).kept).toBe(true);
  });

  test('live messages without any id are never merged', () => {
    append(own.archive, { body: 'ok' });
    append(own.archive, { body: 'ok' });
    expect(page(own.archive)).toHaveLength(2);
  });

  test('a clock that jumps back does not change the order of a room', () => {
    for (const [n, arrivedAt] of [T0, T0 - 60_000, T0 + 1].entries()) append(own.archive, { body: `${n}`, arrivedAt });
    expect(bodies(page(own.archive))).toEqual(['0', '1', '2']);
  });

  test('a message from the archive stands behind the one it follows, whatever its stamp says', () => {
    const a = idOf(append(own.archive, { body: 'a', stanzaId: 'a', at: T0 }));
    append(own.archive, { body: 'z', stanzaId: 'z', at: T0 + 1000 });
    let follows = a;
    for (const [n, at] of [T0 - 9e6, T0 + 9e6, T0 + 1, T0].entries()) {
      follows = idOf(append(own.archive, { body: `${n}`, stanzaId: `${n}`, at }, { kind: 'mam', follows }));
    }
    expect(bodies(page(own.archive))).toEqual(['a', '0', '1', '2', '3', 'z']);
  });

  test('a thousand messages fit between two of the same millisecond', () => {
    let follows = idOf(append(own.archive, { body: 'a', stanzaId: 'a' }));
    append(own.archive, { body: 'z', stanzaId: 'z' });
    own.archive.transaction(() => {
      for (let n = 0; n < 1000; n++) {
        const said = { body: `${n}`, stanzaId: `n${n}`, at: T0 + n * 3_600_000 };
        follows = idOf(appendInside(own.archive, said, { kind: 'mam', follows }));
      }
    });
    const before = own.archive.page({ account: JULIET, room: ORCHARD, limit: 500 });
    const rest = own.archive.page({ account: JULIET, room: ORCHARD, limit: 500, before: before[0]?.archiveId ?? 0 });
    const first = own.archive.page({ account: JULIET, room: ORCHARD, limit: 500, before: rest[0]?.archiveId ?? 0 });
    const numbers = Array.from({ length: 1000 }, (_, n) => `${n}`);
    expect(bodies([...first, ...rest, ...before])).toEqual(['a', ...numbers, 'z']);
  });

  test('archive ids only grow, over a removed account and a reopened file too', () => {
    append(own.archive, { body: 'a' });
    const last = idOf(append(own.archive, { body: 'b' }));
    own.archive.removeAccount(JULIET);
    expect(idOf(append(own.archive, { body: 'c' }))).toBeGreaterThan(last);
    own.archive.removeAccount(JULIET);
    expect(idOf(append(own.reopen(), { body: 'd' }))).toBeGreaterThan(last + 1);
  });

  test('a private message that was sent is kept once by its origin-id', () => {
    const said = { kind: 'private', body: 'psst', originId: 'o1', id: 'o1' } as const;
    expect(append(own.archive, said, { kind: 'sent' }).kept).toBe(true);
    expect(append(own.archive, said, { kind: 'sent' }).kept).toBe(false);
  });
});

describe('transactions', () => {
  test('what throws leaves nothing behind', () => {
    expect(() =>
      own.archive.transaction(() => {
        appendInside(own.archive, { body: 'a', nick: 'New' });
        own.archive.setCursor(JULIET, { owner: 'phone', room: ORCHARD, archiveId: 1 });
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(own.archive.count(JULIET)).toBe(0);
    expect(own.archive.cursor(JULIET, 'phone', ORCHARD)).toBeUndefined();
    append(own.archive, { body: 'b', nick: 'New' });
    expect(own.reopen().last(JULIET, ORCHARD)).toMatchObject({ body: 'b', nick: 'New' });
  });

  test('append outside of one, or one inside another, is refused', () => {
    expect(() => appendInside(own.archive, { body: 'a' })).toThrow('outside a transaction');
    expect(() => own.archive.transaction(() => own.archive.transaction(() => 1))).toThrow('open already');
  });
});
