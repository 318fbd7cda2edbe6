// FAST (XEP-0484) at the bouncer: a device that logs in by a token, and whoever has got hold of one.
import { createHmac } from 'node:crypto';
import type { Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { storedValues } from '../../../src/archive/stored-values.ts';
import { atBouncer, type AtBouncer } from '../../frontends/bouncer/at-bouncer.ts';
import { authenticateElement, byScram2, conditionOf, scram, type Talk } from '../../frontends/bouncer/sasl-client.ts';
import { doors } from '../../frontends/bouncer/doors.ts';
import type { Door } from '../../frontends/bouncer/door.ts';
import { prosody as server, type Account } from '../../support/servers/servers.ts';

const { open, door } = doors(server);
const FAST = 'urn:xmpp:fast:0';
const PHONE = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
const OTHER = '11111111-4d72-4749-b3d3-740edbf87770';
const BIND = "<bind xmlns='urn:xmpp:bind:0'><tag>Scripted</tag></bind>";
const DAY = 24 * 60 * 60_000;
const TYPES = { ENDP: 'tls-server-end-point', EXPR: 'tls-exporter', UNIQ: 'tls-unique' } as const;

type Opened = Door & { alice: Account };

async function at(one: Opened, tls: { maxVersion?: 'TLSv1.2' } = {}): Promise<AtBouncer> {
  const there = await atBouncer(one, server.domain, { from: one.alice.jid, tls });
  open.push(there.stranger);
  return there;
}

interface Use {
  readonly userAgent?: string | undefined;
  readonly fast?: string;
  readonly more?: string;
}

function hashed(there: AtBouncer, mechanism: string, token: string, who: 'Initiator' | 'Responder'): Buffer {
  const last = mechanism.slice(mechanism.lastIndexOf('-') + 1);
  const channel = last in TYPES ? there.stranger.binding(TYPES[last as keyof typeof TYPES]) : Buffer.alloc(0);
  return createHmac('sha256', token).update(who).update(channel).digest();
}

const messageOf = (user: string, hash: Buffer): Buffer => Buffer.concat([Buffer.from(`${user}\0`), hash]);

async function answerOf(talk: Talk): Promise<Element | string> {
  const end = await talk.element('success', 'failure', 'stream:error');
  return end.name === 'success' ? end : conditionOf(end);
}

/** Logs in by a token, on a stream of its own; resolves with <success/>, or with the condition of the failure. */
async function byToken(one: Opened, mechanism: string, token: string, { userAgent = PHONE, fast = `<fast xmlns='${FAST}'/>`, more = BIND }: Use = {}, there?: AtBouncer): Promise<Element | string> {
  const stream = there ?? (await at(one));
  const first = messageOf(one.alice.user, hashed(stream, mechanism, token, 'Initiator'));
  stream.talk.send(authenticateElement(mechanism, first, { userAgent, more: fast + more }));
  const end = await answerOf(stream.talk);
  if (typeof end === 'string') return end;
  expect(Buffer.from(end.getChildText('additional-data') ?? '', 'base64')).toEqual(hashed(stream, mechanism, token, 'Responder'));
  return end;
}

const tokenIn = (success: Element | string): string => (typeof success === 'string' ? '' : String(success.getChild('token', FAST)?.attrs['token'] ?? ''));
const isIn = (answer: Element | string): boolean => typeof answer !== 'string';

/** A device that has logged in by its password, and has asked for a token. */
async function withToken(one: Opened, mechanism: string, tls: { maxVersion?: 'TLSv1.2' } = {}): Promise<string> {
  const { password } = await one.device('phone');
  const { talk } = await at(one, tls);
  const success = await byScram2(talk, scram('SCRAM-SHA-256', one.alice.user, password), { userAgent: PHONE, more: `${BIND}<request-token xmlns='${FAST}' mechanism='${mechanism}'/>` });
  const token = tokenIn(success);
  expect(token).toMatch(/^[\w-]{43}$/);
  return token;
}

describe('a token', () => {
  test('is offered by what can be bound: tls-unique over TLS 1.2 alone', async () => {
    const one = await door();
    expect((await at(one)).offer.fast).toEqual(['HT-SHA-256-EXPR', 'HT-SHA-256-ENDP', 'HT-SHA-256-NONE']);
    expect((await at(one, { maxVersion: 'TLSv1.2' })).offer.fast).toEqual(['HT-SHA-256-UNIQ', 'HT-SHA-256-ENDP', 'HT-SHA-256-NONE']);
  });

  test.each(['HT-SHA-256-EXPR', 'HT-SHA-256-ENDP', 'HT-SHA-256-NONE'])('lets a device in by %s in one round trip, and shows that we know it, too', async (mechanism) => {
    const one = await door();
    const token = await withToken(one, mechanism);
    const success = await byToken(one, mechanism, token);
    if (typeof success === 'string') throw new Error(success);
    expect(success.getChild('bound', 'urn:xmpp:bind:0')).toBeDefined();
    expect(one.bouncer.devices(one.alice.jid)).toMatchObject([{ name: 'phone', online: true }]);
  });

  test('lets a device in by HT-SHA-256-UNIQ over TLS 1.2', async () => {
    const one = await door();
    const mechanism = 'HT-SHA-256-UNIQ';
    const token = await withToken(one, mechanism, { maxVersion: 'TLSv1.2' });
    expect(isIn(await byToken(one, mechanism, token, {}, await at(one, { maxVersion: 'TLSv1.2' })))).toBe(true);
  });

  test('is written behind the stream’s header, before the features have come', async () => {
    const one = await door();
    const token = await withToken(one, 'HT-SHA-256-NONE');
    const first = messageOf(one.alice.user, createHmac('sha256', token).update('Initiator').digest());
    const { stranger, talk } = await atBouncer(one, server.domain, { from: one.alice.jid, say: authenticateElement('HT-SHA-256-NONE', first, { userAgent: PHONE, more: `<fast xmlns='${FAST}'/>${BIND}` }) });
    open.push(stranger);
    expect(isIn(await answerOf(talk))).toBe(true);
  });

  test('is another one with each login; the last one is good until the new one was used', async () => {
    const one = await door();
    const mechanism = 'HT-SHA-256-ENDP';
    const first = await withToken(one, mechanism);
    const lost = tokenIn(await byToken(one, mechanism, first)); // the answer may not have reached the device
    const second = tokenIn(await byToken(one, mechanism, first));
    expect(new Set([first, lost, second]).size).toBe(3);
    expect(await byToken(one, mechanism, lost)).toBe('not-authorized'); // it was never used, and another one came in its place
    expect(isIn(await byToken(one, mechanism, second))).toBe(true);
    expect(await byToken(one, mechanism, first)).toBe('not-authorized');
  });

  test('outlives a restart, and is not to be read on disk', async () => {
    const one = await door();
    const token = await withToken(one, 'HT-SHA-256-NONE');
    const kept = JSON.stringify(one.minimix.archive.value(one.alice.jid, storedValues.bouncerTokens));
    expect(kept).toContain('sealed');
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(Buffer.from(token).toString('base64'));
    expect(kept).not.toContain(PHONE);
    await one.restartBouncer(() => undefined);
    expect(isIn(await byToken(one, 'HT-SHA-256-NONE', token))).toBe(true);
  });

  test('ends after two months in which nobody used it, and the device is told so', async () => {
    let now = Date.now();
    const one = await door({ now: () => now });
    const token = await withToken(one, 'HT-SHA-256-NONE');
    now += 59 * DAY;
    const next = tokenIn(await byToken(one, 'HT-SHA-256-NONE', token));
    now += 61 * DAY;
    expect(await byToken(one, 'HT-SHA-256-NONE', next)).toBe('credentials-expired');
  });

  test('is given up by the device that says so, and no new one comes unless it asks', async () => {
    const one = await door();
    const mechanism = 'HT-SHA-256-NONE';
    const token = await withToken(one, mechanism);
    const success = await byToken(one, mechanism, token, { fast: `<fast xmlns='${FAST}' invalidate='true'/>` });
    expect(isIn(success)).toBe(true);
    expect(tokenIn(success)).toBe('');
    expect(await byToken(one, mechanism, token)).toBe('not-authorized');
  });

  test('is not given to whom has not said which client it is, nor for a mechanism that is not offered', async () => {
    const one = await door();
    const { password } = await one.device('phone');
    for (const beside of [{ more: `<request-token xmlns='${FAST}' mechanism='HT-SHA-256-NONE'/>` }, { userAgent: PHONE, more: `<request-token xmlns='${FAST}' mechanism='HT-SHA3-512-NONE'/>` }]) {
      const success = await byScram2((await at(one)).talk, scram('SCRAM-SHA-256', one.alice.user, password), beside);
      expect(isIn(success)).toBe(true);
      expect(tokenIn(success)).toBe('');
    }
  });
});

describe('a token that somebody else has', () => {
  test.each<[string, string, string, Use]>([
    ['as another installation of a client', 'HT-SHA-256-NONE', 'HT-SHA-256-NONE', { userAgent: OTHER }],
    ['as none', 'HT-SHA-256-NONE', 'HT-SHA-256-NONE', { userAgent: undefined }],
    ['by a mechanism without the binding that it was made for', 'HT-SHA-256-EXPR', 'HT-SHA-256-NONE', {}],
    ['by another binding', 'HT-SHA-256-EXPR', 'HT-SHA-256-ENDP', {}],
    ['and does not say that it is one', 'HT-SHA-256-NONE', 'HT-SHA-256-NONE', { fast: '' }],
  ])('%s lets nobody in', async (_what, made, used, use) => {
    const one = await door();
    const token = await withToken(one, made);
    const stream = await at(one);
    const first = messageOf(one.alice.user, hashed(stream, used, token, 'Initiator'));
    const { userAgent = 'userAgent' in use ? undefined : PHONE, fast = `<fast xmlns='${FAST}'/>` } = use;
    stream.talk.send(authenticateElement(used, first, { userAgent, more: fast + BIND }));
    expect(['not-authorized', 'invalid-mechanism']).toContain(await answerOf(stream.talk));
  });

  test('is a password of nobody', async () => {
    const one = await door();
    const token = await withToken(one, 'HT-SHA-256-NONE');
    expect(await byScram2((await at(one)).talk, scram('SCRAM-SHA-256', one.alice.user, token))).toBe('not-authorized');
  });

  test('what was said on one connection is good on no other, where it is bound to it', async () => {
    const one = await door();
    const mechanism = 'HT-SHA-256-EXPR';
    const token = await withToken(one, mechanism);
    const overheard = authenticateElement(mechanism, messageOf(one.alice.user, hashed(await at(one), mechanism, token, 'Initiator')), { userAgent: PHONE, more: `<fast xmlns='${FAST}'/>${BIND}` });
    const { talk } = await at(one);
    talk.send(overheard);
    expect(await answerOf(talk)).toBe('not-authorized');
  });

  test('what was said once is not good again, where the client counts', async () => {
    const one = await door();
    const mechanism = 'HT-SHA-256-NONE';
    const token = await withToken(one, mechanism);
    const counted = (count: number): Use => ({ fast: `<fast xmlns='${FAST}' count='${count}'/>` });
    expect(isIn(await byToken(one, mechanism, token, counted(1)))).toBe(true);
    expect(await byToken(one, mechanism, token, counted(1))).toBe('not-authorized');
    expect(isIn(await byToken(one, mechanism, token, counted(2)))).toBe(true);
  });

  test('what was said before the device had a new token is no good once it has used that', async () => {
    const one = await door();
    const mechanism = 'HT-SHA-256-NONE';
    const token = await withToken(one, mechanism);
    const next = tokenIn(await byToken(one, mechanism, token));
    expect(isIn(await byToken(one, mechanism, next))).toBe(true);
    expect(await byToken(one, mechanism, token)).toBe('not-authorized'); // the same bytes as before
  });

  test.each<'revoked' | 'renewed'>(['revoked', 'renewed'])('ends when its device is %s', async (what) => {
    const one = await door();
    const token = await withToken(one, 'HT-SHA-256-NONE');
    expect(await (what === 'revoked' ? one.bouncer.revoke(one.alice.jid, 'phone') : one.bouncer.renew(one.alice.jid, 'phone'))).toMatchObject({ ok: true });
    expect(await byToken(one, 'HT-SHA-256-NONE', token)).toBe('not-authorized');
    expect(JSON.stringify(one.minimix.archive.value(one.alice.jid, storedValues.bouncerTokens))).not.toContain('sealed');
  });

  test('sealed for one device is nothing in another’s place', async () => {
    const one = await door();
    const token = await withToken(one, 'HT-SHA-256-NONE');
    const other = await one.device('other');
    const book = one.minimix.archive.value(one.alice.jid, storedValues.bouncerTokens) ?? {};
    const [kept] = Object.values(book);
    if (!kept) throw new Error('there is a token');
    await one.restartBouncer(() => one.minimix.archive.setValue(one.alice.jid, storedValues.bouncerTokens, { [other.id]: kept }));
    expect(await byToken(one, 'HT-SHA-256-NONE', token)).toBe('not-authorized');
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no hash', Buffer.from('alice\0')],
    ['a hash of another length', Buffer.concat([Buffer.from('alice\0'), Buffer.alloc(20)])],
    ['no name', Buffer.alloc(33)],
  ])('a message of %s is refused', async (_what, message) => {
    const { talk } = await at(await door());
    talk.send(authenticateElement('HT-SHA-256-NONE', message, { userAgent: PHONE, more: `<fast xmlns='${FAST}'/>` }));
    expect(await answerOf(talk)).toBe('malformed-request');
  });

  test('guessed is counted as a wrong password is, and nobody learns which names there are', async () => {
    const one = await door();
    await withToken(one, 'HT-SHA-256-NONE');
    const there = await at(one);
    const guess = async (user: string): Promise<Element | string> => {
      there.talk.send(authenticateElement('HT-SHA-256-NONE', messageOf(user, Buffer.alloc(32, 1)), { userAgent: PHONE, more: `<fast xmlns='${FAST}'/>` }));
      return answerOf(there.talk);
    };
    expect(await guess(one.alice.user)).toBe('not-authorized');
    expect(await guess('nobody')).toBe('not-authorized');
    await guess(one.alice.user);
    await there.stranger.ended();
    expect(there.stranger.heard()).toContain('<policy-violation');
    expect(one.log.filter((line) => line.includes('a login to the bouncer failed'))).toHaveLength(3);
  });
});
