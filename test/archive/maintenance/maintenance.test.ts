import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { append, appendInside, BALL, bodies, idOf, JULIET, ORCHARD, ownArchive, T0 } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

const DAY = 86_400_000;
const MANY = 1400;

function many(more: (n: number) => object = () => ({})): void {
  own.archive.transaction(() => {
    for (let n = 0; n < MANY; n++) {
      const xml = `<message id='${n}'>${`${n} `.repeat(100)}</message>`;
      appendInside(own.archive, { body: `word${n} said`, stanzaId: `s${n}`, id: `${n}`, arrivedAt: T0 + n * 1000, xml, ...more(n) });
    }
  });
}

function tidy(now: number): void {
  for (let slices = 0; own.archive.tidy(now); slices++) if (slices > 1000) throw new Error('tidy does not end');
}

const oldest = (limit: number): (string | undefined)[] =>
  bodies(own.archive.page({ account: JULIET, room: ORCHARD, limit, after: 0 }));

test('the count of messages is exact after retention, a restart and a removed account', () => {
  const counted = (): number[] => [own.archive.count(JULIET), own.archive.count(JULIET, ORCHARD), own.archive.count(JULIET, BALL)];
  many();
  append(own.archive, { room: BALL, body: 'one' });
  append(own.archive, { account: 'nurse@capulet.lit', body: 'not hers' });
  expect(counted()).toEqual([MANY + 1, MANY, 1]);
  append(own.archive, { body: 'one more', arrivedAt: T0 + MANY * 1000 });
  expect(counted()).toEqual([MANY + 2, MANY + 1, 1]);
  own.archive.setRetention(JULIET, ORCHARD, { keep: 'messages', messages: 100 });
  tidy(T0 + DAY);
  expect(counted()).toEqual([101, 100, 1]);
  own.reopen();
  own.archive.setRetention(JULIET, ORCHARD, { keep: 'days', days: 1 });
  tidy(T0 + 3 * DAY);
  expect(counted()).toEqual([2, 1, 1]);
  own.archive.removeAccount(JULIET);
  expect(counted()).toEqual([0, 0, 0]);
});

describe('compression', () => {
  test('changes nothing of what is read', () => {
    many((n) => ({ subject: n % 7 === 0 ? `Ärger ${n} 🌅` : undefined, originId: n % 3 === 0 ? `${n}` : `o${n}` }));
    const all = (): unknown[] => own.archive.since(JULIET, ORCHARD, { archiveId: 0, limit: MANY });
    const before = all();
    tidy(T0 + 40 * DAY);
    expect(all()).toEqual(before);
    expect(bodies(own.archive.search({ text: 'word17', limit: 5, partial: false }))).toEqual(['word17 said']);
    expect(append(own.reopen(), { body: 'word17 said', stanzaId: 's17' }).kept).toBe(false);
    expect(all()).toEqual(before);
  });

  test('makes the file smaller', () => {
    many();
    own.reopen();
    const before = statSync(own.path).size;
    tidy(T0 + 40 * DAY);
    own.reopen();
    expect(statSync(own.path).size).toBeLessThan(before * 0.9);
  });

  test('leaves young messages as they are, and takes in what is fetched between old ones later', () => {
    many();
    expect(own.archive.tidy(T0 + DAY)).toBe(false);
    tidy(T0 + 40 * DAY);
    const follows = own.archive.page({ account: JULIET, room: ORCHARD, limit: 1, after: 0 })[0]?.archiveId;
    append(own.archive, { body: 'late', stanzaId: 'late', at: T0, arrivedAt: T0 }, { kind: 'mam', follows });
    tidy(T0 + 41 * DAY);
    expect(oldest(3)).toEqual(['word0 said', 'late', 'word1 said']);
  });
});

describe('retention', () => {
  test('of so many messages keeps the last, and search forgets the others', () => {
    many();
    own.archive.setRetention(JULIET, ORCHARD, { keep: 'messages', messages: 10 });
    tidy(T0);
    expect(own.archive.count(JULIET)).toBe(10);
    expect(oldest(1)).toEqual([`word${MANY - 10} said`]);
    expect(own.archive.search({ text: 'word3', limit: 5, partial: false })).toEqual([]);
    expect(own.archive.search({ text: 'said', limit: 50 })).toHaveLength(10);
  });

  test('of so many days goes by the time of the message, through compressed ones too, and shrinks the file', () => {
    many((n) => ({ arrivedAt: T0 + n * 60_000 }));
    const now = T0 + MANY * 60_000;
    tidy(now + 40 * DAY);
    own.reopen();
    const before = statSync(own.path).size;
    own.archive.setRetention(JULIET, ORCHARD, { keep: 'days', days: 0.1 });
    tidy(now);
    expect(own.archive.count(JULIET)).toBe(143);
    own.reopen();
    expect(statSync(own.path).size).toBeLessThan(before / 2);
    expect(own.archive.retention(JULIET, ORCHARD)).toEqual({ keep: 'days', days: 0.1 });
  });

  test('drops nothing that a device still waits for', () => {
    many();
    const waiting = own.archive.page({ account: JULIET, room: ORCHARD, limit: 100 })[0]?.archiveId ?? 0;
    own.archive.setCursor(JULIET, { owner: 'phone', room: ORCHARD, archiveId: waiting - 1 });
    own.archive.setCursor(JULIET, { owner: 'laptop', room: ORCHARD, archiveId: waiting + 50 });
    own.archive.setRetention(JULIET, ORCHARD, { keep: 'none' });
    tidy(T0 + 9 * DAY);
    expect(own.archive.count(JULIET)).toBe(100);
    own.archive.setCursor(JULIET, { owner: 'phone', room: ORCHARD, archiveId: waiting + 99 });
    own.archive.setCursor(JULIET, { owner: 'laptop', room: ORCHARD, archiveId: waiting + 99 });
    tidy(T0 + 9 * DAY);
    expect(own.archive.count(JULIET)).toBe(1);
  });

  test('never gives the id of a dropped message to another', () => {
    const first = idOf(append(own.archive, { body: 'new', stanzaId: 'n', arrivedAt: T0 }));
    const last = idOf(append(own.archive, { body: 'old', stanzaId: 'o', at: T0 - DAY }, { kind: 'mam', follows: undefined }));
    own.archive.setRetention(JULIET, ORCHARD, { keep: 'messages', messages: 1 });
    tidy(T0);
    expect(own.archive.last(JULIET, ORCHARD)?.archiveId).toBe(first);
    expect(idOf(append(own.reopen(), { body: 'next' }))).toBeGreaterThan(last);
  });

  test('is for ever until someone says otherwise', () => {
    many();
    tidy(T0 + 9000 * DAY);
    expect(own.archive.retention(JULIET, ORCHARD)).toEqual({ keep: 'forever' });
    expect(own.archive.count(JULIET)).toBe(MANY);
  });
});
