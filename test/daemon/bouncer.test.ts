// Where the bouncer listens, and what a change of its settings does to whoever is connected.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import { bouncerSettings } from '../../src/config/bouncer.ts';
import { readSettings } from '../../src/config/config.ts';
import { openBouncerOf, type OpenDoor } from '../../src/daemon/bouncer.ts';
import { MinimixError } from '../../src/core/errors.ts';
import { openProblems, type Problems } from '../../src/daemon/diagnostics/problems.ts';

const disk = vi.hoisted(() => ({ full: false }));
vi.mock(import('../../src/config/config.ts'), async (original) => {
  const config = await original();
  return {
    ...config,
    editSettings(...edits) {
      if (disk.full) throw new MinimixError('disk', 'settings.json cannot be written: the disk is full.');
      return config.editSettings(...edits);
    },
  };
});

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  disk.full = false;
  for (const close of open.splice(0).toReversed()) await close();
});

function openDoor(): { door: OpenDoor; home: string; log: string[]; problems: Problems } {
  const home = mkdtempSync(join(tmpdir(), 'door-'));
  writeFileSync(join(home, 'settings.json'), '{ "version": 1, "accounts": [] }');
  const archive = openArchive(join(home, 'archive.db'));
  const log: string[] = [];
  const note = (_level: string, message: string): void => void log.push(message);
  const problems = openProblems(note);
  const door = openBouncerOf({ home, archive, tokenKey: async () => Buffer.alloc(32), problems, log: note });
  open.push(async () => {
    await door.bouncer.stop();
    archive.close();
    rmSync(home, { recursive: true, force: true });
  });
  return { door, home, log, problems };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.2');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((done) => { server.close(done); });
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** 127.0.0.2 is this computer as well, but not the address that was named: it stands for the one in the network. */
async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  open.push(() => void socket.destroy());
  return await once(socket, 'connect').then(() => true, () => false); // refused: `once` rejects with the error
}

test('it listens on this computer alone unless another address is named', async () => {
  const { door, log } = openDoor();
  await door.begin(bouncerSettings.parse({ on: true }));
  // the port may be taken on this machine: then the refusal names where it would have listened
  const where = door.bouncer.running()?.host ?? /cannot listen on ([\d.]+):1522[23]/.exec(log.join())?.[1];
  expect(where).toBe('127.0.0.1');
});

test.each([
  ['127.0.0.1', false],
  ['0.0.0.0', true],
])('on %s it can be reached from elsewhere: %s', async (host, reached) => {
  const { door } = openDoor();
  await door.begin(bouncerSettings.parse({ on: true, listen: { host, port: 0 }, directTls: { host, port: 0 } }));
  const { port = 0, directTlsPort = 0 } = door.bouncer.running() ?? {};
  for (const each of [port, directTlsPort]) {
    expect(await answers('127.0.0.1', each)).toBe(true);
    expect(await answers('127.0.0.2', each)).toBe(reached);
  }
});

test('a change of what leaving means throws nobody out, a change of where it listens does', async () => {
  const { door } = openDoor();
  const anywhere = { host: '127.0.0.1', port: 0 };
  const kept = { on: true, listen: anywhere, directTls: anywhere };
  await door.begin(bouncerSettings.parse(kept));
  const before = door.bouncer.running();
  const phone = connect(before?.port ?? 0, '127.0.0.1');
  open.push(() => void phone.destroy());
  await once(phone, 'connect');
  await door.apply(bouncerSettings.parse({ ...kept, leaves: 'everywhere' }));
  expect(door.bouncer.running()).toEqual(before);
  expect(phone.closed).toBe(false);
  const closed = once(phone.resume(), 'close');
  await door.apply(bouncerSettings.parse({ ...kept, directTls: undefined, listen: { host: '127.0.0.1', port: before?.directTlsPort ?? 0 } }));
  await closed;
});

test('a port that is taken is a problem, until the bouncer runs or is turned off', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  open.push(() => void taken.close());
  const address = taken.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  const { door, problems } = openDoor();
  const on = (port: number) => bouncerSettings.parse({ on: true, listen: { host: '127.0.0.1', port }, directTls: { host: '127.0.0.1', port: 0 } });
  await door.begin(on(address.port));
  expect(problems.list()).toMatchObject([{ code: 'bouncer-not-running', message: expect.stringContaining(String(address.port)) as string }]);
  await door.apply(on(0));
  expect(door.bouncer.running()).toBeDefined();
  expect(problems.list()).toEqual([]);
  await door.apply(on(address.port));
  expect(problems.list()).toHaveLength(1);
  await door.api.off();
  expect(problems.list()).toEqual([]);
});

const anyPort = { host: '127.0.0.1', port: 0 };

test('a bouncer whose end cannot be kept runs on, and a later try turns it off', async () => {
  const { door } = openDoor();
  expect(await door.api.on({ listen: anyPort, directTls: anyPort })).toMatchObject({ ok: true });
  const before = door.bouncer.running();
  disk.full = true;
  await expect(door.api.off()).rejects.toThrow('the disk is full');
  expect(door.bouncer.running()).toEqual(before);
  disk.full = false;
  expect(await door.api.off()).toEqual({ on: false });
  expect(door.bouncer.running()).toBeUndefined();
});

test('settings that could not be kept are not in force: the same ones, written by hand, are applied', async () => {
  const { door } = openDoor();
  disk.full = true;
  const kept = bouncerSettings.parse({ on: true, listen: anyPort, directTls: anyPort });
  expect(await door.api.on({ listen: anyPort, directTls: anyPort })).toMatchObject({ ok: false, error: { code: 'disk' } });
  expect(door.bouncer.running()).toBeUndefined();
  await door.apply(kept);
  expect(door.bouncer.running()).toBeDefined();
});

test('what was turned on here is left alone as its settings are read again', async () => {
  const { door, home } = openDoor();
  await door.api.on({ listen: anyPort, directTls: anyPort });
  const before = door.bouncer.running();
  await door.apply(readSettings(home).bouncer);
  expect(door.bouncer.running()).toEqual(before);
});

test('a network that is not there costs this computer’s own clients nothing, and is a problem', async () => {
  const { door, problems } = openDoor();
  const gone = { hosts: ['127.0.0.2', '192.0.2.1'], port: await freePort(), directTlsPort: await freePort() }; // RFC 5737: no computer has the second
  await door.begin(bouncerSettings.parse({ on: true, listen: anyPort, directTls: anyPort, network: gone }));
  const running = door.bouncer.running();
  expect(await answers('127.0.0.1', running?.port ?? 0)).toBe(true);
  expect(running?.network).toEqual({ ...gone, hosts: ['127.0.0.2'] });
  expect(await answers('127.0.0.2', gone.port)).toBe(true);
  expect(problems.list()).toMatchObject([{ code: 'bouncer-network-missing', message: expect.stringContaining('192.0.2.1') as string }]);
  await door.apply(bouncerSettings.parse({ on: true, listen: anyPort, directTls: anyPort }));
  expect(problems.list()).toEqual([]);
});

test('a network that is asked for and not there is refused, and all is as before', async () => {
  const { door, problems } = openDoor();
  await door.api.on({ listen: anyPort, directTls: anyPort });
  expect(await door.api.on({ network: { hosts: ['192.0.2.1'], port: await freePort() } })).toMatchObject({ ok: false, error: { message: expect.stringContaining('192.0.2.1') as string } });
  expect(door.bouncer.running()).toBeDefined();
  expect(door.bouncer.running()?.network).toBeUndefined();
  expect(problems.list()).toEqual([]);
});

test('phones of a network are let in beside this computer’s own clients, on ports that are free there', async () => {
  const { door } = openDoor();
  const anywhere = { host: '127.0.0.1', port: 0 };
  await door.api.on({ listen: anywhere, directTls: anywhere });
  const status = await door.api.on({ network: { hosts: ['127.0.0.2'] } });
  const { network } = (status.ok && status.value.on && status.value) || {};
  const { port = 0, directTlsPort = 0 } = network ?? {};
  expect(network?.hosts).toEqual(['127.0.0.2']);
  expect(await answers('127.0.0.2', port)).toBe(true);
  expect(await answers('127.0.0.2', directTlsPort)).toBe(true);
  expect(await door.api.on({ network: {} })).toMatchObject({ value: { network } });
  expect(await door.api.on({ network: null })).toMatchObject({ value: { on: true } });
  expect(door.bouncer.running()?.network).toBeUndefined();
  expect(await answers('127.0.0.2', port)).toBe(false);
  expect(await door.api.on({})).toMatchObject({ value: { on: true } }); // as the file has it
  expect(door.bouncer.running()?.network).toBeUndefined();
});

test('a port that somebody else has is passed over for phones', async () => {
  const { door } = openDoor();
  const other = createServer().listen(0, '127.0.0.2');
  open.push(() => void other.close());
  await once(other, 'listening');
  const address = other.address();
  const taken = typeof address === 'object' && address ? address.port : 0;
  const anywhere = { host: '127.0.0.1', port: 0 };
  await door.api.on({ listen: anywhere, directTls: anywhere });
  expect(await door.api.on({ network: { hosts: ['127.0.0.2'], port: taken } })).toMatchObject({ ok: false, error: { code: 'bouncer' } });
  expect(door.bouncer.running()?.network).toBeUndefined();
  const chosen = await door.api.on({ network: { hosts: ['127.0.0.2'] } });
  expect(chosen).toMatchObject({ ok: true, value: { on: true, network: { port: expect.any(Number) } } });
  expect(door.bouncer.running()?.network?.port).not.toBe(taken);
});
