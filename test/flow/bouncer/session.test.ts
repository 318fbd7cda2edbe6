// Logins, links that break, and whoever should not be let in.
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { clone, createElement as xml, type Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { createScram } from '../../../src/xmpp/sasl/scram.ts';
import type { Door } from '../../frontends/bouncer/door.ts';
import { doors } from '../../frontends/bouncer/doors.ts';
import { byScram, scram, talkTo } from '../../frontends/bouncer/sasl-client.ts';
import { HEADER, plainStranger, type Stranger } from '../../frontends/bouncer/stranger.ts';
import { startLink } from '../../support/harm/link.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, prosody as server, type Account } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const SM = 'urn:xmpp:sm:3';
const { open, door, atLogin: secure } = doors(server);

const plain = (user: string, password: string): string =>
  `<auth xmlns='${SASL}' mechanism='PLAIN'>${Buffer.from(`\0${user}\0${password}`).toString('base64')}</auth>`;

describe('before a login', () => {
  test('nothing but STARTTLS is offered in the clear, and a login there is refused', async () => {
    const one = await door();
    const stranger = await plainStranger(one.port);
    open.push(stranger);
    stranger.send(HEADER(server.domain));
    await stranger.hears('</stream:features>');
    expect(stranger.heard()).toContain('starttls');
    expect(stranger.heard()).not.toContain('mechanism');
    stranger.send(plain(one.alice.user, 'x'));
    await stranger.ended();
    expect(stranger.heard()).toContain('<not-authorized');
  });

  test.each([
    ['what is no XML', 'GET / HTTP/1.1\r\n\r\n'],
    ['an entity', `${HEADER(server.domain)}<a>&foo;</a>`],
    ['a DTD', `<!DOCTYPE a>`],
    ['elements without end', `${HEADER(server.domain)}${'<a>'.repeat(50)}`],
    ['an element that never ends', `${HEADER(server.domain)}<a x='${'y'.repeat(40_000)}`],
    ['another domain', HEADER('elsewhere.example')],
    ['a stanza', `${HEADER(server.domain)}<message to='bob@example.org'><body>x</body></message>`],
    ['bytes that are no text', Buffer.from([0x3c, 0xff, 0xfe, 0x00])],
  ])('%s ends the connection, and that one alone', async (_what, text) => {
    const one = await door();
    const stranger = await plainStranger(one.port);
    open.push(stranger);
    stranger.send(text);
    await stranger.ended();
    expect(stranger.heard()).toContain('stream:error');
    expect((await one.person('phone')).jid).toContain('/phone');
  });

  test.each([
    ['xmpp-client', ['xmpp-client'], 'xmpp-client'],
    ['it among others', ['h2', 'xmpp-client'], 'xmpp-client'],
    ['nothing', [], false],
    ['another protocol alone', ['h2'], 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'], // RFC 7301 3.2
  ] as const)('direct TLS with a client that offers %s by ALPN', async (_what, offered, agreed) => {
    const { directTlsPort, ca } = await door();
    const socket = connectTls({ port: directTlsPort, host: '127.0.0.1', servername: server.domain, ca, ALPNProtocols: [...offered] });
    open.push({ close: () => void socket.destroy() });
    const met = await once(socket, 'secureConnect').then(() => socket.alpnProtocol, (error: unknown) => (error as { code?: string }).code);
    expect(met).toBe(agreed);
    if (!socket.authorized) return;
    socket.write(HEADER(server.domain));
    await until(() => String(socket.read() ?? '').includes('stream:features'), { what: 'features' });
  });

  test('who says nothing is sent away in the end, and strangers are few at a time', async () => {
    const one = await door({ times: { login: 5_000 } });
    const strangers = await Promise.all(Array.from({ length: 30 }, () => plainStranger(one.port)));
    open.push(...strangers);
    await Promise.all(strangers.map((stranger) => stranger.ended()));
    expect(strangers.filter((stranger) => stranger.heard().includes('connection-timeout')).length).toBeLessThan(30);
    expect((await one.person('phone')).jid).toContain('/phone');
  });

  test('three wrong passwords end the stream, and each is on record', async () => {
    const one = await door();
    const stranger = await secure(one);
    for (let n = 1; n <= 3; n += 1) {
      stranger.send(plain(one.alice.user, `guess ${n}`));
      await until(() => stranger.heard().split('<not-authorized/>').length > n, { what: 'a refusal' });
    }
    await stranger.ended();
    expect(one.log.filter((line) => line.includes('a login to the bouncer failed'))).toHaveLength(3);
  });

  test('mechanisms that a client cannot use are no guesses: after three of them the right one still lets it in; ten end the stream', async () => {
    const one = await door();
    const stranger = await secure(one);
    const begin = (mechanism: string): void => stranger.send(`<auth xmlns='${SASL}' mechanism='${mechanism}'>${Buffer.from(`n,,n=${one.alice.user},r=abcdefgh1234`).toString('base64')}</auth>`);
    const refused = async (mechanism: string, times: number): Promise<void> => {
      begin(mechanism);
      await until(() => stranger.heard().split('<malformed-request').length > times, { what: 'a refusal' });
    };
    for (const [at, mechanism] of ['SCRAM-SHA-512-PLUS', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS'].entries()) await refused(mechanism, at + 1);
    begin('SCRAM-SHA-256');
    await stranger.hears('</challenge>');
    for (let times = 4; times <= 10; times += 1) await refused('SCRAM-SHA-1-PLUS', times);
    await stranger.ended();
  });

  test.each(['SCRAM-SHA-1', 'SCRAM-SHA-256'] as const)('%s lets a device in, and shows that we know the password too', async (mechanism) => {
    const one = await door();
    const { password } = await one.device('phone');
    const stranger = await secure(one);
    const exchange = createScram(mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256', { username: one.alice.user, password });
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    const inside = (name: string): string => Buffer.from(new RegExp(`<${name}[^>]*>([^<]*)<`).exec(stranger.heard())?.[1] ?? '', 'base64').toString();
    stranger.send(`<auth xmlns='${SASL}' mechanism='${mechanism}'>${encode(exchange.first)}</auth>`);
    await stranger.hears('</challenge>');
    stranger.send(`<response xmlns='${SASL}'>${encode(await exchange.answer(inside('challenge')))}</response>`);
    await stranger.hears('</success>');
    exchange.verify(inside('success'));
  });

  test.each(['tls-exporter', 'tls-server-end-point'] as const)('SCRAM-SHA-256-PLUS binds the login to its connection by %s', async (type) => {
    const one = await door();
    const { password } = await one.device('phone');
    for (const honest of [false, true]) {
      const stranger = await secure(one);
      await stranger.hears(`<channel-binding type='${type}'/>`);
      const bound = honest ? stranger.binding(type) : Buffer.alloc(32, 1);
      const done = await byScram(talkTo(stranger), scram('SCRAM-SHA-256-PLUS', one.alice.user, password, { bound: { type, data: bound } }));
      expect(done).toBe(honest ? 'success' : 'not-authorized');
    }
  });

  test('a login that was made believe that there is no channel binding is refused', async () => {
    const one = await door();
    const stranger = await secure(one);
    stranger.send(`<auth xmlns='${SASL}' mechanism='SCRAM-SHA-256'>${Buffer.from(`y,,n=${one.alice.user},r=abcdefgh1234`).toString('base64')}</auth>`);
    await stranger.hears('<not-authorized/>');
  });

  test('nor does a binding that failed before excuse that, for whoever is in the middle may have tried it', async () => {
    const one = await door();
    const stranger = await secure(one);
    const auth = (mechanism: string, text: string): void => stranger.send(`<auth xmlns='${SASL}' mechanism='${mechanism}'>${Buffer.from(text).toString('base64')}</auth>`);
    auth('SCRAM-SHA-1-PLUS', `p=tls-unknown,,n=${one.alice.user},r=abcdefgh1234`);
    await stranger.hears('<malformed-request/>');
    auth('SCRAM-SHA-1', `y,,n=${one.alice.user},r=abcdefgh1234`);
    await stranger.hears('<not-authorized/>');
    expect(stranger.heard()).not.toContain('tls-unique');
  });

  test('a revoked device is out at once, and does not come in again', async () => {
    const one = await door();
    const phone = await one.person('phone');
    const { id } = await one.device('phone');
    expect(await one.bouncer.revoke(one.alice.jid, id)).toMatchObject({ ok: true });
    await expect(phone.next(() => false)).rejects.toThrow(/the stream ended/);
    expect(one.bouncer.devices(one.alice.jid)).toEqual([]);
    await expect(one.person('phone')).rejects.toThrow(/expected <success\/>/);
  });
});

describe('a session', () => {
  test('the daemon’s own resource is not given away, nor another device’s', async () => {
    const one = await door();
    const own = one.minimix.account.status().connection;
    const phone = await one.person('phone', { resource: 'minimix' });
    expect(phone.jid).not.toBe(`${one.alice.jid}/minimix`);
    expect(one.minimix.account.status().connection).toEqual(own);
    const [first, second] = [await one.person('one', { resource: 'same' }), await one.person('two', { resource: 'same' })];
    expect(first.jid).toBe(`${one.alice.jid}/same`);
    expect(second.jid).toMatch(/\/same\../);
    await first.settle();
  });

  test('is told to the account’s devices, and is never relayed to', async () => {
    const one = await door();
    const phone = await one.person('phone');
    expect(one.minimix.account.devices.list().find(({ resource }) => resource === 'phone')).toMatchObject({ frontend: 'bouncer', relay: false, label: 'phone' });
    await phone.close();
    await until(() => one.minimix.account.devices.list().some(({ frontend: by, online }) => by === 'bouncer' && !online), { what: 'the session to be gone' });
  });

  test('survives the loss of the server’s link: the device stays, and misses nothing', async () => {
    const link = await startLink(server);
    open.push(link);
    const one = await door({ upstreamPort: link.port });
    const bob = await newAccount(server, 'bob');
    const friend = await connectPerson(server, bob.user, bob.password);
    open.push(friend);
    const phone = await one.person('phone');
    for (let n = 1; n <= 10; n += 1) {
      friend.send(xml('message', { to: phone.jid, type: 'chat' }, xml('body', {}, `word ${n}`)));
      if (n % 4 === 0) link.cut();
    }
    await phone.next((stanza) => stanza.getChildText('body') === 'word 10', { deadline: 20_000 });
    const bodies = phone.stanzas.flatMap((stanza) => stanza.getChildText('body') ?? []);
    expect(bodies).toEqual(Array.from({ length: 10 }, (_, n) => `word ${n + 1}`));
  });

  test('outlives its session on the server: the device is not told, and is there again', async () => {
    const one = await door();
    const bob = await newAccount(server, 'bob');
    const friend = await connectPerson(server, bob.user, bob.password);
    open.push(friend);
    const phone = await one.person('phone');
    const logins = (): number => one.log.filter((line) => line.includes('logged in')).length;
    await server.kickSessions(one.alice.user);
    await until(() => logins() === 2 && one.minimix.account.status().connection.state === 'online', { what: 'new sessions' });
    await phone.settle();
    friend.send(xml('message', { to: one.alice.jid, type: 'chat' }, xml('body', {}, 'are you there?')));
    await phone.next((stanza) => stanza.getChildText('body') === 'are you there?');
  });

  test('that drops off is taken up again, and what it missed comes once', async () => {
    const one = await door();
    const room = await server.room({ archive: true });
    const bob = await newAccount(server, 'bob');
    const talker = await connectPerson(server, bob.user, bob.password);
    open.push(talker);
    await talker.join(room, 'bob');
    const { password } = await one.device('phone');
    const logIn = async (): Promise<Stranger> => {
      const stranger = await secure(one);
      stranger.send(plain(one.alice.user, password));
      await stranger.hears('<success');
      stranger.send(HEADER(server.domain));
      await stranger.hears("<sm xmlns='urn:xmpp:sm:3'");
      return stranger;
    };
    const first = await logIn();
    first.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>phone</resource></bind></iq>");
    await first.hears('<jid>');
    first.send(`<enable xmlns='${SM}' resume='true'/>`);
    await first.hears('<enabled');
    const id = /<enabled[^>]* id=["']([^"']+)/.exec(first.heard())?.[1] ?? '';
    first.send(`<presence to='${room}/Ali'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await first.hears('<subject');
    await talker.say(room, 'before the break');
    await first.hears('before the break');
    const counted = first.heard().slice(first.heard().indexOf('<enabled')).match(/<(?:message|presence|iq)[\s>]/g)?.length ?? 0;
    first.close();
    for (let n = 1; n <= 5; n += 1) await talker.say(room, `while away ${n}`);
    const second = await logIn();
    second.send(`<resume xmlns='${SM}' previd='${id}' h='${counted}'/>`);
    await second.hears('<resumed');
    await second.hears('while away 5');
    const after = second.heard().slice(second.heard().indexOf('<resumed'));
    expect(after).not.toContain('before the break');
    expect([1, 2, 3, 4, 5].map((n) => after.split(`while away ${n}<`).length - 1)).toEqual([1, 1, 1, 1, 1]);
    for (const text of after.match(/<message[^>]*>.*?<\/message>/g) ?? []) expect(text).toMatch(/<delay [^>]*stamp='/); // XEP-0198 5
  });

  test('that is given up hands what it had over to the next one', async () => {
    const one = await door({ times: { hold: 300 } });
    const bob = await newAccount(server, 'bob');
    const friend = await connectPerson(server, bob.user, bob.password);
    open.push(friend);
    const phone = await one.person('phone');
    phone.send(`<enable xmlns='${SM}' resume='true'/>`);
    await phone.next((nonza) => nonza.name === 'enabled');
    await phone.settle();
    phone.kill();
    friend.send(xml('message', { to: phone.jid, type: 'chat' }, xml('body', {}, 'while nobody is there')));
    await until(() => one.bouncer.devices(one.alice.jid)[0]?.online === false, { what: 'the session to be given up' });
    const again = await one.person('phone', { resource: 'other' });
    const late = await again.next((stanza) => stanza.getChildText('body') === 'while nobody is there');
    expect(late.attrs['to']).toBe(again.jid);
    expect(late.getChild('delay', 'urn:xmpp:delay')).toBeDefined();
    const third = await one.person('phone', { resource: 'third' });
    await third.settle();
    expect(third.stanzas.filter((stanza) => stanza.getChildText('body') !== null)).toEqual([]);
  });

  test('that is given up hands over each message at its own time, a copy of another device’s chat too', async () => {
    let now = Date.parse('2026-11-28T12:00:00Z');
    const one = await door({ times: { hold: 300 }, now: () => now });
    const bob = await newAccount(server, 'bob');
    const friend = await connectPerson(server, bob.user, bob.password);
    open.push(friend);
    const laptop = await connectPerson(server, one.alice.user, one.alice.password, { resource: 'laptop' });
    open.push(laptop);
    const phone = await one.person('phone', { carbons: true });
    phone.send(`<enable xmlns='${SM}' resume='true'/>`);
    await phone.next((nonza) => nonza.name === 'enabled');
    const inCopy = (body: string) => (stanza: Element): boolean => stanza.toString().includes(body) && stanza.getChild('received', 'urn:xmpp:carbons:2') !== undefined;
    // never acknowledged: the device is not known to have them
    friend.send(xml('message', { to: phone.jid, type: 'chat' }, xml('body', {}, 'at noon')));
    await phone.next((stanza) => stanza.getChildText('body') === 'at noon');
    now += 3_600_000;
    friend.send(xml('message', { to: laptop.jid, type: 'chat' }, xml('body', {}, 'at one')));
    await phone.next(inCopy('at one'));
    now += 3_600_000;
    phone.kill();
    await until(() => one.bouncer.devices(one.alice.jid)[0]?.online === false, { what: 'the session to be given up' });
    const again = await one.person('phone', { resource: 'other' });
    const direct = await again.next((stanza) => stanza.getChildText('body') === 'at noon');
    expect(direct.getChild('delay', 'urn:xmpp:delay')?.attrs['stamp']).toBe('2026-11-28T12:00:00.000Z');
    const copy = await again.next(inCopy('at one'));
    const frame = copy.getChild('received')?.getChild('forwarded', 'urn:xmpp:forward:0');
    expect(frame?.getChild('delay', 'urn:xmpp:delay')?.attrs['stamp']).toBe('2026-11-28T13:00:00.000Z');
    expect(copy.attrs).toMatchObject({ from: one.alice.jid, to: again.jid });
  });

  test.each([
    ['garbage', '<message><body>&unknown;</body></message>'],
    ['a stanza without end', `<message to='x@example'><body>${'x'.repeat(9_000_000)}`],
    ['elements without end', `<message>${'<x>'.repeat(3_000_000)}`],
    ['in the name of another', "<message from='bob@example.org' to='x@example'><body>x</body></message>"],
  ])('of a device that sends %s ends alone', async (_what, text) => {
    const one = await door();
    const [good, bad] = [await one.person('good'), await one.person('bad')];
    bad.send(text);
    await until(() => one.bouncer.devices(one.alice.jid).find(({ name }) => name === 'bad')?.online === false, { what: 'the bad one to be gone' });
    await good.settle();
  });

  async function bound(one: Door & { alice: Account }, resource: string): Promise<Stranger> {
    const { password } = await one.device(resource);
    const stranger = await secure(one);
    stranger.send(plain(one.alice.user, password));
    await stranger.hears('<success');
    stranger.send(HEADER(server.domain));
    await stranger.hears("<sm xmlns='urn:xmpp:sm:3'");
    stranger.send(`<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`);
    await stranger.hears('<jid>');
    return stranger;
  }

  test('whose resource another client takes on the server is told of the conflict, and whoever stays when the daemon stops of that', async () => {
    const one = await door();
    const [taken, other] = [await bound(one, 'phone'), await bound(one, 'laptop')];
    open.push(await connectPerson(server, one.alice.user, one.alice.password, { resource: 'phone' }));
    await taken.hears('<conflict');
    await taken.ended();
    expect(other.heard()).not.toContain('stream:error');
    await one.bouncer.stop();
    await other.hears('<system-shutdown');
    await other.ended();
  });

  test('of a device that takes nothing ends when too much waits for it, and that one alone', async () => {
    const one = await door({ maxBuffered: 100_000 });
    const [slow, good] = [await bound(one, 'slow'), await one.person('good')];
    const bob = await newAccount(server, 'bob');
    const friend = await connectPerson(server, bob.user, bob.password);
    open.push(friend);
    slow.pause();
    const online = (): boolean => one.bouncer.devices(one.alice.jid).find(({ name }) => name === 'slow')?.online === true;
    const big = 'x'.repeat(200_000);
    for (let n = 1; n <= 200 && online(); n += 1) {
      friend.send(xml('message', { to: `${one.alice.jid}/slow`, type: 'headline' }, xml('body', {}, big)));
      if (n % 20 === 0) await friend.settle();
    }
    await until(() => !online(), { what: 'the slow one to be given up' });
    expect(one.log.some((line) => line.includes('no longer accepts data'))).toBe(true);
    await good.settle();
  });

  test('passes all that is no room’s: what the server answers directly it answers through it', async () => {
    const one = await door();
    const direct = await connectPerson(server, one.alice.user, one.alice.password, { resource: 'direct' });
    open.push(direct);
    const through = await one.person('through');
    const query = (xmlns: string, name = 'query', attrs = {}): Element => xml(name, { xmlns, ...attrs });
    const item = xml('item', { id: 'current' }, xml('nick', { xmlns: 'http://jabber.org/protocol/nick' }, 'Ali'));
    const node = 'http://jabber.org/protocol/nick';
    const asks: readonly (readonly ['get' | 'set', string | undefined, Element])[] = [
      ['set', undefined, xml('query', { xmlns: 'jabber:iq:roster' }, xml('item', { jid: 'bob@example.org', name: 'Bob' }))],
      ['get', undefined, query('jabber:iq:roster', 'query', { ver: '' })],
      ['set', undefined, xml('block', { xmlns: 'urn:xmpp:blocking' }, xml('item', { jid: 'eve@example.org' }))],
      ['get', undefined, query('urn:xmpp:blocking', 'blocklist')],
      ['set', undefined, xml('vCard', { xmlns: 'vcard-temp' }, xml('FN', {}, 'Alice'))],
      ['get', undefined, query('vcard-temp', 'vCard')],
      ['set', undefined, xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, xml('publish', { node }, item))],
      ['get', undefined, xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, xml('items', { node }))],
      ['set', undefined, xml('query', { xmlns: 'jabber:iq:private' }, xml('x', { xmlns: 'urn:x' }, 'kept'))],
      ['get', undefined, xml('query', { xmlns: 'jabber:iq:private' }, query('urn:x', 'x'))],
      ['get', one.alice.jid, query('http://jabber.org/protocol/disco#info')],
      ['get', server.domain, query('http://jabber.org/protocol/disco#items')],
      ['get', `upload.${server.domain}`, query('http://jabber.org/protocol/disco#info')],
      ['get', undefined, query('urn:xmpp:mam:2')],
    ];
    const answers: { asked: string; through: string; direct: string }[] = [];
    for (const [type, to, payload] of asks) {
      const ask = async (who: Person): Promise<string> => {
        const { children } = await who.iq(xml('iq', { type, ...(to !== undefined && { to }) }, clone(payload)));
        return children.join('');
      };
      const answer = await ask(through);
      if (type === 'get') answers.push({ asked: payload.toString(), through: answer, direct: await ask(direct) });
    }
    expect(answers.map((each) => ({ ...each, through: each.direct }))).toEqual(answers);
    expect(answers).toHaveLength(9);
    const slot = xml('request', { xmlns: 'urn:xmpp:http:upload:0', filename: 'a.txt', size: '3' });
    expect((await through.iq(xml('iq', { type: 'get', to: `upload.${server.domain}` }, slot))).getChild('slot')).toBeDefined();
    await direct.iq(xml('iq', { type: 'set' }, xml('query', { xmlns: 'jabber:iq:roster' }, xml('item', { jid: 'carol@example.org' }))));
    await through.next((stanza) => stanza.getChild('query', 'jabber:iq:roster')?.getChild('item')?.attrs['jid'] === 'carol@example.org', { what: 'the roster to be pushed' });
    through.send("<inactive xmlns='urn:xmpp:csi:0'/>");
    await through.settle();
    const state = `> return tostring(prosody.full_sessions['${through.jid}'].state)`;
    expect(await server.run(state)).toMatch(/inactive|flushing/); // it has just let the fence's answer through
    through.send("<active xmlns='urn:xmpp:csi:0'/>");
    await through.settle();
    expect(await server.run(state)).toMatch(/: active/);
  });

  test('does not hand on what would change the account’s password or end the account: a device is revoked, and has taken nothing with it', async () => {
    const one = await door();
    const through = await one.person('through');
    const { user } = one.alice;
    const changes = [xml('username', {}, user), xml('password', {}, 'taken-over')];
    for (const [to, inside] of [[undefined, changes], [server.domain, changes], [one.alice.jid, changes], [undefined, [xml('remove')]]] as const) {
      const asked = through.iq(xml('iq', { type: 'set', ...(to !== undefined && { to }) }, xml('query', { xmlns: 'jabber:iq:register' }, ...inside)));
      await expect(asked).rejects.toMatchObject({ condition: 'not-allowed' });
    }
    const still = await connectPerson(server, user, one.alice.password, { resource: 'still' });
    open.push(still);
    await through.settle();
  });

  test('twenty devices at once see one room, and one occupant', async () => {
    const one = await door();
    const room = await server.room({ archive: true });
    const devices = await Promise.all(Array.from({ length: 20 }, (_, n) => one.person(`device ${n}`)));
    for (const device of devices) await device.join(room, 'Ali');
    const [first, ...rest] = devices;
    await first?.say(room, 'to all of me');
    await Promise.all(rest.map((device) => device.next((stanza) => stanza.getChildText('body') === 'to all of me')));
    expect(one.minimix.account.rooms.occupants(room)).toHaveLength(1);
  });
});
