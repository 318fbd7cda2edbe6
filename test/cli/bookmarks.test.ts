// `minimix bookmarks`, by the real command line and daemon on a real Prosody.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { conference, publish, readNative, writePrivate } from '../support/clients/bookmarks.ts';
import { makeHome, type Home } from '../support/daemon.ts';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { startProsody } from '../support/servers/prosody.ts';
import type { XmppServer } from '../support/servers/server.ts';
import { until } from '../support/until.ts';

type Line = Record<string, unknown>;

let server: XmppServer;
beforeAll(async () => {
  server = await startProsody();
  await server.register('alice', 'secret of alice');
});
afterAll(() => server.stop());

let home: Home;
let phone: Person;
beforeEach(async () => {
  home = makeHome();
  phone = await connectPerson(server, 'alice', 'secret of alice', { resource: 'phone' });
});
afterEach(async () => {
  await home.remove();
  await phone.close();
});

const bookmarks = (...args: string[]) => home.json<Line>(['bookmarks', ...args]);

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await home.cli(['bookmarks', ...args]);
  expect(code, stderr).toBe(0);
  return stdout;
}

test('bookmarks are listed, edited, undone, held, restored, exported and imported', async () => {
  const where = ['--server', `127.0.0.1:${server.port}`, '--ca', server.caFile, '--password-stdin'];
  expect((await home.cli(['account', 'add', `alice@${server.domain}`, ...where], 'secret of alice\n')).code).toBe(0);
  await home.start();
  const [one = '', two = ''] = await Promise.all(['one', 'two'].map((name) => server.room({ archive: false, name })));
  await until(async () => (await home.json<Line>(['status']))[0]?.['state'] === 'online', { what: 'alice to be online', deadline: 20_000 });
  await publish(phone, one, conference({ autojoin: true }));
  await until(async () => (await bookmarks('list')).length === 1, { what: 'the bookmark' });
  expect(await ok('add', two, '--nick', 'Ali', '--name', 'Two', '--autojoin', '--notify', 'on-mention')).toContain(two);
  expect((await bookmarks('list')).find(({ room }) => room === two)).toMatchObject({ name: 'Two', nick: 'Ali', autojoin: true, notify: 'on-mention' });
  await until(async () => (await readNative(phone))[two]?.nick === 'Ali', { what: 'the phone to see it' });

  await ok('remove', two);
  const log = await bookmarks('log');
  expect(log.map(({ cause }) => cause)).toEqual(['added by a client', 'edited here', 'removed here']);
  await ok('undo', String(log.at(-1)?.['id']));
  await until(async () => (await readNative(phone))[two]?.nick === 'Ali', { what: 'the removal to be undone' });

  await writePrivate(phone, {});
  await until(async () => (await bookmarks('held')).length === 1, { what: 'it to be held' });
  expect(await ok('restore', '--held')).toContain('Put back');
  await until(async () => Object.keys(await readNative(phone)).length === 2, { what: 'both to be back' });

  const file = await ok('export');
  await ok('remove', one);
  const imported = await home.cli(['bookmarks', 'import'], file);
  expect(imported).toMatchObject({ code: 0, stdout: expect.stringContaining('1 bookmarks added') });
  expect(await ok('settings', '--several-gone', 'restore')).toContain('"severalGone":"restore"');
  expect((await home.cli(['bookmarks', 'restore'])).code).toBe(2);

  expect((await home.cli(['bookmarks', 'undo', '999999'])).code).toBe(1);
});

test('what rooms see is chosen, a nick registered, and all of it told', async () => {
  const where = ['--server', `127.0.0.1:${server.port}`, '--ca', server.caFile, '--password-stdin'];
  expect((await home.cli(['account', 'add', `alice@${server.domain}`, ...where], 'secret of alice\n')).code).toBe(0);
  await home.start();
  const room = await server.room({ archive: false, name: 'three' });
  await server.setAffiliation(room, `alice@${server.domain}`, 'member');
  const said = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await home.cli(args);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  expect((await home.cli(['room', 'set', room, '--presence', 'hidden', '--status', 'x'])).code).toBe(2);
  await until(async () => (await home.cli(['join', room])).code === 0, { what: 'the room', deadline: 20_000 });
  expect(await said('presence', '--offline', 'xa', '--status', 'asleep')).toContain('When none of your devices is online, they see xa “asleep”.');
  await said('room', 'set', room, '--presence', 'dnd', '--status', 'only here', '--notify', 'never');
  expect(await said('room', 'register', room, '--nick', 'Kept')).toBe(`Registered with ${room} as Kept\n`);
  const [shown] = await home.json<Line>(['rooms', room]);
  expect(shown).toMatchObject({ presence: { kind: 'fixed', show: 'dnd', status: 'only here' }, notify: 'never', wanted: 'Kept' });
});
