// Minimix is given up: the rooms go where the person says, every client knows it, and nothing is left on the disk.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readNative, readPrivate } from '../../support/clients/bookmarks.ts';
import { apiOf, bin, makeHome, type Home } from '../../support/daemon.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { runProfanity } from '../../support/clients/profanity.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import type { SharedServer } from '../../support/servers/server.ts';
import { undoing } from '../../support/undo.ts';
import { until } from '../../support/until.ts';

const undo = undoing();

interface Scene {
  readonly home: Home;
  readonly alice: Account;
  readonly bob: Person;
  readonly rooms: readonly [kept: string, left: string];
  readonly file: string;
}

/** Alice in two rooms, with bob in both. */
async function scene(server: SharedServer): Promise<Scene> {
  const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
  const rooms = [await server.room({ archive: true, name: 'kept' }), await server.room({ archive: true, name: 'left' })] as const;
  const person = await connectPerson(server, bob.user, bob.password);
  undo.push(person.close);
  const home = makeHome();
  undo.push(home.remove);
  await home.addAccount(server, alice);
  rmSync(join(home.dir, 'test-ca.pem')); // the test's own; it is in the settings
  await home.start();
  const api = apiOf(home);
  await until(async () => (await api.status.query()).accounts[0]?.connection.state === 'online', { what: 'alice to be online' });
  for (const room of rooms) {
    await person.join(room, 'bob');
    await api.join.mutate({ room, nick: 'ali' });
    await person.say(room, `words in ${room}`);
  }
  for (const room of rooms) await until(async () => (await api.history.query({ room })).some(({ body }) => body?.startsWith('words in')), { what: 'the words' });
  const dir = mkdtempSync(join(tmpdir(), 'retired-'));
  undo.push(() => rmSync(dir, { recursive: true }));
  return { home, alice, bob: person, rooms, file: join(dir, 'all.jsonl') };
}

/** What a client of the person sees afterwards, in each place of bookmarks. */
async function listed(server: SharedServer, who: Account): Promise<Record<string, Record<string, boolean | undefined>>> {
  const phone = await connectPerson(server, who.user, who.password, { resource: 'phone' });
  const lists = { native: await readNative(phone), private: await readPrivate(phone) };
  await phone.close();
  return Object.fromEntries(Object.entries(lists).map(([place, list]) => [place, Object.fromEntries(Object.entries(list).map(([room, { autojoin }]) => [room, autojoin]))]));
}

const leftBy = (bob: Person, room: string) =>
  bob.next((stanza) => stanza.is('presence') && stanza.attrs['type'] === 'unavailable' && stanza.attrs['from'] === `${room}/ali`, { what: `ali to have left ${room}` });

describe.each(servers)('on $kind', (server) => {
  test('rooms are left or kept as is said, clients join what is kept by themselves, and the home is gone', async () => {
    const { home, alice, bob, rooms: [kept, left], file } = await scene(server);
    const anywhere = { host: '127.0.0.1', port: 0 };
    await apiOf(home).bouncer.on.mutate({ listen: anywhere, directTls: anywhere });
    await apiOf(home).bouncer.addDevice.mutate({ name: 'Phone' });
    const told = await home.cli(['retire', '--leave', left, '--export', file, '--yes']);
    expect(told, `${told.stderr}${home.log()}`).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toContain('1 rooms stay bookmarked with auto-join, 1 were left; all bookmark storages are up to date.');
    expect(told.stdout).toContain('Revoked the device passwords of Phone.');
    expect(existsSync(home.dir)).toBe(false);
    expect(readFileSync(file, 'utf8')).toContain(`words in ${left}`);
    await Promise.all([leftBy(bob, kept), leftBy(bob, left)]);
    const expected = { [kept]: true, [left]: false };
    expect(await listed(server, alice)).toEqual({ native: expected, private: expected });
    if (server.kind !== 'prosody') return; // one stock client is enough; the lists are looked at on both
    const client = await runProfanity(server, alice);
    undo.push(client.close);
    await bob.next((stanza) => stanza.is('presence') && String(stanza.attrs['from']).startsWith(`${kept}/ali`) && stanza.attrs['type'] === undefined, { what: 'profanity to join by itself', deadline: 20_000 });
  });
});

test('what was killed in the middle goes on where it was, with a daemon of its own', async () => {
  const [server] = servers;
  if (!server) throw new Error('no server');
  const { home, alice, rooms: [kept, left], file } = await scene(server);
  await home.stop();
  const plan = join(home.dir, 'retire.json');
  const first = spawn(bin, ['--home', home.dir, 'retire', '--leave', left, '--export', file, '--yes'], { stdio: 'ignore', env: { ...process.env, MINIMIX_KEYRING: 'off' } });
  await until(() => existsSync(plan) && readFileSync(plan, 'utf8').includes('export alice'), { what: 'the export to be done', deadline: 60_000, every: 5 });
  first.kill('SIGKILL');
  const told = await home.cli(['retire']); // asks nothing: it was decided
  expect(told, told.stderr).toMatchObject({ code: 0 });
  expect(told.stdout).toMatch(/Continuing the retirement begun on [^;]+; already done: export alice/);
  expect(existsSync(home.dir)).toBe(false);
  expect(readFileSync(file, 'utf8')).toContain(`words in ${kept}`);
  expect((await listed(server, alice))['native']).toEqual({ [kept]: true, [left]: false });
});

test('nothing is done where a room is mistyped, nobody can be asked, or the server is away; --offline tells it nothing', async () => {
  const [server] = servers;
  if (!server) throw new Error('no server');
  const home = makeHome();
  undo.push(home.remove);
  const alice = await newAccount(server, 'alice');
  await home.addAccount(server, alice);
  rmSync(join(home.dir, 'test-ca.pem'));
  writeFileSync(join(home.dir, 'my own notes'), 'mine');
  expect(await home.cli(['retire'])).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no terminal to ask') });
  expect(await home.cli(['retire', '--yes', '--leave', 'nowhere@rooms.example.org'])).toMatchObject({ code: 1, stderr: expect.stringContaining('nowhere@rooms.example.org is not one of your rooms') });
  expect(await home.cli(['retire', '--yes', '--leave', 'none', '--export', join(home.dir, 'my own notes')])).toMatchObject({ code: 1, stderr: expect.stringContaining('already exists') });
  expect(readdirSync(home.dir)).toEqual(expect.arrayContaining(['settings.json', 'secrets.json', 'archive.db']));
  expect(readdirSync(home.dir)).not.toContain('retire.json');
  const told = await home.cli(['retire', '--yes', '--offline']);
  expect(told, told.stderr).toMatchObject({ code: 0 });
  expect(readdirSync(home.dir)).toEqual(['my own notes']); // and that stays
  expect(told.stdout).toContain(`Not removed, because Minimix did not create it: ${join(home.dir, 'my own notes')}.`);
});
