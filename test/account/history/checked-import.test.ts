import { expect, test } from 'vitest';
import { checkedImport } from '../../../src/account/history/checked-import.ts';
import { importAll, type Imported } from '../../../src/archive/transfer/import.ts';
import { JULIET, message, ORCHARD, ownArchive, page, T0, type Said } from '../../archive/support.ts';

const from = `${ORCHARD}/Romeo`;
const line = (xml: string, said: Said = { body: 'soft' }): Imported => ({ message: message(said), arrivedAt: T0, xml });
const stanza = (more = '', attributes = `type='groupchat' from='${from}'`): string => `<message xmlns='jabber:client' ${attributes}><body>soft</body>${more}</message>`;

function one(imported: Imported): Imported {
  const [checked] = checkedImport([imported]);
  if (!checked) throw new Error('nothing came out');
  return checked;
}

test('a stanza is written anew: comments and what else is no part of it do not come through', () => {
  const checked = one(line(`<message type="groupchat" from="${from}"><body>so<!-- </message><stream:error/> -->ft &amp; &lt;low</body></message>`));
  expect(checked).toMatchObject({ xml: `<message type="groupchat" from="${from}" xmlns="jabber:client"><body>soft &amp; &lt;low</body></message>` });
});

test.each([
  ['two stanzas in one', `${stanza()}<iq/>`, 'not well-formed'],
  ['an element that never ends', `<message type='groupchat' from='${from}'><body>`, 'not well-formed'],
  ['an end of the stream', `${stanza()}</stream:stream>`, 'not well-formed'],
  ['a bomb of entities', `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${stanza('&b;')}`, 'not well-formed'],
  ['a prefix that nobody bound', stanza('<x:y/>'), 'cannot be sent on'],
  ['a stanza of 2 MB', stanza(`<x xmlns='u'>${'x'.repeat(2_000_000)}</x>`), 'larger than any server takes'],
  ['elements nested 5,000 deep', stanza(`<x xmlns='u'>${'<x>'.repeat(5000)}${'</x>'.repeat(5000)}</x>`), 'nested too deep'],
  ['a presence', `<presence from='${from}'/>`, 'no message'],
  ['a message of another namespace', `<message xmlns='jabber:server' type='groupchat' from='${from}'/>`, 'namespace'],
  ['a chat from the account itself', stanza('', `type='chat' from='${JULIET}'`), 'no groupchat'],
  ['a groupchat message from the account itself', stanza('', `type='groupchat' from='${JULIET}/x'`), 'not from the room'],
  ['a message of another room', stanza('', `type='groupchat' from='other@rooms.lit/Romeo'`), 'not from the room'],
  ['another occupant’s message', stanza('', `type='groupchat' from='${ORCHARD}/Tybalt'`), 'another occupant'],
])('%s is refused with the reason', (_what, xml, why) => {
  expect(one(line(xml))).toMatchObject({ refused: expect.stringContaining(why) });
});

test('a private message is from an occupant or to one; what we said ourselves has no from of its own', () => {
  const said = { body: 'psst', kind: 'private' as const };
  expect(one(line(stanza('', `type='chat' from='${from}'`), said))).toMatchObject({ xml: expect.stringContaining(`from="${from}"`) });
  const sent = one(line(stanza('', `type='chat' to='${from}' from='${JULIET}/phone'`), said));
  expect(sent).toMatchObject({ xml: expect.stringContaining(`to="${from}"`) });
  expect(sent).not.toMatchObject({ xml: expect.stringContaining(JULIET) });
  expect(one(line(stanza('', `type='chat' from='${JULIET}' to='nurse@capulet.lit'`), said))).toMatchObject({ refused: expect.stringContaining('neither') });
});

test('a line of no room is refused, and another spelling of a room is the room', () => {
  expect(one(line(stanza(), { body: 'x', room: 'nobody' }))).toMatchObject({ refused: expect.stringContaining('no room') });
  expect(one(line(stanza(), { body: 'soft', room: ORCHARD.toUpperCase() }))).toMatchObject({ message: { room: ORCHARD } });
  expect(one({ gap: { room: 'x', from: 1, to: 2, cause: 'y' } })).toMatchObject({ refused: expect.stringContaining('no room') });
});

test('of a hostile file the honest lines go in, and each other one is named by its line', () => {
  const own = ownArchive();
  try {
    const lines = [line(stanza()), line(`${stanza()}</stream:stream>`), line(stanza('', `type='chat' from='${JULIET}'`)), line(stanza(), { body: 'soft', id: 'two', at: T0 + 9000, arrivedAt: T0 + 9000 })];
    const report = importAll(own.archive, { account: JULIET, messages: checkedImport(lines) });
    expect(report).toMatchObject({ read: 4, kept: 2, refused: 2, trouble: [{ line: 2 }, { line: 3 }] });
    for (const { xml } of page(own.archive)) expect(xml).toMatch(/^<message [^>]*><body>soft<\/body><\/message>$/);
  } finally {
    own.close();
  }
});
