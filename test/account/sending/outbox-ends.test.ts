// What the server ends the stream over is not said for ever: after two streams the person is asked.
import { expect, test } from 'vitest';
import { storedValues } from '../../../src/archive/stored-values.ts';
import { presence, subject, worlds } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const ROOM = 'orchard@rooms.scripted.test';
const open = worlds();
const heard = (delay: string): string => `<message from='${ROOM}/juliet' type='groupchat' id='an-id-that-is-long'><body>heard</body>${delay}</message>`;
const REJECTED = `<stream:error><not-well-formed xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`;

/** A room whose history proves that it does not have what we said. */
async function inRoom() {
  const world = await open({ sm: true, takes: ({ name }) => name !== 'message' });
  let entries = 0;
  world.script(ROOM, {
    join(_presence, nick) {
      entries += 1;
      const past = entries === 1 ? [] : [heard(`<delay xmlns='urn:xmpp:delay' stamp='${new Date().toISOString()}'/>`)];
      return [presence(ROOM, nick, { codes: [110] }), ...past, subject(ROOM, '')];
    },
  });
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  world.send(heard(''));
  await world.settle();
  /** The server ends the stream over what it was told last; resolves once we are back. */
  const ended = async (word = REJECTED): Promise<void> => {
    const before = entries;
    world.end(word);
    await until(() => entries > before && world.account.rooms.list()[0]?.state === 'joined', { what: 'romeo to be back', deadline: 20_000 });
    await world.settle();
  };
  const said = (body: string): Promise<unknown> => world.heard.next((stanza) => stanza.getChildText('body') === body, { what: body });
  return { ...world, ended, said };
}

test('what two streams have ended over is said no more: the person is asked, with the server’s word', async () => {
  const { account, ended, said, heard: stanzas } = await inRoom();
  await account.sending.sendMessage(ROOM, 'poison');
  await said('poison');
  await ended();
  await said('poison'); // once may be chance
  await ended();
  expect(account.sending.outbox()).toMatchObject([{ body: 'poison', state: 'ask', cause: 'the server ended the stream: not-well-formed' }]);
  expect(stanzas.all.filter((stanza) => stanza.getChildText('body') === 'poison')).toHaveLength(2);
  const [waiting] = account.sending.outbox();
  expect(account.sending.discard(waiting?.originId ?? '')).toMatchObject({ ok: true });
  expect(account.sending.outbox()).toEqual([]);
});

test('what the person says again in spite of that has two more streams', async () => {
  const { account, ended, said } = await inRoom();
  await account.sending.sendMessage(ROOM, 'poison');
  for (let streams = 0; streams < 2; streams++) {
    await said('poison');
    await ended();
  }
  const [waiting] = account.sending.outbox();
  expect(account.sending.sendAgain(waiting?.originId ?? '')).toMatchObject({ ok: true, value: { state: 'sent', cause: undefined } });
  await said('poison');
  await ended();
  expect(account.sending.outbox()).toMatchObject([{ state: 'sent' }]);
});

test('how much the server takes is on disk, and known to the daemon that comes after', async () => {
  const world = await inRoom();
  const body = 'x'.repeat(30_000);
  await world.account.sending.sendMessage(ROOM, body);
  await world.said(body);
  await world.ended(REJECTED.replace('not-well-formed', 'policy-violation'));
  expect(world.archive.value(world.jid, storedValues.learnedLimit)).toMatchObject({ learned: expect.toSatisfy((bytes: number) => bytes < 30_000) });
  expect(world.account.sending.outbox()).toEqual([]); // refused with the reason
  const after = await world.reopen();
  await after.online();
  expect(await after.account.sending.sendMessage(ROOM, body)).toMatchObject({ ok: false, error: { code: 'too-large' } });
  await after.stop();
});

test('links that break are no fault of what was on its way', async () => {
  const { account, drop, said } = await inRoom();
  await account.sending.sendMessage(ROOM, 'patience');
  for (let breaks = 0; breaks < 3; breaks++) {
    await said('patience');
    drop('forgotten');
  }
  await said('patience');
  expect(account.sending.outbox()).toMatchObject([{ state: 'sent' }]);
});
