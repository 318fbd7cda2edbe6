import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Viewed } from '../../../src/core/view.ts';
import { append, bodies, idOf, JULIET, ORCHARD, ownArchive, page, T0, type Said } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

const view = (limit = 50): Viewed[] => own.archive.view({ account: JULIET, room: ORCHARD, limit });
const say = (said: Said): number => idOf(append(own.archive, said));
const react = (nick: string, reactsTo: string, ...emojis: string[]): number =>
  say({ nick, kind: 'reaction', reactsTo, xml: `<message>${emojis.map((one) => `<reaction>${one}</reaction>`).join('')}</message>` });

test('a correction by the sender shows in place of what it corrects, the raw page as it was', () => {
  say({ body: 'It is the est', id: 'm1' });
  say({ body: 'What?', nick: 'Nurse' });
  const correction = say({ body: 'It is the east', kind: 'correction', replaces: 'm1', id: 'm2' });
  expect(view().map((one) => one.body)).toEqual(['It is the east', 'What?']);
  expect(view()[0]).toMatchObject({ message: { body: 'It is the est' }, corrections: [{ archiveId: correction, at: T0 }] });
  expect(bodies(page(own.archive))).toEqual(['It is the est', 'What?', 'It is the east']);
});

test('nobody corrects or retracts what another said, not even under the same nick', () => {
  say({ body: 'I love', id: 'm1', stanzaId: 's1', occupantId: 'o1' });
  say({ body: 'I hate', kind: 'correction', replaces: 'm1', nick: 'Tybalt', occupantId: 'o2' });
  say({ body: 'I hate', kind: 'correction', replaces: 'm1', occupantId: 'o2' });
  say({ kind: 'retraction', retracts: 's1', nick: 'Tybalt', occupantId: 'o2' });
  expect(view()[0]).toMatchObject({ body: 'I love', corrections: [], retracted: undefined });
  expect(view()).toHaveLength(4);
});

test('a retraction by the sender, or by the room, takes the body away', () => {
  say({ body: 'oops', stanzaId: 's1' });
  say({ body: 'rude', stanzaId: 's2', nick: 'Tybalt' });
  say({ kind: 'retraction', retracts: 's1' });
  say({ kind: 'retraction', retracts: 's2', nick: undefined });
  expect(view()).toMatchObject([
    { body: undefined, retracted: { byRoom: false }, message: { body: 'oops' } },
    { body: undefined, retracted: { byRoom: true }, message: { body: 'rude' } },
  ]);
});

test('each sender’s last reactions are counted', () => {
  say({ body: 'a rose', stanzaId: 's1' });
  react('Juliet', 's1', '🌹', '👍');
  react('Nurse', 's1', '👍');
  react('Juliet', 's1', '👍');
  expect(view()).toHaveLength(1);
  expect(view()[0]?.reactions).toEqual([{ emoji: '👍', nicks: ['Juliet', 'Nurse'] }]);
  react('Nurse', 's1');
  expect(view()[0]?.reactions).toEqual([{ emoji: '👍', nicks: ['Juliet'] }]);
});

test('whose occupant-id is another’s nick takes no reaction from them', () => {
  say({ body: 'a rose', stanzaId: 's1' });
  react('Nurse', 's1', '👍');
  say({ nick: 'Tybalt', occupantId: 'Nurse', kind: 'reaction', reactsTo: 's1', xml: '<message><reaction>👎</reaction></message>' });
  expect(view()[0]?.reactions).toEqual([{ emoji: '👍', nicks: ['Nurse'] }, { emoji: '👎', nicks: ['Tybalt'] }]);
});

test('the room’s retraction counts, however much was said of the message before it, and by whom', () => {
  say({ body: 'rude', id: 'm1', stanzaId: 's1', nick: 'Tybalt' });
  say({ body: 'What?', nick: 'Nurse', id: 'm2', stanzaId: 's2' });
  for (let n = 0; n < 600; n += 1) {
    react('Tybalt', 's1', '👍');
    say({ kind: 'correction', replaces: 'm1', nick: 'Tybalt', body: `ruder ${n}` });
    say({ kind: 'retraction', retracts: 's2', nick: 'Tybalt' });
  }
  say({ kind: 'retraction', retracts: 's1', nick: undefined });
  say({ body: 'Who?', kind: 'correction', replaces: 'm2', nick: 'Nurse' });
  const after = { account: JULIET, room: ORCHARD, limit: 2, after: 0 };
  expect(own.archive.view(after)).toMatchObject([{ body: undefined, retracted: { byRoom: true } }, { body: 'Who?', retracted: undefined }]);
});

test('who gives a message an id of another’s has no reactions, corrections and retractions of that one', () => {
  say({ body: 'a rose', id: 'm1', stanzaId: 's1' });
  say({ body: 'a thorn', id: 'm2', nick: 'Nurse' });
  react('Juliet', 's1', '🌹');
  react('Juliet', 'm2', '👍');
  say({ body: 'I hate you', id: 's1', originId: 's1', nick: 'Tybalt' });
  say({ body: 'I hate you', id: 'm2', originId: 'm2', nick: 'Tybalt' });
  react('Nurse', 's1', '🌹');
  say({ kind: 'retraction', retracts: 's1', nick: undefined });
  expect(view().map(({ reactions, retracted }) => [reactions.flatMap(({ nicks }) => nicks), retracted !== undefined])).toEqual([
    [[], true],
    [['Juliet'], false],
    [[], false],
    [[], false],
  ]);
});

test('a reply brings what it answers', () => {
  const first = say({ body: 'Wherefore?', stanzaId: 's1' });
  say({ body: 'Because', repliesTo: 's1' });
  say({ body: 'Hm', repliesTo: 'unknown' });
  expect(view().map((one) => one.reply?.message?.archiveId)).toEqual([undefined, first, undefined]);
  expect(view()[2]?.reply?.id).toBe('unknown');
});

test('a page is filled though much of it only speaks of other messages', () => {
  for (let n = 0; n < 5; n++) say({ body: `${n}`, stanzaId: `s${n}` });
  for (let n = 0; n < 12; n++) react(`Nick${n}`, 's1', '👍');
  expect(view(4).map((one) => one.body)).toEqual(['1', '2', '3', '4']);
  const after = page(own.archive)[1]?.archiveId ?? 0;
  say({ body: '5' });
  expect(own.archive.view({ account: JULIET, room: ORCHARD, limit: 4, after }).map((one) => one.body)).toEqual(['2', '3', '4', '5']);
});

test('what a message says of another is kept as columns', () => {
  say({ body: 'a', id: 'm1' });
  say({ body: 'b', kind: 'correction', replaces: 'm1' });
  expect(own.reopen().message(2)).toMatchObject({ replaces: 'm1', retracts: undefined });
});

test('whispers are viewed apart where that is asked for', () => {
  say({ body: 'said' });
  say({ body: 'whispered', kind: 'private' });
  const shown = (only: 'groupchat' | 'private'): (string | undefined)[] =>
    own.archive.view({ account: JULIET, room: ORCHARD, limit: 9, only }).map((one) => one.body);
  expect([shown('groupchat'), shown('private')]).toEqual([['said'], ['whispered']]);
});

test('a quote is what the answered message says today, and nothing where it was retracted', () => {
  const quote = '> oops\n';
  const xml = `<message><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='${quote.length}'/></fallback></message>`;
  say({ body: 'oops', stanzaId: 's1' });
  say({ body: 'the est', stanzaId: 's2', id: 'm2' });
  say({ body: `${quote}What?`, repliesTo: 's1', nick: 'Nurse', xml });
  say({ body: 'Where?', repliesTo: 's2', nick: 'Nurse' });
  say({ kind: 'retraction', retracts: 's1', body: 'Romeo retracted a message' });
  say({ kind: 'correction', replaces: 'm2', body: 'the east' });
  expect(view().map(({ body, reply }) => [body, reply?.body, reply?.retracted])).toEqual([
    [undefined, undefined, undefined],
    ['the east', undefined, undefined],
    ['What?', undefined, true],
    ['Where?', 'the east', false],
  ]);
});

test('the quote in a reply stays where the answered message is not in the archive', () => {
  const xml = "<message><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='7'/></fallback></message>";
  say({ body: '> oops\nWhat?', repliesTo: 'unknown', xml });
  expect(view()[0]).toMatchObject({ body: '> oops\nWhat?', reply: { message: undefined } });
});

test('what stands in for a retraction that concerns nothing here, or for what is encrypted, is no words', () => {
  say({ kind: 'retraction', retracts: 'unknown', body: 'Romeo retracted a message' });
  say({ kind: 'encrypted', body: 'I sent you an OMEMO encrypted message' });
  expect(view().map(({ body }) => body)).toEqual([undefined, undefined]);
});
