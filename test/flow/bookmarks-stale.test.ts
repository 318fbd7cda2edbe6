// Issue 6, items 3 and 4: clients that write an old list, and the log by which all can be undone.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { conference, NATIVE, nodeConfig, publish, readAll, readNative, writePrivate } from '../support/bookmarks.ts';
import type { Person } from '../support/person.ts';
import { cast, type Cast, type Home } from '../support/rooms.ts';
import { uniqueName, type SharedServer } from '../support/server.ts';
import { newAccount, servers } from '../support/servers.ts';
import { until } from '../support/until.ts';

const exec = promisify(execFile);

interface Scene {
  readonly home: Home;
  readonly phone: Person;
  readonly rooms: readonly string[];
}

/** Alice's daemon in three rooms, by bookmarks of her phone that all storages have. */
async function threeRooms(server: SharedServer, { house, person }: Cast, between: (who: Home) => Promise<void> = async () => undefined): Promise<Scene> {
  const home = await house();
  const phone = await person(home.who, { resource: 'phone' });
  const closed = async (): Promise<boolean> => (await nodeConfig(phone, NATIVE))['pubsub#access_model'] === 'whitelist';
  await until(closed, { what: 'the node to keep more than one item', every: 50 });
  await between(home);
  const rooms = await Promise.all(['a', 'b', 'c'].map((name) => server.room({ archive: false, name })));
  for (const room of rooms) await publish(phone, room, conference({ autojoin: true }));
  await joined(home, rooms);
  await storagesHave(phone, rooms);
  return { home, phone, rooms };
}

const joined = (home: Home, rooms: readonly string[]): Promise<unknown> =>
  until(() => rooms.every((room) => home.account.rooms().some((one) => one.room === room && one.state === 'joined')), { what: `to be in ${rooms.join()}` });

const storagesHave = (phone: Person, rooms: readonly string[]): Promise<unknown> =>
  until(async () => Object.values(await readAll(phone)).every((list) => Object.keys(list).toSorted().join() === rooms.toSorted().join()),
    { what: `all storages to have ${rooms.join()}`, every: 50 });

/** The real program in a terminal of its own. */
async function profanity(server: SharedServer, who: Home['who'], { also }: Cast): Promise<{ type(line: string): Promise<void>; log(): string }> {
  const dir = mkdtempSync(join(tmpdir(), 'profanity-'));
  const socket = join(dir, 'tmux');
  const log = join(dir, 'log');
  mkdirSync(join(dir, 'data', 'profanity'), { recursive: true });
  const account = ['[alice]', 'enabled=true', `jid=${who.jid}`, `password=${who.password}`, 'resource=profanity', `server=${server.host}`, `port=${server.port}`, 'tls.policy=trust'];
  writeFileSync(join(dir, 'data', 'profanity', 'accounts'), `${account.join('\n')}\n`);
  const tmux = (...args: string[]) => exec('tmux', ['-S', socket, '-f', '/dev/null', ...args]);
  const env = ['HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'].map((name) => `${name}=${name === 'HOME' ? dir : join(dir, name === 'XDG_DATA_HOME' ? 'data' : 'config')}`);
  await tmux('new-session', '-d', '-x', '120', '-y', '40', 'env', ...env, 'TERM=screen', 'profanity', '-l', 'DEBUG', '-f', log, '-a', 'alice');
  also(async () => {
    await tmux('kill-server').catch(() => undefined);
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    async type(line) {
      await tmux('send-keys', '-l', line);
      await tmux('send-keys', 'Enter');
    },
    log: () => readFileSync(log, 'utf8'),
  };
}

describe.each(servers)('on $kind', (server) => {
  const people = cast(server);
  const { house, person } = people;

  test('a list that lost several rooms at once is held: no room is left, and a restoration brings them back everywhere', async () => {
    const { home, phone, rooms } = await threeRooms(server, people);
    const old = await person(home.who, { resource: 'old' });
    await writePrivate(old, {});
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

  test('what is held and then accepted is left and gone from all storages', async () => {
    const { home, phone, rooms } = await threeRooms(server, people);
    await writePrivate(phone, { [rooms[0] ?? '']: { autojoin: true } });
    await until(() => home.account.bookmarks.held().length > 0, { what: 'it to be held', deadline: 5_000 }).catch(async () => {
      await (await person(home.who, { resource: 'brief' })).close(); // nobody tells of XEP-0049: a look comes with a resource
      await until(() => home.account.bookmarks.held().length > 0, { what: 'it to be held' });
    });
    home.account.bookmarks.accept(home.account.bookmarks.held()[0]?.id ?? 0);
    await until(() => home.account.rooms().length === 1, { what: 'two rooms to be left' });
    await storagesHave(phone, rooms.slice(0, 1));
  });

  test('where it was set so, several rooms gone are put back without a question', async () => {
    const { home, phone, rooms } = await threeRooms(server, people);
    home.account.bookmarks.set({ severalGone: 'restore' });
    const old = await person(home.who, { resource: 'old' });
    await writePrivate(old, {});
    await until(() => home.account.bookmarks.log(50).some(({ cause }) => cause.includes('put back')), { what: 'a restoration' });
    await storagesHave(phone, rooms);
    await joined(home, rooms);
  });

  test('profanity, which writes the list that it read at its login, takes no room away', async () => {
    let client: Awaited<ReturnType<typeof profanity>> | undefined;
    const { home, phone, rooms } = await threeRooms(server, people, async ({ account, who }) => {
      client = await profanity(server, who, people);
      await until(() => client?.log().includes('storage:bookmarks') && account.devices().some(({ resource, online }) => resource === 'profanity' && online),
        { what: 'profanity to have read its bookmarks', deadline: 20_000 });
    });
    const added = await server.room({ archive: false, name: 'added' });
    await client?.type(`/bookmark add ${added}`);
    await until(() => home.account.bookmarks.held().length > 0, { what: 'its write to be held', deadline: 15_000 });
    expect(home.account.bookmarks.held().flatMap((one) => one.rooms).toSorted()).toEqual(rooms.toSorted());
    expect(home.account.bookmarks.held()[0]?.online).toContain('profanity');
    expect(Object.keys(await readNative(phone)).filter((room) => rooms.includes(room))).toHaveLength(server.kind === 'prosody' ? 0 : 3);
    await joined(home, rooms);
    for (const { id } of home.account.bookmarks.held()) home.account.bookmarks.restore(id);
    await storagesHave(phone, [...rooms, added]);
    await joined(home, rooms);
  }, 60_000);

  test('each change is in the log, can be undone, and the list can be as it was', async () => {
    const { home, phone, rooms } = await threeRooms(server, people);
    const { bookmarks } = home.account;
    const [room = ''] = rooms;
    expect(bookmarks.log(50)).toMatchObject(rooms.map((one) => ({ room: one, storage: 'native', before: undefined, cause: 'added by a client' })));
    const then = Date.now();
    await until(() => Date.now() > then, { what: 'the clock to move' });
    bookmarks.put(room, { nick: 'Ali', name: 'The Garden' });
    await until(() => home.account.rooms().find((one) => one.room === room)?.nick === 'Ali', { what: 'the new nick' });
    bookmarks.remove(rooms[1] ?? '');
    await until(() => home.account.rooms().length === 2, { what: 'a room to be left' });
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
    const [one, two] = [await house(), await house()];
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
    const home = await house({ who });
    await joined(home, [room]);
    home.account.bookmarks.set({ keepJoins: false });
    await home.account.leave(room);
    const other = await server.room({ archive: false });
    await home.account.join(other);
    expect(await readNative(phone)).toEqual({ [room]: { autojoin: true } });
    expect(home.account.rooms().map((one) => one.room)).toEqual([other]);
  });
});
