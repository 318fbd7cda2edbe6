import { expect, test } from 'vitest';
import { mentionIn, type Mentionable, type MentionRules } from '../../src/core/mention.ts';

const rules: MentionRules = { nicks: ['Zoë', 'o_O'], words: ['release party'], replies: true };
const said = (about: Partial<Mentionable>): Mentionable => ({ nick: 'bob', body: undefined, repliesToNick: undefined, names: [], ...about });

test.each([
  ['the nick as a word, whatever its accents and case', { body: 'ask zoe, she knows' }, 'it mentions you'],
  ['a nick with signs in it', { body: 'o_O: look' }, 'it mentions you'],
  ['an extra phrase', { body: 'Who comes to the Release  party?' }, 'it contains the word “release party”'],
  ['a reply to me', { body: 'yes', repliesToNick: 'Zoë' }, 'it replies to you'],
  ['a reference to me', { body: 'the one above', names: ['Zoë'] }, 'it mentions you'],
])('%s is a mention', (_what, about, why) => {
  expect(mentionIn(said(about), rules)).toBe(why);
});

test.each([
  ['the nick within another word', { body: 'zoek it up' }],
  ['the words of a phrase apart', { body: 'the party after the release' }],
  ['a reply to somebody else', { body: 'yes', repliesToNick: 'carol' }],
  ['what I say of myself', { nick: 'Zoë', body: 'Zoë was here' }],
  ['a message without a body', {}],
])('%s is none', (_what, about) => {
  expect(mentionIn(said(about), rules)).toBeUndefined();
});

test('replies count only where they are wanted', () => {
  expect(mentionIn(said({ repliesToNick: 'Zoë' }), { ...rules, replies: false })).toBeUndefined();
});
