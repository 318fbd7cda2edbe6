// What a connection lives through, told by a scripted server.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectionStatus } from '../../src/xmpp/contract.ts';
import type { Dns, SrvRecord } from '../../src/xmpp/transport/resolve.ts';
import { xml } from '../../src/xmpp/xml.ts';
import { makeCertificates } from '../support/servers/certificates.ts';
import type { Certificates } from '../support/servers/certificates.ts';
import { startScripted } from '../support/servers/scripted-server.ts';
import type { LoginScript, Peer, ScriptedOptions, ScriptedServer } from '../support/servers/scripted-server.ts';
import { until } from '../support/until.ts';
import { watch, type WatchOptions } from './watch.ts';
import type { Watched } from './watch.ts';
import { portOf } from '../support/servers/server.ts';

const endings: (() => unknown)[] = [];
let tls: Certificates;
let elsewhere: Certificates;

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'minimix-connection-'));
  tls = await makeCertificates(dir, 'scripted.test', { withoutAddresses: true });
  elsewhere = await makeCertificates(dir, 'elsewhere.test', { withoutAddresses: true });
  await rm(dir, { recursive: true });
});
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function scripted(options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const server = await startScripted(options);
  endings.push(() => server.stop());
  return server;
}

function romeo(
  server: Pick<ScriptedServer, 'port' | 'domain'> | undefined,
  more: Partial<WatchOptions> = {},
  resolver?: Dns,
): Watched {
  const watched = watch(
    {
      jid: 'romeo@scripted.test',
      resource: 'test',
      password: () => Promise.resolve('pencil'),
      allowPlaintext: true,
      ...(server && { server: { host: '127.0.0.1', port: server.port } }),
      ...more,
    },
    resolver,
  );
  endings.push(() => watched.connection.abandon());
  watched.connection.start();
  return watched;
}

async function online(
  server: ScriptedServer,
  script: LoginScript = {},
  more: Partial<WatchOptions> = {},
): Promise<{ watched: Watched; peer: Peer }> {
  const watched = romeo(server, more);
  const peer = await server.next();
  await peer.logIn(script);
  await watched.reaches('online');
  return { watched, peer };
}

const HEADER = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`;
const R = `<r xmlns='urn:xmpp:sm:3'/>`;
const a = (h: number): string => `<a xmlns='urn:xmpp:sm:3' h='${h}'/>`;
const why = (status: ConnectionStatus): string => ('why' in status ? status.why : '');

describe('what comes in', () => {
  test('all that one read brings is one batch, and is acknowledged after it is kept', async () => {
    const server = await scripted();
    const order: string[] = [];
    const said: { by?: Peer } = {};
    const receive = (batch: readonly unknown[]): void => {
      if (batch.length > 0) order.push(`kept ${batch.length}, acknowledged ${said.by?.sent().includes('<a ')}`);
    };
    const { watched, peer } = await online(server, {}, { receive });
    said.by = peer;
    peer.send(`<message id='1'/>${R}<presence/><message id='3'/>`);
    expect((await peer.expect(/<a\b[^>]*h=["'](\d+)/))[1]).toBe('3');
    expect(order).toEqual(['kept 3, acknowledged false']);
    expect(watched.state()).toMatchObject({ id: 'stream-1', inbound: 3, jid: 'romeo@scripted.test/bound' });
  });

  test('a request is answered at once with what is on disk by then, and once more when all that had come is', async () => {
    const server = await scripted();
    let handled = 0;
    const { watched, peer } = await online(server, {}, { handled: () => handled });
    peer.send(`<message id='1'/><message id='2'/>${R}`);
    expect((await peer.expect(/<a\b[^>]*h=["'](\d+)/))[1]).toBe('0');
    handled = 1;
    watched.connection.acknowledge(); // not yet all of it
    handled = 2;
    watched.connection.acknowledge();
    expect((await peer.expect(/<a\b[^>]*h=["']([1-9]\d*)/))[1]).toBe('2');
  });

  test('with 200 stanzas that are not on disk no more is read, until the disk has them', async () => {
    const server = await scripted();
    let handled = 0;
    const { watched, peer } = await online(server, {}, { handled: () => handled });
    const other = await online(server);
    peer.send('<message/>'.repeat(200));
    await watched.stanzas.next(() => watched.state()?.inbound === 200);
    peer.send(`<message id='more'/>`);
    other.peer.send(`<message id='fence'/>`); // it comes later, and is read
    await other.watched.stanzas.next(({ id }) => id === 'fence');
    expect(watched.state()?.inbound).toBe(200);
    handled = 200;
    watched.connection.acknowledge();
    await watched.stanzas.next(({ id }) => id === 'more');
  });

  test('while the disk takes nothing it is asked every five seconds, however long the server was to be left alone', async () => {
    const server = await scripted();
    const settled = (): Promise<void> => Promise.reject(new Error('the disk did not take it'));
    const watched = romeo(server, { settled, backoff: { first: 60_000, ceiling: 120_000 } });
    const waiting = await watched.reaches('waiting');
    expect(why(waiting)).toBe('the disk did not take it');
    expect('retryAt' in waiting && waiting.retryAt - Date.now()).toBeLessThanOrEqual(5_000);
  });

  test('a stream is taken up again once what came is on disk, and not as long as that fails', async () => {
    const server = await scripted();
    const disk = { works: true };
    const settled = (): Promise<void> => (disk.works ? Promise.resolve() : Promise.reject(new Error('the disk did not take it')));
    const { watched, peer } = await online(server, {}, { settled, backoff: { first: 20, ceiling: 20 } });
    disk.works = false;
    peer.destroy();
    await until(() => watched.logs.join().includes('the disk did not take it'), { what: 'an attempt that waits for the disk' });
    disk.works = true;
    expect(await (await server.next()).logIn({ resumed: { h: 0 } })).toBe('resumed');
    expect(await watched.reaches('online')).toMatchObject({ resumed: true });
  });

  test('many stanzas are acknowledged without being asked', async () => {
    const server = await scripted();
    const { peer } = await online(server);
    peer.send('<message/>'.repeat(60));
    expect(Number((await peer.expect(/<a\b[^>]*h=["'](\d+)/))[1])).toBeGreaterThanOrEqual(50);
  });

  test('requests to us are handed on, answers to nothing we asked are dropped, and both count', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    peer.send(`<iq type='result' id='x' from='a@b'/><iq type='get' id='y' from='a@b'><q xmlns='u'/></iq>`);
    expect(await watched.stanzas.next(() => true)).toMatchObject({ kind: 'iq', type: 'get', id: 'y', from: 'a@b' });
    expect(watched.state()?.inbound).toBe(2);
  });

  test('a batch of nothing but answers is told by its counters', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    const answer = watched.connection.iq(xml('iq', { type: 'get' }, xml('q', { xmlns: 'u' })));
    const [, id] = await peer.expect(/<iq[^>]*\bid=["']([^"']+)/);
    peer.send(`<iq type='error' id='${id}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`);
    expect(await answer).toMatchObject({ ok: false, error: { condition: 'item-not-found', type: 'cancel' } });
    expect(watched.batches.all.at(-1)).toMatchObject({ batch: [], state: { inbound: 1 } });
  });

  test('what comes in the same packet as <resumed/> is not lost', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    peer.destroy();
    const second = await server.next();
    await second.authenticate();
    await second.header(`<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>`);
    await second.expect(/<resume[^>]*>/);
    second.send(`<resumed xmlns='urn:xmpp:sm:3' previd='stream-1' h='0'/><message id='late'/>${R}`);
    expect(await watched.stanzas.next(() => true)).toMatchObject({ id: 'late' });
    expect((await second.expect(/<a\b[^>]*h=["'](\d+)/))[1]).toBe('1');
    expect(await watched.reaches('online')).toMatchObject({ resumed: true });
  });
});

describe('what goes out', () => {
  test('unacknowledged stanzas are sent again after a resumption, and only those', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    for (const id of ['1', '2', '3']) expect(watched.connection.send(xml('message', { id }))).toMatchObject({ ok: true, value: Number(id) });
    await peer.expect(/id="3"/);
    peer.reset();
    const second = await server.next();
    expect(await second.logIn({ resumed: { h: 1 } })).toBe('resumed');
    await second.expect(/<message id="2"\/><message id="3"\/><r\b/);
    expect(second.sent()).not.toContain('id="1"');
    expect(watched.connection.nextOutbound()).toBe(4);
    expect(watched.connection.acknowledged()).toBe(1);
  });

  test('a resumed stream on which the server does not hear us is given up, and not resumed once more', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server, {}, { deadlines: { ping: 200 } });
    watched.connection.send(xml('message', { id: '1' }));
    await peer.expect(/id="1"/);
    peer.reset();
    const second = await server.next();
    expect(await second.logIn({ resumed: { h: 0 } })).toBe('resumed');
    await second.expect(/<message id="1"\/><r\b/);
    second.send(`<message id='waited'/>${R}`);
    await second.expect(/<a\b/);
    expect(await watched.reaches('online')).toMatchObject({ resumed: true });
    const talk = setInterval(() => second.send(`<message/>`), 50); // it is anything but silent
    endings.push(() => clearInterval(talk));
    await until(() => watched.logs.join().includes('does not hear us'), { what: 'the end of the stream' });
    expect(await (await server.next()).logIn({})).toBe('bound');
    expect(await watched.reaches('online')).toMatchObject({ resumed: false });
  });

  test('after a resumption that failed they are dropped, told, and the numbers begin anew', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    watched.connection.send('<message/>');
    await peer.expect(/<message/);
    peer.destroy();
    await (await server.next()).logIn({ resumed: 'failed' });
    expect(await watched.reaches('online')).toMatchObject({ resumed: false });
    expect(watched.logs.join()).toContain('never acknowledged');
    expect(watched.connection.nextOutbound()).toBe(1);
  });

  test('a server that acknowledges more than was sent is told so, and left', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    peer.send(a(7));
    await peer.expect(/<handled-count-too-high/);
    const waiting = await watched.reaches('waiting');
    expect(why(waiting)).toContain('acknowledged more');
    expect(waiting).not.toHaveProperty('unreadable'); // nothing that it sent was at fault
  });

  test('what is no stanza is refused', async () => {
    const server = await scripted();
    const { watched } = await online(server);
    for (const text of ['<message>\u0001</message>', '<message>', '<stream/>']) {
      expect(watched.connection.send(text)).toMatchObject({ ok: false, error: { code: 'malformed' } });
    }
    expect(watched.connection.nextOutbound()).toBe(1);
  });

  test('a request is answered `disconnected` while down, and when its stream is lost for good', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    const request = xml('iq', { type: 'get', to: 'juliet@scripted.test' }, xml('q', { xmlns: 'u' }));
    const pending = watched.connection.iq(request);
    await peer.expect(/<iq/);
    peer.destroy();
    await watched.reaches('waiting');
    expect(await watched.connection.iq(request)).toMatchObject({ ok: false, error: { condition: 'disconnected' } });
    await (await server.next()).logIn({ resumed: 'failed' });
    expect(await pending).toMatchObject({ ok: false, error: { condition: 'disconnected' } });
  });

  test('a request is answered `disconnected` at once where the stream cannot be resumed', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server, { sm: false });
    const pending = watched.connection.iq(xml('iq', { type: 'get' }, xml('q', { xmlns: 'u' })));
    await peer.expect(/<iq/);
    peer.destroy();
    expect(await pending).toMatchObject({ ok: false, error: { condition: 'disconnected' } });
  });

  test('a request that nobody answers times out', async () => {
    const server = await scripted();
    const { watched } = await online(server);
    const request = xml('iq', { type: 'get' }, xml('q', { xmlns: 'u' }));
    expect(await watched.connection.iq(request, { timeout: 20 })).toMatchObject({ ok: false, error: { condition: 'timeout' } });
  });
});

describe('it comes back', () => {
  test('after a refused connection', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const port = portOf(free);
    free.close();
    await once(free, 'close');
    const watched = romeo({ port, domain: 'scripted.test' });
    expect(why(await watched.reaches('waiting'))).toContain('ECONNREFUSED');
    const server = await scripted({ port });
    await (await server.next()).logIn();
    await watched.reaches('online');
  });

  test('after a reset', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    peer.reset();
    expect(why(await watched.reaches('waiting'))).toContain('ECONNRESET');
    expect(await (await server.next()).logIn()).toBe('resumed');
    expect(await watched.reaches('online')).toMatchObject({ resumed: true });
  });

  for (const [what, script] of [['with', {}], ['without', { sm: false }]] as const) {
    test(`after a black hole, ${what} stream management`, async () => {
      const server = await scripted();
      const { watched, peer } = await online(server, script, { deadlines: { idle: 30, ping: 60 } });
      await peer.expect(what === 'with' ? /<r\b/ : /<ping/); // and no answer
      expect(why(await watched.reaches('waiting'))).toContain('silent');
      await (await server.next()).logIn(script);
      await watched.reaches('online');
    });
  }

  test('a probe finds out at once', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server, {}, { deadlines: { ping: 50 } });
    watched.connection.probe();
    await peer.expect(/<r\b/);
    expect(why(await watched.reaches('waiting'))).toContain('silent');
  });

  test('but not at once where each new session ends soon after its login, whatever the reason', async () => {
    const server = await scripted();
    const watched = romeo(server, { fruitless: { most: 4, within: 1e6 } });
    for (let n = 0; n < 4; n++) {
      const peer = await server.next();
      await peer.logIn({ sm: false });
      peer.send('<message/>');
      peer.destroy();
    }
    await until(() => watched.statuses.all.filter(({ state }) => state === 'waiting').length === 4, { what: 'the fourth end' });
    const last = watched.statuses.all.at(-1);
    expect(last?.state === 'waiting' && last.retryAt - Date.now()).toBeGreaterThan(900_000);
    expect(server.peers.all).toHaveLength(4);
  });

  test('at once, any number of times, where it goes on with the stream of before and gets on', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server, {}, { fruitless: { most: 2, within: 1e6 } });
    peer.destroy();
    for (let n = 0; n < 5; n++) {
      const next = await server.next();
      expect(await next.logIn({ resumed: { h: 0 } })).toBe('resumed');
      next.send(`<message id='${n}'/>`);
      await watched.stanzas.next(({ id }) => id === String(n));
      next.destroy();
    }
    await server.next();
  });

  test('from a conflict with another resource, without resuming', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    peer.send(`<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`);
    const began = Date.now();
    const waiting = await watched.reaches('waiting');
    expect(why(waiting)).toContain('conflict');
    expect('retryAt' in waiting && waiting.retryAt - began).toBeGreaterThanOrEqual(80); // 20 ms is the first wait otherwise
    const second = await server.next();
    expect(await second.logIn()).toBe('bound');
    expect(second.sent()).toMatch(/<resource>test\.[0-9a-f]{6}<\/resource>/);
  });

  test('to the host that the server names, a few times only, and the certificate must still be the domain\'s', async () => {
    const there = await scripted({ tls });
    const here = await scripted({ tls });
    const watched = romeo(here, { allowPlaintext: false, ca: tls.ca });
    const moved = `<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>127.0.0.1:${there.port}</see-other-host></stream:error>`;
    const first = await here.next();
    await first.startTls();
    await first.expect(/<stream:stream[^>]*>/);
    first.send(`${HEADER}${moved}`);
    const second = await there.next();
    expect((await second.startTls()).servername).toBe('scripted.test');
    await second.logIn();
    await watched.reaches('online');

    const loop = romeo(there, { allowPlaintext: true });
    for (let i = 0; i < 4; i++) {
      const peer = await there.next();
      await peer.expect(/<stream:stream[^>]*>/);
      peer.send(`${HEADER}${moved}`);
    }
    expect(why(await loop.reaches('waiting'))).toContain('see-other-host');
  });

  test('after a failure that the server calls temporary; any other refusal is told once', async () => {
    const server = await scripted();
    const watched = romeo(server);
    const fail = async (condition: string): Promise<void> => {
      const peer = await server.next();
      await peer.header(`<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms>`);
      await peer.expect(/<auth/);
      peer.send(`<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><${condition}/></failure>`);
    };
    await fail('temporary-auth-failure');
    await watched.reaches('waiting');
    await fail('account-disabled');
    expect(why(await watched.reaches('refused'))).toBe('The server has disabled this account.');
    expect(server.peers.all).toHaveLength(2);
    watched.connection.start(); // a person says so
    await (await server.next()).logIn();
    await watched.reaches('online');
  });

  test('a thousand times, and leaves nothing behind', async () => {
    const server = createServer((socket) => void socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    endings.push(() => server.close());
    const port = portOf(server);
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    const watched = romeo({ port, domain: 'scripted.test' }, { backoff: { first: 0, ceiling: 0 } });
    const count = (): number => watched.statuses.all.filter(({ state }) => state === 'connecting').length;
    await until(() => count() > 1000, { deadline: 100_000, what: 'a thousand attempts' });
    await watched.connection.stop();
    process.off('warning', warn);
    expect(warnings).toEqual([]);
    await until(() => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length <= 1);
  });
});

describe('TLS', () => {
  test('what was said in the clear behind <proceed/> is not heard', async () => {
    const server = await scripted({ tls });
    const watched = romeo(server, { allowPlaintext: false, ca: tls.ca });
    const peer = await server.next();
    await peer.startTls(`<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features><message id='evil'/>`).catch(() => undefined);
    // One way or the other: the handshake fails, or the login goes on without what was injected.
    await peer.logIn().catch(() => undefined);
    await until(() => watched.statuses.all.some(({ state }) => state === 'online' || state === 'waiting'));
    expect(watched.stanzas.all).toEqual([]);
    expect(peer.sent()).not.toContain('PLAIN');
  });

  test('a certificate of another domain is refused, whatever host was dialled', async () => {
    const server = await scripted({ tls: elsewhere });
    const watched = romeo(server, { allowPlaintext: false, ca: elsewhere.ca });
    void (await server.next()).startTls().catch(() => undefined);
    const status = await watched.reaches('waiting');
    expect(why(status)).toMatch(/^the server’s certificate is for another name than [\w.-]+$/);
    expect(status).toMatchObject({ certificate: elsewhere.fingerprint.replaceAll(':', '').toLowerCase() });
  });

  test('a pin takes the place of the authority and of the name', async () => {
    const server = await scripted({ tls: elsewhere, directTls: true });
    const watched = romeo(server, { allowPlaintext: false, directTls: true, pin: elsewhere.fingerprint });
    const peer = await server.next();
    expect((peer.socket as TLSSocket).alpnProtocol).toBe('xmpp-client');
    await peer.logIn();
    await watched.reaches('online');
  });

  test('PLAIN is used within TLS where the server knows no SCRAM', async () => {
    const server = await scripted({ tls });
    const watched = romeo(server, { allowPlaintext: false, ca: tls.ca });
    const peer = await server.next();
    await peer.startTls();
    await peer.logIn({ mechanisms: ['PLAIN'] });
    await watched.reaches('online');
  });
});

describe('SCRAM', () => {
  for (const iterations of [1, 999, 10_000_001]) {
    test(`${iterations} iterations are refused`, async () => {
      const server = await scripted();
      const watched = romeo(server);
      const peer = await server.next();
      await peer.header(`<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism></mechanisms>`);
      const [, initial = ''] = await peer.expect(/<auth[^>]*>([^<]*)<\/auth>/);
      const nonce = /r=([^,]+)/.exec(Buffer.from(initial, 'base64').toString())?.[1];
      const challenge = Buffer.from(`r=${nonce}server,s=c2FsdA==,i=${iterations}`).toString('base64');
      peer.send(`<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${challenge}</challenge>`);
      expect(why(await watched.reaches('waiting'))).toContain('not sensible');
    });
  }
});

describe('finding the server', () => {
  const record = (name: string, port: number, priority: number, weight = 0): SrvRecord => ({ name, port, priority, weight });
  const resolver = (records: Record<string, SrvRecord[]>, addresses: Record<string, string>): Dns => ({
    srv: (name) => (records[name] ? Promise.resolve(records[name]) : Promise.reject(new Error('ENOTFOUND'))),
    lookup: (name, _options, done) => {
      const address = addresses[name];
      if (address === undefined) done(new Error('ENOTFOUND'), []);
      else done(null, [{ address, family: 4 }]);
    },
  });

  test('both services are merged by priority, and the next is tried where one fails', async () => {
    const plain = await scripted({ tls });
    const direct = await scripted({ tls, directTls: true });
    const dead = createServer().listen(0, '127.0.0.1');
    await once(dead, 'listening');
    const port = portOf(dead);
    dead.close();
    const dnsRecords = resolver(
      {
        '_xmpps-client._tcp.scripted.test': [record('late.test', direct.port, 30), record('dead.test', port, 5)],
        '_xmpp-client._tcp.scripted.test': [record('unknown.test', 1, 1), record('plain.test.', plain.port, 10), record('.', 0, 0)],
      },
      { 'late.test': '127.0.0.1', 'dead.test': '127.0.0.1', 'plain.test': '127.0.0.1' },
    );
    const watched = romeo(undefined, { allowPlaintext: false, ca: tls.ca }, dnsRecords);
    const peer = await plain.next();
    await peer.startTls();
    await peer.logIn();
    await watched.reaches('online');
    expect(direct.peers.all).toEqual([]);
  });

  test('one that takes connections and logs nobody in does not starve the others', async () => {
    const silent = await scripted();
    const good = await scripted();
    const dnsRecords = resolver(
      { '_xmpp-client._tcp.scripted.test': [record('silent.test', silent.port, 1), record('good.test', good.port, 2)] },
      { 'silent.test': '127.0.0.1', 'good.test': '127.0.0.1' },
    );
    const watched = romeo(undefined, { deadlines: { login: 1500 } }, dnsRecords);
    await silent.next();
    await (await good.next()).logIn();
    await watched.reaches('online');
  });
});

describe('the end', () => {
  test('stop() says goodbye: unavailable, the last acknowledgement, the footer', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    peer.send('<message/>');
    await watched.stanzas.next(() => true);
    const stopped = watched.connection.stop();
    await peer.expect(/<presence[^>]*type=["']unavailable["'][^>]*\/><a\b[^>]*h=["']1["'][^>]*\/><\/stream:stream>/);
    peer.send('</stream:stream>');
    await stopped;
    expect(watched.connection.status()).toEqual({ state: 'offline' });
    expect(watched.statuses.all.map(({ state }) => state)).toEqual(['connecting', 'online', 'offline']);
  });

  test('stop() does not wait for ever for a server that never says it too', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    peer.socket.pause();
    await watched.connection.stop();
    expect(watched.connection.status()).toEqual({ state: 'offline' });
  });

  test('stop() ends a login, a wait, and a wait for a password', async () => {
    const server = await scripted();
    const logging = romeo(server);
    await server.next();
    await logging.connection.stop();
    const asking = romeo(server, { password: () => new Promise(() => undefined) });
    const peer = await server.next();
    await peer.header('');
    await asking.connection.stop();
    const waiting = romeo(server, { backoff: { first: 1e6, ceiling: 1e6 } });
    (await server.next()).destroy();
    await waiting.reaches('waiting');
    await waiting.connection.stop();
    for (const { connection } of [logging, asking, waiting]) expect(connection.status().state).toBe('offline');
  });

  test('start() right after stop() begins anew, once', async () => {
    const server = await scripted();
    const { watched, peer } = await online(server);
    const stopped = watched.connection.stop();
    watched.connection.start();
    watched.connection.start();
    await peer.expect(/<\/stream:stream>/);
    peer.send('</stream:stream>');
    await stopped;
    expect(await (await server.next()).logIn()).toBe('bound');
    await watched.reaches('online');
    expect(server.peers.all).toHaveLength(2);
  });

  test('a listener that throws harms nobody, and one whose signal is aborted hears no more', async () => {
    const server = await scripted();
    const watched = romeo(server);
    const signal = new AbortController();
    const heard: string[] = [];
    watched.connection.onStatus(() => {
      throw new Error('a bug');
    });
    watched.connection.onStatus(({ state }) => {
      heard.push(state);
      signal.abort();
    }, signal.signal);
    await (await server.next()).logIn();
    await watched.reaches('online');
    expect(heard).toEqual(['online']);
    expect(watched.logs.join()).toContain('listener');
  });
});
