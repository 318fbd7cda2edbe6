import { expect, test } from 'vitest';
import { fallbacksIn, isEncrypted, readableBody } from '../../src/core/readable.ts';
import type { MessageKind } from '../../src/core/groupchat.ts';

const QUOTE = '> It is the east\n';

function fallback(namespace: string, range: string): string {
  return `<message><fallback xmlns='urn:xmpp:fallback:0' for='${namespace}'>${range}</fallback></message>`;
}

const read = (body: string, xml: string, kind: MessageKind = 'message'): string | undefined => readableBody({ kind, body, xml });

test.each([
  ['a reply’s quote is not read', `${QUOTE}Yes`, fallback('urn:xmpp:reply:0', `<body start='0' end='${QUOTE.length}'/>`), 'Yes'],
  ['attributes in any order, in either quotes, under a prefix', `${QUOTE}Yes`, `<message><f:fallback for="urn:xmpp:reply:0" xmlns:f="urn:xmpp:fallback:0"><f:body end="${QUOTE.length}" start="0"></f:body></f:fallback></message>`, 'Yes'],
  ['code points are counted', '> 🌹🌹\nYes', fallback('urn:xmpp:reply:0', "<body start='0' end='5'/>"), 'Yes'],
  ['a part in the middle', 'one two three', fallback('urn:xmpp:reply:0', "<body start='4' end='8'/>"), 'one three'],
  ['what nothing would be left of stays whole', 'all of it', fallback('urn:xmpp:reply:0', '<body/>'), 'all of it'],
  ['ranges that say nothing', 'all of it', fallback('urn:xmpp:reply:0', "<body start='x' end='3'/><body start='5' end='2'/><body start='-1' end='4'/>"), 'all of it'],
  ['ranges that overlap', 'abcdef', fallback('urn:xmpp:reply:0', "<body start='0' end='3'/><body start='1' end='4'/>"), 'ef'],
  ['of what is not understood, the fallback is all there is', 'see my poll', fallback('urn:example:poll', "<body start='0' end='4'/>"), 'see my poll'],
  ['of another namespace', 'abc', "<message><fallback xmlns='urn:example' for='urn:xmpp:reply:0'><body start='0' end='1'/></fallback><x xmlns='urn:xmpp:fallback:0'/></message>", 'abc'],
  ['what only looks like one', 'abc', `<message><body><![CDATA[${fallback('urn:xmpp:reply:0', "<body start='0' end='1'/>")}]]></body></message>`, 'abc'],
  ['one within something else', 'abc', `<message><x xmlns='urn:example'>${fallback('urn:xmpp:reply:0', "<body start='0' end='1'/>")}</x></message>`, 'abc'],
])('%s', (_what, body, xml, words) => {
  expect(read(body, xml)).toBe(words);
});

test.each<[MessageKind, string]>([
  ['encrypted', 'I sent you an OMEMO encrypted message but your client doesn’t seem to support that.'],
  ['retraction', 'This person attempted to retract a previous message, but it’s unsupported by your client.'],
  ['reaction', '> It is the east\n👍'],
])('the body of what is %s is nobody’s words', (kind, body) => {
  expect(read(body, '<message/>', kind)).toBeUndefined();
});

test('a private message is encrypted by what lies in it', () => {
  const omemo = "<message><encrypted xmlns='eu.siacs.conversations.axolotl'/></message>";
  expect(isEncrypted({ kind: 'private', xml: omemo })).toBe(true);
  expect(read('I sent you an OMEMO encrypted message', omemo, 'private')).toBeUndefined();
  expect(read('we speak of urn:xmpp:omemo:2', '<message><body>we speak of urn:xmpp:omemo:2</body></message>', 'private')).toBe('we speak of urn:xmpp:omemo:2');
});

test('a message with more fallbacks than anybody writes costs no more than a few', () => {
  const xml = fallback('urn:xmpp:reply:0', "<body start='0' end='1'/>".repeat(5000)).repeat(2);
  expect(fallbacksIn({ body: 'abc', xml })).toEqual([{ start: 0, end: 1 }]);
});

test('what begins a tag ten thousand times over in a text is read once', () => {
  const pieces = "<fallback xmlns='urn:xmpp:fallback:0' <encrypted xmlns=omemo urn:xmpp:omemo:2 ".repeat(3_000);
  const xml = `<message><body><![CDATA[${pieces}]]></body></message>`;
  expect(fallbacksIn({ body: pieces, xml })).toEqual([]);
  expect(isEncrypted({ kind: 'private', xml })).toBe(false);
});
