// The same scenarios on servers that bridge all three storages, two of them, or none.
import { createElement as xml } from 'ltx';
import { describe, expect, test } from 'vitest';
import {
  configureNode, conference, deleteNode, NATIVE, nativeItem, nodeConfig, privateStorage, publish, rawItem, readAll, readBySlixmpp, retract, sorted, writePep, writePrivate,
  type ShownList,
} from '../../support/clients/bookmarks.ts';
import { startEjabberd } from '../../support/servers/ejabberd.ts';
import { runProfanity } from '../../support/clients/profanity.ts';
import { ownServer } from '../../support/servers/own-server.ts';
import { startProsody } from '../../support/servers/prosody.ts';
import { cast, type Home } from '../../support/rooms/rooms.ts';
import type { Person } from '../../support/clients/person.ts';
import { uniqueName } from '../../support/servers/server.ts';
import { newAccount } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

/** PEP's default keeps one item. */
async function keepingNode(client: Person): Promise<void> {
  await publish(client, 'first@elsewhere.example', conference({}));
  await configureNode(client, NATIVE, { 'pubsub#max_items': '100', 'pubsub#persist_items': 'true' });
  await retract(client, 'first@elsewhere.example');
}

/** In memory, for Prosody's files cost it the square of a node's length: 43 s for 500 items, by a client that does nothing else. */
const extra = 'pep_max_items = 2000\nstorage = "memory"';
const rows = [
  { what: 'Prosody with mod_bookmarks', start: () => startProsody({ extra }) },
  { what: 'Prosody without', start: () => startProsody({ bookmarks: false, extra }) },
  { what: 'ejabberd', start: () => startEjabberd() },
];

describe.each(rows)('on $what', ({ start }) => {
  const server = ownServer(start);
  const { minimix, person, also } = cast(server);
  const room = (name = 'room'): string => `${uniqueName(name)}@${server.plainRooms}`;

  /** Alice's phone, which may have been there before, and her daemon. */
  async function alice(before?: (phone: Person) => Promise<void>): Promise<{ phone: Person; home: Home }> {
    const who = await newAccount(server, 'alice');
    const phone = await person(who, { resource: 'phone' });
    await before?.(phone);
    return { phone, home: await minimix({ who, times: { removals: 500 } }) };
  }

  /** Fence: all three storages show that list, and so does the daemon. */
  async function allShow(phone: Person, home: Home, list: ShownList, deadline = 20_000): Promise<void> {
    const wanted = sorted(list);
    await until(async () => {
      const seen = await readAll(phone);
      const own = home.account.bookmarks.list().map((one) => one.room).join();
      return Object.values(seen).every((one) => sorted(one) === wanted) && own === Object.keys(list).toSorted().join();
    }, { what: `all storages to show ${wanted.slice(0, 300)}`, deadline, every: 50 }).catch(async (error: unknown) => {
      const log = home.log.slice(-20).join('\n');
      throw new Error(`${String(error).slice(0, 500)} ${JSON.stringify(await readAll(phone)).slice(0, 1000)}\n${log}`, { cause: error });
    });
  }

  test('what each storage had before the first login is one list in all of them', async () => {
    const [a, b, c] = [room('a'), room('b'), room('c')];
    const { phone, home } = await alice(async (client) => {
      await publish(client, a, conference({ name: 'A', nick: 'Ali' }));
      await writePrivate(client, { ...(await readAll(client)).private, [b]: { password: 'sesame' } });
      await writePep(client, { ...(await readAll(client)).pep, [c]: { autojoin: true } });
    });
    await allShow(phone, home, { [a]: { name: 'A', nick: 'Ali' }, [b]: { password: 'sesame' }, [c]: { autojoin: true } });
    await home.state(c, 'joined');
  });

  test('a room that is added, edited and removed by XEP-0402 is so everywhere, and the daemon goes with it', async () => {
    const { phone, home } = await alice();
    const one = room();
    await publish(phone, one, conference({ autojoin: true, nick: 'Ali' }));
    expect(await home.state(one, 'joined')).toMatchObject({ nick: 'Ali' });
    await allShow(phone, home, { [one]: { autojoin: true, nick: 'Ali' } });
    await publish(phone, one, conference({ autojoin: true, nick: 'Alice', name: 'One', password: 'sesame' }));
    await until(() => home.account.rooms.list()[0]?.nick === 'Alice', { what: 'the new nick' });
    await allShow(phone, home, { [one]: { autojoin: true, nick: 'Alice', name: 'One', password: 'sesame' } });
    await retract(phone, one);
    await until(() => home.account.rooms.list().length === 0, { what: 'the room to be left' });
    await allShow(phone, home, {});
    const two = room();
    await publish(phone, two, conference({ autojoin: true }));
    await home.state(two, 'joined');
    await retract(phone, two); // before we have written anything, so that no look at our own writes finds it
    await until(() => home.account.rooms.list().length === 0, { what: 'the other room to be left' });
    await allShow(phone, home, {});
  });

  test('a room that is added and removed by XEP-0048 in PEP is so everywhere', async () => {
    const { phone, home } = await alice();
    const one = room();
    await allShow(phone, home, {});
    await writePep(phone, { [one]: { autojoin: true, nick: 'Ali' } });
    expect(await home.state(one, 'joined')).toMatchObject({ nick: 'Ali' });
    await allShow(phone, home, { [one]: { autojoin: true, nick: 'Ali' } });
    await writePep(phone, {});
    await until(() => home.account.rooms.list().length === 0, { what: 'the room to be left' });
    await allShow(phone, home, {});
  });

  test('a room that is added by XEP-0049 is everywhere once its writer has gone', async () => {
    const { phone, home } = await alice();
    await allShow(phone, home, {});
    const one = room();
    const old = await person(home.who, { resource: 'old' });
    await writePrivate(old, { [one]: { autojoin: true, nick: 'Ali' } });
    await old.close();
    expect(await home.state(one, 'joined')).toMatchObject({ nick: 'Ali' });
    await allShow(phone, home, { [one]: { autojoin: true, nick: 'Ali' } });
    const again = await person(home.who, { resource: 'old' });
    await writePrivate(again, {});
    await again.close();
    await until(() => home.account.rooms.list().length === 0, { what: 'the room to be left' });
    await allShow(phone, home, {});
  });

  test('a join here is autojoin in all storages, a leave is its end, and nobody else hears of a membership', async () => {
    const { phone, home } = await alice();
    const one = room();
    await home.account.rooms.join(one, { nick: 'Ali' });
    await allShow(phone, home, { [one]: { autojoin: true, nick: 'Ali' } });
    await home.account.rooms.leave(one);
    await allShow(phone, home, { [one]: { nick: 'Ali' } });
  });

  test('a nick that was taken in the room is not undone by a client that bookmarks it, or switches its bookmark on again, with the one from before', async () => {
    const { phone, home } = await alice();
    await allShow(phone, home, {});
    const one = await server.room({ archive: false });
    home.account.bookmarks.set({ keepJoins: false });
    expect(await home.account.rooms.join(one, { nick: 'Ali' })).toMatchObject({ ok: true });
    expect(await home.account.rooms.changeNick(one, 'Alice')).toMatchObject({ ok: true });
    /** Fence: what was asked of the room before is answered, and its words come with the nick that stands then. */
    const nickOf = async (words: string): Promise<string | undefined> => {
      expect(await home.account.sending.sendMessage(one, words)).toMatchObject({ ok: true });
      await until(() => home.bodies(one).includes(words), { what: `“${words}” to come back` });
      return home.archive.last(home.who.jid, one)?.nick;
    };
    await publish(phone, one, conference({ autojoin: true, nick: 'Ali' }));
    await allShow(phone, home, { [one]: { autojoin: true, nick: 'Ali' } });
    expect(await nickOf('bookmarked')).toBe('Alice');
    await publish(phone, one, conference({ autojoin: true, nick: 'Lis' }));
    await until(() => home.account.rooms.list()[0]?.nick === 'Lis', { what: 'the nick that a client has written into the bookmark' });
    await publish(phone, one, conference({ nick: 'Lis' }));
    await allShow(phone, home, { [one]: { nick: 'Lis' } });
    expect(await home.account.rooms.changeNick(one, 'Alice')).toMatchObject({ ok: true });
    await allShow(phone, home, { [one]: { nick: 'Alice' } });
    await publish(phone, one, conference({ autojoin: true, nick: 'Lis' }));
    await allShow(phone, home, { [one]: { autojoin: true, nick: 'Lis' } });
    expect(await nickOf('switched on')).toBe('Alice');
  });

  test('extensions and unknown attributes survive our writes, and are put back where a client dropped them', async () => {
    const one = room();
    const state = xml('state', { xmlns: 'http://myclient.example/state', minimized: 'true' }, 'a  <b>');
    const { phone, home } = await alice((client) => publish(client, one, xml('conference', { xmlns: NATIVE, colour: 'red' }, xml('extensions', {}, state))));
    await home.account.rooms.join(one, { nick: 'Ali' });
    await allShow(phone, home, { [one]: { autojoin: true, nick: 'Ali' } });
    const whole = async (): Promise<boolean> => {
      const item = await nativeItem(phone, one);
      return item?.getChild('extensions')?.getChild('state')?.getText() === 'a  <b>' && item.attrs['colour'] === 'red';
    };
    expect(await whole()).toBe(true);
    await publish(phone, one, conference({ autojoin: true, nick: 'Dino' }));
    await until(whole, { what: 'the extensions to be back' });
    await allShow(phone, home, { [one]: { autojoin: true, nick: 'Dino' } });
  });

  test('addresses that differ in case alone become one', async () => {
    const one = room();
    const odd = one.replace('room', 'Room');
    const { phone, home } = await alice(async (client) => {
      await keepingNode(client);
      await publish(client, odd, conference({ password: 'sesame' }));
      await publish(client, one, conference({ nick: 'Ali' }));
    });
    await allShow(phone, home, { [one]: { nick: 'Ali', password: 'sesame' } });
  });

  test('what cannot be read is left as it is, and the rest is followed', async () => {
    const [one, odd] = [room(), room('odd')];
    const { phone, home } = await alice(async (client) => {
      await keepingNode(client);
      await publish(client, 'not a room', conference({ autojoin: true }));
      await publish(client, odd, xml('else', { xmlns: 'urn:example:else' }, 'what'));
      await publish(client, one, conference({ autojoin: true }));
    });
    await home.state(one, 'joined');
    await home.account.rooms.join(room('two')); // and a write of ours changes nothing about it
    await until(async () => Object.keys((await readAll(phone)).native).length === 3, { what: 'our write' });
    expect(Object.keys((await readAll(phone)).native)).toEqual(expect.arrayContaining(['not a room', one]));
    expect((await rawItem(phone, odd))?.getChildText('else')).toBe('what');
    expect(home.account.bookmarks.list().map((bookmark) => bookmark.room)).toHaveLength(2);
  });

  test('a node that is gone is no wish to leave all rooms, and is made again as it must be', async () => {
    const [one, two] = [room('one'), room('two')];
    const both = { [one]: { autojoin: true }, [two]: { autojoin: true, nick: 'Ali' } };
    const { phone, home } = await alice();
    await home.account.rooms.join(one);
    await home.account.rooms.join(two, { nick: 'Ali' });
    await allShow(phone, home, both);
    await deleteNode(phone, NATIVE);
    await until(() => home.account.bookmarks.held().length > 0, { what: 'it to be held' });
    expect(home.account.rooms.list().map(({ state }) => state)).toEqual(['joined', 'joined']);
    for (const { id } of home.account.bookmarks.held()) home.account.bookmarks.restore(id);
    await allShow(phone, home, both);
    expect(await nodeConfig(phone, NATIVE)).toMatchObject({ 'pubsub#access_model': 'whitelist', 'pubsub#persist_items': expect.stringMatching(/^(1|true)$/) });
  });

  test('the node that is made for the first bookmark has the limits that clients ask for', async () => {
    const { phone, home } = await alice();
    home.account.bookmarks.put(room(), { name: 'One' });
    const config = async (): Promise<Record<string, string>> => nodeConfig(phone, NATIVE).catch(() => ({}));
    await until(async () => (await config())['pubsub#access_model'] === 'whitelist', { what: 'the node to be made', every: 50 });
    const { 'pubsub#persist_items': persists = '', 'pubsub#max_items': most = '', 'pubsub#send_last_published_item': sends } = await config();
    expect(persists).toMatch(/^(1|true)$/);
    expect(most === 'max' || Number(most) >= 255, most).toBe(true);
    expect(sends).toBe('never');
  });

  test('a fresh profanity and a fresh reader of XEP-0402 both see the list', async () => {
    const [one, two, three] = [room('one'), room('two'), room('three')];
    const { phone, home } = await alice();
    await publish(phone, one, conference({ autojoin: true, nick: 'Ali', name: 'One' }));
    await home.state(one, 'joined');
    home.account.bookmarks.put(two, { name: 'Two', password: 'sesame' });
    const old = await person(home.who, { resource: 'old' });
    await allShow(old, home, { [one]: { autojoin: true, nick: 'Ali', name: 'One' }, [two]: { name: 'Two', password: 'sesame' } });
    await writePrivate(old, { ...(await readAll(old)).private, [three]: { nick: 'Lis' } });
    await old.close();
    const list = { [one]: { autojoin: true, nick: 'Ali', name: 'One' }, [two]: { name: 'Two', password: 'sesame' }, [three]: { nick: 'Lis' } };
    await allShow(phone, home, list);
    expect(sorted(await readBySlixmpp(server, home.who))).toBe(sorted(list));
    const client = await runProfanity(server, home.who);
    also(client.close);
    await client.shows(/Autojoined one-/); // before that it has not read them yet
    client.type('/bookmark list');
    const screen = await client.shows(/Bookmarks:[^]*three-[^]*Automatic/);
    for (const text of [`One - ${one}/Ali (autojoin)`, `Two - ${two} (private)`, `${three}/Lis`]) expect(screen).toContain(text);
  });

  test('a node that others can read is closed, and keeps everything', async () => {
    const one = room();
    const { phone, home } = await alice(async (client) => {
      await publish(client, one, conference({ autojoin: true }));
      await configureNode(client, NATIVE, { 'pubsub#access_model': 'open', 'pubsub#max_items': '1' });
    });
    await home.state(one, 'joined');
    await until(async () => (await nodeConfig(phone, NATIVE))['pubsub#access_model'] === 'whitelist', { what: 'the node to be closed' });
    const two = room('two');
    await publish(phone, two, conference({}));
    await allShow(phone, home, { [one]: { autojoin: true }, [two]: {} });
  });

  test('a node that was opened since is closed before the next bookmark is written', async () => {
    const [one, two] = [room('one'), room('two')];
    const { phone, home } = await alice();
    await home.account.rooms.join(one);
    await allShow(phone, home, { [one]: { autojoin: true } });
    await configureNode(phone, NATIVE, { 'pubsub#access_model': 'open' });
    await home.account.rooms.join(two);
    await allShow(phone, home, { [one]: { autojoin: true }, [two]: { autojoin: true } });
    expect((await nodeConfig(phone, NATIVE))['pubsub#access_model']).toBe('whitelist');
  });

  test('five hundred bookmarks are one list everywhere', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`r${String(n).padStart(3, '0')}@elsewhere.example`, { name: `Room ${n}` }]));
    const { phone, home } = await alice((client) => writePrivate(client, many));
    await allShow(phone, home, many, 80_000);
  });

  /** Whether this server leaves what it does not know in the old list, for a client that then adds a bookmark by XEP-0402 on its own. */
  async function urlsStay(): Promise<boolean> {
    const bob = await person(await newAccount(server, 'bob'));
    await writePrivate(bob, { [room()]: {} }, xml('url', { name: 'x', url: 'https://example.org/' }));
    await publish(bob, room(), conference({}));
    return (await privateStorage(bob))?.getChild('url') !== undefined;
  }

  test('URLs in the old list stay', async () => {
    const [one, two] = [room('one'), room('two')];
    const { phone, home } = await alice((client) => writePrivate(client, { [one]: {} }, xml('url', { name: 'x', url: 'https://example.org/' })));
    const had = await urlsStay(); // a server that bridges the storages drops them itself
    await home.account.rooms.join(two);
    await allShow(phone, home, { [one]: {}, [two]: { autojoin: true } });
    expect((await privateStorage(phone))?.getChild('url') !== undefined).toBe(had);
  });
});
