// Where devices of the network connect, while the network comes and goes.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { listenInNetwork } from '../../../../src/frontends/bouncer/server/network-listeners.ts';
import type { StreamHost } from '../../../../src/frontends/bouncer/server/host.ts';
import { feed } from '../../../support/until.ts';

const open: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

const streams = { log: () => undefined } as unknown as StreamHost; // nobody logs in here

async function taken(port = 0): Promise<{ port: number; free(): Promise<unknown> }> {
  const server = createServer().listen(port, '127.0.0.2');
  await once(server, 'listening');
  const free = (): Promise<unknown> => new Promise((done) => { server.close(done); });
  open.push(free);
  return { port: (server.address() as AddressInfo).port, free };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.2');
  open.push(() => void socket.destroy());
  return await once(socket, 'connect').then(() => true, () => false);
}

test('both ports of an address are listened on, or neither; and again as soon as both can be', async () => {
  const [one, other] = [await taken(), await taken()];
  await one.free();
  const told = feed<readonly string[]>();
  const listeners = await listenInNetwork({ hosts: ['127.0.0.2'], port: one.port, directTlsPort: other.port }, streams, { again: 20, missing: told.push });
  open.push(listeners.stop);
  expect(await told.next(() => true)).toEqual([expect.stringContaining(String(other.port)) as string]);
  expect(listeners.hosts()).toEqual([]);
  expect(await answers(one.port)).toBe(false);
  await other.free();
  await told.next((why) => why.length === 0);
  expect(listeners.hosts()).toEqual(['127.0.0.2']);
  for (const { port } of [one, other]) expect(await answers(port)).toBe(true);
});

test('what was stopped is not tried again', async () => {
  const { port } = await taken();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  open.push(() => void vi.useRealTimers());
  const listeners = await listenInNetwork({ hosts: ['127.0.0.2'], port, directTlsPort: port }, streams, { again: 20, missing: () => undefined });
  expect(vi.getTimerCount()).toBe(1);
  await listeners.stop();
  expect(vi.getTimerCount()).toBe(0);
});
