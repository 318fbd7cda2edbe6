// A room without an archive of which nothing is kept yet: what it does not tell after a loss is a hole all the same.
import { expect, test } from 'vitest';
import { ME, presence, refusal, result, subject, worlds } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const ROOM = 'orchard@rooms.scripted.test';
const open = worlds();

/** Enters an empty room and loses the stream; back in, it is told of one message that was said at `stamp`. */
async function back(stamp: (joined: number) => number) {
  const world = await open();
  const since: (string | undefined)[] = [];
  const joined = Date.now();
  world.script(ROOM, {
    join: (wish, nick) => {
      since.push(wish.getChild('x')?.getChild('history')?.attrs['since'] as string | undefined);
      const when = new Date(stamp(joined)).toISOString();
      const past = `<message from='${ROOM}/juliet' type='groupchat' id='said'><body>late</body><delay xmlns='urn:xmpp:delay' stamp='${when}'/></message>`;
      return [presence(ROOM, nick, { codes: [110] }), ...(since.length > 1 ? [past] : []), subject(ROOM, '')];
    },
  });
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  await world.settle();
  world.drop();
  await until(() => world.bodies(ROOM).includes('late'), { what: 'the history' });
  await world.settle();
  return { since, joined, gaps: world.archive.gaps(world.jid, ROOM) };
}

test('it is asked for what was said since we were last in it, and what it may not have told is on record', async () => {
  const { since, joined, gaps } = await back((at) => at + 60_000);
  expect(since[0]).toBeUndefined();
  expect(Date.parse(since[1] ?? '')).toBeLessThan(joined);
  expect(gaps).toMatchObject([{ to: joined + 60_000, cause: expect.stringContaining('no archive') }]);
  expect(gaps[0]?.from).toBeGreaterThanOrEqual(joined);
  expect(gaps[0]?.from).toBeLessThan(joined + 60_000);
});

test('a history that reaches back to before we came in proves that there is no hole', async () => {
  expect((await back((at) => at - 60_000)).gaps).toEqual([]);
});

test('where our clock is fast by the server’s, the room is asked for what was said since we last heard it, and not since a time to come', async () => {
  let fast = 0;
  const world = await open({ now: () => Date.now() + fast });
  const begin = Date.now();
  const stamped = (body: string, at: number): string =>
    `<message from='${ROOM}/juliet' type='groupchat' id='id of ${body}'><body>${body}</body><delay xmlns='urn:xmpp:delay' stamp='${new Date(at).toISOString()}'/></message>`;
  world.script(String(ME.split('@')[1]), {
    iq: ({ attrs }) => result('', String(attrs['id']), `<time xmlns='urn:xmpp:time'><utc>${new Date().toISOString()}</utc><tzo>+00:00</tzo></time>`),
  });
  let entries = 0;
  world.script(ROOM, {
    join: (wish, nick) => {
      const since = Date.parse(String(wish.getChild('x')?.getChild('history')?.attrs['since'] ?? 0));
      const said = (entries += 1) === 1 ? [] : [['heard', begin], ['missed', begin + 1]] as const;
      return [presence(ROOM, nick, { codes: [110] }), ...said.flatMap(([body, at]) => (at >= since ? [stamped(body, at)] : [])), subject(ROOM, '')];
    },
    iq: ({ attrs }) => refusal(ROOM, String(attrs['id']), 'item-not-found'),
  });
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  fast = 23 * 60_000;
  world.send(`<message from='${ROOM}/juliet' type='groupchat' id='id of heard'><body>heard</body></message>`);
  await world.settle();
  world.drop();
  await until(() => entries === 2 && world.account.rooms.list()[0]?.state === 'joined', { what: 'alice to be back' });
  await world.settle();
  expect(world.bodies(ROOM).filter(Boolean)).toEqual(['heard', 'missed']);
  expect(world.archive.gaps(world.jid, ROOM)).toEqual([]);
});
