// What the doctor finds where something is wrong, each on the real thing: certificates, DNS, sockets, a disk, a server's clock.
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSecrets } from '../../../src/config/secrets.ts';
import { loadSettings } from '../../../src/config/config.ts';
import type { Finding } from '../../../src/core/diagnostics.ts';
import { examineDisk, examineKeyring, examinePorts } from '../../../src/daemon/diagnostics/doctor-home.ts';
import { examineEndpoints, examineLogin } from '../../../src/daemon/diagnostics/doctor-server.ts';
import { dnsOf } from '../../../src/xmpp/transport/resolve.ts';
import { makeCertificates } from '../../support/servers/certificates.ts';
import { startDns, type Zone } from '../../support/servers/dns.ts';
import { startScripted, type Peer, type ScriptedServer } from '../../support/servers/scripted-server.ts';
import { makeSmallDisk, noSmallDisk } from '../../support/harm/small-disk.ts';
import { portOf } from '../../support/servers/server.ts';

const SASL = `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism></mechanisms>`;

let dir: string;
const undo: (() => unknown)[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'minimix-doctor-'));
});
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
  rmSync(dir, { recursive: true, force: true });
});

async function scripted(options: Parameters<typeof startScripted>[0]): Promise<ScriptedServer> {
  const server = await startScripted(options);
  undo.push(server.stop);
  return server;
}

/** A server that speaks TLS from the first byte, with a certificate for so many days; says its features to whoever comes. */
async function secureServer(validDays: number, domain = 'scripted.test'): Promise<{ port: number; ca: string }> {
  const certificates = await makeCertificates(join(dir, `tls${validDays}`), domain, { validDays });
  const server = await scripted({ domain, tls: certificates, directTls: true });
  void server.next().then((peer) => peer.header(SASL)).catch(() => undefined); // where nobody gets that far
  return { port: server.port, ca: certificates.ca };
}

const account = (more: object) => ({ jid: 'romeo@scripted.test', resource: 'test', ...more });

describe('certificates', () => {
  const look = async (validDays: number, trusted = true, pin?: string): Promise<Finding | undefined> => {
    const { port, ca } = await secureServer(validDays);
    const found = await examineEndpoints(account({ server: { host: '127.0.0.1', port }, directTls: true, ...(trusted && { ca }), ...(pin !== undefined && { pin }) }));
    return found.find(({ check }) => check === 'tls');
  };

  test('one that has run out is bad, and whoever runs the server is named, or the clock', async () => {
    expect(await look(-1)).toMatchObject({ level: 'bad', message: expect.stringMatching(/expired/), todo: expect.stringMatching(/clock.*admin to renew/) });
  });

  test('one that runs out within three weeks is worth knowing, one that lasts is well', async () => {
    expect(await look(5)).toMatchObject({ level: 'note', message: expect.stringMatching(/trusted for [45] more days/), todo: expect.stringContaining('renew') });
    expect(await look(29)).toMatchObject({ level: 'ok', message: expect.stringMatching(/trusted for 2[89] more days.*SCRAM-SHA-256/) });
  });

  test('one of an authority that nobody knows can be trusted by name or by fingerprint', async () => {
    expect(await look(29, false)).toMatchObject({ level: 'bad', todo: expect.stringMatching(/--ca FILE.*account\.pin/) });
  });

  test('one whose fingerprint is not that in the settings is to be compared with the admin', async () => {
    expect(await look(29, true, '00'.repeat(32))).toMatchObject({ level: 'bad', message: expect.stringContaining('fingerprint'), todo: expect.stringMatching(/^Compare the new fingerprint.*account\.pin/) });
  });
});

describe('DNS', () => {
  const look = async (zone: Zone, more: object = {}): Promise<Finding[]> => {
    const dns = await startDns(zone);
    undo.push(dns.stop);
    return examineEndpoints(account(more), dnsOf([dns.address]));
  };
  const at = (port: number, target = 'localhost') => ({ priority: 5, weight: 0, port, target });

  test('records are counted and followed, and one way in is enough', async () => {
    const { port, ca } = await secureServer(29);
    const found = await look({ '_xmpps-client._tcp.scripted.test': [at(port)], '_xmpp-client._tcp.scripted.test': [at(1)] }, { ca });
    expect(found[0]).toMatchObject({ check: 'dns', level: 'ok', message: 'scripted.test has 1 records for direct TLS and 1 for STARTTLS.' });
    expect(found.find(({ message }) => message.startsWith(`localhost:${port} (direct TLS)`))).toMatchObject({ level: 'ok' });
    expect(found.find(({ message }) => message.startsWith('localhost:1 (STARTTLS)'))).toMatchObject({ level: 'note', todo: expect.stringContaining('firewall') });
  });

  test.each<[string, Zone, RegExp, RegExp]>([
    ['a name that does not exist', {}, /scripted\.test is not found/, /typos.*account\.server/],
    ['a name server in trouble', { '_xmpp-client._tcp.scripted.test': 'trouble' }, /DNS does not answer for scripted\.test/, /online.*account\.server/],
    ['a domain that accepts no clients', { '_xmpp-client._tcp.scripted.test': [at(0, '.')], '_xmpps-client._tcp.scripted.test': [] }, /accepts no clients/, /Ask its admin/],
  ])('%s is told as such', async (_name, zone, message, todo) => {
    expect((await look(zone))[0]).toMatchObject({ check: 'dns', level: 'bad', message: expect.stringMatching(message), todo: expect.stringMatching(todo) });
  });
});

describe('the clock', () => {
  /** Answers what a doctor asks: nothing is known but the time, which is that far off. */
  async function answer(peer: Peer, offset: number): Promise<void> {
    await peer.logIn({ mechanisms: ['SCRAM-SHA-256'] });
    for (;;) {
      const [, tag = '', child] = await peer.expect(/<iq\b([^>]*type=["']get["'][^>]*)><(\w+)/);
      const id = /\bid=["']([^"']+)/.exec(tag)?.[1] ?? '';
      const from = /\bto=["']([^"']+)/.exec(tag)?.[1] ?? 'scripted.test';
      const utc = new Date(Date.now() + offset).toISOString();
      const inner = child === 'time' ? `<time xmlns='urn:xmpp:time'><tzo>+00:00</tzo><utc>${utc}</utc></time>` : `<query xmlns='http://jabber.org/protocol/disco#info'/>`;
      peer.send(`<iq type='result' id='${id}' from='${from}' to='romeo@scripted.test/bound'>${inner}</iq>`);
    }
  }

  test.each([
    [0, 'ok', /[0-4](\.\d)? s apart/, /^$/],
    [-10_000, 'note', /is \d+(\.\d)? s ahead of/, /set-ntp/],
    [3_600_000, 'bad', /is 3\d{3}(\.\d)? s behind/, /set-ntp/],
  ] as const)('a server whose clock is %i ms off: %s', async (offset, level, message, todo) => {
    const server = await scripted({});
    void server.next().then((peer) => answer(peer, offset)).catch(() => undefined); // it hangs up once it has seen enough
    const secrets = openSecrets(dir, { MINIMIX_KEYRING: 'off' });
    await secrets.write('romeo@scripted.test', 'pencil');
    const found = await examineLogin(account({ server: { host: '127.0.0.1', port: server.port }, allowPlaintext: true }), secrets);
    const clock = found.find(({ check }) => check === 'clock');
    expect(clock, JSON.stringify(found)).toMatchObject({ level, message: expect.stringMatching(message) });
    expect(clock?.todo ?? '').toMatch(todo);
    // a server that offers nothing: each lack says what it means and what can be done
    for (const check of ['carbons', 'push', 'pep', 'archive on the server', 'client state']) {
      expect(found.find((one) => one.check === check), check).toMatchObject({ level: 'note', todo: expect.stringMatching(/Prosody.*mod_/) });
    }
  });
});

test('a keyring that is not there, or does not answer, says where passwords lie and how to get one', async () => {
  const todo = expect.stringMatching(/gnome-keyring.*account again/);
  expect(await examineKeyring(dir, { MINIMIX_KEYRING: 'off' })).toMatchObject({ level: 'note', message: expect.stringMatching(/no keyring.*secrets\.json/), todo });
  const nobody = { ...process.env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(dir, 'no bus')}`, MINIMIX_KEYRING: 'on' };
  expect(await examineKeyring(dir, nobody)).toMatchObject({ level: 'note', message: expect.stringMatching(/does not answer \(.+\).*secrets\.json/), todo });
});

test('a port that somebody else has: the page takes another, the bouncer cannot', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  undo.push(() => squatter.close());
  const port = portOf(squatter);
  const { settings } = loadSettings(dir, { keep: false });
  const wished = { ...settings, web: { ...settings.web, port }, bouncer: { leaves: 'here' as const, ...settings.bouncer, on: true, listen: { host: '127.0.0.1', port }, directTls: { host: '127.0.0.1', port: 0 } } };
  const found = await examinePorts(wished);
  expect(found.map(({ level }) => level)).toEqual(['note', 'bad', 'ok']);
  for (const one of found.slice(0, 2)) expect(one).toMatchObject({ message: expect.stringContaining(`127.0.0.1:${port}`), todo: expect.stringContaining('minimix settings set') });
});

describe('the disk', () => {
  const MB = 1024 * 1024;

  test('with little room is worth knowing, with next to none is bad', () => {
    expect(examineDisk(dir, 300 * MB)).toMatchObject({ level: 'note', message: expect.stringContaining('300 MB left'), todo: expect.stringContaining('another disk') });
    expect(examineDisk(dir, 10 * MB)).toMatchObject({ level: 'bad', todo: expect.stringMatching(/Free some space.*retention/) });
    expect(examineDisk(dir, 5_000 * MB)).toMatchObject({ level: 'ok', todo: null });
  });

  test('is looked at itself: one that is full is bad', ({ skip }) => {
    const impossible = noSmallDisk();
    if (impossible !== undefined) skip(impossible);
    const disk = makeSmallDisk(8);
    undo.push(disk.remove);
    if (!existsSync(disk.dir)) mkdirSync(disk.dir);
    disk.fill();
    expect(examineDisk(disk.dir)).toMatchObject({ level: 'bad', message: expect.stringContaining(' 0 MB left') });
  });
});
