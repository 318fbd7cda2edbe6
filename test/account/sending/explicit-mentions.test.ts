import { expect, test } from 'vitest';
import { explicitMentions } from '../../../src/account/sending/explicit-mentions.ts';
import type { Transaction } from '../../../src/account/context.ts';

const ROOM = 'cave@muc.example';
const ids: Readonly<Record<string, string | undefined>> = { Ali: 'o1', 'a.b (c)': 'o2', carol: undefined };
const transaction = { occupant: (_room: string, nick: string) => (nick in ids ? { nick, occupantId: ids[nick] } : undefined) } as unknown as Transaction;
const found = (body: string, ...nicks: string[]) => explicitMentions(transaction, { room: ROOM, body, nicks });

test.each([
  ['each place, in code points', found('🌹 Ali, Ali!', 'Ali'), [{ occupantId: 'o1', range: { begin: 2, end: 5 } }, { occupantId: 'o1', range: { begin: 7, end: 10 } }]],
  ['a nick of signs', found('a.b (c): yes', 'a.b (c)'), [{ occupantId: 'o2', range: { begin: 0, end: 7 } }]],
  ['by address, where the room gives no id', found('carol?', 'carol'), [{ jid: `${ROOM}/carol`, range: { begin: 0, end: 5 } }]],
  ['a part of a longer word', found('Alibi', 'Ali'), []],
  ['one who is not there', found('bob: hi', 'bob'), []],
  ['a nick that was erased from the text', found('hi', 'Ali'), []],
])('who is mentioned by a message of ours: %s', (_what, mentions, expected) => {
  expect(mentions).toEqual(expected);
});

test('an answer mentions nobody by the words that it quotes, and counts from them on', () => {
  expect(explicitMentions(transaction, { room: ROOM, body: 'yes, Ali', nicks: ['Ali'], behind: 17 })).toEqual([{ occupantId: 'o1', range: { begin: 22, end: 25 } }]);
});

test('a message of ours mentions so many and no more', () => {
  expect(found('Ali '.repeat(500), 'Ali', 'Ali')).toHaveLength(20);
});
