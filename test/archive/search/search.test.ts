import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SearchQuery } from '../../../src/archive/query-contract.ts';
import { append, BALL, JULIET, message, ownArchive, T0 } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

const DAY = 86_400_000;

function found(text: string, more: Partial<SearchQuery> = {}): (string | undefined)[] {
  const answer = own.archive.find({ text, limit: 10, now: T0, ...more });
  if (!answer.ok) throw new Error(answer.message);
  return answer.hits.map((hit) => hit.message.body);
}

test('a search keeps to rooms, senders and times', () => {
  append(own.archive, { body: 'rose 1', arrivedAt: T0 - 9 * DAY });
  append(own.archive, { body: 'rose 2', nick: 'Jürgen', room: BALL, arrivedAt: T0 - 2 * DAY });
  append(own.archive, { body: 'rose 3', nick: 'Juliet Capulet', realJid: JULIET, arrivedAt: T0 - DAY });
  expect(found('rose in:orchard')).toEqual(['rose 3', 'rose 1']);
  expect(found('rose in:ball in:orch*')).toHaveLength(3);
  expect(found('rose in:void')).toEqual([]);
  expect(found('from:jurgen')).toEqual(['rose 2']);
  expect(found('rose from:"juliet capulet"')).toEqual(['rose 3']);
  expect(found(`from:${JULIET}`)).toEqual(['rose 3']);
  expect(found('from:ju*')).toEqual(['rose 3', 'rose 2']);
  expect(found('rose after:3d')).toEqual(['rose 3', 'rose 2']);
  expect(found('before:3d')).toEqual(['rose 1']);
  expect(found('after:2026-11-21 before:2026-11-22')).toEqual(['rose 2']);
});

test('a search finds what has a link, a file, a mention', () => {
  append(own.archive, { body: 'see https://verona.example' });
  append(own.archive, { body: 'picture', xml: "<message><x xmlns='jabber:x:oob'><url>u</url></x></message>" });
  own.archive.transaction(() =>
    own.archive.append({
      account: JULIET,
      message: message({ body: 'Juliet?' }),
      arrivedAt: T0,
      xml: '<message/>',
      source: { kind: 'live' },
      mention: 'nick',
    }),
  );
  expect(found('has:link')).toEqual(['see https://verona.example']);
  expect(found('has:file')).toEqual(['picture']);
  expect(found('has:mention')).toEqual(['Juliet?']);
  append(own.archive, { body: 'the words link and r1 and n1' });
  expect(found('has:link')).toHaveLength(1);
});

test('what is left out is not found, and a phrase stands together', () => {
  for (const body of ['sweet rose', 'rose so sweet', 'sweet rose nurse']) append(own.archive, { body });
  expect(found('sweet rose -nurse')).toEqual(['rose so sweet', 'sweet rose']);
  expect(found('"sweet rose"')).toEqual(['sweet rose nurse', 'sweet rose']);
});

test('the best comes first where that is asked for', () => {
  append(own.archive, { body: 'rose rose' });
  append(own.archive, { body: `a rose among ${'many other words '.repeat(20)}` });
  expect(found('rose', { order: 'rank' })[0]).toBe('rose rose');
  expect(found('rose')[1]).toBe('rose rose');
});

test('a search goes on behind what it has shown, and says whether there is more', () => {
  for (let n = 0; n < 25; n++) append(own.archive, { body: `rose ${n}`, arrivedAt: T0 + n * 1000 });
  const first = own.archive.find({ text: 'rose', limit: 20 });
  if (!first.ok) throw new Error(first.message);
  expect([first.hits.length, first.more]).toEqual([20, true]);
  const older = first.hits.at(-1)?.message.archiveId ?? 0;
  const second = own.archive.find({ text: 'rose', limit: 20, older });
  expect(second).toMatchObject({ ok: true, more: false });
  expect(found('rose', { older, limit: 20 })).toEqual(['rose 4', 'rose 3', 'rose 2', 'rose 1', 'rose 0']);
});

test('another account’s matches do not fill the answer', () => {
  append(own.archive, { body: 'rose mine', arrivedAt: T0 - DAY });
  for (let n = 0; n < 30; n++) append(own.archive, { body: 'rose', account: 'nurse@capulet.lit', arrivedAt: T0 + n });
  expect(found('rose', { account: JULIET, limit: 5 })).toEqual(['rose mine']);
});

test('a query that cannot be read is explained, and an excerpt shows what was found', () => {
  append(own.archive, { body: 'A Rose' });
  expect(own.archive.find({ text: 'rose "', limit: 5 })).toMatchObject({ ok: false, start: 5, end: 6 });
  const answer = own.archive.find({ text: 'ros', limit: 5 });
  expect(answer).toMatchObject({ ok: true, hits: [{ excerpt: { text: 'A Rose', marks: [[2, 6]] } }] });
});

test('a search keeps whispers apart where it is told to', () => {
  append(own.archive, { body: 'tender said' });
  append(own.archive, { body: 'tender whispered', kind: 'private' });
  expect(found('tender')).toEqual(['tender whispered', 'tender said']);
  expect(found('tender', { only: 'groupchat' })).toEqual(['tender said']);
  expect(found('tender', { only: 'private' })).toEqual(['tender whispered']);
});

test('what was retracted is not found, by its words or by who said it, nor is what stands in for it', () => {
  append(own.archive, { body: 'rose secret', stanzaId: 's1' });
  append(own.archive, { body: 'rose rude', stanzaId: 's2', nick: 'Tybalt' });
  append(own.archive, { body: 'rose kept', stanzaId: 's3' });
  append(own.archive, { body: 'Romeo tried to retract a rose', kind: 'retraction', retracts: 's1' });
  append(own.archive, { body: 'a moderator removed a rose', kind: 'retraction', retracts: 's2', nick: undefined });
  append(own.archive, { body: 'somebody retracted what never came, a rose', kind: 'retraction', retracts: 's9', nick: 'Nurse' });
  for (const order of ['time', 'rank'] as const) expect(found('rose', { order })).toEqual(['rose kept']);
  expect(found('from:romeo')).toEqual(['rose kept']);
});

test('a corrected message is found once, by its last words, where it is shown', () => {
  append(own.archive, { body: 'rose est', id: 'm1', stanzaId: 's1' });
  const first = own.archive.last(JULIET, message({}).room)?.archiveId;
  append(own.archive, { body: 'between', nick: 'Nurse' });
  append(own.archive, { body: 'rose eest', kind: 'correction', replaces: 'm1', id: 'm2' });
  append(own.archive, { body: 'rose east', kind: 'correction', replaces: 'm1', id: 'm3' });
  append(own.archive, { body: 'rose not mine', kind: 'correction', replaces: 'm1', nick: 'Tybalt' });
  expect(found('rose')).toEqual(['rose not mine', 'rose east']);
  expect(found('est')).toEqual([]);
  const answer = own.archive.find({ text: 'east', limit: 5 });
  expect(answer).toMatchObject({ ok: true, hits: [{ shownAt: first }] });
  append(own.archive, { body: 'retracted', kind: 'retraction', retracts: 's1' });
  expect(found('rose')).toEqual(['rose not mine']);
});

test('a reply is found by its own words, and what cannot be read by none', () => {
  const quote = '> rose quoted\n';
  const xml = `<message><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='${quote.length}'/></fallback></message>`;
  append(own.archive, { body: `${quote}thorn`, xml });
  append(own.archive, { body: 'I sent you a rose but your client cannot read it', kind: 'encrypted' });
  expect(found('rose')).toEqual([]);
  const answer = own.archive.find({ text: 'thorn', limit: 5 });
  expect(answer).toMatchObject({ ok: true, hits: [{ excerpt: { text: 'thorn', marks: [[0, 5]] } }] });
});
