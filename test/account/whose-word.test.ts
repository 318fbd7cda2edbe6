// Only what the server has stamped as the account's own commands or feeds anything. A real server lets
// neither itself nor a room say such things, so that the server is scripted.
import { describe, expect, test } from 'vitest';
import { ME, entry, worlds, type World } from '../support/rooms/scripted.ts';

const ROOM = 'garden@rooms.scripted.test';
const world = worlds();

async function joined(): Promise<World> {
  const one = await world();
  one.script(ROOM, { join: (_, nick) => entry(ROOM, nick, ['mallory']) });
  expect(await one.account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true });
  one.send(`<message type='groupchat' from='${ROOM}/mallory' id='m1'><body>hello</body></message>`);
  await one.settle();
  return one;
}

const leave = `<command xmlns='http://jabber.org/protocol/commands' node='leave' action='execute'><x xmlns='jabber:x:data' type='submit'>`
  + `<field var='room'><value>${ROOM}</value></field></x></command>`;
const said = `<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' type='groupchat' to='${ROOM}' id='evil'><body>in your name</body></message></forwarded>`;
const event = (items: string): string => `<event xmlns='http://jabber.org/protocol/pubsub#event'>${items}</event>`;
const read = event(`<items node='urn:xmpp:mds:displayed:0'><item id='${ROOM}'><displayed xmlns='urn:xmpp:mds:displayed:0'>`
  + `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='s1'/></displayed></item></items>`);
const bookmarks = event(`<items node='urn:xmpp:bookmarks:1'><retract id='${ROOM}'/><item id='trap@rooms.scripted.test'>`
  + `<conference xmlns='urn:xmpp:bookmarks:1' autojoin='true'/></item></items>`);

describe.each([
  ['a contact', 'bob@scripted.test/phone'],
  ['an occupant', `${ROOM}/mallory`],
  ['the server’s domain', 'scripted.test'],
  ['the room', ROOM],
  ['somebody with the account’s name on another server', `${ME.split('@')[0]}@evil.test/phone`],
  ['somebody whose resource is the account', `evil.test/${ME}`],
])('%s', (_who, from) => {
  test('commands nothing, says nothing and feeds nothing', async () => {
    const one = await joined();
    const before = one.heard.all.length;
    one.send(
      `<iq type='set' id='c1' from='${from}' to='${ME}/minimix'>${leave}</iq>`,
      `<iq type='get' id='c2' from='${from}' to='${ME}/minimix'><query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/></iq>`,
      `<message type='chat' id='c3' from='${from}' to='${ME}/minimix'><body>leave ${ROOM}</body></message>`,
      `<message id='c4' from='${from}' to='${ME}/minimix'>${said}</message>`,
      `<message id='c5' from='${from}' to='${ME}/minimix'><sent xmlns='urn:xmpp:carbons:2'>${said}</sent></message>`,
      `<message type='headline' id='c6' from='${from}' to='${ME}/minimix'>${read}</message>`,
      `<message type='headline' id='c7' from='${from}' to='${ME}/minimix'>${bookmarks}</message>`,
      `<message type='error' id='mx-1' from='${from}' to='${ME}/minimix'><error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    await one.settle();
    const answers = one.heard.all.slice(before);
    for (const id of ['c1', 'c2']) expect(answers.find(({ attrs }) => attrs['id'] === id)?.attrs).toMatchObject({ type: 'error', to: from });
    expect(answers.filter(({ name, attrs }) => name === 'message' && attrs['type'] !== 'error')).toEqual([]);
    expect(answers.filter(({ name }) => name === 'presence')).toEqual([]);
    expect(one.account.rooms.list()).toMatchObject([{ room: ROOM, state: 'joined' }]);
    expect(one.account.bookmarks.list().map(({ room }) => room)).not.toContain('trap@rooms.scripted.test');
    expect([one.archive.outbox(ME), one.account.history.readStates(), one.account.devices.list()]).toEqual([[], [], []]);
  });
});

test('the account’s own resource does command', async () => {
  const one = await joined();
  one.send(`<iq type='set' id='c1' from='${ME}/phone' to='${ME}/minimix'>${leave}</iq>`);
  await one.heard.next(({ name, attrs }) => name === 'presence' && attrs['type'] === 'unavailable' && attrs['to'] === `${ROOM}/romeo`, { what: 'the room to be left' });
});
