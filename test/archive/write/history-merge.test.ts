import { afterEach, beforeEach, expect, test } from 'vitest';
import { dice, pick } from '../../support/dice.ts';
import { append, appendInside, bodies, JULIET, ORCHARD, ownArchive, page, T0, type Said } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

const live = (...said: Said[]): void => said.forEach((one) => append(own.archive, one));

function replay(...said: Said[]): boolean[] {
  own.archive.beginHistoryMerge(JULIET, ORCHARD);
  return said.map((one) => append(own.archive, { arrivedAt: T0 + 600_000, delayed: true, ...one }, { kind: 'history' }).kept);
}

test('a replay of what is kept adds nothing', () => {
  live({ body: 'a', at: T0 }, { body: 'b', at: T0 + 1000 }, { body: 'b', at: T0 + 2000 });
  const again = [{ body: 'a', at: T0 - 100 }, { body: 'b', at: T0 + 900 }, { body: 'b', at: T0 + 1900 }];
  expect(replay(...again)).toEqual([false, false, false]);
  expect(replay(...again.slice(1))).toEqual([false, false]);
});

// To leave out a delay of old took minutes where no delay is, as the square of the length.
test('what has neither words nor an id is known again at once, whatever its payload is like', () => {
  const xml = `<message><x a='${'jabber:x:delay'.repeat(60_000)}'><y/></x></message>`;
  const delayed = xml.replace('<x', "<x xmlns='jabber:x:delay' stamp='20261123T12:00:00'/><x");
  for (let n = 0; n < 12; n += 1) live({ kind: 'other', at: T0 + n, xml });
  expect(replay({ kind: 'other', at: T0, xml: delayed })).toEqual([false]);
});

test('what was missed is added in its place, though it has the words of what is kept', () => {
  live({ body: 'ok', at: T0 }, { body: 'no', at: T0 + 2000 });
  expect(replay({ body: 'ok', at: T0 }, { body: 'ok', at: T0 + 1000 }, { body: 'no', at: T0 + 1990 })).toEqual([
    false,
    true,
    false,
  ]);
  expect(bodies(page(own.archive))).toEqual(['ok', 'ok', 'no']);
});

test('what comes before the first kept message in a replay is put before it', () => {
  live({ body: 'c', at: T0 + 2000 });
  expect(replay({ body: 'a', at: T0 }, { body: 'b', at: T0 + 1000 }, { body: 'c', at: T0 + 2000 })).toEqual([
    true,
    true,
    false,
  ]);
  expect(bodies(page(own.archive))).toEqual(['a', 'b', 'c']);
});

test('a process that is killed in the middle of a replay goes on with it', () => {
  live({ body: 'a', at: T0 }, { body: 'a', at: T0 + 1000 });
  replay({ body: 'a', at: T0 - 10 });
  const archive = own.reopen();
  const next = { body: 'a', at: T0 + 990, delayed: true, arrivedAt: T0 + 600_000 };
  expect(append(archive, next, { kind: 'history' }).kept).toBe(false);
  expect(append(archive, { ...next, at: T0 + 1500 }, { kind: 'history' }).kept).toBe(true);
});

test('a live message during a replay stands behind it', () => {
  live({ body: 'a', at: T0 });
  replay({ body: 'a', at: T0 }, { body: 'b', at: T0 + 1000 });
  append(own.archive, { body: 'd', arrivedAt: T0 + 700_000 });
  append(own.archive, { body: 'c', at: T0 + 1000, arrivedAt: T0 + 700_000, delayed: true }, { kind: 'history' });
  expect(bodies(page(own.archive))).toEqual(['a', 'b', 'c', 'd']);
});

test('an id finds its message behind others that the room no longer replays', () => {
  live({ body: 'a', at: T0 }, { body: 'gone', at: T0 + 10 }, { body: 'c', id: 'c1', at: T0 + 20 });
  expect(replay({ body: 'a', at: T0 }, { body: 'c', id: 'c1', at: T0 + 20 })).toEqual([false, false]);
});

test('the archive of a room whose live messages had no stanza-id meets them, and they learn it', () => {
  live({ body: 'a', id: '1', at: T0 }, { body: 'b', id: '2', at: T0 + 1000 });
  const first = append(own.archive, { body: 'a', id: '1', stanzaId: 's1', at: T0 }, { kind: 'mam', follows: undefined });
  expect(first.kept).toBe(false);
  const follows = first.kept ? undefined : first.archiveId;
  expect(append(own.archive, { body: 'b', id: '2', stanzaId: 's2', at: T0 + 1000 }, { kind: 'mam', follows }).kept).toBe(false);
  expect(page(own.archive).map((kept) => kept.stanzaId)).toEqual(['s1', 's2']);
});

test('one message that came late does not set the room’s clock', () => {
  live({ body: 'a', id: '1', at: T0 }, { body: 'b', id: '2', at: T0 + 51_000 }, { body: 'c', at: T0 + 60_000 });
  const again = [{ body: 'a', id: '1', at: T0 }, { body: 'b', id: '2', at: T0 + 1000 }, { body: 'c', at: T0 + 60_000 }];
  expect(replay(...again)).toEqual([false, false, false]);
});

test('a room whose clock is behind is known by two messages that say so', () => {
  const behind = 600_000;
  const said = [{ body: 'a', id: '1' }, { body: 'b', id: '2' }, { body: 'c' }, { body: 'd' }].map((one, n) => ({ ...one, at: T0 + n * 5000 }));
  live(...said);
  expect(replay(...said.map((one) => ({ ...one, at: one.at - behind })))).toEqual([false, false, false, false]);
});

test.each([
  ['fast', 3],
  ['slow', -3],
])('what came while our clock was days %s is known again, and so is what came after it', (_how, days) => {
  const wrong = T0 + days * 86_400_000;
  const said = (n: number): Said => ({ body: `${n}`, id: `unguessable-${n}`, at: T0 + n * 1000 });
  append(own.archive, { ...said(1), arrivedAt: T0 + 1000 });
  for (const n of [2, 3]) append(own.archive, { ...said(n), at: wrong + n * 1000, arrivedAt: wrong + n * 1000 });
  append(own.archive, { ...said(4), arrivedAt: T0 + 4000 });
  expect(replay(said(1), said(2), said(3), said(4), said(5))).toEqual([false, false, false, false, true]);
  expect(replay(said(3), said(4), said(5))).toEqual([false, false, false]);
  expect(replay(said(4), said(5))).toEqual([false, false]);
  expect(bodies(page(own.archive))).toEqual(['1', '2', '3', '4', '5']);
});

test.each([
  ['while our clock was days fast', []],
  ['after a while in which it was', [3]],
])('a room that has forgotten what we have tells of what was said since: behind what came %s', (_how, right) => {
  const wrong = T0 + 3 * 86_400_000;
  live({ body: '1', arrivedAt: T0 }, { body: '2', arrivedAt: wrong }, ...right.map((n) => ({ body: `${n}`, arrivedAt: T0 + n * 1000 })));
  expect(replay({ body: '4', at: T0 + 300_000 }, { body: '5', at: T0 + 301_000 })).toEqual([true, true]);
  expect(bodies(page(own.archive))).toEqual(['1', '2', ...right.map(String), '4', '5']);
});

test('the first that we ever had of a room, while our clock was days slow, is known again', () => {
  const said = { body: '1', id: 'unguessable-1' };
  live({ ...said, arrivedAt: T0 - 3 * 86_400_000 }, { body: '2', id: 'unguessable-2', arrivedAt: T0 + 1000 });
  expect(replay({ ...said, at: T0 }, { body: '2', id: 'unguessable-2', at: T0 + 1000 })).toEqual([false, false]);
});

const named = (n: number, more: Said = {}): Said => ({ body: `${n}`, id: `unguessable-${n}`, at: T0 + n * 60_000, ...more });
const byClock = (n: number, hours: number): Said => named(n, { at: T0 + n * 60_000 + hours * 3_600_000, arrivedAt: T0 + n * 60_000 + hours * 3_600_000 });

test('what was said behind a message that came while our clock was fast, and was told without it, is not kept twice when all is told', () => {
  live(byClock(1, 0), byClock(2, 0.4));
  const clock = { arrivedAt: T0 + 6 * 60_000 + 0.4 * 3_600_000 };
  replay(named(3, clock), named(4, clock));
  expect(replay(named(1), named(2), named(3), named(4), named(5))).toEqual([false, false, false, false, true]);
  expect(bodies(page(own.archive))).toEqual(['1', '2', '3', '4', '5']);
});

test('history that is taken again after a rollback is known again, though it was moved before', () => {
  live(byClock(1, 0), byClock(2, 0.4));
  const clock = { arrivedAt: T0 + 6 * 60_000 + 0.4 * 3_600_000 };
  replay(named(3, clock), named(4, clock));
  replay(named(1), named(2));
  const take = (n: number): boolean => appendInside(own.archive, { arrivedAt: T0 + 600_000, delayed: true, ...named(n) }, { kind: 'history' }).kept;
  expect(() => own.archive.transaction(() => {
    for (const n of [3, 4]) take(n);
    throw new Error('another one cannot be taken');
  })).toThrow('cannot be taken');
  expect([3, 4, 5].map((n) => own.archive.transaction(() => take(n)))).toEqual([false, false, true]);
  expect(bodies(page(own.archive))).toEqual(['1', '2', '3', '4', '5']);
});

test('a client that gives each message the same id has each kept, though one of them stands out of place', () => {
  const same = { body: 'yes', id: 'the-same-each-time' };
  live(named(1), { ...same, at: T0 + 120_000 }, named(3));
  expect(replay(named(1), { ...same, at: T0 + 120_000 }, named(3), { ...same, at: T0 + 240_000 })).toEqual([false, false, false, true]);
});

test('whatever our clock says as a room is heard and tells its past, nothing is kept twice, and the order is the room’s once it has told all', () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const random = dice(seed);
    const said: Said[] = [];
    const room = `${seed}@rooms.test`;
    let [now, clock, heard] = [T0, 0, 0];
    const tell = (from: number, to: number): void => {
      own.archive.beginHistoryMerge(JULIET, room);
      for (const one of said.slice(from, to)) append(own.archive, { ...one, arrivedAt: now + clock, delayed: true }, { kind: 'history' });
      heard = Math.max(heard, to);
    };
    const kept = (): number[] => bodies(own.archive.page({ account: JULIET, room, limit: 100 })).map(Number);
    for (let step = 0; step < 40; step += 1) {
      now += Math.floor(random() * 60_000);
      const what = random();
      if (what < 0.15) clock = pick([0, 0, 9.5, -7, 0.4, -0.3, 50, -50, 0.01], random) * 3_600_000;
      else if (what < 0.8) {
        const one = { room, body: `${said.length}`, id: `unguessable-${said.length}`, at: Math.floor(now / 1000) * 1000 };
        said.push(one);
        if (what >= 0.6 || heard < said.length - 1) continue; // missed
        append(own.archive, { ...one, at: now + clock, arrivedAt: now + clock });
        heard += 1;
      } else tell(Math.floor(random() * (heard + 1)), said.length);
      expect(kept().toSorted((a, b) => a - b), `seed ${seed}, step ${step}`).toEqual(said.slice(0, heard).map((_one, n) => n));
    }
    tell(0, said.length);
    expect(kept(), `seed ${seed}`).toEqual(said.map((_one, n) => n));
  }
});
