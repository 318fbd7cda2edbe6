// A stream that breaks while a room is asked to let us in, and is resumed (XEP-0198): the wish may have reached it.
import { expect, test } from 'vitest';
import { presence, refusal, result, subject, worlds, type Answer } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

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
  const joined = world.account.rooms.join(ROOM, { nick: 'romeo' });
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

test('a join that is wished for once more while the room is asked is not asked for again', async () => {
  const world = await open();
  const wishes: string[] = [];
  world.script(ROOM, { join: (_presence, nick) => void wishes.push(nick) });
  const first = world.account.rooms.join(ROOM, { nick: 'romeo' });
  await until(() => wishes.length === 1, { what: 'the wish' });
  const second = world.account.rooms.join(ROOM);
  await world.settle();
  world.send(...welcome('romeo'));
  expect([await first, await second]).toMatchObject([{ ok: true }, { ok: true }]);
  await world.settle();
  expect(wishes).toEqual(['romeo']);
  expect(world.bodies(ROOM).filter(Boolean)).toEqual(['1', '2']);
});

test('a room whose turn to be asked comes only after the resumption is asked once', async () => {
  const world = await open({ sm: true });
  const crowd = Array.from({ length: 101 }, (_, n) => `room-${n}@rooms.scripted.test`);
  const wishes: string[] = [];
  const pings = new Map<string, string>();
  for (const room of crowd)
    world.script(room, { join: () => void wishes.push(room), ping: ({ attrs }) => void pings.set(room, String(attrs['id'])) });
  for (const room of crowd) void world.account.rooms.join(room, { nick: 'romeo' });
  await until(() => wishes.length === 100, { what: 'as many wishes as are under way at a time' });
  const [last = ''] = crowd.filter((room) => !wishes.includes(room));
  world.drop();
  await until(() => world.account.status().connection.state !== 'online', { what: 'the end of the stream' });
  await until(() => world.account.status().connection.state === 'online', { what: 'the resumption' });
  await world.settle();
  const [first = ''] = wishes;
  world.send(presence(first, 'romeo', { codes: [110] }), subject(first, '')); // now it is the last one's turn
  await until(() => wishes.includes(last), { what: 'the last wish' });
  const id = pings.get(last);
  if (id !== undefined) world.send(refusal(`${last}/romeo`, id, 'not-acceptable'));
  for (const _ of [1, 2]) await world.settle(); // what is written at the end of a turn comes behind the first fence
  expect(wishes.filter((room) => room === last)).toEqual([last]);
});

test('a room that lets us in late, and once more because it was asked once more, has its past kept once, whatever our clock says meanwhile', async () => {
  const wishes: string[] = [];
  let ahead = 0;
  const world = await open({ now: () => Date.now() + ahead });
  const past = (n: number): string =>
    `<message from='${ROOM}/juliet' type='groupchat' id='unguessable-${n}'><body>${n}</body><delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='2026-11-27T10:00:0${n}Z'/></message>`;
  const told = [presence(ROOM, 'romeo', { codes: [110] }), ...[1, 2, 3].map(past), subject(ROOM, '')];
  world.script(ROOM, { join: (_presence, nick) => void wishes.push(nick) });
  const joined = world.account.rooms.join(ROOM, { nick: 'romeo' });
  await until(() => wishes.length === 1, { what: 'the wish' });
  world.send(...told);
  expect(await joined).toMatchObject({ ok: true });
  for (const hours of [9.5, -7]) {
    ahead = hours * 3_600_000;
    world.send(...told, `<message from='${ROOM}/juliet' type='groupchat' id='unguessable-now-${hours}'><body>${hours}</body></message>`);
    await world.settle();
  }
  expect(world.bodies(ROOM).filter(Boolean)).toEqual(['1', '2', '3', '9.5', '-7']);
});
