import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createThrottle, peerOf } from '../../../src/frontends/bouncer/server/throttle.ts';

const open = () => {
  const closed: string[] = [];
  const throttle = createThrottle(() => 0);
  return { ...throttle, closed, enter: (peer: string, name = peer) => throttle.enter(peer, () => void closed.push(name)) };
};

test('another user of this computer is another peer: neither silence nor wrong passwords of theirs are the owner’s', () => {
  const { closed, delay, enter, failed } = open();
  for (let n = 0; n < 24; n += 1) enter('127.0.0.1 1001');
  for (let n = 0; n < 10; n += 1) failed('127.0.0.1 1001');
  enter('127.0.0.1 1000', 'owner');
  expect(closed).toEqual([]);
  expect([delay('127.0.0.1 1001') > 10_000, delay('127.0.0.1 1000')]).toEqual([true, 0]);
});

test('of too many in all, whoever never logged in goes before whoever has, and who has said a right password last', () => {
  const { closed, enter, succeeded } = open();
  succeeded('home');
  for (let n = 0; n < 20; n += 1) enter('home', `home ${n}`);
  for (let n = 0; n < 44; n += 1) enter(`bot ${n}`).known();
  enter('bot', 'bot');
  expect(closed).toEqual(['home 0']);
  enter('home', 'latest');
  expect(closed).toEqual(['home 0', 'bot']);
});

test('whoever has most connections loses the oldest of them, and one that has left counts no more', () => {
  const { closed, enter } = open();
  enter('gone').left();
  for (let n = 0; n < 24; n += 1) enter('a', `a ${n}`);
  for (let n = 0; n < 20; n += 1) enter('b', `b ${n}`);
  for (let n = 0; n < 20; n += 1) enter('c', `c ${n}`);
  expect(closed).toEqual([]);
  enter('d', 'd');
  enter('a', 'a 24');
  expect(closed).toEqual(['a 0', 'a 1']);
});

test('a household has one IPv6 network, and a user of this computer has the name of their user id', async () => {
  const from = (remoteAddress: string): Socket => ({ remoteAddress }) as unknown as Socket;
  expect(await peerOf(from('2001:db8:1:2:3:4:5:6'))).toBe('2001:db8:1:2::/64');
  expect(await peerOf(from('2001:db8::1'))).toBe('2001:db8:0:0::/64');
  expect(await peerOf(from('fe80::1%eth0'))).toBe('fe80:0:0:0::/64');
  expect(await peerOf(from('::ffff:192.0.2.1'))).toBe('192.0.2.1');
  expect(await peerOf(from('127.0.0.1'), async () => 'gone')).toBeUndefined();
  expect(await peerOf(from('127.0.0.1'), async () => undefined)).toBe('127.0.0.1');
  if (process.platform !== 'linux') return;

  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  onTestFinished(() => void client.destroy());
  const [socket] = await accepted;
  onTestFinished(() => void socket.destroy());
  expect(await peerOf(socket)).toBe(`127.0.0.1 ${process.getuid?.()}`);
});
