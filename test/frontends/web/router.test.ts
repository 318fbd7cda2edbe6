import { request, type IncomingMessage } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { connectTo, faultOf } from '../../../src/frontends/web/client/client.ts';
import { ask, openDoor, ROOM, smallDaemon } from './daemon-api.ts';
import { until } from '../../support/until.ts';

const alice = 'alice@example.org';
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function open(...jids: string[]) {
  const small = smallDaemon(...jids);
  const door = await openDoor(small.api);
  stops.push(door.stop);
  return { ...small, served: small.api, door, api: connectTo({ pid: 1, url: door.url, token: 'the-cli-token' }) };
}

const faultIn = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => faultOf(error),
  );

test('history has the names that the command line prints, and pages by archive id', async () => {
  const { api, tell } = await open(alice);
  for (const body of ['one', 'two', 'three']) tell(body);
  const last = await api.history.query({ room: ROOM, limit: 2 });
  expect(last.map(({ id, body }) => [id, body])).toEqual([
    [2, 'two'],
    [3, 'three'],
  ]);
  expect(last[0]).toMatchObject({ account: alice, room: ROOM, nick: 'bob', stanzaId: 's2', originId: null });
  expect(last[0]?.at).toBe('2026-11-23T00:00:00.000Z');
  expect(last[0]).not.toHaveProperty('xml');
  expect((await api.history.query({ room: ROOM, limit: 2, before: 2 })).map(({ id }) => id)).toEqual([1]);
});

test('what is out of bounds is refused in one sentence with a code', async () => {
  const { api } = await open(alice);
  const refused = [
    api.history.query({ room: ROOM, limit: 501 }),
    api.history.query({ room: 'no room', limit: 5 }),
    api.say.mutate({ room: ROOM, body: 'x'.repeat(32_769) }),
    api.join.mutate({ room: ROOM, nick: 'a\u0007b' }),
    api.search.query({ text: ' ' }),
    api.accounts.add.mutate({ settings: { jid: alice, pin: 'abc' }, password: 'x' }),
    api.accounts.add.mutate({ settings: { jid: alice, ca: 'no PEM' }, password: 'x' }),
  ];
  for (const fault of await Promise.all(refused.map(faultIn))) {
    expect(fault?.code).toBe('invalid');
    expect(fault?.message).not.toMatch(/[[{\n]/);
  }
});

test('an input with unknown settings of an account is refused, not trimmed', async () => {
  const { api } = await open(alice);
  const settings = { jid: alice, trustAnything: true };
  expect((await faultIn(api.accounts.add.mutate({ settings, password: 'x' })))?.code).toBe('invalid');
});

test('with two accounts a verb asks which one is meant, a list shows both', async () => {
  const { api } = await open(alice, 'carol@example.org');
  expect((await faultIn(api.say.mutate({ room: ROOM, body: 'hi' })))?.code).toBe('account-needed');
  expect(await api.say.mutate({ account: alice, room: ROOM, body: 'hi' })).toEqual({ originId: 'o1' });
  expect((await api.rooms.query({})).map(({ account }) => account)).toEqual([alice, 'carol@example.org']);
  expect((await faultIn(api.rooms.query({ account: 'dave@example.org' })))?.code).toBe('no-account');
});

test('a failure that nobody foresaw shows nothing of itself over the wire, and is logged', async () => {
  const { api, served, door } = await open(alice);
  Object.assign(served, {
    pageUrl: () => {
      throw new Error('SQLITE_IOERR at /secret/place');
    },
  });
  const fault = await faultIn(api.page.mutate());
  expect(fault?.code).toBe('internal');
  expect(fault?.message).not.toContain('secret');
  expect(door.errors.join()).toContain('SQLITE_IOERR');
});

test('a daemon that is gone is told as such', async () => {
  const { api, door } = await open(alice);
  await door.stop();
  stops.length = 0;
  expect((await faultIn(api.status.query()))?.code).toBe('no-daemon');
});

/** Reads an event stream as a browser's EventSource does: ids are remembered, data is JSON. */
async function listen(port: number, headers: Record<string, string>) {
  const call = request({ host: '127.0.0.1', port, path: '/api/events', headers, agent: false }).end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    call.on('response', resolve).on('error', reject);
  });
  const seen: { id: string; data: { type: string; message?: { body: string } } }[] = [];
  const waiting: (() => void)[] = [];
  let rest = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const line = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const [data, id] = [line('data'), line('id')];
      if (data && id !== undefined && line('event') === undefined) seen.push({ id, data: JSON.parse(data) });
    }
    for (const wake of waiting.splice(0)) wake();
  });
  response.on('error', () => {}); // the far end is cut on purpose
  return {
    status: response.statusCode,
    seen,
    async until(done: () => boolean): Promise<void> {
      while (!done()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    bodies: () =>
      seen.flatMap(({ data }) => (data.type === 'message' && data.message ? [data.message.body] : [])),
    close: () => call.destroy(),
  };
}

test('events begin with the state of everything, then tell each message with its archive id', async () => {
  const { door, tell, held } = await open(alice);
  held.push(...[1, 2].map((id) => ({ id, at: 0, storage: 'pep' as const, rooms: [], cause: 'several at once', online: [] })));
  tell('before');
  const stream = await listen(door.port, door.bearer);
  await stream.until(() => stream.seen.some(({ data }) => data.type === 'bookmarks'));
  expect(stream.seen.map(({ data }) => data.type)).toEqual(['status', 'room', 'devices', 'invitations', 'bookmarks']);
  expect(stream.seen.at(-1)?.data).toEqual({ type: 'bookmarks', account: alice, held: 2 });
  expect(JSON.stringify(stream.seen)).not.toContain('sesame');
  tell('after');
  await stream.until(() => stream.bodies().length > 0);
  expect(stream.seen.at(-1)).toMatchObject({
    id: '2',
    data: { type: 'message', message: { body: 'after' } },
  });
  stream.close();
});

test('a stream that comes back with its last id is told what it missed, once and in order', async () => {
  const { door, tell } = await open(alice);
  const first = await listen(door.port, door.bearer);
  await first.until(() => first.seen.length >= 3);
  tell('one');
  await first.until(() => first.bodies().length === 1);
  first.close();
  tell('two');
  tell('three');
  const again = await listen(door.port, { ...door.bearer, 'last-event-id': first.seen.at(-1)?.id ?? '' });
  await again.until(() => again.bodies().length >= 2);
  tell('four');
  await again.until(() => again.bodies().length >= 3);
  expect(again.bodies()).toEqual(['two', 'three', 'four']);
  again.close();
});

test('a stream that missed too much is told to begin anew', async () => {
  const { door, tell } = await open(alice);
  for (let n = 0; n < 1100; n += 1) tell(`${n}`);
  const stream = await listen(door.port, { ...door.bearer, 'last-event-id': '1' });
  await stream.until(() => stream.seen.length >= 4);
  expect(stream.seen[0]?.data.type).toBe('reset');
  expect(stream.bodies()).toEqual([]);
  expect(stream.seen.at(-1)?.id).toBe('1100');
  stream.close();
});

test('a reader that went away is forgotten', async () => {
  const { door, listeners } = await open(alice);
  const stream = await listen(door.port, door.bearer);
  await stream.until(() => stream.seen.length >= 3);
  expect(listeners()).toBe(1);
  stream.close();
  await until(() => listeners() === 0, { what: 'the reader to be forgotten' });
});

test('readers are bounded, and a place is free again when one leaves', async () => {
  const { door } = await open(alice);
  const streams = await Promise.all(Array.from({ length: 24 }, () => listen(door.port, door.bearer)));
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
  expect((await ask(door.port, '/api/events', { headers: door.bearer })).status).toBe(503);
  for (const stream of streams) stream.close();
  const enter = async () => {
    const next = await listen(door.port, door.bearer);
    next.close();
    return next.status;
  };
  await until(async () => (await enter()) === 200, { what: 'a place' });
});

test('an event stream by a way round its name is bounded all the same', async () => {
  const { door } = await open(alice);
  const streams = await Promise.all(Array.from({ length: 24 }, () => listen(door.port, door.bearer)));
  for (const path of ['/api/%65vents', '/api/events/', '/api//events', '/api/events,events']) {
    expect((await ask(door.port, path, { headers: door.bearer })).status, path).not.toBe(200);
  }
  for (const stream of streams) stream.close();
});

test('private messages stand apart from what is said in the room', async () => {
  const { api, tell } = await open(alice);
  tell('for all');
  tell('for you', alice, { kind: 'private' });
  expect((await api.history.query({ room: ROOM })).map(({ body }) => body)).toEqual(['for all']);
  expect((await api.history.query({ room: ROOM, private: true })).map(({ body }) => body)).toEqual(['for you']);
});

test('what could not be read is given newest first over all accounts, and which of it was too big is no matter of words', async () => {
  const { api, quarantined } = await open(alice, 'carol@example.org');
  const stanza = { sender: undefined, kind: 'message', size: 5, text: '<message/>' } as const;
  quarantined.push(
    { ...stanza, id: 1, account: alice, at: 1000, cause: 'a stanza is too big' },
    { ...stanza, id: 2, account: 'carol@example.org', at: 2000, cause: 'It could not be handled: “too big” is no nick.' },
    { ...stanza, id: 3, account: alice, at: 3000, cause: 'elements nested too deep' },
  );
  const all = await api.quarantine.query({});
  expect(all.map(({ id }) => id)).toEqual([3, 2, 1]);
  expect(all.map(({ tooBig }) => tooBig)).toEqual([false, false, true]);
});

test('a search that cannot be read is refused with a sentence, and one that can gives excerpts', async () => {
  const { api, tell } = await open(alice);
  tell('good morrow');
  expect(await api.search.query({ text: 'morrow' })).toMatchObject([
    { id: 1, body: 'good morrow', excerpt: { text: 'good morrow', marks: [] } },
  ]);
  expect(await faultIn(api.search.query({ text: '"morrow' }))).toMatchObject({
    code: 'bad-query',
    message: 'The quotation is not closed.',
  });
});

test('an invitation is shown without the password of its room', async () => {
  const { api } = await open(alice);
  const [invitation] = await api.invitations.list.query({});
  expect(invitation).toMatchObject({ account: alice, room: 'orchard@muc.example.org', at: '2026-11-23T00:00:00.000Z' });
  expect(invitation).not.toHaveProperty('password');
});

test('how long a room is kept is told and changed, and nothing else is taken for it', async () => {
  const { api } = await open(alice);
  expect(await api.retention.query({ room: ROOM })).toMatchObject({ retention: { keep: 'forever' } });
  await api.setRetention.mutate({ room: ROOM, retention: { keep: 'days', days: 30 } });
  expect(await api.retention.query({ room: ROOM })).toMatchObject({ retention: { keep: 'days', days: 30 } });
  const wrong = api.setRetention.mutate({ room: ROOM, retention: { keep: 'days', days: 0 } });
  expect((await faultIn(wrong))?.code).toBe('invalid');
});
