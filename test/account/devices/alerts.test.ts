// Of what a person is told at once: by the room's notification setting (XEP-0492), their nick there, and who it comes from.
import { expect, test } from 'vitest';
import { alertFor } from '../../../src/account/devices/alerts.ts';
import type { AccountContext, Transaction } from '../../../src/account/context.ts';
import { decideMention } from '../../../src/account/rooms/decide-mention.ts';
import type { KeptMessage } from '../../../src/core/groupchat.ts';
import { parseElement } from '../../../src/xmpp/xml.ts';

const ROOM = 'cave@rooms.example.org';
const context = { room: () => ({ membership: { nick: 'Ali' }, nick: undefined }) } as unknown as AccountContext;

function said(body: string | undefined, more: Partial<KeptMessage> = {}): KeptMessage {
  return {
    archiveId: 1, account: 'alice@example.org', room: ROOM, nick: 'bob', kind: 'message', id: 'm1', stanzaId: undefined, originId: undefined,
    occupantId: undefined, realJid: undefined, body, subject: undefined, at: 0, arrivedAt: 0, delayed: false,
    xml: `<message xmlns="jabber:client" from="${ROOM}/bob"><body>x</body></message>`, ...more,
  };
}

/** As it was received: with the answer of the one rule. */
function received(message: KeptMessage): KeptMessage {
  const transaction = { room: () => ({ jid: ROOM, membership: { nick: 'Ali' }, nick: undefined }), occupant: () => undefined } as unknown as Transaction;
  return { ...message, mention: decideMention({ jid: 'alice@example.org' }, transaction, { message, element: parseElement(message.xml) }) };
}

test.each([
  ['a mention, where nothing is set', undefined, said('tea, ali?'), 'mention'],
  ['anything else, where nothing is set', undefined, said('tea, anybody?'), undefined],
  ['a part of a longer word', undefined, said('alibi'), undefined],
  ['a mention, where only mentions are wanted', 'on-mention', said('Ali!'), 'mention'],
  ['anything, where all is wanted', 'always', said('hello'), 'room'],
  ['a mention, where all is wanted', 'always', said('Ali!'), 'mention'],
  ['a mention, where nothing is wanted', 'never', said('Ali!'), undefined],
  ['a whisper', undefined, said('psst', { kind: 'private' }), 'private'],
  ['a whisper, where nothing is wanted', 'never', said('psst', { kind: 'private' }), undefined],
  ['their own words', 'always', said('Ali is me', { nick: 'Ali' }), undefined],
  ['a subject', 'always', said(undefined, { kind: 'subject', subject: 'Ali' }), undefined],
  ['a correction', 'always', said('Ali, I mean', { kind: 'correction' }), undefined],
  ['what the room itself says', 'always', said('Ali', { nick: undefined }), undefined],
] as const)('%s', (_what, level, message, alert) => {
  expect(alertFor(context, level, received(message))).toBe(alert);
});

test('a reply to the person is a mention, whatever it says (XEP-0461)', () => {
  const xml = `<message xmlns="jabber:client" from="${ROOM}/bob" type="groupchat"><body>yes</body><reply xmlns="urn:xmpp:reply:0" to="${ROOM}/Ali" id="s1"/></message>`;
  expect(alertFor(context, undefined, received(said('yes', { repliesTo: 's1', xml })))).toBe('mention');
});
