// What @xmpp/client 0.14 does wrong. Each test shows the defect on the plain `client()`, and that ours has it not.
import { spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TLSSocket } from 'node:tls';
import { Parser } from '@xmpp/xml';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createReader } from '../../src/xmpp/transport/reader.ts';
import type { Dns } from '../../src/xmpp/transport/resolve.ts';
import { DEFAULT_LIMITS } from '../../src/xmpp/transport/splitter.ts';
import { xml } from '../../src/xmpp/xml.ts';
import { makeCertificates } from '../support/servers/certificates.ts';
import type { Certificates } from '../support/servers/certificates.ts';
import { startScripted } from '../support/servers/scripted-server.ts';
import type { LoginScript, Peer, ScriptedOptions, ScriptedServer } from '../support/servers/scripted-server.ts';
import { feed, until } from '../support/until.ts';
import { startPlain } from './plain.ts';
import type { Plain } from './plain.ts';
import { watch, type WatchOptions } from './watch.ts';
import type { Watched } from './watch.ts';

const endings: (() => unknown)[] = [];
let tls: Certificates;

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'minimix-defects-'));
  tls = await makeCertificates(dir, 'scripted.test', { withoutAddresses: true });
  await rm(dir, { recursive: true });
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  for (const end of endings.splice(0).toReversed()) await end();
});

async function scripted(options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const server = await startScripted(options);
  endings.push(() => server.stop());
  return server;
}

function plain(server: Pick<ScriptedServer, 'port' | 'domain'>, more: object = {}): Plain {
  const started = startPlain(server, more);
  endings.push(() => started.end());
  return started;
}

function ours(
  server: Pick<ScriptedServer, 'port' | 'domain'>,
  more: Partial<WatchOptions> = {},
  resolver?: Dns,
): Watched {
  const watched = watch(
    {
      jid: `romeo@${server.domain}`,
      resource: 'ours',
      password: () => Promise.resolve('pencil'),
      server: { host: '127.0.0.1', port: server.port },
      allowPlaintext: true, // most scripts speak none; where TLS matters, it is asked for
      ...more,
    },
    resolver,
  );
  endings.push(() => watched.connection.abandon());
  watched.connection.start();
  return watched;
}

async function plainOnline(server: ScriptedServer, script: LoginScript = {}): Promise<{ client: Plain; peer: Peer }> {
  const client = plain(server);
  const peer = await server.next();
  await peer.logIn(script);
  await until(() => client.outcome() === 'online', { what: 'the plain client to be online' });
  return { client, peer };
}

async function oursOnline(
  server: ScriptedServer,
  script: LoginScript = {},
  more: Partial<WatchOptions> = {},
): Promise<{ watched: Watched; peer: Peer }> {
  const watched = ours(server, more);
  const peer = await server.next();
  await peer.logIn(script);
  await watched.reaches('online');
  return { watched, peer };
}

test('UTF-8 is whole where a chunk ends inside a character', async () => {
  const server = await scripted();
  const text = '€'.repeat(100_000); // three bytes each: no power of two ends between two of them
  const message = Buffer.from(`<message><body>${text}</body></message>`);

  const { client, peer } = await plainOnline(server);
  const seen = feed<string>();
  client.xmpp.on('stanza', (stanza) => seen.push(stanza.getChildText('body') ?? ''));
  await peer.dribble(message, 7001);
  expect(await seen.next((body) => body !== '')).toContain('\ufffd');

  const { watched, peer: second } = await oursOnline(server);
  await second.dribble(message, 7001);
  const { element } = await watched.stanzas.next(({ kind }) => kind === 'message');
  expect(element.getChildText('body')).toBe(text);
});

describe('the stream ends, and the process lives on', () => {
  const killers: [what: string, data: string, condition: string][] = [
    ['an entity that nobody declared', '<message><body>&foo;</body></message>', 'restricted-xml'],
    ['a reference to a forbidden character', '<message><body>&#1;</body></message>', 'not-well-formed'],
  ];
  for (const [what, data, condition] of killers) {
    test(`after ${what}, by which a stream that cannot be resumed is told of it`, async () => {
      const server = await scripted();
      expect(await deathOf(server, (peer) => peer.send(data))).toMatchObject({ code: 1 });

      const { watched, peer } = await oursOnline(server, { sm: false });
      peer.send(`<presence/>${data}`);
      await peer.expect(new RegExp(`<stream:error><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error></stream:stream>`));
      expect(watched.stanzas.all.map(({ kind }) => kind)).toEqual(['presence']);
      const again = await server.next();
      expect(await again.logIn({ sm: false })).toBe('bound');
      expect(await watched.reaches('online')).toMatchObject({ resumed: false });
    });
  }

  test('after a from that is no JID, which is passed over', async () => {
    const server = await scripted();
    expect(await deathOf(server, (peer) => peer.send(`<message from='@'/>`))).toMatchObject({ code: 1 });

    const { watched, peer } = await oursOnline(server);
    peer.send(`<message from='@'/><presence/>`);
    expect(await watched.stanzas.next(() => true)).toMatchObject({ kind: 'presence' });
    expect(watched.passedOver.all).toMatchObject([{ cause: 'address', from: '@' }]);
  });

  test('after data that follows the end of the stream', async () => {
    const server = await scripted();
    const death = await deathOf(server, async (peer, dead) => {
      peer.send('</stream:stream>');
      await until(() => (dead() ? true : (peer.send('<message/>'), false)), { what: 'the plain client to die' });
    });
    expect(death).toMatchObject({ code: 1 });

    const { watched, peer } = await oursOnline(server);
    peer.send('</stream:stream>');
    peer.send('<message/>');
    await peer.expect(/<\/stream:stream>/);
    await (await server.next()).logIn();
    await watched.reaches('online');
    expect(watched.stanzas.all).toEqual([]);
  });

  test('after 20,000 levels of elements', async () => {
    const server = await scripted();
    const deep = `<message>${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}</message>`;
    // There the tree is built, and whoever touches all of it overflows the stack.
    const { client, peer } = await plainOnline(server);
    const overflow = feed<unknown>();
    client.xmpp.on('stanza', (stanza) => {
      try {
        overflow.push(stanza.toString());
      } catch (error) {
        overflow.push(error);
      }
    });
    peer.send(deep);
    expect(await overflow.next(() => true)).toBeInstanceOf(RangeError);

    const { watched, peer: second } = await oursOnline(server);
    second.send(`${deep}<presence/>`);
    expect(await watched.stanzas.next(() => true)).toMatchObject({ kind: 'presence' });
    expect(watched.passedOver.all).toMatchObject([{ cause: 'depth', size: deep.length }]);
  });

  async function deathOf(
    server: ScriptedServer,
    kill: (peer: Peer, dead: () => boolean) => void | Promise<void>,
  ): Promise<{ code: number | null; stderr: string }> {
    const script = fileURLToPath(new URL('plain-process.ts', import.meta.url));
    const child = spawn(process.execPath, [script, String(server.port), server.domain], { stdio: ['ignore', 'ignore', 'pipe'] });
    endings.push(() => child.kill('SIGKILL'));
    let stderr = '';
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    const exit = once(child, 'exit');
    const peer = await server.next();
    await peer.logIn();
    await kill(peer, () => child.exitCode !== null);
    await exit;
    return { code: child.exitCode, stderr };
  }
});

test('a stanza of any size is not taken', async () => {
  const server = await scripted();
  const huge = `<message><body>${'x'.repeat(3_000_000)}</body></message>`;
  const { client, peer } = await plainOnline(server);
  const seen = feed<number>();
  client.xmpp.on('stanza', (stanza) => seen.push(stanza.getChildText('body')?.length ?? 0));
  peer.send(huge);
  expect(await seen.next((length) => length > 0)).toBe(3_000_000);

  client.end();
  const { watched, peer: second } = await oursOnline(server);
  second.send(`${huge}<presence/>`);
  await watched.stanzas.next(({ kind }) => kind === 'presence');
  expect(watched.stanzas.all).toHaveLength(1);
  expect(watched.passedOver.all).toMatchObject([{ cause: 'size', size: huge.length }]);
});

test('a big stanza in small pieces costs no more than its length', () => {
  const header = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
  const bytes = Buffer.from(`${header}<message a='${'x'.repeat(600_000)}'/>`);
  const cost = (write: (piece: Buffer) => void): number => {
    const before = process.cpuUsage();
    for (let at = 0; at < bytes.length; at += 100) write(bytes.subarray(at, at + 100));
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const parser = new Parser();
  const reader = createReader(DEFAULT_LIMITS);
  let ended = false;
  let kept = 0;
  parser.on('element', () => (ended = true));
  const theirs = cost((piece) => parser.write(piece.toString()));
  const own = cost((piece) => (kept += reader.read(piece).items.length));
  expect({ ended, kept }).toEqual({ ended: true, kept: 1 });
  expect(theirs).toBeGreaterThan(3 * own);
});

describe('reconnecting never stops', () => {
  test('where the server takes the connection and says nothing', async () => {
    const server = await scripted();
    const { client, peer } = await plainOnline(server);
    client.xmpp.timeout = 50;
    client.xmpp.reconnect.delay = 5;
    peer.destroy();
    await server.next(); // silent
    await once(client.xmpp, 'error', { signal: AbortSignal.timeout(300) }).catch(() => undefined);
    expect(client.xmpp.status).toBe('opening');
    expect(server.peers.all).toHaveLength(2); // there it stays, though 60 delays have passed

    const { watched, peer: first } = await oursOnline(server, {}, { deadlines: { login: 1500 } });
    first.destroy();
    await server.next(); // silent
    const third = await server.next();
    await third.logIn();
    await watched.reaches('online');
  });

  test('where the name of the server is not found', async () => {
    const server = await scripted();
    vi.stubGlobal('fetch', () => Promise.reject(new Error('no network')));
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, _options: object, done: (error: Error) => void) => {
      process.nextTick(done, Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }));
    }) as unknown as typeof dns.lookup);
    const { client, peer } = await plainOnline(server);
    client.xmpp.reconnect.delay = 5;
    client.xmpp.options.service = 'scripted.test'; // from here on the name has to be found
    peer.destroy();
    await until(() => lookup.mock.calls.length > 0, { what: 'the plain client to look for the name' });
    const calls = lookup.mock.calls.length;
    await expect(until(() => lookup.mock.calls.length > calls, { deadline: 300 })).rejects.toThrow(/waited/);
    expect(client.xmpp.status).toBe('disconnect');
    lookup.mockRestore();

    let lookups = 0;
    const resolver: Dns = {
      srv: () => (++lookups < 4 ? Promise.reject(new Error('queryTimeout')) : Promise.resolve([srv(server.port)])),
      lookup: (name, _options, done) =>
        name === 'scripted.test' ? done(new Error('ENOTFOUND'), []) : done(null, [{ address: '127.0.0.1', family: 4 }]),
    };
    const watched = watch(
      { jid: 'romeo@scripted.test', resource: 'ours', password: () => Promise.resolve('pencil'), allowPlaintext: true },
      resolver,
    );
    endings.push(() => watched.connection.abandon());
    watched.connection.start();
    expect(await watched.reaches('waiting')).toMatchObject({ why: 'ENOTFOUND' });
    await (await server.next()).logIn();
    await watched.reaches('online');
  });
});

const srv = (port: number, name = 'xmpp.scripted.test') => ({ name, port, priority: 1, weight: 1 });

test('the whole login has a deadline', async () => {
  const server = await scripted();
  const client = plain(server, { timeout: 1_500 });
  const peer = await server.next();
  await peer.expect(/<stream:stream[^>]*>/);
  peer.send(`<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>`);
  await until(() => client.xmpp.status === 'open');
  await expect(until(() => client.outcome(), { deadline: 3_000 })).rejects.toThrow(/waited/); // no features, no end

  const watched = ours(server, { deadlines: { login: 2_000 } });
  const second = await server.next();
  await second.expect(/<stream:stream[^>]*>/);
  second.send(`<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>`);
  expect(await watched.reaches('waiting')).toMatchObject({ why: 'login timed out' });
  await second.closed();
  const third = await server.next();
  await third.expect(/<stream:stream[^>]*>/); // nor an answer to SASL
  third.send(`<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>
    <stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>`);
  await third.expect(/<auth/);
  expect(await watched.reaches('waiting')).toMatchObject({ why: 'login timed out' });
});

test('a server stripped of TLS is told nothing', async () => {
  const server = await scripted();
  const { peer } = await plainOnline(server);
  expect(peer.sent()).toContain('SCRAM-SHA-1'); // it logged in, in the clear

  const watched = ours(server, { allowPlaintext: false });
  const second = await server.next();
  void second.authenticate().catch(() => undefined);
  expect(await watched.reaches('waiting')).toMatchObject({ why: expect.stringContaining('no TLS') });
  await second.closed();
  expect(second.sent()).not.toMatch(/<auth|romeo/);
});

describe('the server has to prove that it knows the password', () => {
  const impostors: [what: string, success: LoginScript['success']][] = [
    ['a bare success', () => ''],
    ['a false signature', () => Buffer.from('v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=').toString('base64')],
  ];
  for (const [what, success] of impostors) {
    test(`${what} is not believed`, async () => {
      const server = await scripted();
      await plainOnline(server, { ...(success && { success }) }); // it is online all the same

      const watched = ours(server);
      const peer = await server.next();
      await peer.authenticate({ ...(success && { success }) });
      expect(await watched.reaches('waiting')).toMatchObject({ why: expect.stringContaining('could not prove') });
    });
  }
});

test('SCRAM-SHA-256 is spoken, and no password given away by PLAIN for want of SCRAM-SHA-1', async () => {
  const mechanisms = ['SCRAM-SHA-256', 'PLAIN'];
  const secured = await scripted({ tls, directTls: true });
  await trustingAnyone(async () => {
    plain(secured, { service: `xmpps://127.0.0.1:${secured.port}` });
    const peer = await secured.next();
    expect(await peer.authenticate({ mechanisms })).toBe('PLAIN');
    expect(peer.sent()).toContain(Buffer.from('\0romeo\0pencil').toString('base64'));
  });

  ours(secured, { directTls: true, allowPlaintext: false, ca: tls.ca });
  expect(await (await secured.next()).authenticate({ mechanisms })).toBe('SCRAM-SHA-256');

  const open = await scripted();
  const watched = ours(open);
  const third = await open.next();
  void third.authenticate({ mechanisms: ['PLAIN'] }).catch(() => undefined);
  expect(await watched.reaches('waiting')).toMatchObject({ why: expect.stringContaining('PLAIN, without TLS') });
  expect(third.sent()).not.toContain('<auth');
});

/** Process-wide: the only way to make the plain client trust a private authority. */
async function trustingAnyone(run: () => Promise<void>): Promise<void> {
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    await run();
  } finally {
    emitWarning.mockRestore();
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  }
}

test('the proof of the password is computed natively, and beside the event loop', async () => {
  const server = await scripted();
  /** Turns of the event loop between the challenge and the response to it. */
  const turns = async (iterations: number): Promise<number> => {
    const peer = await server.next();
    await peer.header(`<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms>`);
    const [, initial = ''] = await peer.expect(/<auth[^>]*>([^<]*)<\/auth>/);
    const nonce = /r=([^,]+)/.exec(Buffer.from(initial, 'base64').toString())?.[1];
    const challenge = Buffer.from(`r=${nonce}server,s=c2FsdA==,i=${iterations}`).toString('base64');
    let count = 0;
    let done = false;
    const turn = (): void => void (done || (count++, setImmediate(turn)));
    peer.send(`<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${challenge}</challenge>`);
    turn();
    await once(peer.socket, 'data');
    done = true;
    return count;
  };
  const client = plain(server); // iteration by iteration, each a call into WebCrypto
  const theirs = await turns(10_000);
  client.end();
  const watched = ours(server);
  const own = await turns(10_000);
  watched.connection.abandon();
  ours(server);
  const longer = await turns(1_000_000);
  expect(theirs).toBeGreaterThan(3 * own);
  expect(longer).toBeGreaterThan(own); // the loop goes on turning, however long it takes
});

test('a name of the account beyond Latin-1 logs in', async () => {
  const server = await scripted({ user: 'σας' });
  const client = plain(server, { username: 'σας' });
  const errors = feed<string>();
  client.xmpp.on('error', (error) => errors.push(String(error)));
  const first = await server.next();
  await first.header(`<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms>`);
  expect(await errors.next(() => true)).toContain('Invalid character');
  expect(first.sent()).not.toContain('<auth');

  const watched = ours(server, { jid: 'σας@scripted.test' });
  const peer = await server.next();
  await peer.logIn();
  await watched.reaches('online');
});

test('a private authority can be trusted for one account', async () => {
  const server = await scripted({ tls });
  const client = plain(server); // there is no option to give it the authority
  const refusal = once(client.xmpp, 'error');
  const peer = await server.next();
  void peer.startTls().catch(() => undefined);
  expect(String((await refusal)[0])).toContain('certificate');

  const other = await scripted({ tls });
  const watched = ours(other, { allowPlaintext: false, ca: tls.ca });
  const second = await other.next();
  await second.startTls();
  await second.logIn();
  await watched.reaches('online');
});

test('direct TLS found by SRV names the domain to the server', async () => {
  const server = await scripted({ tls, directTls: true });
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no network')));
  vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, _options: object, done: (error: null, all: object[]) => void) => {
    process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }]);
  }) as unknown as typeof dns.lookup);
  vi.spyOn(dns, 'resolveSrv').mockImplementation(((name: string, done: (error: null, records: object[]) => void) => {
    process.nextTick(done, null, name.startsWith('_xmpps') ? [srv(server.port)] : []);
  }) as unknown as typeof dns.resolveSrv);
  await trustingAnyone(async () => {
    plain(server, { service: 'scripted.test' });
    expect(((await server.next()).socket as TLSSocket).servername).toBe(false);
  });
  vi.restoreAllMocks();

  const watched = watch(
    { jid: 'romeo@scripted.test', resource: 'ours', password: () => Promise.resolve('pencil'), ca: tls.ca },
    {
      srv: (name) => Promise.resolve(name === '_xmpps-client._tcp.scripted.test' ? [srv(server.port)] : []),
      lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    },
  );
  endings.push(() => watched.connection.abandon());
  watched.connection.start();
  const peer = await server.next();
  const socket = peer.socket as TLSSocket;
  expect({ name: socket.servername, alpn: socket.alpnProtocol }).toEqual({ name: 'scripted.test', alpn: 'xmpp-client' });
  await peer.logIn();
  await watched.reaches('online');
});

test('a send while down is refused or queued, and never throws', async () => {
  const server = await scripted();
  const { client, peer } = await plainOnline(server);
  client.xmpp.reconnect.stop();
  peer.destroy();
  await once(client.xmpp, 'disconnect');
  await expect(client.xmpp.send(xml('presence'))).rejects.toThrow(TypeError);

  const { watched, peer: second } = await oursOnline(server);
  const { connection } = watched;
  second.destroy();
  await watched.reaches('waiting');
  expect(connection.send('<presence/>')).toMatchObject({ ok: false, error: { code: 'disconnected' } });
  expect(connection.send(xml('message', { id: 'later' }), { whenDown: 'queue' })).toEqual({ ok: true, value: 0 });
  const third = await server.next();
  await third.logIn({ resumed: 'failed' });
  await third.expect(/<message id="later"\/>/);
});

test('only whom we asked can answer', async () => {
  const server = await scripted();
  const ping = xml('iq', { type: 'get', to: 'juliet@scripted.test/balcony' }, xml('ping', { xmlns: 'urn:xmpp:ping' }));
  const forged = (id: string): string => `<iq type='result' id='${id}' from='mallory@evil.test/x'><forged/></iq>`;
  const asked = /<iq[^>]*\bid=["']([^"']+)[^>]*>/;

  const { client, peer } = await plainOnline(server);
  const answer = client.xmpp.iqCaller.request(ping);
  peer.send(forged((await peer.expect(asked))[1] ?? ''));
  expect((await answer).getChild('forged')).toBeDefined();

  const { watched, peer: second } = await oursOnline(server);
  const own = watched.connection.iq(xml('iq', { type: 'get', to: 'juliet@scripted.test/balcony' }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
  const id = (await second.expect(asked))[1] ?? '';
  second.send(forged(id));
  second.send(`<iq type='result' id='${id}' from='juliet@scripted.test/balcony'><right/></iq>`);
  const got = await own;
  expect(got.ok && got.element.getChild('right')).toBeTruthy();
  expect(watched.stanzas.all).toEqual([]); // the forged one is dropped
  expect(watched.state()?.inbound).toBe(2); // but counted
});

test('what a listener of `online` sends comes after stream management', async () => {
  const server = await scripted();
  const order = (sent: string): string[] => [...sent.matchAll(/<(presence|enable)\b/g)].map(([, name]) => name ?? '');
  const client = plain(server);
  client.xmpp.on('online', () => void client.xmpp.send(xml('presence')));
  const peer = await server.next();
  await peer.logIn();
  expect(order(peer.sent())).toEqual(['presence', 'enable']);

  const watched = ours(server);
  watched.connection.onStatus(({ state }) => {
    if (state === 'online') watched.connection.send('<presence/>');
  });
  const second = await server.next();
  await second.logIn();
  await second.expect(/<r\b/);
  expect(order(second.sent())).toEqual(['enable', 'presence']);
});

test('what could not be kept is not acknowledged, and comes again', async () => {
  const server = await scripted();
  const { client, peer } = await plainOnline(server);
  const writing: () => unknown = () => new Promise(() => undefined);
  client.xmpp.on('stanza', writing); // the disk takes its time
  peer.send(`<message id='1'/><r xmlns='urn:xmpp:sm:3'/>`);
  expect((await peer.expect(/<a\b[^>]*h="(\d+)"/))[1]).toBe('1'); // acknowledged all the same

  let full = true;
  const receive = (batch: readonly unknown[]): void => {
    if (full && batch.length > 0) throw new Error('disk full');
  };
  const { watched, peer: second } = await oursOnline(server, {}, { receive });
  second.send(`<message id='1'/><r xmlns='urn:xmpp:sm:3'/>`);
  await second.closed();
  expect(second.sent()).not.toContain('<a ');
  full = false;
  const third = await server.next();
  expect(await third.logIn()).toBe('resumed');
  expect(third.sent()).toMatch(/<resume\b[^>]*h="0"/);
  third.send(`<message id='1'/><r xmlns='urn:xmpp:sm:3'/>`);
  expect((await third.expect(/<a\b[^>]*h=["'](\d+)/))[1]).toBe('1');
  expect(watched.stanzas.all.map(({ id }) => id)).toEqual(['1']);
});

test('acknowledgements are asked for under steady sending', async () => {
  const server = await scripted();
  const { client, peer } = await plainOnline(server);
  for (let i = 0; i < 20; i++) {
    await client.xmpp.send(xml('message', { id: String(i) }));
    await peer.expect(new RegExp(`<message[^>]*id="${i}"`));
  }
  expect(peer.sent()).not.toContain('<r ');

  const { watched, peer: second } = await oursOnline(server);
  for (let i = 0; i < 20; i++) {
    watched.connection.send(xml('message', { id: String(i) }));
    await second.expect(/<r\b/);
    second.send(`<a xmlns='urn:xmpp:sm:3' h='${i + 1}'/>`);
    await until(() => watched.connection.acknowledged() === i + 1);
  }
});
