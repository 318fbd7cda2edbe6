// A message is sent again only if the room does not have it; the person is asked if no history can prove that.
import { expect, test } from 'vitest';
import { presence, presenceError, result, roomInfo, subject, worlds } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const ROOM = 'orchard@rooms.scripted.test';
const open = worlds();

const heard = "<message from='ROOM/juliet' type='groupchat' id='an-id-that-is-long'><body>heard</body>DELAY</message>".replace('ROOM', ROOM);
const delay = (): string => `<delay xmlns='urn:xmpp:delay' stamp='${new Date().toISOString()}'/>`;

/** Hears one thing, says another that is never reflected, and loses the stream; the next entry brings `history`. */
async function lost(history: (originId: string) => string[], taken = false) {
  const world = await open({ sm: true });
  let entries = 0;
  let originId = '';
  world.script(ROOM, {
    join(_presence, nick) {
      entries += 1;
      if (entries === 1) return [presence(ROOM, nick, { codes: [110] }), subject(ROOM, '')];
      if (taken && nick === 'romeo') return presenceError(`${ROOM}/romeo`, 'conflict');
      return [presence(ROOM, nick, { codes: [110] }), ...history(originId), subject(ROOM, '')];
    },
  });
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  world.send(heard.replace('DELAY', ''));
  await world.settle();
  const said = await world.account.sending.sendMessage(ROOM, 'mine');
  if (said.ok) ({ originId } = said.value);
  await world.heard.next((stanza) => stanza.getChildText('body') === 'mine');
  world.drop('forgotten');
  await until(() => world.account.rooms.list()[0]?.state === 'joined' && entries > 1, { what: 'romeo to be back', deadline: 20_000 });
  await world.settle();
  return { ...world, nick: world.account.rooms.list()[0]?.nick, waiting: world.account.sending.outbox().map(({ state }) => state) };
}

test('a history that reaches back to what we had, and does not hold what we said, proves that it was not said: it is said again', async () => {
  const { heard: stanzas, waiting } = await lost(() => [heard.replace('DELAY', delay())]);
  expect(waiting).toEqual(['sent']);
  const again = await stanzas.next((stanza) => stanza.getChildText('body') === 'mine');
  expect(again.attrs['to']).toBe(ROOM);
});

test.each([
  ['is empty', []],
  ['reaches back to nothing that we had', [heard.replace('DELAY', delay()).replaceAll('heard', 'another').replace('an-id', 'no-id')]],
  ['has what we had under an id that a client may count up to', [heard.replace('DELAY', delay()).replace('an-id-that-is-long', '7')]],
])('the person is asked where the history %s', async (_how, history) => {
  expect((await lost(() => history)).waiting).toEqual(['ask']);
});

test('what we said under the nick of before is known in the history: nothing is asked, and nothing said twice', async () => {
  const mine = (originId: string): string => `<message from='${ROOM}/romeo' type='groupchat' id='${originId}'><body>mine</body><origin-id xmlns='urn:xmpp:sid:0' id='${originId}'/>${delay()}</message>`;
  const { nick, waiting, bodies } = await lost((originId) => [heard.replace('DELAY', delay()), mine(originId)], true);
  expect(nick).not.toBe('romeo');
  expect(waiting).toEqual([]);
  expect(bodies(ROOM).filter((body) => body === 'mine')).toHaveLength(1);
});

test('what another has said under our id proves nothing: the person is asked', async () => {
  const forged = (originId: string): string => `<message from='${ROOM}/tybalt' type='groupchat' id='${originId}'><body>mine</body>${delay()}</message>`;
  expect((await lost((originId) => [heard.replace('DELAY', delay()), forged(originId)])).waiting).toEqual(['ask']);
});

test('where the room’s archive gives nothing, the person is asked, too', async () => {
  const world = await open({ sm: true, times: { archiveSilence: 200 } });
  let present = true;
  world.script(ROOM, {
    info: ({ attrs }) => roomInfo(ROOM, String(attrs['id']), ['urn:xmpp:mam:2', 'urn:xmpp:sid:0']),
    iq: ({ attrs }) => (present ? result(ROOM, String(attrs['id']), "<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'/></fin>") : undefined),
  });
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  world.send(heard.replace('DELAY', `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='1'/>`));
  await world.settle();
  await world.account.sending.sendMessage(ROOM, 'mine');
  await world.heard.next((stanza) => stanza.getChildText('body') === 'mine');
  present = false;
  world.drop('forgotten');
  await until(() => world.account.sending.outbox().some(({ state }) => state === 'ask'), { what: 'the person to be asked' });
  expect(world.account.sending.outbox()).toMatchObject([{ body: 'mine', state: 'ask', cause: undefined }]);
  expect(world.heard.all.filter((stanza) => stanza.getChildText('body') === 'mine')).toHaveLength(1);
});

test('what was sent can be forgotten before the room has told it, and is kept once when it does', async () => {
  const world = await open({ sm: true });
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  await world.account.sending.sendMessage(ROOM, 'mine');
  const said = await world.heard.next((stanza) => stanza.getChildText('body') === 'mine');
  expect(world.account.sending.discard(String(said.attrs['id']))).toMatchObject({ ok: true, value: { state: 'sent' } });
  expect(world.account.sending.outbox()).toEqual([]);
  world.send(`<message from='${ROOM}/romeo' type='groupchat' id='${said.attrs['id']}'><body>mine</body></message>`);
  await world.settle();
  expect(world.bodies(ROOM)).toEqual(['mine']);
});
