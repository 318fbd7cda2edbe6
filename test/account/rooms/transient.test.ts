// Chat states and messages marked no-store go to live sessions only and are not archived.
import { expect, test } from 'vitest';
import { parseElement } from '../../../src/xmpp/xml.ts';
import { isTransient } from '../../../src/xmpp/xep/message/transient.ts';
import { worlds } from '../../support/rooms/scripted.ts';

const ROOM = 'orchard@rooms.scripted.test';
const open = worlds();

const COMPOSING = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
const NO_STORE = "<no-store xmlns='urn:xmpp:hints'/>";
const message = (children: string, from = 'juliet', type = 'groupchat'): string =>
  `<message xmlns='jabber:client' type='${type}' from='${ROOM}/${from}' id='m1'>${children}</message>`;

test.each([
  [true, 'a chat state', COMPOSING],
  [true, 'a chat state with what rooms and clients add', `${COMPOSING}<origin-id xmlns='urn:xmpp:sid:0' id='m1'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='o'/><thread>t</thread>`],
  [true, 'words that are not to be stored', `<body>psst</body>${NO_STORE}`],
  [false, 'words with the state that most clients add', `<body>soft</body><active xmlns='http://jabber.org/protocol/chatstates'/>`],
  [false, 'a chat state beside something unheard of', `${COMPOSING}<unheard xmlns='urn:example:of'/>`],
  [false, 'a reaction, which has a hint to be stored', `<reactions xmlns='urn:xmpp:reactions:0' id='1'/><store xmlns='urn:xmpp:hints'/>`],
  [false, 'nothing at all', ''],
])('%s that it passes: %s', (passes, _what, children) => {
  expect(isTransient(parseElement(message(children)))).toBe(passes);
});

test('chat states and no-store are told to the live doors, and kept nowhere', async () => {
  const { account, archive, jid, bodies, events, send, settle, state } = await open();
  await account.rooms.join(ROOM, { nick: 'romeo' });
  await state(ROOM, 'joined');
  await settle();
  send(message(`<body>soft</body>`), message(COMPOSING), message(`<body>not for the record</body>${NO_STORE}`));
  send(message(COMPOSING, 'juliet', 'chat'), message(`<body>nor this</body>${NO_STORE}`, 'juliet', 'chat'), message('<body>what light</body>'));
  await settle();
  expect(bodies(ROOM)).toEqual(['soft', 'what light']);
  expect(archive.page({ account: jid, room: ROOM, limit: 10 })).toHaveLength(2);
  const live = events.all.flatMap((event) => (event.type === 'room-stanza' && event.stanza.from === `${ROOM}/juliet` && event.stanza.kind === 'message' ? [event.stanza.raw] : []));
  expect(live.map((raw) => [/type='(\w+)'/.exec(raw)?.[1], raw.includes('composing'), raw.includes('no-store')])).toEqual([
    ['groupchat', true, false],
    ['groupchat', false, true],
    ['chat', true, false],
    ['chat', false, true],
  ]);
});
