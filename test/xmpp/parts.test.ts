// The small parts of the connection that need no socket.
import { describe, expect, test } from 'vitest';
import { backoffDelay, createFruitlessLogins, failuresAfter, isFruitless, STABLE } from '../../src/xmpp/stream/backoff.ts';
import { mayAnswer } from '../../src/xmpp/iq/pending-iqs.ts';
import { endpointsOf, parseHostPort } from '../../src/xmpp/transport/resolve.ts';
import type { SrvRecord } from '../../src/xmpp/transport/resolve.ts';
import { createScram } from '../../src/xmpp/sasl/scram.ts';
import { createStreamManagement } from '../../src/xmpp/sm/stream-management.ts';
import { xml } from '../../src/xmpp/xml.ts';

describe('SCRAM', () => {
  test('speaks the example of RFC 5802', async () => {
    const scram = createScram('sha1', { username: 'user', password: 'pencil', nonce: 'fyko+d2lbbFgONRv9qkxdawL' });
    expect(scram.first).toBe('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL');
    const first = 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096';
    expect(await scram.answer(first)).toBe(
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    );
    scram.verify('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=');
    expect(() => scram.verify('v=rmF9pqV8S7suAoZWja4dJRkFsKA=')).toThrow('could not prove');
  });

  test('speaks the example of RFC 7677', async () => {
    const scram = createScram('sha256', { username: 'user', password: 'pencil', nonce: 'rOprNGfwEbeRWgbNEkqO' });
    const first = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
    expect(await scram.answer(first)).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    );
    scram.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  test('refuses a nonce that is not ours made longer, an extension, and a missing salt', async () => {
    const answers = ['r=other,s=c2FsdA==,i=4096', 'r=mine,s=c2FsdA==,i=4096', 'r=mine+,i=4096', 'm=x,r=mine+,s=c2FsdA==,i=4096'];
    for (const answer of answers) {
      await expect(createScram('sha256', { username: 'user', password: 'pencil', nonce: 'mine' }).answer(answer), answer).rejects.toThrow('SCRAM');
    }
  });

  test('believes no signature before it has given its proof', () => {
    expect(() => createScram('sha256', { username: 'user', password: 'pencil' }).verify('v=')).toThrow('could not prove');
  });
});

describe('an answer', () => {
  const own = 'romeo@a.test/garden';
  const allowed: [to: string, from: string][] = [
    ['', ''], ['', 'romeo@a.test'], ['', own], ['', 'a.test'], ['romeo@a.test', ''], ['a.test', 'a.test'],
    ['a.test', ''], ['Juliet@B.test/x', 'juliet@b.test/x'], ['room@muc.test/Nick', 'room@muc.test/Nick'], [own, ''],
    ['straße@b.test', 'strasse@b.test'], ['ΣΑΣ@muc.test/Nick', 'σασ@muc.test/Nick'], ['Ｊuliet@b.test/x', 'juliet@b.test/x'],
  ];
  test.each(allowed)('to what was asked of "%s" may come from "%s"', (to, from) => {
    expect(mayAnswer(to, from, own)).toBe(true);
  });

  const forged: [to: string, from: string][] = [
    ['', 'mallory@evil.test'], ['juliet@b.test', ''], ['juliet@b.test', 'juliet@b.test/x'], ['juliet@b.test', own],
    ['room@muc.test/Nick', 'room@muc.test/nick'], ['', 'romeo@a.test/other'], ['a.test', 'b.test'],
  ];
  test.each(forged)('to what was asked of "%s" may not come from "%s"', (to, from) => {
    expect(mayAnswer(to, from, own)).toBe(false);
  });
});

describe('the wait between attempts', () => {
  test('doubles up to the ceiling, and at least half of it is kept', () => {
    const bounds = { first: 1000, ceiling: 10_000 };
    const least = [0, 1, 2, 3, 4, 2000].map((failures) => backoffDelay(failures, bounds, () => 0));
    const most = [0, 1, 2, 3, 4, 2000].map((failures) => backoffDelay(failures, bounds, () => 1));
    expect(least).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
    expect(most).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });
});

describe('finding the server', () => {
  const of = (records: Record<string, SrvRecord[]>, draw = 0) =>
    endpointsOf('a.test', { srv: (name) => Promise.resolve(records[name] ?? []) }, () => draw);

  test('falls back to the domain where there are no records, or they cannot be had', async () => {
    const fallback = [{ host: 'a.test', port: 5222, direct: false }];
    expect(await of({})).toEqual(fallback);
    expect(await endpointsOf('a.test', { srv: () => Promise.reject(new Error('SERVFAIL')) })).toEqual(fallback);
  });

  test('draws by weight among equals', async () => {
    const records = {
      '_xmpps-client._tcp.a.test': [{ name: 'light', port: 1, priority: 5, weight: 10 }],
      '_xmpp-client._tcp.a.test': [{ name: 'heavy', port: 2, priority: 5, weight: 90 }],
    };
    expect((await of(records, 0.05)).map(({ host }) => host)).toEqual(['light', 'heavy']);
    expect((await of(records, 0.5)).map(({ host }) => host)).toEqual(['heavy', 'light']);
  });

  test('reads host and port as servers write them', () => {
    expect(parseHostPort('[2001:db8::1]:5223')).toEqual({ host: '2001:db8::1', port: 5223 });
    expect(parseHostPort('host.test')).toEqual({ host: 'host.test', port: 5222 });
    for (const bad of ['', 'a:b', 'a:0', 'a:65536', 'a/b', 'user@host', 'a b']) expect(parseHostPort(bad), bad).toBeUndefined();
  });
});

describe('stream management', () => {
  const enabled = xml('enabled', { xmlns: 'urn:xmpp:sm:3', id: 'x', resume: 'true', max: '60' });

  test('keeps what is sent until it is acknowledged, over the wrap of h', () => {
    const sm = createStreamManagement({ id: 'x', jid: 'a@b/c', inbound: 0, outbound: 0, location: undefined, max: undefined });
    expect(sm.resumed(xml('resumed', { h: String(2 ** 32 - 1) }))).toEqual([]);
    expect(sm.sent('first')).toBe(0); // 2^32 wraps
    expect(sm.sent('second')).toBe(1);
    expect(sm.acknowledge('0')).toBe(true);
    expect(sm.resumed(xml('resumed', { h: '0' }))).toEqual(['second']);
    for (const bad of ['2', '-1', '', 'x', '4294967296', undefined]) expect(sm.acknowledge(bad), bad).toBe(false);
  });

  test('has room for a bounded number of stanzas', () => {
    const sm = createStreamManagement(undefined);
    sm.begin('a@b/c', enabled);
    for (let i = 0; i < 10_000; i++) sm.sent('<message/>');
    expect(sm.hasRoom(1)).toBe(false);
    sm.acknowledge('1');
    expect(sm.hasRoom(1)).toBe(true);
    expect(sm.hasRoom(64 * 1024 * 1024)).toBe(false);
  });

  test('has no state to resume where the server offers none', () => {
    const sm = createStreamManagement(undefined);
    sm.begin('a@b/c', xml('enabled', { xmlns: 'urn:xmpp:sm:3' }));
    expect({ enabled: sm.enabled(), state: sm.state() }).toEqual({ enabled: true, state: undefined });
    sm.begin('a@b/c', enabled);
    expect(sm.state()).toMatchObject({ id: 'x', max: 60 });
  });
});

test('a line that flaps is not taken for a server that refuses: the wait stays short, but for a conflict', () => {
  const short = { online: true, held: 2_000, conflict: false, gotOn: true };
  expect(failuresAfter(9, { ...short, online: false })).toBe(9);
  expect(failuresAfter(9, short)).toBe(3);
  expect(failuresAfter(1, short)).toBe(1);
  expect(failuresAfter(9, { ...short, conflict: true })).toBe(9);
  expect(failuresAfter(9, { ...short, held: STABLE })).toBe(0);
});

test('a stream that ended soon after its login, with nothing newly acknowledged, counts as a failure', () => {
  const short = { online: true, held: 59_000, conflict: false, gotOn: false };
  expect(failuresAfter(9, short)).toBe(9);
  expect(failuresAfter(9, { ...short, held: STABLE })).toBe(0);
  expect([short, { ...short, gotOn: true }, { ...short, held: STABLE }, { ...short, online: false }].map(isFruitless)).toEqual([true, false, false, false]);
});

test('there are never more than twelve logins that come to nothing in ten minutes', () => {
  const logins = createFruitlessLogins();
  let now = 0;
  const times: number[] = [];
  for (let n = 0; n < 60; n++) {
    now += logins.wait(now) + 1; // as fast as it is let
    logins.add(now);
    times.push(now);
  }
  const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 600_000).length));
  expect(most).toBe(12);
});
