// XEP-0203: whose delay is the time of a message. An occupant can put one into what they say, under anybody's name.
import { expect, test } from 'vitest';
import { toTimeline } from '../../../src/frontends/web/api/timeline.ts';
import { entry, presence, roomInfo, subject, worlds } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const ROOM = 'orchard@rooms.scripted.test';
const LONG_AGO = '2001-01-01T00:00:00Z';
const open = worlds();

const delay = (stamp: string, from?: string): string => `<delay xmlns='urn:xmpp:delay' stamp='${stamp}'${from === undefined ? '' : ` from='${from}'`}/>`;
const said = (body: string, more = ''): string => `<message from='${ROOM}/juliet' type='groupchat' id='id-of-${body}'><body>${body}</body>${more}</message>`;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

async function inside() {
  const world = await open({ sm: true });
  world.script(ROOM, { info: ({ attrs }) => roomInfo(ROOM, String(attrs['id'])), join: (_presence, nick) => entry(ROOM, nick) });
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  const timeOf = (body: string): number | undefined => world.archive.page({ account: world.jid, room: ROOM, limit: 500 }).find((one) => one.body === body)?.at;
  return { ...world, timeOf };
}

test('of a history the room’s own delay counts, and none that somebody put there before it', async () => {
  const { account, archive, jid, script } = await open();
  const history = [
    said('forged', delay(LONG_AGO) + delay(LONG_AGO, 'mallory@elsewhere.test') + delay(LONG_AGO, ROOM) + delay('2026-11-27T10:00:01Z', ROOM)),
    said('nameless', delay(LONG_AGO) + delay('2026-11-27T10:00:02Z')),
  ];
  script(ROOM, {
    info: ({ attrs }) => roomInfo(ROOM, String(attrs['id'])),
    join: (_presence, nick) => [presence(ROOM, nick, { codes: [110] }), ...history, subject(ROOM, '')],
  });
  await account.rooms.join(ROOM, { nick: 'romeo' });
  const kept = await until(() => {
    const page = archive.page({ account: jid, room: ROOM, limit: 10 }).filter(({ body }) => body !== undefined);
    return page.length === 2 ? page : undefined;
  }, { what: 'the history' });
  expect(kept?.map(({ body, at }) => [body, new Date(at).toISOString()])).toEqual([
    ['forged', '2026-11-27T10:00:01.000Z'],
    ['nameless', '2026-11-27T10:00:02.000Z'],
  ]);
});

test('what comes live has the time of its arrival, whoever is said to have held it', async () => {
  const { send, settle, timeOf } = await inside();
  const before = Date.now();
  const claims = [undefined, ROOM, 'scripted.test', 'romeo@scripted.test', 'mallory@elsewhere.test'];
  send(...claims.map((from, n) => said(`live-${n}`, delay(ago(60_000), from))));
  await settle();
  for (const n of claims.keys()) expect(timeOf(`live-${n}`), `live-${n}`).toBeGreaterThanOrEqual(before);
});

test('what the account’s server has held while the stream was away has the time that it was held, and no other’s, nor one that cannot be', async () => {
  const { account, drop, send, settle, timeOf } = await inside();
  await settle();
  drop();
  await until(() => account.status().connection.state !== 'online', { what: 'the end of the stream' });
  await until(() => account.status().connection.state === 'online', { what: 'the resumption' });
  const before = Date.now();
  const [held, heldToo] = [ago(30_000), ago(20_000)];
  send(
    said('held', delay(held, 'romeo@scripted.test')),
    said('held-too', delay(heldToo, 'scripted.test')),
    said('another’s', delay(ago(20_000), 'mallory@elsewhere.test')),
    said('room’s', delay(ago(20_000), ROOM)),
    said('before', delay(LONG_AGO, 'romeo@scripted.test')),
    said('to-come', delay(ago(-3_600_000), 'romeo@scripted.test')),
  );
  await settle();
  expect([timeOf('held'), timeOf('held-too')]).toEqual([Date.parse(held), Date.parse(heldToo)]);
  for (const body of ['another’s', 'room’s', 'before', 'to-come']) expect(timeOf(body), body).toBeGreaterThanOrEqual(before);
});

test('a time that somebody has put there is shown as a claim, and the one that counts is none', async () => {
  const { account, archive, script, send, settle, state } = await open();
  script(ROOM, {
    info: ({ attrs }) => roomInfo(ROOM, String(attrs['id'])),
    join: (_presence, nick) => [presence(ROOM, nick, { codes: [110] }), said('past', delay('2026-11-27T10:00:01Z', ROOM)), said('forged', delay(LONG_AGO) + delay('2026-11-27T10:00:02Z', ROOM)), subject(ROOM, '')],
  });
  await account.rooms.join(ROOM, { nick: 'romeo' });
  await state(ROOM, 'joined');
  send(said('live'), said('claimed', delay(LONG_AGO, ROOM)), said('just-now', delay(ago(5_000))));
  await settle();
  const shown = archive.page({ account: account.jid, room: ROOM, limit: 9 }).map(toTimeline);
  expect(shown.flatMap(({ body, claimedAt }) => (body === null ? [] : [[body, claimedAt]]))).toEqual([
    ['past', null],
    ['forged', '2001-01-01T00:00:00.000Z'],
    ['live', null],
    ['claimed', '2001-01-01T00:00:00.000Z'],
    ['just-now', null],
  ]);
});
