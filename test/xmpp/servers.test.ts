import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectionOptions } from '../../src/xmpp/contract.ts';
import { canonicalJid } from '../../src/core/jid.ts';
import { xml } from '../../src/xmpp/xml.ts';
import { makeCertificates } from '../support/servers/certificates.ts';
import { startEjabberd } from '../support/servers/ejabberd.ts';
import { startProsody } from '../support/servers/prosody.ts';
import type { XmppServer } from '../support/servers/server.ts';
import { until } from '../support/until.ts';
import { watch } from './watch.ts';
import type { Watched } from './watch.ts';

const servers = [
  ['Prosody', startProsody],
  ['ejabberd', startEjabberd],
] as const;

describe.each(servers)('on %s', (_name, startServer) => {
  let server: XmppServer;
  let strangerCa: string;
  let dir: string;
  const open: Watched[] = [];

  beforeAll(async () => {
    server = await startServer();
    await server.register('romeo', 'pencil');
    await server.register('juliet', 'rose');
    dir = await mkdtemp(join(tmpdir(), 'minimix-ca-'));
    strangerCa = (await makeCertificates(dir, server.domain)).ca;
  });
  afterAll(async () => {
    await server.stop();
    await rm(dir, { recursive: true });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ connection }) => connection.stop()));
  });

  function romeo(more: Partial<ConnectionOptions> = {}): Watched {
    return person('romeo', 'pencil', more);
  }

  function person(user: string, password: string, more: Partial<ConnectionOptions> = {}): Watched {
    const watched = watch({
      jid: `${user}@${server.domain}`,
      resource: 'test',
      password: () => Promise.resolve(password),
      server: { host: server.host, port: server.port },
      ca: server.ca,
      ...more,
    });
    open.push(watched);
    watched.connection.start();
    return watched;
  }

  test('logs in by STARTTLS and gets an answer from the server', async () => {
    const { connection, reaches } = romeo();
    expect(await reaches('online')).toMatchObject({ jid: `romeo@${server.domain}/test`, resumed: false });
    const answer = await connection.iq(xml('iq', { type: 'get' }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    expect(answer.ok).toBe(true);
    expect(connection.nextOutbound()).toBe(2);
    await until(() => connection.acknowledged() === 1, { what: 'the acknowledgement of the ping' });
  });

  test.each(['straße', 'ΣΑΣ', 'Ｎｏｂｏｄｙ', 'no\u00adbody'])('answers a question to %s, under another spelling, and the answer is taken', async (local) => {
    const { connection, reaches } = romeo();
    await reaches('online');
    const to = `${local}@${server.domain}`;
    const answer = await connection.iq(xml('iq', { type: 'get', to }, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' })), { timeout: 8000 });
    expect(answer.ok ? 'result' : answer.error.condition).not.toBe('timeout');
    const from = (answer.ok ? answer.element : answer.error.element)?.attrs['from'];
    expect([canonicalJid(to), to]).toContain(from);
  });

  test('takes a stanza of the size that we take it to take', async () => {
    const { connection, reaches } = romeo();
    const online = await reaches('online');
    const most = connection.limit();
    expect(most).toBeGreaterThanOrEqual(256 * 1024);
    const stanza = (length: number): string => `<message to='${'jid' in online ? online.jid : ''}' type='headline'><body>${'x'.repeat(length)}</body></message>`;
    const room = most - stanza(0).length;
    expect(connection.send(stanza(room + 1))).toMatchObject({ ok: false, error: { code: 'too-large' } });
    expect(connection.send(stanza(room))).toMatchObject({ ok: true });
    await until(() => connection.acknowledged() === 1, { what: 'the acknowledgement of a large stanza' });
    expect(connection.status()).toEqual(online);
  });

  test('logs in by direct TLS', async () => {
    const { reaches } = romeo({ server: { host: server.host, port: server.directTlsPort }, directTls: true });
    expect(await reaches('online')).toMatchObject({ resumed: false });
  });

  test('takes up its stream after abandon(), and gets what was said meanwhile', async () => {
    const first = romeo();
    await first.reaches('online');
    first.connection.send('<presence/>');
    await first.stanzas.next(({ kind }) => kind === 'presence', { what: 'our own presence' });
    first.connection.abandon();
    const juliet = person('juliet', 'rose');
    await juliet.reaches('online');
    juliet.connection.send(`<message to='romeo@${server.domain}/test' type='chat'><body>meanwhile</body></message>`);
    first.connection.start();
    expect(await first.reaches('online')).toMatchObject({ resumed: true });
    const message = await first.stanzas.next(({ kind }) => kind === 'message');
    expect(message.element.getChildText('body')).toBe('meanwhile');
    expect(message.raw).toMatch(/^<message xmlns='jabber:client'/);
  });

  test('another connection takes up the stream from the saved state, once', async () => {
    const first = romeo();
    await first.reaches('online');
    first.connection.send('<presence/>');
    await first.stanzas.next(({ kind }) => kind === 'presence', { what: 'our own presence' });
    const saved = first.state();
    expect(saved).toBeDefined();
    first.connection.abandon();
    const second = romeo({ ...(saved && { resume: saved }) });
    expect(await second.reaches('online')).toMatchObject({ resumed: true, jid: saved?.jid });
    expect(second.connection.acknowledged()).toBe(1);
    expect(second.connection.nextOutbound()).toBe(2);
    const answer = await second.connection.iq(xml('iq', { type: 'get' }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    expect(answer.ok).toBe(true);
  });

  test('a state that the server has forgotten ends in a new stream', async () => {
    const resume = { id: 'gone', jid: `romeo@${server.domain}/test`, inbound: 7, outbound: 9, location: undefined, max: undefined };
    const { reaches, connection, state } = romeo({ resume });
    expect(await reaches('online')).toMatchObject({ resumed: false });
    expect(connection.nextOutbound()).toBe(1);
    expect(state()).toMatchObject({ inbound: 0, outbound: 0 });
  });

  test('a wrong password is told once', async () => {
    const { reaches, statuses } = person('romeo', 'wrong');
    expect(await reaches('refused')).toMatchObject({ why: 'The server does not accept this address and password.' });
    expect(statuses.all.map(({ state }) => state)).toEqual(['connecting', 'refused']);
  });

  test('a server that our authority did not certify is not logged in to', async () => {
    const { reaches } = romeo({ ca: strangerCa });
    expect(await reaches('waiting')).toMatchObject({
      why: expect.stringMatching(/^the server’s certificate is not from an authority that this computer trusts$/),
      certificate: server.fingerprint.replaceAll(':', '').toLowerCase(),
    });
  });

  test('a certificate is accepted by its pin alone', async () => {
    const right = server.fingerprint.toUpperCase().replace(/..(?!$)/g, '$&:');
    const { reaches } = watchPinned(right);
    expect(await reaches('online')).toMatchObject({ resumed: false });
  });

  test('a certificate with another pin is refused', async () => {
    const { reaches } = watchPinned(server.fingerprint.replace(/^./, (c) => (c === '0' ? '1' : '0')));
    expect(await reaches('waiting')).toMatchObject({ why: expect.stringContaining('not the one with the fingerprint in the settings') });
  });

  function watchPinned(pin: string): Watched {
    const watched = watch({
      jid: `romeo@${server.domain}`,
      resource: 'pinned',
      password: () => Promise.resolve('pencil'),
      server: { host: server.host, port: server.port },
      pin,
    });
    open.push(watched);
    watched.connection.start();
    return watched;
  }
});
