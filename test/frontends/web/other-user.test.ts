// The other users of this computer reach 127.0.0.1 as we do: they are strangers.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { peerUser, type PeerUser } from '../../../src/xmpp/transport/peer-user.ts';
import { createWrongTokens } from '../../../src/frontends/web/server/wrong-tokens.ts';
import { ask, openDoor, smallDaemon, type SmallDoorOptions } from './daemon-api.ts';

const { api } = smallDaemon('alice@example.org');
const own = process.getuid?.();
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of open.splice(0).toReversed()) await stop();
});

async function door(options: SmallDoorOptions) {
  const one = await openDoor(api, 'nowhere', Date.now, 0, options);
  open.push(one.stop);
  return one;
}

async function silent(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined); // it is closed for another one
  open.push(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

test('another user is refused in one sentence whatever they know, and the monitoring is for a program of the system', async (context) => {
  if (own === undefined) return context.skip('there are no user ids');
  const one = await door({ user: () => own + 4321 });
  for (const [path, method] of [['/', 'GET'], ['/api/status', 'GET'], ['/picture?id=1', 'GET'], ['/login', 'POST']] as const) {
    const answer = await ask(one.port, path, { method, headers: one.bearer });
    expect(answer.status, path).toBe(403);
    expect(JSON.parse(answer.text).error).toMatchObject({ data: { fault: 'other-user' }, message: expect.stringContaining('web.otherUsers') });
  }
  expect((await ask(one.port, '/health')).status).toBe(200);
});

test('root, the owner, and whoever the system does not name are let through to the login', async () => {
  for (const user of [0, own, undefined]) {
    const one = await door({ user: () => user });
    expect((await ask(one.port, '/api/status', { headers: one.bearer })).status, String(user)).toBe(200);
  }
});

test('the system tells whose connection it is, in either family, and that it was closed', async (context) => {
  if (process.platform !== 'linux') return context.skip('only Linux tells');
  const told = Promise.withResolvers<Socket>();
  const server = createServer({ pauseOnConnect: true }, told.resolve).listen(0, '127.0.0.1');
  open.push(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  for (const host of ['127.0.0.1', '::ffff:127.0.0.1']) {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const socket = connect({ host, port: address.port });
    const [far] = await accepted;
    expect(peerUser(far), host).toBe(own);
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
    expect(peerUser(far), host).toBe('gone');
    far.destroy();
  }
});

test('a connection of another user is known for what it is', async (context) => {
  if (process.platform !== 'linux' || own !== 0) return context.skip('only root can be somebody else');
  const one = await door({});
  // bash, which everybody may run: our own node may lie in a home that is closed to others
  const script = `exec 3<>/dev/tcp/127.0.0.1/${one.port}; printf 'GET /api/status HTTP/1.0\\r\\nHost: 127.0.0.1:${one.port}\\r\\nAuthorization: Bearer the-cli-token\\r\\n\\r\\n' >&3; cat <&3`;
  const { stdout } = await promisify(execFile)('/bin/bash', ['-c', script], { uid: 65_534, gid: 65_534, cwd: '/', env: { PATH: '/usr/bin:/bin' } });
  expect(stdout).toMatch(/^HTTP\/1.1 403 [^]*other-user/);
});

test('three hundred silent connections of one user do not lock the owner out', async () => {
  const users: PeerUser[] = [];
  const one = await door({ user: () => users.shift() ?? own, most: 64 });
  const kept = connect(one.port, '127.0.0.1');
  open.push(() => void kept.destroy());
  kept.write(`GET /api/status HTTP/1.1\r\nHost: 127.0.0.1:${one.port}\r\nAuthorization: ${one.bearer.authorization}\r\n\r\n`);
  await once(kept, 'data');
  for (let n = 0; n < 300; n += 1) {
    users.push((own ?? 0) + 4321);
    await silent(one.port);
  }
  expect((await ask(one.port, '/api/status', { headers: one.bearer })).status).toBe(200);
  kept.write(`GET /api/status HTTP/1.1\r\nHost: 127.0.0.1:${one.port}\r\nAuthorization: ${one.bearer.authorization}\r\n\r\n`);
  expect(String((await once(kept, 'data'))[0])).toContain('200 OK');
});

test('nor do they where the system does not tell whose they are', async () => {
  const one = await door({ user: () => undefined, most: 64 });
  for (let n = 0; n < 300; n += 1) await silent(one.port);
  expect((await ask(one.port, '/api/status', { headers: one.bearer })).status).toBe(200);
});

test('wrong tokens slow the one who says them, and nobody else', async () => {
  const users: { readonly user: PeerUser }[] = [];
  const one = await door({ user: () => users.shift()?.user });
  const order: string[] = [];
  const say = async (who: string, user: PeerUser, authorization: string): Promise<void> => {
    users.push({ user });
    await ask(one.port, '/api/status', { headers: { authorization } });
    order.push(who);
  };
  for (let n = 0; n < 3; n += 1) await say('wrong', undefined, 'Bearer wrong');
  await Promise.all([say('wrong again', undefined, 'Bearer wrong'), say('right', undefined, one.bearer.authorization), say('the owner’s old token', own, 'Bearer old')]);
  expect(order.indexOf('right')).toBeLessThan(order.indexOf('wrong again'));
  expect(order.indexOf('the owner’s old token')).toBeLessThan(order.indexOf('wrong again'));
});

test('each wrong token of a user takes twice as long as the one before, up to five seconds, and a minute of silence is forgiven', () => {
  let clock = 0;
  const wrong = createWrongTokens(() => clock);
  expect(Array.from({ length: 8 }, () => wrong(1001))).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  expect(wrong(1002)).toBe(100);
  expect(wrong(undefined)).toBe(100);
  clock += 60_000;
  expect(wrong(1001)).toBe(100);
});
