import { describe, expect, test } from 'vitest';
import type { KeptMessage } from '../../../src/core/groupchat.ts';
import { openEnvelopes } from '../../../src/frontends/relay/envelope.ts';
import { parseElement, type Element } from '../../../src/xmpp/xml.ts';

const ROOM = 'cave@rooms.example';
const SID = 'urn:xmpp:sid:0';

function kept(child: string, about: Partial<KeptMessage> = {}): KeptMessage {
  const xml = `<message xmlns='jabber:client' from='${ROOM}/bob' to='x@y/z' type='groupchat' id='m1'><body>word</body>${child}</message>`;
  return { kind: 'message', room: ROOM, at: 0, stanzaId: 's1', xml, ...about } as KeptMessage;
}

const forwarded = (envelope: string): Element | undefined => parseElement(`<message>${envelope}`).getChild('received', 'urn:xmpp:carbons:2')?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message', 'jabber:client');
const idsByRoom = (message: Element | undefined): unknown[] => (message?.getChildren('stanza-id', SID) ?? []).filter(({ attrs }) => attrs['by'] === ROOM).map(({ attrs }) => attrs['id']);

describe('a message of a room is relayed', () => {
  test.each([
    ['that came out of the room’s archive, which has it beside the message', ''],
    ['where it has one of somebody else', `<stanza-id xmlns='${SID}' by='a@b' id='theirs'/>`],
    ['once, where it came live', `<stanza-id xmlns='${SID}' by='${ROOM}' id='s1'/>`],
  ])('with the id that the room gave it: %s', (_which, child) => {
    const envelope = openEnvelopes('alice@example.org').of(kept(child));
    for (const text of [envelope.text(), envelope.short()]) expect(idsByRoom(forwarded(text))).toEqual(['s1']);
    expect(forwarded(envelope.text())?.getChildText('body')).toBe('word');
  });

  test('as the room sent it, letter for letter, where it has its id', () => {
    const message = kept(`<x  xmlns="urn:odd" a = "b"/><stanza-id xmlns='${SID}' by='${ROOM}' id='s1'/>`);
    expect(openEnvelopes('alice@example.org').of(message).text()).toContain(message.xml);
  });

  test('without one where the room gave none', () => {
    expect(idsByRoom(forwarded(openEnvelopes('alice@example.org').of(kept('', { stanzaId: undefined })).text()))).toEqual([]);
  });

  test('with none in the room’s name where it was said in private: that id is the server’s', () => {
    const envelope = openEnvelopes('alice@example.org').of(kept('', { kind: 'private' }));
    for (const text of [envelope.text(), envelope.short()]) expect(idsByRoom(forwarded(text))).toEqual([]);
  });
});
