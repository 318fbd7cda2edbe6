// SASL2 (XEP-0388) with Bind 2 (XEP-0386) at the bouncer: one step from a login to a session, and whoever does not keep to it.
import { createElement as xml, type Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { atBouncer, type AtBouncer } from '../../frontends/bouncer/at-bouncer.ts';
import { authenticateElement, byScram2, hashOfOffer, SASL, SASL2, scram, talkTo } from '../../frontends/bouncer/sasl-client.ts';
import { doors } from '../../frontends/bouncer/doors.ts';
import type { Door } from '../../frontends/bouncer/door.ts';
import { HEADER, secureStranger } from '../../frontends/bouncer/stranger.ts';
import { connectPerson } from '../../support/clients/person.ts';
import { newAccount, prosody as server, servers, type Account } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const { open, door } = doors(server);
const SM = 'urn:xmpp:sm:3';
const BIND2 = 'urn:xmpp:bind:0';
const PHONE = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
const ENABLE = `<enable xmlns='${SM}' resume='true'/>`;
const bind = (inside = '', tag = 'Scripted'): string => `<bind xmlns='${BIND2}'><tag>${tag}</tag>${inside}</bind>`;

type Opened = Door & { alice: Account };

async function at(one: Opened, options: Parameters<typeof atBouncer>[2] = {}): Promise<AtBouncer> {
  const there = await atBouncer(one, server.domain, options);
  open.push(there.stranger);
  return there;
}

/** Logged in, with what was asked for beside it. */
async function loggedIn(one: Opened, more: string, userAgent: string | undefined = PHONE): Promise<AtBouncer & { success: Element; jid: string }> {
  const { password } = await one.device('phone');
  const there = await at(one);
  const success = await byScram2(there.talk, scram('SCRAM-SHA-256', one.alice.user, password), { userAgent, more });
  if (typeof success === 'string') throw new Error(`refused: ${success}`);
  return { ...there, success, jid: success.getChildText('authorization-identifier') ?? '' };
}

async function friendOf(): Promise<Awaited<ReturnType<typeof connectPerson>>> {
  const bob = await newAccount(server, 'bob');
  const friend = await connectPerson(server, bob.user, bob.password);
  open.push(friend);
  return friend;
}

describe('SASL2', () => {
  test('is offered within TLS beside SASL, without PLAIN, with what can be asked for in the same step', async () => {
    const { offer } = await at(await door());
    expect(offer.sasl2).toEqual(offer.sasl1.filter((name) => name !== 'PLAIN'));
    expect(offer.inline).toEqual(expect.arrayContaining([`sm ${SM}`, `bind ${BIND2}`]));
    expect(offer.bindInline).toEqual(['urn:xmpp:carbons:2', 'urn:xmpp:csi:0', SM]);
  });

  test.each(['SCRAM-SHA-512-PLUS', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1'])('by %s lets a device in, and its hash is of what SASL2 offered', async (mechanism) => {
    const one = await door();
    const { password } = await one.device('phone');
    const { stranger, talk, offer } = await at(one, { from: one.alice.jid });
    const bound = { type: 'tls-server-end-point', data: stranger.binding('tls-server-end-point') };
    const exchange = scram(mechanism, one.alice.user, password, mechanism.endsWith('-PLUS') ? { bound } : {});
    const success = await byScram2(talk, exchange);
    if (typeof success === 'string') throw new Error(success);
    expect(success.getChildText('authorization-identifier')).toBe(one.alice.jid);
    expect(exchange.hash()).toBe(hashOfOffer(mechanism, offer.sasl2, offer.bindings));
  });

  test('without Bind 2 goes on by the features behind its answer, on the same stream, with a resource of the device’s own', async () => {
    const one = await door();
    const { talk, success } = await loggedIn(one, '');
    expect(success.getChild('bound', BIND2)).toBeUndefined();
    const features = await talk.element('stream:features');
    expect(features.getChild('bind', 'urn:ietf:params:xml:ns:xmpp-bind')).toBeDefined();
    talk.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>old-way</resource></bind></iq>");
    const answer = await talk.element('iq');
    expect(answer.getChild('bind')?.getChildText('jid')).toBe(`${one.alice.jid}/old-way`);
  });

  test('with Bind 2 gives a resource behind the client’s tag: the same one for the same installation, and another for another', async () => {
    const one = await door();
    const first = await loggedIn(one, bind());
    expect(first.jid).toMatch(new RegExp(`^${one.alice.jid}/Scripted/[\\w-]{12}$`));
    expect(first.jid).not.toContain(PHONE);
    const features = await first.talk.element('stream:features');
    expect(features.getChild('bind', 'urn:ietf:params:xml:ns:xmpp-bind')).toBeUndefined();
    const again = await loggedIn(one, bind());
    expect(again.jid).toBe(first.jid);
    await first.stranger.hears('<conflict'); // XEP-0386 3.2: what the same client had before ends
    const other = await loggedIn(one, bind(), '11111111-4d72-4749-b3d3-740edbf87770');
    expect(other.jid).not.toBe(first.jid);
    again.talk.send(`<iq type='get' id='still' to='${server.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await again.stranger.hears(/id=['"]still['"]/);
  });

  test('says what is taken of a stranger, and then of a device (XEP-0478), and takes that much', async () => {
    const one = await door();
    const stranger = await secureStranger(one.directTlsPort, server.domain, one.ca);
    open.push(stranger);
    const talk = talkTo(stranger);
    stranger.send(HEADER(server.domain));
    const most = (features: Element): string | null | undefined => features.getChild('limits', 'urn:xmpp:stream-limits:0')?.getChildText('max-bytes');
    expect(most(await talk.element('stream:features'))).toBe(String(16 * 1024));
    const { password } = await one.device('phone');
    expect(typeof (await byScram2(talk, scram('SCRAM-SHA-256', one.alice.user, password), { more: bind() }))).not.toBe('string');
    const features = await talk.element('stream:features');
    expect(most(features)).toBe(String(512 * 1024));
    expect(features.getChild('limits')?.getChildText('idle-seconds')).toBe('300');
    talk.send(`<message type='error' to='${one.alice.jid}/nobody'><body>${'x'.repeat(200_000)}</body></message>`); // more than of a stranger
    talk.send(`<iq type='get' id='fence' to='${server.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stranger.hears(/id=['"]fence['"]/);
    expect(stranger.heard()).not.toContain('policy-violation');
  });

  test('a tag that no resource can hold is left out', async () => {
    const one = await door();
    for (const tag of ['x'.repeat(500), '&#xfffe;'.replace('&#xfffe;', '\u00a0\u200b'), '']) {
      expect((await loggedIn(one, bind('', tag))).jid).toMatch(new RegExp(`^${one.alice.jid}/[\\w-]{12}$`));
    }
  });
});

describe('in one step with the login', () => {
  test('a session counts its stanzas, has copies of what other devices say, and is idle from the beginning', async () => {
    const one = await door();
    const friend = await friendOf();
    const { talk, stranger, success, jid } = await loggedIn(one, bind(`${ENABLE}<enable xmlns='urn:xmpp:carbons:2'/><inactive xmlns='urn:xmpp:csi:0'/>`));
    const bound = success.getChild('bound', BIND2);
    expect(bound?.getChild('enabled', SM)?.attrs['id']).toBeTruthy();
    expect(bound?.getChild('enabled', 'urn:xmpp:carbons:2')).toBeDefined();
    const state = `> return tostring(prosody.full_sessions['${jid}'].state)`;
    expect(await server.run(state)).toMatch(/inactive|flushing/); // it may just have let something through
    talk.send('<presence/>');
    const laptop = await one.person('laptop');
    laptop.send(xml('message', { to: friend.jid, type: 'chat' }, xml('body', {}, 'from the laptop')));
    await stranger.hears('from the laptop');
    expect(stranger.heard()).toMatch(/<sent [^>]*urn:xmpp:carbons:2|<sent xmlns=['"]urn:xmpp:carbons:2/);
    talk.send(`<r xmlns='${SM}'/>`);
    expect((await talk.element('a')).attrs['h']).toBe('1');
  });

  test('a session that was lost is taken up again: <resumed/> stands in the answer, what was missed behind it, and no features', async () => {
    const one = await door();
    const friend = await friendOf();
    const first = await loggedIn(one, bind(ENABLE));
    const id = String(first.success.getChild('bound')?.getChild('enabled')?.attrs['id']);
    await first.talk.element('stream:features');
    first.talk.send(`<iq type='get' id='fence' to='${server.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await first.talk.element('iq');
    first.stranger.close();
    friend.send(xml('message', { to: first.jid, type: 'chat' }, xml('body', {}, 'while away')));
    await friend.settle();
    const again = await loggedIn(one, `<resume xmlns='${SM}' previd='${id}' h='1'/>${bind(ENABLE)}`);
    expect(again.success.getChild('resumed', SM)?.attrs).toMatchObject({ previd: id, h: '1' });
    expect(again.success.getChild('bound', BIND2)).toBeUndefined();
    expect(again.jid).toBe(first.jid);
    await again.stranger.hears('while away');
    expect(again.talk.left()).not.toContain('stream:features');
    expect(one.bouncer.devices(one.alice.jid).filter(({ online }) => online)).toHaveLength(1);
  });

  test('a session of SASL is taken up by SASL2, and the other way round', async () => {
    const one = await door();
    const { password } = await one.device('phone');
    const old = await one.person('phone', { priority: null });
    old.send(ENABLE);
    const id = String((await old.next((nonza) => nonza.name === 'enabled')).attrs['id']);
    old.kill();
    const again = await loggedIn(one, `<resume xmlns='${SM}' previd='${id}' h='0'/>`);
    expect(again.success.getChild('resumed', SM)).toBeDefined();
    expect(again.jid).toBe(old.jid);
    const { talk, stranger } = await at(one);
    talk.send(`<auth xmlns='${SASL}' mechanism='PLAIN'>${Buffer.from(`\0${one.alice.user}\0${password}`).toString('base64')}</auth>`);
    await talk.element('success');
    talk.send(HEADER(server.domain));
    await talk.element('stream:features');
    talk.send(`<resume xmlns='${SM}' previd='${id}' h='0'/>`);
    expect((await talk.element('resumed', 'failed')).name).toBe('resumed');
    await again.stranger.hears('<conflict');
    talk.send(`<iq type='get' id='fence' to='${server.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stranger.hears(/id=['"]fence['"]/);
  });

  test('what cannot be taken up again is a new session: <failed/> stands beside <bound/>', async () => {
    const one = await door();
    const { success, jid } = await loggedIn(one, `<resume xmlns='${SM}' previd='nobody' h='0'/>${bind(ENABLE)}`);
    expect(success.getChild('failed', SM)?.getChild('item-not-found')).toBeDefined();
    expect(success.getChild('bound', BIND2)?.getChild('enabled', SM)).toBeDefined();
    expect(jid).toContain('/Scripted/');
  });

  test('another device’s session is not taken up, by whatever it says that it is', async () => {
    const one = await door();
    const first = await loggedIn(one, bind(ENABLE));
    const id = String(first.success.getChild('bound')?.getChild('enabled')?.attrs['id']);
    const { password } = await one.device('stolen');
    const { talk } = await at(one);
    const success = await byScram2(talk, scram('SCRAM-SHA-256', one.alice.user, password), { userAgent: PHONE, more: `<resume xmlns='${SM}' previd='${id}' h='0'/>${bind()}` });
    if (typeof success === 'string') throw new Error(success);
    expect(success.getChild('failed', SM)).toBeDefined();
    expect(success.getChildText('authorization-identifier')).not.toBe(first.jid);
    first.talk.send(`<iq type='get' id='still' to='${server.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await first.stranger.hears(/id=['"]still['"]/);
  });

  test('a session that hibernates on the server comes back by SASL2 as it does by SASL, and misses nothing', async () => {
    const one = await door({ times: { hibernate: 50 } });
    const friend = await friendOf();
    const first = await loggedIn(one, bind(ENABLE));
    const id = String(first.success.getChild('bound')?.getChild('enabled')?.attrs['id']);
    first.stranger.close();
    await until(() => one.bouncer.devices(one.alice.jid)[0]?.hibernates === true, { what: 'the session to hibernate' });
    friend.send(xml('message', { to: first.jid, type: 'chat' }, xml('body', {}, 'in its sleep')));
    await friend.settle();
    const again = await loggedIn(one, `<resume xmlns='${SM}' previd='${id}' h='0'/>`);
    expect(again.success.getChild('resumed', SM)).toBeDefined();
    await again.stranger.hears('in its sleep');
  });
});

describe('whoever does not keep to it', () => {
  const begin = (user: string): string => authenticateElement('SCRAM-SHA-256', `n,,n=${user},r=abcdefgh1234`);

  test.each([
    ['a second <authenticate/> in the middle', (user: string) => begin(user)],
    ['an <auth/> of SASL in the middle', (user: string) => `<auth xmlns='${SASL}' mechanism='SCRAM-SHA-256'>${Buffer.from(`n,,n=${user},r=abcdefgh1234`).toString('base64')}</auth>`],
    ['a <response/> of the other profile', () => `<response xmlns='${SASL}'>biws</response>`],
    ['a stanza in the middle', () => "<message to='x@example.org'><body>too early</body></message>"],
    ['a <next/>, which nobody has asked for', () => `<next xmlns='${SASL2}' task='TOTP'/>`],
    ['garbage', () => '<a>&foo;</a>'],
  ])('and sends %s is sent away', async (_what, second) => {
    const one = await door();
    const { talk, stranger } = await at(one);
    talk.send(begin(one.alice.user));
    await talk.element('challenge');
    talk.send(second(one.alice.user));
    await stranger.ended();
    expect(stranger.heard()).toContain('stream:error');
    expect(stranger.heard()).not.toContain('<success');
    expect((await one.person('phone')).jid).toContain('/phone');
  });

  test.each([
    ['a stanza', "<message to='x@example.org'><body>too early</body></message>"],
    ['a login once more', authenticateElement('SCRAM-SHA-256', 'n,,n=x,r=abcdefgh1234')],
    ['a resource', "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"],
  ])('and has %s behind its last word, before it was answered, does not get in', async (_what, behind) => {
    const one = await door();
    const { password } = await one.device('phone');
    const { talk, stranger } = await at(one);
    const exchange = scram('SCRAM-SHA-256', one.alice.user, password);
    talk.send(authenticateElement(exchange.mechanism, exchange.first, { more: bind() }));
    const challenge = await talk.element('challenge');
    const answer = exchange.answer(Buffer.from(challenge.getText(), 'base64').toString());
    talk.send(`<response xmlns='${SASL2}'>${Buffer.from(answer).toString('base64')}</response>${behind}`);
    await stranger.ended();
    expect(stranger.heard()).toContain('<policy-violation');
    expect(stranger.heard()).not.toContain('<success');
    await until(() => one.bouncer.devices(one.alice.jid).every(({ online }) => !online), { what: 'no session to be left' });
  });

  test('and logs in a second time once it is in ends its stream', async () => {
    const one = await door();
    const { talk, stranger } = await loggedIn(one, bind());
    talk.send(begin(one.alice.user));
    await stranger.ended();
    expect(stranger.heard()).toContain('<policy-violation');
  });

  test('a login that was aborted is over, and the next one counts', async () => {
    const one = await door();
    const { password } = await one.device('phone');
    const { talk } = await at(one);
    talk.send(begin(one.alice.user));
    await talk.element('challenge');
    talk.send(`<abort xmlns='${SASL2}'/>`);
    const failure = await talk.element('failure');
    expect(failure.getChild('aborted', SASL)).toBeDefined();
    const success = await byScram2(talk, scram('SCRAM-SHA-256', one.alice.user, password), { more: bind() });
    expect(typeof success).not.toBe('string');
  });

  test.each([
    ['an initial response that is no message of SCRAM', 'SCRAM-SHA-256', 'x'.repeat(9000), 'malformed-request'],
    ['an empty one', 'SCRAM-SHA-256', '', 'malformed-request'],
    ['a mechanism that was not offered', 'DIGEST-MD5', 'x', 'invalid-mechanism'],
    ['PLAIN, which SASL alone has', 'PLAIN', '\0alice\0x', 'invalid-mechanism'],
    ['a binding of no type that there is', 'SCRAM-SHA-256-PLUS', 'p=tls-unknown,,n=alice,r=abcdefgh1234', 'malformed-request'],
    ['no binding, and that none was offered', 'SCRAM-SHA-256', 'y,,n=alice,r=abcdefgh1234', 'not-authorized'],
  ])('and says %s is refused', async (_what, mechanism, first, condition) => {
    const { talk } = await at(await door());
    talk.send(authenticateElement(mechanism, first));
    expect((await talk.element('failure')).getChild(condition, SASL)).toBeDefined();
  });

  test('and sends a request that is larger than any is sent away before it is read', async () => {
    const { talk, stranger } = await at(await door());
    talk.send(authenticateElement('SCRAM-SHA-256', 'x'.repeat(40_000)));
    await stranger.ended();
    expect(stranger.heard()).toContain('stream:error');
  });

  test('and has bound another channel, as somebody in the middle would have, is refused', async () => {
    const one = await door();
    const { password } = await one.device('phone');
    const { talk } = await at(one);
    const bound = { type: 'tls-exporter', data: Buffer.alloc(32, 1) };
    expect(await byScram2(talk, scram('SCRAM-SHA-512-PLUS', one.alice.user, password, { bound }))).toBe('not-authorized');
  });

  test('three failures end the stream, by whichever of the two profiles', async () => {
    const one = await door();
    const { talk, stranger } = await at(one);
    expect(await byScram2(talk, scram('SCRAM-SHA-256', one.alice.user, 'guess 1'))).toBe('not-authorized');
    expect(await byScram2(talk, scram('SCRAM-SHA-1', one.alice.user, 'guess 2'))).toBe('not-authorized');
    talk.send(`<auth xmlns='${SASL}' mechanism='PLAIN'>${Buffer.from(`\0${one.alice.user}\0guess 3`).toString('base64')}</auth>`);
    await stranger.ended();
    expect(stranger.heard()).toContain('<policy-violation');
    expect(one.log.filter((line) => line.includes('a login to the bouncer failed'))).toHaveLength(3);
  });

  test('whoever has failed by SASL2 waits for the next answer, by SASL too', async () => {
    const first = 700; // milliseconds
    const one = await door({ times: { first, most: first } });
    const there = await at(one);
    expect(await byScram2(there.talk, scram('SCRAM-SHA-256', one.alice.user, 'guess'))).toBe('not-authorized');
    const before = performance.now();
    (await at(one)).talk.send(`<auth xmlns='${SASL}' mechanism='PLAIN'>${Buffer.from(`\0${one.alice.user}\0guess`).toString('base64')}</auth>`);
    there.talk.send(begin(one.alice.user));
    await there.talk.element('challenge');
    expect(performance.now() - before).toBeGreaterThan(first - 50);
  });

  test('the port tells nobody which names there are: a stranger’s and the account’s are answered alike', async () => {
    const one = await door();
    await one.device('phone');
    const answers = async (user: string, from?: string): Promise<unknown> => {
      const { talk, offer } = await at(one, from === undefined ? {} : { from });
      const condition = await byScram2(talk, scram('SCRAM-SHA-512', user, 'guess'));
      return { offer, condition };
    };
    const known = await answers(one.alice.user);
    expect(await answers('nobody')).toEqual(known);
    expect(await answers('nobody', `nobody@${server.domain}`)).toEqual(known);
    expect(await answers(one.alice.user, one.alice.jid)).toEqual(known);
  });

  test('a header that names another domain ends the stream, and one that names another account lets nobody in', async () => {
    const one = await door();
    const { password } = await one.device('phone');
    const elsewhere = await secureStranger(one.directTlsPort, server.domain, one.ca);
    open.push(elsewhere);
    elsewhere.send(HEADER(server.domain).replace(' to=', " from='alice@elsewhere.test' to="));
    await elsewhere.hears('<invalid-from');
    await elsewhere.ended();
    const { talk } = await at(one, { from: `mallory@${server.domain}` });
    expect(await byScram2(talk, scram('SCRAM-SHA-256', one.alice.user, password), { more: bind() })).toBe('invalid-authzid');
  });
});

describe.each(servers)('on $kind', (home) => {
  const elsewhere = doors(home);

  test('the account’s server takes the resource of Bind 2, and gives copies to who asked for them in the same step', async () => {
    const one = await elsewhere.door();
    const bob = await newAccount(home, 'bob');
    const friend = await connectPerson(home, bob.user, bob.password);
    elsewhere.open.push(friend);
    const { password } = await one.device('phone');
    const { talk, stranger } = await atBouncer(one, home.domain);
    elsewhere.open.push(stranger);
    const success = await byScram2(talk, scram('SCRAM-SHA-512', one.alice.user, password), { userAgent: PHONE, more: bind(`${ENABLE}<enable xmlns='urn:xmpp:carbons:2'/>`) });
    if (typeof success === 'string') throw new Error(success);
    expect(success.getChildText('authorization-identifier')).toMatch(new RegExp(`^${one.alice.jid}/Scripted/[\\w-]{12}$`));
    expect(success.getChild('bound', BIND2)?.getChild('enabled', 'urn:xmpp:carbons:2')).toBeDefined();
    talk.send('<presence/>');
    const laptop = await one.person('laptop');
    laptop.send(xml('message', { to: friend.jid, type: 'chat' }, xml('body', {}, 'from the laptop')));
    await stranger.hears('from the laptop');
  });
});
