import { expect, test } from 'vitest';
import { mentionIn, sentenceOfMention, wordIn, type Mentionable, type MentionRules } from '../../src/core/mention.ts';

const rules: MentionRules = { nicks: ['Zoë', 'o_O'], words: ['release party'], replies: true, occupantId: 'o1', jids: ['zoe@example.org', 'cave@muc/Zoë'] };
const said = (about: Partial<Mentionable>): Mentionable => ({ nick: 'bob', body: undefined, repliesToNick: undefined, names: [], ...about });

test.each([
  ['the nick as a word, whatever its accents and case', { body: 'ask zoe, she knows' }, 'nick'],
  ['a nick with signs in it', { body: 'o_O: look' }, 'nick'],
  ['an extra phrase', { body: 'Who comes to the Release  party?' }, 'word'],
  ['a reply to me', { body: 'yes', repliesToNick: 'Zoë' }, 'reply'],
  ['a reference to me', { body: 'the one above', names: ['Zoë'] }, 'reference'],
  ['my occupant-id (XEP-0513)', { body: 'you there', explicit: [{ occupantId: 'other' }, { occupantId: 'o1' }] }, 'explicit'],
  ['my address as an occupant', { body: 'you there', explicit: [{ jid: 'cave@muc/Zoë' }] }, 'explicit'],
  ['my account, however its address is spelled', { explicit: [{ jid: 'Zoe@Example.org/phone' }] }, 'explicit'],
  ['one that is to be told, beside one that is not', { explicit: [{ occupantId: 'o1', silent: true }, { occupantId: 'o1' }] }, 'explicit'],
  ['a word of mine, though the sender would rather not tell me', { body: 'the release party of Zoë', explicit: [{ occupantId: 'o1', silent: true }] }, 'word'],
  ['my nick in the mouth of somebody who has it now', { nick: 'Zoë', occupantId: 'o2', body: 'I am Zoë now' }, 'nick'],
])('%s is a mention', (_what, about, why) => {
  expect(mentionIn(said(about), rules)).toBe(why);
});

test.each([
  ['the nick within another word', { body: 'zoek it up' }],
  ['the words of a phrase apart', { body: 'the party after the release' }],
  ['a reply to somebody else', { body: 'yes', repliesToNick: 'carol' }],
  ['what I say of myself', { nick: 'Zoë', body: 'Zoë was here' }],
  ['a message without a body', {}],
  ['what I say of myself under an old nick', { nick: 'Zoe1', occupantId: 'o1', body: 'Zoë was here' }],
  ['somebody else’s occupant-id', { body: 'you there', explicit: [{ occupantId: 'o2' }] }],
  ['the room itself', { explicit: [{ jid: 'cave@muc' }] }],
  ['what only talks about me, by its sender’s word', { body: 'I meant Zoë', names: ['Zoë'], explicit: [{ occupantId: 'o1', silent: true }] }],
])('%s is none', (_what, about) => {
  expect(mentionIn(said(about), rules)).toBeUndefined();
});

test('replies count only where they are wanted', () => {
  expect(mentionIn(said({ repliesToNick: 'Zoë' }), { ...rules, replies: false })).toBeUndefined();
});

test('each reason is a sentence for the person, and a word is named as it was wanted', () => {
  expect((['nick', 'reply', 'explicit', 'reference', 'word'] as const).map(sentenceOfMention)).toEqual(['it mentions you', 'it replies to you', 'it mentions you', 'it mentions you', 'it contains one of your words']);
  expect(wordIn('Who comes to the Release  party?', ['tea', 'release party'])).toBe('release party');
  expect(wordIn('ｶﾞﾘｰ', ['ｶﾞﾘｰ'])).toBe('ｶﾞﾘｰ');
});
