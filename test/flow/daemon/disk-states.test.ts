// A disk without a byte left, or without room for another file: the daemon starts on it, lives, stops, and is well again once there is room.
import { expect, test } from 'vitest';
import { apiOf, isAlive, makeHome, type Home } from '../../support/daemon.ts';
import { connectPerson } from '../../support/clients/person.ts';
import { makeSmallDisk, noSmallDisk } from '../../support/harm/small-disk.ts';
import { newAccount, prosody as server } from '../../support/servers/servers.ts';
import { undoing } from '../../support/undo.ts';
import { until } from '../../support/until.ts';

const undo = undoing();
const impossible = noSmallDisk();

async function isOnline(home: Home): Promise<boolean> {
  return (await apiOf(home).status.query()).accounts.every(({ connection }) => connection.state === 'online');
}

/** A daemon that was started on the full disk, and waits for the room that it needs; what it gives is its address, at last. */
async function waits(home: Home, times: number): Promise<{ readonly started: Promise<string> }> {
  const started = home.start().catch(() => 'stopped before');
  await until(() => home.log().split('Minimix starts as soon as there is room').length === times + 1, { what: 'the daemon to wait for room' });
  expect(isAlive(home.pid())).toBe(true);
  return { started };
}

test.for([{ left: 'byte' }, { left: 'file' }])('on a disk without another $left the daemon stops and starts, and all works once there is room', async ({ left }, { skip }) => {
  if (impossible !== undefined) skip(impossible);
  const disk = makeSmallDisk(16);
  undo.push(disk.remove);
  const [fill, free] = left === 'byte' ? [disk.fill, disk.free] : [disk.fillFiles, disk.freeFiles];
  const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
  const room = await server.room({ archive: true });
  const home = makeHome(disk.dir);
  undo.push(home.remove);
  await home.addAccount(server, alice);
  await home.start();
  await until(() => isOnline(home), { what: 'the login' });
  await apiOf(home).join.mutate({ room });
  const talker = await connectPerson(server, bob.user, bob.password);
  undo.push(talker.close);
  await talker.join(room, 'bob');
  await talker.say(room, 'before');
  await until(async () => (await apiOf(home).history.query({ room })).some(({ body }) => body === 'before'), { what: 'the first word' });

  fill();
  await expect(apiOf(home).settings.set.mutate({ key: 'log.level', value: 'debug' })).rejects.toThrow(/disk/);
  expect(isAlive(home.pid())).toBe(true);
  expect(await home.stop(), home.log()).toBe(0);

  fill(); // what the end has given back
  const first = await waits(home, 1);
  expect(await home.stop()).toBe(0);
  expect(await first.started).toBe('stopped before');
  const second = await waits(home, 2);
  const pid = home.pid();
  free();
  expect(await second.started).toMatch(/^http/);
  await until(() => isOnline(home), { what: 'the login' });
  fill();
  await talker.say(room, 'while it was full');
  expect((await apiOf(home).history.query({ room })).some(({ body }) => body === 'before')).toBe(true);
  free();
  await until(async () => (await apiOf(home).history.query({ room })).some(({ body }) => body === 'while it was full'), { what: 'what was said meanwhile', every: 200 }).catch((error: unknown) => {
    throw new Error(home.log(), { cause: error });
  });
  await until(() => isOnline(home), { what: 'the account to be online again', every: 200 });
  await apiOf(home).settings.set.mutate({ key: 'log.level', value: 'debug' });
  expect([home.pid(), isAlive(pid)]).toEqual([pid, true]);
  expect(home.log()).not.toContain('that nobody caught');
  expect(await home.stop()).toBe(0);
});
