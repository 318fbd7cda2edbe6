// Clients that write an old list, and the log by which all can be undone.
import { describe, expect, test } from 'vitest';
import { bridges, conference, NATIVE, nodeConfig, publish, readAll, readNative, retract, writePrivate } from '../../support/clients/bookmarks.ts';
import { runMcabber } from '../../support/clients/mcabber.ts';
import type { Person } from '../../support/clients/person.ts';
import { runProfanity, type Profanity } from '../../support/clients/profanity.ts';
import type { Terminal } from '../../frontends/bouncer/programs.ts';
import { cast, type Cast, type Home } from '../../support/rooms/rooms.ts';
import { uniqueName, type SharedServer } from '../../support/servers/server.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

interface Scene {
  readonly home: Home;
  readonly phone: Person;
  readonly rooms: readonly string[];
}

/** Alice's daemon in three rooms, by bookmarks of her phone that all storages have; `between` may have added one. */
async function threeRooms(server: SharedServer, { minimix, person }: Cast, between: (who: Home) => Promise<string | void> = async () => undefined): Promise<Scene> {
  const home = await minimix();
  const phone = await person(home.who, { resource: 'phone' });
  const closed = async (): Promise<boolean> => (await nodeConfig(phone, NATIVE))['pubsub#access_model'] === 'whitelist';
  await until(closed, { what: 'the node to keep more than one item', every: 50 });
  const more = await between(home);
  const rooms = await Promise.all(['a', 'b', 'c'].map((name) => server.room({ archive: false, name })));
  for (const room of rooms) await publish(phone, room, conference({ autojoin: true }));
  await joined(home, rooms);
  await storagesHave(phone, [...rooms, ...(more ? [more] : [])]);
  return { home, phone, rooms };
}

const joined = (home: Home, rooms: readonly string[]): Promise<unknown> =>
  until(() => rooms.every((room) => home.account.rooms.list().some((one) => one.room === room && one.state === 'joined')), { what: `to be in ${rooms.join()}` });

const storagesHave = (phone: Person, rooms: readonly string[]): Promise<unknown> =>
  until(async () => Object.values(await readAll(phone)).every((list) => Object.keys(list).toSorted().join() === rooms.toSorted().join()),
    { what: `all storages to have ${rooms.join()}`, every: 50 });

describe.each(servers)('on $kind', (server) => {
  const people = cast(server);
  const { minimix, person } = people;

  test('a list that lost several rooms at once is held: no room is left, and a restoration brings them back everywhere', async () => {
    const { home, phone, rooms } = await threeRooms(server, people);
    const old = await person(home.who, { resource: 'old' });
    await until(() => home.account.devices.list().some(({ resource, software }) => resource === 'old' && software !== undefined), { what: 'the old client to be known' });
    await writePrivate(old, {});
    await old.close(); // where the server tells nobody of XEP-0049, it is found when its writer has gone
    const [held] = await until(() => home.account.bookmarks.held().length > 0 && home.account.bookmarks.held(), { what: 'it to be held' }) || [];
    expect(held?.rooms.toSorted()).toEqual(rooms.toSorted());
    expect(held?.online).toContain('old');
    await joined(home, rooms);
    expect(home.account.bookmarks.list().every((one) => one.held)).toBe(true);
    expect(home.account.bookmarks.restore(held?.id ?? 0)).toMatchObject({ ok: true });
    await storagesHave(phone, rooms);
    await joined(home, rooms);
    expect(home.account.bookmarks.held()).toEqual([]);
  });

  test('rooms that a client takes out one by one are held, the first of them too: none is left', async () => {
    const { home, phone, rooms } = await threeRooms(server, people);
    for (const room of rooms) await retract(phone, room);
    const held = (): string[] => home.account.bookmarks.held().flatMap((one) => one.rooms).toSorted();
    await until(() => held().length >= rooms.length, { what: 'all of them to be held' });
    expect(held()).toEqual(rooms.toSorted());
    await joined(home, rooms);
    for (const room of rooms) expect(home.account.rooms.ledger(room, 50).map(({ event }) => event)).not.toContain('left');
    for (const { id } of home.account.bookmarks.held()) home.account.bookmarks.restore(id);
    await storagesHave(phone, rooms);
  });

  test('what is held and then accepted is left and gone from all storages', async () => {
    const { home, phone, rooms } = await threeRooms(server, people);
    await writePrivate(phone, { [rooms[0] ?? '']: { autojoin: true } });
    await until(() => home.account.bookmarks.held().length > 0, { what: 'it to be held', deadline: 5_000 }).catch(async () => {
      await (await person(home.who, { resource: 'brief' })).close(); // nobody tells of XEP-0049: a look comes with a resource
      await until(() => home.account.bookmarks.held().length > 0, { what: 'it to be held' });
    });
    home.account.bookmarks.accept(home.account.bookmarks.held()[0]?.id ?? 0);
    await until(() => home.account.rooms.list().length === 1, { what: 'two rooms to be left' });
    await storagesHave(phone, rooms.slice(0, 1));
  });

  test('where it was set so, several rooms gone are put back without a question', async () => {
    const { home, phone, rooms } = await threeRooms(server, people);
    home.account.bookmarks.set({ severalGone: 'restore' });
    const old = await person(home.who, { resource: 'old' });
    await writePrivate(old, {});
    await until(() => home.account.bookmarks.log(50).some(({ cause }) => cause.includes('restored')), { what: 'a restoration' });
    await storagesHave(phone, rooms);
    await joined(home, rooms);
  });

  /** What a real program's write of its old list must come to: held, no room left, and all back by a restoration. */
  async function heldAndRestored({ home, phone, rooms }: Scene, writer: RegExp, added: string): Promise<void> {
    const { bookmarks } = home.account;
    await until(() => bookmarks.held().length > 0, { what: 'its write to be held', deadline: 15_000 });
    expect(bookmarks.held().flatMap((one) => one.rooms).toSorted()).toEqual(rooms.toSorted());
    expect(bookmarks.held()[0]?.online.join(' ')).toMatch(writer);
    // where the server bridges, the write has taken them out of XEP-0402 too
    expect(Object.keys(await readNative(phone)).filter((room) => rooms.includes(room))).toHaveLength(await bridges(server) ? 0 : 3);
    await joined(home, rooms);
    for (const { id } of bookmarks.held()) bookmarks.restore(id);
    await storagesHave(phone, [...rooms, added]);
    await joined(home, rooms);
    expect(home.archive.ledger(home.who.jid, rooms[0] ?? '', 50).map(({ event }) => event)).not.toContain('leave');
  }

  test('profanity, which writes the list that it read at its login, takes no room away', async () => {
    let client: Profanity | undefined;
    const scene = await threeRooms(server, people, async ({ account, who }) => {
      client = await runProfanity(server, who);
      people.also(client.close);
      await until(() => client?.log().includes('storage:bookmarks') && account.devices.list().some(({ resource, online }) => resource === 'profanity' && online),
        { what: 'profanity to have read its bookmarks', deadline: 20_000 });
    });
    const added = await server.room({ archive: false, name: 'added' });
    client?.type(`/bookmark add ${added}`);
    await heldAndRestored(scene, /profanity/, added);
  });

  test('mcabber, which does the same, takes no room away either', async () => {
    const old = await server.room({ archive: false, name: 'old' });
    let client: Terminal | undefined;
    const scene = await threeRooms(server, people, async ({ account, who }) => {
      await writePrivate(await people.person(who, { resource: 'before' }), { [old]: {} });
      client = await runMcabber(server, who);
      people.also(client.close);
      await client.shows('old-'); // its roster shows what it has read
      await until(() => account.devices.list().some(({ resource, online }) => resource.startsWith('mcabber') && online), { what: 'mcabber to be seen' });
      return old;
    });
    await client?.type('/roster search old-');
    await client?.type('/room bookmark add -autojoin Ali');
    await heldAndRestored(scene, /mcabber\./, old);
  });

  test('each change is in the log, can be undone, and the list can be as it was', async () => {
    const { home, phone, rooms } = await threeRooms(server, people);
    const { bookmarks } = home.account;
    const [room = ''] = rooms;
    expect(bookmarks.log(50)).toMatchObject(rooms.map((one) => ({ room: one, storage: 'native', before: undefined, cause: 'added by a client' })));
    const then = Date.now();
    await until(() => Date.now() > then, { what: 'the clock to move' });
    bookmarks.put(room, { nick: 'Ali', name: 'The Garden' });
    await until(() => home.account.rooms.list().find((one) => one.room === room)?.nick === 'Ali', { what: 'the new nick' });
    bookmarks.remove(rooms[1] ?? '');
    await until(() => home.account.rooms.list().length === 2, { what: 'a room to be left' });
    const removal = bookmarks.log(1)[0];
    expect(removal).toMatchObject({ room: rooms[1], storage: 'minimix', after: undefined, cause: 'removed here' });
    bookmarks.undo(removal?.id ?? 0);
    await joined(home, rooms);
    expect(bookmarks.list().find((one) => one.room === room)).toMatchObject({ nick: 'Ali', name: 'The Garden' });
    expect(bookmarks.restoreDate(then)).toMatchObject({ ok: true, value: { changed: 1 } });
    expect(bookmarks.list().find((one) => one.room === room)).toMatchObject({ nick: undefined, name: undefined });
    await until(async () => (await readNative(phone))[room]?.nick === undefined, { what: 'the storage to be as it was' });
    await storagesHave(phone, rooms);
  });

  test('a list goes from one account of the person to another, extensions and all', async () => {
    const [one, two] = [await minimix(), await minimix()];
    const room = `${uniqueName('room')}@elsewhere.example`;
    one.account.bookmarks.put(room, { name: 'R', nick: 'Ali', password: 'sesame', notify: 'on-mention' });
    for (const format of ['xml', 'json'] as const) {
      const file = one.account.bookmarks.export(format);
      expect(two.account.bookmarks.import(file)).toMatchObject({ ok: true });
      expect(two.account.bookmarks.list()).toMatchObject([{ room, name: 'R', nick: 'Ali', hasPassword: true, notify: 'on-mention' }]);
      two.account.bookmarks.remove(room);
    }
    expect(two.account.bookmarks.import('<x/>')).toMatchObject({ ok: false, error: { code: 'unreadable' } });
    expect(two.account.bookmarks.import('{"bookmarks":[{"room":1}]}')).toMatchObject({ ok: false, error: { code: 'unreadable' } });
  });

  test('where it was set so, a join or leave here is told to nobody', async () => {
    const who = await newAccount(server, 'alice');
    const phone = await person(who, { resource: 'phone' });
    const room = await server.room({ archive: false });
    await publish(phone, room, conference({ autojoin: true }));
    const home = await minimix({ who });
    await joined(home, [room]);
    home.account.bookmarks.set({ keepJoins: false });
    await home.account.rooms.leave(room);
    const other = await server.room({ archive: false });
    await home.account.rooms.join(other);
    expect(await readNative(phone)).toEqual({ [room]: { autojoin: true } });
    expect(home.account.rooms.list().map((one) => one.room)).toEqual([other]);
  });
});
