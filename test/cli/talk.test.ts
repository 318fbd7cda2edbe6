// The whole of it: the real command line and daemon, with alice's account on a real Prosody, and bob in the
// room.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createElement as xml, type Element } from 'ltx';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeHome, type Home } from '../support/daemon.ts';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { startProsody } from '../support/servers/prosody.ts';
import type { XmppServer } from '../support/servers/server.ts';
import { until } from '../support/until.ts';

type Line = Record<string, unknown>;

let server: XmppServer;
beforeAll(async () => {
  server = await startProsody();
  for (const user of ['alice', 'bob']) await server.register(user, `secret of ${user}`);
});
afterAll(() => server.stop());

let home: Home;
let bob: Person;
beforeEach(async () => {
  home = makeHome();
  bob = await connectPerson(server, 'bob', 'secret of bob');
});
afterEach(async () => {
  await home.remove();
  await bob.close();
});

const alice = () => `alice@${server.domain}`;
const where = () => ['--server', `127.0.0.1:${server.port}`, '--ca', server.caFile, '--password-stdin'];
const list = (...args: string[]) => home.json<Line>(args);

async function addAlice(): Promise<void> {
  const { code, stderr } = await home.cli(['account', 'add', alice(), ...where()], 'secret of alice\n');
  expect(code, stderr).toBe(0);
}

const online = () =>
  until(async () => (await list('status'))[0]?.['state'] === 'online', {
    what: 'alice to be online',
    deadline: 20_000,
  });

const bodies = async (room: string): Promise<unknown[]> =>
  (await list('history', room, '--limit', '500'))
    .filter(({ nick }) => nick === 'bob')
    .map(({ body }) => body)
    .filter(Boolean);

/** Alice, in a new room where bob is. */
async function together(sort: { archive: boolean }): Promise<string> {
  await addAlice();
  await home.start();
  await online();
  const room = await server.room({ ...sort, owners: [`bob@${server.domain}`] });
  await bob.join(room, 'bob');
  const joined = await home.cli(['join', room, '--nick', 'Ali']);
  expect(joined, joined.stderr).toMatchObject({ code: 0, stderr: '' });
  return room;
}

test('join, rooms, say, history, search, devices, leave: what is printed has the names and forms that are promised', async () => {
  const room = await together({ archive: true });
  const [entry] = await list('rooms');
  expect(Object.keys(entry ?? {})).toEqual([
    'account',
    'room',
    'state',
    'nick',
    'occupants',
    'verifiedAt',
    'reason',
    'nonAnonymous',
    'logged',
    'catchUp',
    'wanted',
    'nickRefusal',
    'notify',
    'presence',
  ]);
  expect(entry).toMatchObject({ account: alice(), room, state: 'joined', nick: 'Ali', occupants: 2 });

  const said = await home.cli(['say', room, 'good', 'morrow', '<&>']);
  expect(said, said.stderr).toMatchObject({ code: 0 });
  const heard = await bob.next((stanza: Element) => stanza.getChildText('body') === 'good morrow <&>');
  expect(heard.attrs['from']).toBe(`${room}/Ali`);
  for (const n of [1, 2, 3]) await bob.say(room, `weather ${n}`);
  await until(async () => (await bodies(room)).length === 3, { what: 'three messages in the archive' });

  const history = await list('history', room, '--limit', '3');
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
  const earlier = await list('history', room, '--limit', '1', '--before', String(ids[0]));
  expect(earlier).toMatchObject([{ nick: 'Ali', body: 'good morrow <&>', originId: expect.any(String) }]);

  const phone = await connectPerson(server, 'alice', 'secret of alice', {
    resource: 'phone',
    features: ['urn:minimix:relay:0'],
  });
  await until(
    async () => (await list('devices')).some(({ resource, relay }) => resource === 'phone' && relay === true),
    { what: 'the phone to be known' },
  );
  await phone.close();

  expect(await home.cli(['leave', room])).toMatchObject({ code: 0, stderr: '' });
  await bob.next(
    (stanza) => stanza.attrs['from'] === `${room}/Ali` && stanza.attrs['type'] === 'unavailable',
  );
  expect((await list('rooms')).filter(({ state }) => state === 'joined')).toEqual([]);
});

test('a search has its grammar, its excerpts, and a sentence where it cannot be read', async () => {
  const room = await together({ archive: false });
  for (const body of ['fair weather', 'foul weather', 'fair maiden']) await bob.say(room, body);
  await until(async () => (await bodies(room)).length === 3, { what: 'three messages in the archive' });
  const found = async (...words: string[]) => (await list('search', ...words)).map(({ body }) => body);
  expect(await found('weather')).toEqual(['foul weather', 'fair weather']);
  expect(await found('weather', 'from:bob', `in:${room}`, 'after:1d -foul')).toEqual(['fair weather']);
  expect(await found('weather', 'before:2020')).toEqual([]);
  const [best] = await list('search', 'maiden', '--order', 'rank');
  expect(best).toMatchObject({ room, excerpt: { text: 'fair maiden', marks: [[5, 11]] } });
  const bad = await home.cli(['search', 'before:someday']);
  expect(bad).toMatchObject({ code: 2, stdout: '' });
  expect(bad.stderr).toContain('not a date');
  expect(bad.stderr.trim().split('\n')).toHaveLength(1);
});

test('what happens in a room is in its log, and the verbs of a room say how it went', async () => {
  const room = await together({ archive: false });
  expect(await home.cli(['nick', room, 'Alice'])).toMatchObject({ code: 0, stdout: expect.stringContaining('as Alice') });
  await bob.next((stanza) => stanza.attrs['from'] === `${room}/Alice`);
  expect(await home.cli(['room', 'set', room, '--never-create', 'on', '--rejoin-after-kick', 'off'])).toMatchObject({
    code: 0,
    stderr: '',
  });
  const follow = await home.cli(['follow', room]);
  expect(follow).toMatchObject({ code: 1, stdout: '' });
  expect(follow.stderr.trim().split('\n')).toHaveLength(1);

  const ask = xml('query', { xmlns: 'http://jabber.org/protocol/muc#admin' }, xml('item', { nick: 'Alice', role: 'none' }));
  await bob.iq(xml('iq', { type: 'set', to: room }, ask));
  await until(async () => (await list('rooms', room))[0]?.['state'] === 'kicked', { what: 'the kick to be seen' });
  const log = await list('rooms', room, '--log');
  expect(Object.keys(log[0] ?? {})).toEqual(['account', 'room', 'at', 'event', 'nick', 'text']);
  expect(log.map(({ event }) => event)).toContain('kicked');
  expect(log[0]?.['at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect((await home.cli(['rooms', room, '--log'])).stdout.trim().split('\n')).toHaveLength(log.length);
});

test('an invitation waits for a word: declined with a reason, or accepted', async () => {
  await addAlice();
  const [first, second] = await Promise.all([server.room({ archive: false }), server.room({ archive: false })]);
  for (const room of [first, second]) {
    const invite = xml('invite', { to: alice() }, xml('reason', {}, 'come'));
    await bob.join(room, 'bob');
    bob.send(xml('message', { to: room }, xml('x', { xmlns: 'http://jabber.org/protocol/muc#user' }, invite)));
  }
  await bob.settle();
  await home.start();
  await until(async () => (await list('invites')).length === 2, { what: 'two invitations', deadline: 20_000 });
  expect((await list('invites'))[0]).toMatchObject({ account: alice(), reason: 'come', by: expect.stringContaining('bob') });
  expect(await home.cli(['invites', 'decline', first, '--reason', 'no time'])).toMatchObject({ code: 0, stderr: '' });
  await bob.next((stanza) => stanza.toString().includes('no time'), { what: 'the refusal' });
  expect(await home.cli(['invites', 'accept', second, '--nick', 'Ali'])).toMatchObject({ code: 0, stderr: '' });
  expect(await list('invites')).toEqual([]);
  expect(await list('rooms', second)).toMatchObject([{ room: second, state: 'joined', nick: 'Ali' }]);
});

test('private messages stand apart from the room', async () => {
  const room = await together({ archive: false });
  await bob.say(room, 'for all');
  bob.send(
    xml('message', { to: `${room}/Ali`, type: 'chat' }, xml('body', {}, 'for you'),
      xml('x', { xmlns: 'http://jabber.org/protocol/muc#user' })),
  );
  const apart = async () => (await list('history', room, '--private')).map(({ body }) => body);
  await until(async () => (await apart()).length === 1, { what: 'the private message' });
  expect(await apart()).toEqual(['for you']);
  expect(await bodies(room)).toEqual(['for all']);
});

test('what was deleted is not printed, nor what stands in for it; what was edited is printed once, as it reads now', async () => {
  const room = await together({ archive: false });
  const say = (id: string, body: string, ...about: Element[]): void =>
    bob.send(xml('message', { to: room, type: 'groupchat', id }, xml('body', {}, body), ...about));
  const reply = xml('reply', { xmlns: 'urn:xmpp:reply:0', to: `${room}/bob`, id: 'nobody-has-this' });
  const quote = '> weather\n';
  const quoted = xml('fallback', { xmlns: 'urn:xmpp:fallback:0', for: 'urn:xmpp:reply:0' }, xml('body', { start: '0', end: String(quote.length) }));
  say('message-1', 'weather secret');
  say('message-2', 'weather fuol');
  say('message-3', 'bob tried to delete weather', xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id: 'message-1' }));
  say('message-4', 'weather foul', xml('replace', { xmlns: 'urn:xmpp:message-correct:0', id: 'message-2' }));
  say('message-5', `${quote}indeed`, reply, quoted);
  await bob.say(room, 'the end');
  await until(async () => (await bodies(room)).includes('the end'), { what: 'all of it in the archive' });
  const printed = (await home.cli(['history', room])).stdout;
  expect(printed).toMatch(/<bob> \(deleted\)\n/);
  expect(printed).toMatch(/<bob> weather foul \(edited\)\n/);
  expect(printed).not.toMatch(/secret|fuol|tried to delete/);
  expect(await list('history', room)).toContainEqual(expect.objectContaining({ body: null, retracted: 'author' }));
  expect((await list('search', 'weather', '--room', room)).map(({ body }) => body)).toEqual(['weather foul']);
  expect(await list('search', 'secret', '--room', room)).toEqual([]);
});

test('export, import, backup and restore, beside a daemon that runs', async () => {
  const room = await together({ archive: true });
  await bob.say(room, 'kept for good');
  await until(async () => (await bodies(room)).length === 1, { what: 'the message in the archive' });
  const file = (name: string) => join(home.dir, name);
  for (const name of ['all.jsonl', 'all.txt', 'all.html']) {
    expect(await home.cli(['export', file(name), '--room', room])).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(file(name), 'utf8')).toContain('kept for good');
  }
  expect(await home.json(['import', file('all.jsonl')])).toMatchObject([{ account: alice(), kept: 0, refused: 0 }]);
  expect(await home.cli(['backup', file('copy.db')])).toMatchObject({ code: 0, stderr: '' });
  expect(await home.cli(['retention', room, '30d'])).toMatchObject({ code: 0, stderr: '' });
  expect(await home.json(['retention', room])).toMatchObject([{ room, retention: { keep: 'days', days: 30 } }]);
  expect(await home.cli(['restore', file('copy.db')])).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('Stop it first') });
  await bob.say(room, 'said after the backup');
  await until(async () => (await bodies(room)).length === 2, { what: 'the second message' });
  await home.stop();
  expect(await home.cli(['restore', file('copy.db')])).toMatchObject({ code: 0, stderr: '' });
  await home.start();
  expect(await list('retention', room)).toMatchObject([{ retention: { keep: 'forever' } }]);
  await until(async () => (await bodies(room)).length === 2, { what: 'what the backup did not have to be caught up' });
});

test('a ban is told in one sentence, with exit code 1', async () => {
  await addAlice();
  await home.start();
  await online();
  const room = await server.room({ archive: false });
  await server.setAffiliation(room, alice(), 'outcast');
  const { code, stdout, stderr } = await home.cli(['join', room]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

describe('an account that is added while the daemon runs', () => {
  test('is told to be logged in', async () => {
    await home.start();
    const { code, stdout } = await home.cli(['account', 'add', alice(), ...where()], 'secret of alice\n');
    expect(code).toBe(0);
    expect(stdout).toContain(`Logged in as ${alice()}/`);
    expect((await list('status'))[0]).toMatchObject({ state: 'online' });
  });

  test('with a wrong password is told so, with 1, and is not added', async () => {
    await home.start();
    const { code, stdout, stderr } = await home.cli(['account', 'add', alice(), ...where()], 'wrong\n');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('was not added, because it cannot log in');
    expect(await list('account', 'list')).toEqual([]);
  });

  test('unchecked with a wrong password is refused, which `status` says, and online once its password is changed', async () => {
    await home.start();
    expect(await home.cli(['account', 'add', alice(), '--no-check', ...where()], 'wrong\n')).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot log in') });
    expect((await list('status'))[0]).toMatchObject({ state: 'refused', why: expect.any(String) });
    expect(await home.cli(['account', 'password', alice(), '--password-stdin'], 'wrong again\n')).toMatchObject({ code: 1, stdout: '' });
    const { code, stdout, stderr } = await home.cli(['account', 'password', alice(), '--password-stdin'], 'secret of alice\n');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^Changed the password of .*\nLogged in as /);
    expect((await list('status'))[0]).toMatchObject({ state: 'online' });
  });

  test('is not waited for where that is not wished', async () => {
    await home.start();
    const { stdout } = await home.cli(['account', 'add', alice(), '--no-wait', ...where()], 'secret of alice\n');
    expect(stdout.trim().split('\n')).toHaveLength(1);
  });
});

test('a server that fell silent does not keep a second signal from ending the daemon at once', async () => {
  const silent = await startProsody();
  await silent.register('carol', 'secret of carol');
  const place = ['--server', `127.0.0.1:${silent.port}`, '--ca', silent.caFile];
  await home.cli(['account', 'add', `carol@${silent.domain}`, ...place, '--password-stdin'], 'secret of carol\n');
  await home.start();
  await online();
  silent.suspend();
  const ended = home.end('SIGTERM');
  await until(() => home.log().includes('stopping'), { what: 'the daemon to say goodbye' });
  await Promise.race([home.end('SIGTERM'), ended]);
  expect(await ended).toBe(143);
  await silent.stop();
});
