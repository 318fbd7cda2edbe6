// XEP-0045 7.4: a message to a room in which we are not, though we believed it.
import type { Element } from 'ltx';
import { expect, test } from 'vitest';
import { entry, refusal, worlds, type World } from '../../support/rooms/scripted.ts';

const open = worlds();
const ROOM = 'cave@rooms.scripted.test';
const isSaid = (stanza: Element): boolean => stanza.is('message') && stanza.attrs['type'] === 'groupchat';

/** In the room, where somebody says what the room does not take. */
async function refused(world: World): Promise<Element> {
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  expect(await world.account.sending.sendMessage(ROOM, 'are you there?')).toMatchObject({ ok: true });
  const said = await world.heard.next(isSaid, { what: 'the message' });
  const error = `<error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
  world.send(`<message type='error' from='${ROOM}' id='${said.attrs['id']}'>${error}</message>`);
  return said;
}

test('what a room did not take because we were out of it is said once we are in again', async () => {
  const world = await open();
  let out = false;
  world.script(ROOM, {
    ping: (iq) => (out ? refusal(String(iq.attrs['to']), String(iq.attrs['id']), 'not-acceptable', 'cancel') : `<iq type='result' from='${iq.attrs['to']}' id='${iq.attrs['id']}'/>`),
    join: (_, nick) => ((out = !out), entry(ROOM, nick)),
  });
  const first = await refused(world);
  const again = await world.heard.next(isSaid, { what: 'the message again', deadline: 15_000 });
  expect(again.attrs['id']).toBe(first.attrs['id']);
  world.send(`<message type='groupchat' from='${ROOM}/romeo' id='${again.attrs['id']}'><body>are you there?</body></message>`);
  await world.settle();
  expect(world.account.sending.outbox()).toEqual([]);
  expect(world.bodies(ROOM)).toEqual(['are you there?']);
});

test('what a room does not take though we are in it is refused, once and for all', async () => {
  const world = await open();
  await refused(world);
  await world.heard.next((stanza) => stanza.getChild('ping') !== undefined, { what: 'a self-ping' });
  await world.settle();
  expect(world.account.sending.outbox()).toEqual([]);
  expect(world.log.filter((line) => line.includes('refused a message'))).toHaveLength(1);
  expect(world.heard.all.filter(isSaid)).toHaveLength(1);
});
