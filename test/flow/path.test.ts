// One room message, from a real server to disk and to a second device.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createElement as xml } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import type { Archive } from '../../src/archive/contract.ts';
import { openMinimix, type Minimix } from '../support/minimix.ts';
import { connectPerson, type Person, type PersonOptions } from '../support/clients/person.ts';
import { uniqueName } from '../support/servers/server.ts';
import { newAccount, servers, type Account } from '../support/servers/servers.ts';
import { until } from '../support/until.ts';

const RELAY = 'urn:minimix:relay:0';
const root = join(import.meta.dirname, '../..');

/** The functions of src, with their files, that are being run when the archive is given this text; the outermost first. */
function onTheWay(archive: Archive, body: string): () => string[] {
  let frames: string[] = [];
  const { append } = archive;
  archive.append = (message) => {
    if (message.message.body === body) frames = [...new Set([...framesOfSrc(), 'append() in src/archive/write/append.ts'])];
    return append(message);
  };
  return () => frames;
}

function framesOfSrc(): string[] {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const stack = new Error('the stack').stack ?? '';
  Error.stackTraceLimit = depth;
  return stack.split('\n').toReversed().flatMap((line) => {
    const [, name, path] = /^ *at (?:\w+\.)*(\w+) \((?:file:\/\/)?(.*?):\d+:\d+\)$/.exec(line) ?? [];
    const file = path === undefined ? '' : relative(root, path);
    return file.startsWith('src/') ? [`${name ?? ''}() in ${file}`] : [];
  });
}

/** The hops of docs/architecture.md, to the archive. */
function documented(): string[] {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const part = text.slice(text.indexOf('To the archive'), text.indexOf('After the commit'));
  return [...part.matchAll(/^\| `(\w+)\(\)` in `([\w./-]+)` \|/gm)].map(([, name = '', path = '']) => `${name}() in ${path}`);
}

describe.each(servers)('on $kind', (server) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  function minimix(who: Account): Minimix {
    const one = openMinimix(server, who);
    open.push({ close: one.stop });
    return one;
  }

  async function person(who: Account, options?: PersonOptions): Promise<Person> {
    const one = await connectPerson(server, who.user, who.password, options);
    open.push(one);
    return one;
  }

  async function bookmark(who: Person, room: string, autojoin: boolean): Promise<void> {
    const conference = xml('conference', { xmlns: 'urn:xmpp:bookmarks:1', autojoin: String(autojoin) }, xml('nick', {}, 'Ali'));
    const publish = xml('publish', { node: 'urn:xmpp:bookmarks:1' }, xml('item', { id: room }, conference));
    await who.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, publish)));
  }

  test('from the socket to the archive a message passes through the functions that docs/architecture.md names, and no other', async () => {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: true });
    const { account, archive, bodies, online } = minimix(alice);
    await online();
    await account.rooms.join(room);
    const talker = await person(bob);
    await talker.join(room, 'bob');
    const way = onTheWay(archive, 'which way?');
    await talker.say(room, 'which way?');
    await until(() => bodies(room).includes('which way?'), { what: 'the message' });
    expect(way()).toEqual(documented());
  });

  test('a room that our own join has made is asked what it is once it is there: nothing said in it comes twice after a restart', async () => {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = `${uniqueName('made')}@${server.archivedRooms}`;
    const first = openMinimix(server, alice);
    await first.online();
    expect(await first.account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: true });
    const talker = await person(bob);
    await talker.join(room, 'bob'); // who stays, so that the room does
    for (const body of ['one', 'two', 'three']) await talker.say(room, body);
    await until(() => first.bodies(room).includes('three'), { what: 'what was said' });
    const second = await first.reopen();
    open.push({ close: second.stop });
    await second.state(room, 'joined');
    await talker.say(room, 'four');
    await until(() => second.bodies(room).includes('four') && second.account.history.readUpTo(room) === 'end', { what: 'the room to be read on' });
    expect(second.bodies(room)).toEqual(['one', 'two', 'three', 'four']);
  });

  describe.each([{ archive: true }, { archive: false }])('in a room with an archive: $archive', (sort) => {
    test('a bookmarked room is joined at the login, and what bob says there is archived and relayed', async () => {
      const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
      const room = await server.room(sort);
      const phone = await person(alice, { resource: 'phone', features: [RELAY] });
      const strict = await person(alice, { resource: 'strict' });
      await bookmark(phone, room, true);
      const { state, events, bodies, account } = minimix(alice);
      await state(room, 'joined');
      await until(() => account.devices.relays().length === 1, { what: 'the phone to be known' });

      const talker = await person(bob);
      await talker.join(room, 'bob');
      const heard = await talker.say(room, 'hello <alice> & all');

      const told = await events.next((event) => event.type === 'message' && event.message.nick === 'bob');
      expect(told).toMatchObject({ fresh: true, message: { room, body: 'hello <alice> & all' } });
      expect(bodies(room)).toContain('hello <alice> & all');
      const relayed = await phone.next((stanza) => stanza.getChild('received', 'urn:xmpp:carbons:2') !== undefined);
      expect(relayed.attrs).toMatchObject({ type: 'headline', from: `${alice.jid}/minimix`, to: phone.jid });
      const inner = relayed.getChild('received')?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message', 'jabber:client');
      expect(inner?.attrs).toMatchObject({ type: 'groupchat', from: `${room}/bob`, id: heard.attrs['id'] });
      expect(inner?.getChildText('body')).toBe('hello <alice> & all');
      for (const hint of ['no-copy', 'no-store', 'no-permanent-store']) expect(relayed.getChild(hint, 'urn:xmpp:hints')).toBeDefined();
      await strict.settle();
      expect(strict.stanzas.filter((stanza) => stanza.name === 'message' && stanza.getChild('received'))).toEqual([]);
    });

    test('what was said while the daemon was away is in the archive after it came back, once and in order', async () => {
      const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
      const room = await server.room(sort);
      const first = openMinimix(server, alice);
      await first.online();
      expect(await first.account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: true });
      const talker = await person(bob);
      await talker.join(room, 'bob');
      for (const n of [1, 2, 3]) await talker.say(room, `before ${n}`);
      await until(() => first.bodies(room).filter(Boolean).length === 3, { what: 'three messages' });
      await first.account.rooms.leave(room);
      for (const n of [1, 2, 3]) await talker.say(room, `while away ${n}`);
      expect(await first.account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: true });
      await talker.say(room, 'after');
      const all = ['before 1', 'before 2', 'before 3', 'while away 1', 'while away 2', 'while away 3', 'after'];
      await until(() => first.bodies(room).filter(Boolean).length >= all.length, { what: 'the whole of it' });
      expect(first.bodies(room).filter(Boolean)).toEqual(all);
      await first.stop();
    });

    test('a say is on disk first, comes back by reflection alone, and is kept once', async () => {
      const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
      const room = await server.room(sort);
      const { account, archive, bodies, events } = minimix(alice);
      await account.rooms.join(room);
      const listener = await person(bob);
      await listener.join(room, 'bob');
      const said = await account.sending.sendMessage(room, 'it is I');
      const originId = said.ok ? said.value.originId : '';
      expect(archive.outbox(alice.jid).map((entry) => entry.originId)).toEqual([originId]);
      const heard = await listener.next((stanza) => stanza.getChildText('body') === 'it is I');
      expect(heard.attrs['id']).toBe(originId);
      await events.next((event) => event.type === 'message' && event.message.body === 'it is I');
      expect(archive.outbox(alice.jid)).toEqual([]);
      expect(bodies(room).filter((body) => body === 'it is I')).toHaveLength(1);
    });
  });

  test('what a room without an archive forgot while the daemon was away is a hole on record, and no other', async () => {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: false });
    const { account, archive, bodies, online } = minimix(alice);
    await online();
    await account.rooms.join(room);
    const talker = await person(bob);
    await talker.join(room, 'bob');
    await talker.say(room, 'before');
    await until(() => bodies(room).includes('before'), { what: 'the first word' });
    await account.rooms.leave(room);
    await talker.say(room, 'a short while');
    await account.rooms.join(room);
    await until(() => bodies(room).includes('a short while'), { what: 'the history' });
    expect(archive.gaps(alice.jid, room)).toEqual([]);
    await account.rooms.leave(room);
    for (let n = 1; n <= 40; n += 1) await talker.say(room, `a long while ${n}`); // a room keeps 20 of them
    await account.rooms.join(room);
    await until(() => bodies(room).includes('a long while 40'), { what: 'what is left of the history' });
    await until(() => archive.gaps(alice.jid, room).length === 1, { what: 'the hole' });
    expect(bodies(room)).not.toContain('a long while 1');
    const [hole] = archive.gaps(alice.jid, room);
    expect(hole?.cause).toContain('no archive');
    expect(hole?.to).toBeGreaterThanOrEqual(hole?.from ?? Infinity);
  });

  test('a bookmark set live joins, and its removal leaves', async () => {
    const alice = await newAccount(server, 'alice');
    const room = await server.room({ archive: false });
    const phone = await person(alice);
    await bookmark(phone, await server.room({ archive: false }), false); // the node is there, and notifies
    const { state, account, online } = minimix(alice);
    await online();
    await bookmark(phone, room, true);
    expect(await state(room, 'joined')).toMatchObject({ nick: 'Ali' });
    await bookmark(phone, room, false);
    await until(() => account.rooms.list().length === 0, { what: 'the room to be left' });
  });

  test('a room that was joined by hand is joined again after a restart', async () => {
    const alice = await newAccount(server, 'alice');
    const room = await server.room({ archive: true });
    const { account, archive, online } = minimix(alice);
    await online();
    await account.rooms.join(room, { nick: 'Wonder' });
    expect(archive.rooms(alice.jid)).toMatchObject([{ room, wanted: true, nick: 'Wonder' }]);
    expect(await account.rooms.leave(room)).toMatchObject({ ok: true });
    expect(archive.rooms(alice.jid)).toEqual([]);
  });

  test('a word in a room that was never joined is refused with a sentence', async () => {
    const alice = await newAccount(server, 'alice');
    const { account, online } = minimix(alice);
    await online();
    expect(await account.sending.sendMessage('nowhere@rooms.example', 'hello')).toMatchObject({ ok: false, error: { code: 'not-joined' } });
    expect(await account.rooms.join('not a room')).toMatchObject({ ok: false, error: { code: 'bad-jid' } });
  });
});
