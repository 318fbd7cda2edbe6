// What a connection that breaks leaves behind at the server.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTcp, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, test, vi } from 'vitest';
import { SocketAdapter } from '../../../src/xmpp/transport/socket-adapter.ts';
import { makeCertificates } from '../../support/servers/certificates.ts';
import { until } from '../../support/until.ts';
import { undoing } from '../../support/undo.ts';
import { portOf } from '../../support/servers/server.ts';

const undo = undoing();
const APPLICATION_DATA = 23;

async function listening<T extends Server>(server: T): Promise<{ server: T; port: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => new Promise((resolve) => server.close(resolve)));
  return { server, port: portOf(server) };
}

/** Passes on whole TLS records (RFC 8446 5.1) alone; resets both sides once so many of more than `large` bytes have gone up. */
async function breaking(target: number, large: number, records: number): Promise<number> {
  const relay = createServer((near) => {
    const far = connectTcp(target, '127.0.0.1');
    let [held, gone] = [Buffer.alloc(0), 0];
    for (const socket of [near, far]) socket.on('error', () => undefined);
    far.on('data', (bytes) => near.write(bytes));
    far.on('close', () => near.destroy());
    near.on('data', (bytes: Buffer) => {
      held = Buffer.concat([held, bytes]);
      for (let size = sizeOf(held); size > 0 && size <= held.length && gone < records; size = sizeOf(held)) {
        far.write(held.subarray(0, size));
        gone += Number(held[0] === APPLICATION_DATA && size > large);
        held = held.subarray(size);
      }
      if (gone === records) {
        near.destroy();
        far.end();
      }
    });
  });
  return (await listening(relay)).port;
}

const sizeOf = (held: Buffer): number => (held.length < 5 ? 0 : 5 + held.readUInt16BE(3));

test('a connection that breaks within a burst leaves whole stanzas at the server', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wire-'));
  undo.push(() => rmSync(dir, { recursive: true }));
  const { key, cert, ca } = await makeCertificates(dir, 'wire.test');
  let came = '';
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const { port } = await listening(
    createTlsServer({ key, cert }, (socket) => {
      socket.setEncoding('utf8').on('data', (text: string) => (came += text));
      socket.on('error', () => undefined).on('close', () => resolve());
    }),
  );
  const socket = connect({ port: await breaking(port, 10_000, 3), host: '127.0.0.1', ca });
  await once(socket, 'secureConnect');
  const wire = new SocketAdapter();
  wire.connect({ socket, secure: true });

  const stanzas = Array.from({ length: 200 }, (_, n) => `<message id='${n}'><body>${'é'.repeat(200 + n)}</body></message>`);
  for (const stanza of stanzas) wire.write(stanza);
  await over;
  const whole = came.split('</message>').length - 1;
  expect(whole).toBeGreaterThan(30);
  expect(came).toBe(stanzas.slice(0, whole).join(''));
});

test('what waits goes out before the last words, and a stanza that no record holds goes out whole', async () => {
  let came = '';
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const { port } = await listening(
    createServer((socket) => {
      socket.setEncoding('utf8').on('data', (text: string) => (came += text));
      socket.on('end', () => resolve());
    }),
  );
  const socket = connectTcp(port, '127.0.0.1');
  await once(socket, 'connect');
  const wire = new SocketAdapter();
  wire.connect({ socket, secure: false });
  const parts = ['<a/>', `<b>${'x'.repeat(100_000)}</b>`, '<c/>'];
  const told: string[] = [];
  for (const part of parts) wire.write(part, () => told.push(part));
  await new Promise((next) => process.nextTick(next));
  wire.write('<d/>');
  wire.hangUp('</stream>', 10_000);
  await over;
  expect(came).toBe(`${parts.join('')}<d/></stream>`);
  expect(told[0]).toBe('<a/>');
});

/** A TLS connection whose server tells what has come; much has been written on it of which nobody knows whether it was read. */
async function unsureConnection() {
  const dir = mkdtempSync(join(tmpdir(), 'wire-'));
  undo.push(() => rmSync(dir, { recursive: true }));
  const { key, cert, ca } = await makeCertificates(dir, 'wire.test');
  let came = '';
  const { port } = await listening(createTlsServer({ key, cert }, (near) => {
    near.setEncoding('utf8').on('data', (text: string) => (came += text)).on('error', () => undefined);
  }));
  const socket = connect({ port, host: '127.0.0.1', ca });
  undo.push(() => void socket.destroy());
  await once(socket, 'secureConnect');
  const wire = new SocketAdapter();
  wire.connect({ socket, secure: true });
  const held = vi.fn<() => void>();
  wire.keepWhole(held);
  const has = (text: string) => until(() => came.includes(text), { what: `${text} to come` });
  for (let n = 0; held.mock.calls.length === 0; n += 1) {
    wire.write(`<a h='${n}'/>`);
    await new Promise((next) => setImmediate(next));
  }
  return { wire, held, has, came: () => came };
}

afterEach(() => void vi.useRealTimers());

test('where nobody knows what was read, a question goes ahead of what waits, and its answer lets that go', async () => {
  const { wire, held, has, came } = await unsureConnection();
  wire.write('<message/>');
  wire.ask('<r/>');
  await has('<r/>');
  expect(came()).not.toContain('<message/>');
  expect(wire.answered()).toBe(true);
  await has('<message/>');
  expect(held).toHaveBeenCalledOnce();
  wire.ask('<r/>');
  expect(wire.answered()).toBe(false); // nothing waited
});

test('a question among what waits goes ahead of it by itself', async () => {
  const { wire, held, has, came } = await unsureConnection();
  wire.ask('<r/>');
  wire.answered();
  for (let n = 0; n < 200; n += 1) {
    wire.write(`<message id='${n}'/>`);
    wire.ask(`<r id='${n}'/>`);
    await new Promise((next) => setImmediate(next));
  }
  await has("<r id='199'/>");
  expect(came()).not.toContain("<message id='199'/>");
  wire.answered();
  await has("<message id='199'/>");
  expect(held).toHaveBeenCalledOnce();
});

test('what waits for an answer that does not come goes out after a while', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { wire, has, came } = await unsureConnection();
  wire.write('<message/>');
  vi.advanceTimersByTime(4_000);
  await new Promise((next) => setImmediate(next));
  expect(came()).not.toContain('<message/>');
  vi.advanceTimersByTime(1_000);
  vi.useRealTimers();
  await has('<message/>');
});
