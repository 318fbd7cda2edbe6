// A stream that breaks while a room is asked to let us in, and is resumed (XEP-0198): the wish may have reached it.
import { expect, test } from 'vitest';
import { presence, refusal, result, subject, worlds, type Answer } from '../support/rooms-scripted.ts';
import { until } from '../support/until.ts';

const ROOM = 'orchard@rooms.scripted.test';
const open = worlds();

/** What a room without an archive sends to one who enters: its history stands before the subject. */
function welcome(nick: string): string[] {
  const past = [1, 2].map(
    (n) => `<message from='${ROOM}/juliet' type='groupchat' id='said-${n}'><body>${n}</body><delay xmlns='urn:xmpp:delay' stamp='2026-11-27T10:00:0${n}Z'/></message>`,
  );
  return [presence(ROOM, nick, { codes: [110] }), ...past, subject(ROOM, '')];
}

/** Asks a room that keeps silent to let us in, and loses the stream; `ping` is its answer to what comes after the resumption. */
async function brokenOff(ping: (id: string) => Answer) {
  const world = await open({ sm: true });
  let wishes = 0;
  world.script(ROOM, {
    join: (_presence, nick) => ((wishes += 1) === 1 ? undefined : welcome(nick)),
    ping: ({ attrs }) => ping(String(attrs['id'])),
  });
  const joined = world.account.join(ROOM, { nick: 'romeo' });
  await until(() => wishes === 1, { what: 'the wish' });
  world.drop();
  await until(() => world.account.status().connection.state !== 'online', { what: 'the end of the stream' });
  expect(await joined).toMatchObject({ ok: true });
  await world.settle();
  return { ...world, wishes: () => wishes };
}

test('what a room answers across a resumption is not asked for once more, and its history is kept once', async () => {
  const { bodies, wishes } = await brokenOff((id) => [...welcome('romeo'), result(`${ROOM}/romeo`, id)]);
  expect(wishes()).toBe(1);
  expect(bodies(ROOM).filter(Boolean)).toEqual(['1', '2']);
});

test('a room that never heard the wish is asked again', async () => {
  const { bodies, wishes } = await brokenOff((id) => refusal(`${ROOM}/romeo`, id, 'not-acceptable'));
  expect(wishes()).toBe(2);
  expect(bodies(ROOM).filter(Boolean)).toEqual(['1', '2']);
});
