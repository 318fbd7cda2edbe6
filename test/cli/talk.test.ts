// The whole of it: the real command line and daemon, with alice's account on a real Prosody, and bob in the
// room.
import { createElement as xml, type Element } from 'ltx';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectPerson, type Person } from '../support/person.ts';
import { startProsody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { newHome, type TestHome } from './bin.ts';

let server: XmppServer;
beforeAll(async () => {
  server = await startProsody();
  for (const user of ['alice', 'bob']) await server.register(user, `secret of ${user}`);
});
afterAll(() => server.stop());

let home: TestHome;
let bob: Person;
beforeEach(async () => {
  home = await newHome();
  bob = await connectPerson(server, 'bob', 'secret of bob');
});
afterEach(async () => {
  await home.clear();
  await bob.close();
});

const alice = () => `alice@${server.domain}`;

async function addAlice(): Promise<void> {
  const where = ['--server', `127.0.0.1:${server.port}`, '--ca', server.caFile];
  const { code, err } = await home.run(
    ['account', 'add', alice(), ...where, '--password-stdin'],
    'secret of alice\n',
  );
  expect(code, err).toBe(0);
}

const online = () =>
  until(async () => (await home.list(['status']))[0]?.['state'] === 'online', {
    what: 'alice to be online',
    deadline: 20_000,
  });

const bodies = async (room: string): Promise<unknown[]> =>
  (await home.list(['history', room, '--limit', '500']))
    .filter(({ nick }) => nick === 'bob')
    .map(({ body }) => body)
    .filter(Boolean);

test('join, rooms, say, history, search, devices, leave: what is printed has the names and forms that are promised', async () => {
  await addAlice();
  await home.daemon();
  await online();
  const room = await server.room({ archive: true });
  await bob.join(room, 'bob');
  const joined = await home.run(['join', room, '--nick', 'Ali']);
  expect(joined, joined.err).toMatchObject({ code: 0, err: '' });
  const [entry] = await home.list(['rooms']);
  expect(Object.keys(entry ?? {})).toEqual([
    'account',
    'room',
    'state',
    'nick',
    'occupants',
    'verifiedAt',
    'reason',
  ]);
  expect(entry).toMatchObject({ account: alice(), room, state: 'joined', nick: 'Ali', occupants: 2 });

  const said = await home.run(['say', room, 'good', 'morrow', '<&>']);
  expect(said, said.err).toMatchObject({ code: 0 });
  const heard = await bob.next((stanza: Element) => stanza.getChildText('body') === 'good morrow <&>');
  expect(heard.attrs['from']).toBe(`${room}/Ali`);
  for (const n of [1, 2, 3]) await bob.say(room, `weather ${n}`);
  await until(async () => (await bodies(room)).length === 3, { what: 'three messages in the archive' });

  const history = await home.list(['history', room, '--limit', '3']);
  expect(history.map(({ body }) => body)).toEqual(['weather 1', 'weather 2', 'weather 3']);
  for (const line of history) {
    expect(Object.keys(line)).toEqual([
      'id',
      'account',
      'room',
      'nick',
      'at',
      'body',
      'stanzaId',
      'originId',
    ]);
    expect(line).toMatchObject({
      account: alice(),
      room,
      nick: 'bob',
      id: expect.any(Number),
      stanzaId: expect.any(String),
    });
    expect(line['at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  const ids = history.map(({ id }) => Number(id));
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  const earlier = await home.list(['history', room, '--limit', '1', '--before', String(ids[0])]);
  expect(earlier).toMatchObject([{ nick: 'Ali', body: 'good morrow <&>', originId: expect.any(String) }]);
  expect((await home.list(['search', 'weather', '2'])).map(({ body }) => body)).toEqual(['weather 2']);

  const phone = await connectPerson(server, 'alice', 'secret of alice', {
    resource: 'phone',
    features: ['urn:minimix:relay:0'],
  });
  await until(
    async () =>
      (await home.list(['devices'])).some(({ resource, relay }) => resource === 'phone' && relay === true),
    { what: 'the phone to be known' },
  );
  await phone.close();

  expect(await home.run(['leave', room])).toMatchObject({ code: 0, err: '' });
  await bob.next(
    (stanza) => stanza.attrs['from'] === `${room}/Ali` && stanza.attrs['type'] === 'unavailable',
  );
  expect((await home.list(['rooms'])).filter(({ state }) => state === 'joined')).toEqual([]);
});

test('a ban is told in one sentence, with exit code 1', async () => {
  await addAlice();
  await home.daemon();
  await online();
  const room = await server.room({ archive: false });
  await server.setAffiliation(room, alice(), 'outcast');
  const { code, out, err } = await home.run(['join', room]);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('a wrong password for the account is told by `status`', async () => {
  const where = ['--server', `127.0.0.1:${server.port}`, '--ca', server.caFile];
  await home.run(['account', 'add', alice(), ...where, '--password-stdin'], 'wrong\n');
  await home.daemon();
  const refused = async () => (await home.list(['status']))[0]?.['state'] === 'refused';
  await until(refused, { what: 'the login to be refused', deadline: 20_000 });
  expect((await home.list(['status']))[0]?.['why']).toEqual(expect.any(String));
});

test('a server that fell silent does not keep a second signal from ending the daemon at once', async () => {
  const silent = await startProsody();
  await silent.register('carol', 'secret of carol');
  const where = ['--server', `127.0.0.1:${silent.port}`, '--ca', silent.caFile];
  await home.run(
    ['account', 'add', `carol@${silent.domain}`, ...where, '--password-stdin'],
    'secret of carol\n',
  );
  const daemon = await home.daemon();
  await online();
  silent.suspend();
  const ended = daemon.end('SIGTERM');
  await until(() => daemon.log().includes('stopping'), { what: 'the daemon to say goodbye' });
  await Promise.race([daemon.end('SIGTERM'), ended]);
  expect(await ended).toBe(143);
  await silent.stop();
});

describe.each([{ archive: true }, { archive: false }])('in a room with an archive: $archive', (sort) => {
  test(
    'kill -9 while bob talks, then a restart: every message is there once, in order',
    { timeout: 90_000 },
    async () => {
      await addAlice();
      const first = await home.daemon();
      await online();
      const room = await server.room(sort);
      await bob.join(room, 'bob');
      expect(await home.run(['join', room])).toMatchObject({ code: 0 });
      const said: string[] = [];
      const say = async (count: number): Promise<void> => {
        for (let n = 0; n < count; n += 1) {
          said.push(`line ${said.length + 1}`);
          await bob.say(
            room,
            said.at(-1) ?? '',
            xml('origin-id', { xmlns: 'urn:xmpp:sid:0', id: `o${said.length}` }),
          );
        }
      };
      await say(10);
      const talking = say(15);
      await first.end('SIGKILL');
      await talking;
      await say(10);
      await home.daemon();
      await online();
      await say(5);
      const whole = async () => (await bodies(room)).includes(said.at(-1));
      await until(whole, { what: 'the last line to be in the archive', deadline: 20_000 });
      await until(async () => (await bodies(room)).length >= said.length, {
        what: 'all lines',
        deadline: 20_000,
      });
      expect(await bodies(room)).toEqual(said);
    },
  );
});
