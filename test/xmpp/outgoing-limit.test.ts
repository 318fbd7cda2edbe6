// What goes out fits the server, in bytes of the whole stanza.
import { afterEach, describe, expect, test } from 'vitest';
import { faultIn } from '../../src/xmpp/transport/outgoing.ts';
import { createOutgoingLimit } from '../../src/xmpp/stream/outgoing-limit.ts';
import { xml } from '../../src/xmpp/xml.ts';
import { startScripted } from '../support/servers/scripted-server.ts';
import type { LoginScript, Peer, ScriptedServer } from '../support/servers/scripted-server.ts';
import type { LearnedLimit } from '../../src/xmpp/contract.ts';
import { watch } from './watch.ts';
import type { Watched } from './watch.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function online(script: LoginScript, learnedLimit?: LearnedLimit): Promise<{ server: ScriptedServer; watched: Watched; peer: Peer }> {
  const server = await startScripted();
  endings.push(() => server.stop());
  const watched = watch({
    jid: 'romeo@scripted.test',
    resource: 'test',
    password: () => Promise.resolve('pencil'),
    allowPlaintext: true,
    server: { host: '127.0.0.1', port: server.port },
    learnedLimit,
  });
  endings.push(() => watched.connection.abandon());
  watched.connection.start();
  const peer = await server.next();
  await peer.logIn(script);
  await watched.reaches('online');
  return { server, watched, peer };
}

const ANNOUNCED = `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>20000</max-bytes></limits>`;
const PROSODY = `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='http://prosody.im' ver='x'/>`;
const ofBytes = (bytes: number): string => {
  const [start, end] = [`<message to='a@b'><body>`, '</body></message>'];
  return `${start}${'é'.repeat((bytes - start.length - end.length) / 2)}${end}`;
};

describe('what goes out', () => {
  test('is held to what the server announces, in bytes and not in characters', async () => {
    const { watched, peer } = await online({ features: ANNOUNCED });
    expect(watched.connection.limit()).toBe(20_000);
    expect(Buffer.byteLength(ofBytes(20_001))).toBe(20_001);
    expect(watched.connection.send(ofBytes(20_001))).toMatchObject({ ok: false, error: { code: 'too-large' } });
    expect(watched.connection.send(ofBytes(19_999))).toMatchObject({ ok: true, value: 1 });
    await peer.expect(/<message/);
  });

  test('a question that is too large fails at once', async () => {
    const { watched } = await online({ features: ANNOUNCED });
    const request = xml('iq', { type: 'set' }, xml('q', { xmlns: 'u' }, 'x'.repeat(20_000)));
    expect(await watched.connection.iq(request)).toMatchObject({ ok: false, error: { condition: 'too-large' } });
  });

  test('a server that ends the stream over a size is not sent that much again, by the same stream or the next', async () => {
    const { server, watched, peer } = await online({ features: PROSODY });
    expect(watched.connection.limit()).toBe(256 * 1024);
    expect(watched.connection.send(ofBytes(100_001))).toMatchObject({ ok: true });
    await peer.expect(/<\/message>/);
    peer.send(`<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`);
    const second = await server.next();
    expect(await second.logIn({ features: PROSODY })).toBe('bound');
    expect(watched.connection.limit()).toBe(50_000);
    await watched.reaches('online');
    expect(watched.connection.send(ofBytes(100_001))).toMatchObject({ ok: false, error: { code: 'too-large' } });
    expect(second.sent()).not.toContain('<message');
    expect(watched.connection.learnedLimit()).toEqual({ learned: 50_000, announced: 256 * 1024 });
  });

  test('is what an earlier process found, until the server announces something else', async () => {
    const before = { learned: 15_000, announced: 20_000 };
    const { watched } = await online({ features: ANNOUNCED }, before);
    expect(watched.connection.limit()).toBe(15_000);
    const { watched: anew } = await online({ features: ANNOUNCED.replace('20000', '30000') }, before);
    expect(anew.connection.limit()).toBe(30_000);
    expect(anew.connection.learnedLimit()).toBeUndefined();
  });
});

describe('the limit of a server', () => {
  const features = (...children: Parameters<typeof xml>[2][]) => xml('stream:features', {}, ...children);

  test('is 64 KiB where nothing is known, and never less than any server must take', () => {
    const limit = createOutgoingLimit();
    limit.offered(features());
    expect(limit.now()).toBe(64 * 1024);
    limit.offered(features(xml('limits', { xmlns: 'urn:xmpp:stream-limits:0' }, xml('max-bytes', {}, '17'))));
    expect(limit.now()).toBe(10_000);
  });

  test('is not lowered below what it has taken, nor for a stanza that every server takes', () => {
    const limit = createOutgoingLimit();
    limit.taken(40_000);
    expect(limit.refused(60_000)).toBe(true);
    expect(limit.now()).toBe(40_000);
    expect(limit.refused(9_000)).toBe(false);
    expect(limit.now()).toBe(40_000);
  });
});

test('a name that only the fifth edition of XML 1.0 has is not sent: expat would end the stream', () => {
  expect(faultIn(`<message><\u2c00 xmlns='u'/></message>`)).toContain('name');
  expect(faultIn(`<message><x xmlns='u' \u{10000}='1'/></message>`)).toContain('name');
  expect(faultIn(`<message><\u00e9t\u00e9 xmlns='u'/></message>`)).toBeUndefined();
});
