// Devices, the relay with its cursors, and the way back, on real servers.
import { createElement as xml, equal, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { openMinimix, type Minimix, type MinimixOptions } from '../../support/minimix.ts';
import { connectPerson, type Person, type PersonOptions } from '../../support/clients/person.ts';
import { startLink } from '../../support/harm/link.ts';
import { WINDOW } from '../../../src/frontends/relay/sender.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const RELAY = 'urn:minimix:relay:0';
const CARBONS = 'urn:xmpp:carbons:2';
const FORWARD = 'urn:xmpp:forward:0';

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
  });

  function minimix(who: Account, options?: MinimixOptions): Minimix {
    const one = openMinimix(server, who, { relayTimes: { after: 20 }, ...options });
    open.push(one.stop);
    return one;
  }

  async function person(who: Account, options?: PersonOptions): Promise<Person> {
    const one = await connectPerson(server, who.user, who.password, options);
    open.push(one.close);
    return one;
  }

  /** Alice with the daemon in a room, and bob who talks there. */
  async function scene(options?: MinimixOptions, sort = { archive: false }) {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room(sort);
    const home = minimix(alice, options);
    await home.online();
    await home.account.rooms.join(room, { nick: 'Ali' });
    const talker = await person(bob);
    await talker.join(room, 'bob');
    const phone = async (about: PersonOptions = {}): Promise<Person> => {
      const one = await person(alice, { resource: 'phone', features: [RELAY], ...about });
      await until(() => home.account.devices.list().some((d) => d.resource === about.resource || (d.resource === 'phone' && d.relay && d.online)), {
        what: 'the phone to be known',
      });
      return one;
    };
    const say = async (...bodies: string[]): Promise<void> => {
      for (const body of bodies) await talker.say(room, body);
      await until(() => home.bodies(room).includes(bodies.at(-1)), { what: 'the last word to be kept' });
    };
    const cursor = () => home.archive.cursor(alice.jid, `device:${home.account.devices.list()[0]?.id}`, room);
    const answered = () => until(() => cursor() === home.archive.last(alice.jid, room)?.archiveId, { what: 'the cursor to be at the end' });
    /** Until then the daemon may take a device that comes back for the one that went. */
    const gone = () => until(() => home.account.devices.list().every(({ online }) => !online), { what: 'the phone to be gone' });
    return { alice, bob, room, home, talker, phone, say, cursor, answered, gone };
  }

  test('a device that comes back gets what it missed, oldest first, and then what comes, without a hole or an overlap', async () => {
    const { phone, say, answered } = await scene();
    const first = await phone();
    await say('one', 'two');
    await heard(first, ['one', 'two']);
    await answered();
    await first.close();
    await say('three', 'four', 'five');
    const second = await phone();
    await say('six');
    await heard(second, ['three', 'four', 'five', 'six']);
    const delays = second.stanzas.filter(isRelay).map((s) => s.getChild('received')?.getChild('forwarded')?.getChild('delay', 'urn:xmpp:delay')?.attrs['stamp']);
    expect(delays.every((stamp, n) => n === 0 || String(delays[n - 1]) <= String(stamp))).toBe(true);
  });

  test('what the server does not let through comes in short form, with its length, and the rest behind it', async () => {
    const { phone, say, room } = await scene();
    const one = await phone();
    await say('before', `quotes: ${'"'.repeat(100_000)}`, 'behind'); // each is six bytes on the wire
    await heard(one, ['before', expect.stringMatching(/^quotes: "+… \[This message has 600\d{3} bytes, /), 'behind']);
    const short = innerOf(one.stanzas.filter(isRelay)[1] ?? xml('none'));
    expect(short?.attrs).toMatchObject({ from: `${room}/bob`, type: 'groupchat' });
  });

  test('what the room said while the daemon was cut off is relayed with the id that the room gave it, as what came live', async () => {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: true });
    const link = await startLink(server);
    open.push(link.close);
    const home = openMinimix({ ...server, port: link.port }, alice, { relayTimes: { after: 20 } });
    open.push(home.stop);
    await home.online();
    expect(await home.account.rooms.join(room, { nick: 'Ali' })).toMatchObject({ ok: true });
    const talker = await person(bob);
    await talker.join(room, 'bob');
    const seen = (): boolean => home.account.devices.list().some(({ relay, online }) => relay && online);
    const first = await person(alice, { resource: 'phone', features: [RELAY] });
    await until(seen, { what: 'the phone to be known' });
    await talker.say(room, 'live');
    await heard(first, ['live']);
    const cursor = (): number | undefined => home.archive.cursor(alice.jid, `device:${home.account.devices.list()[0]?.id}`, room);
    await until(() => cursor() === home.archive.last(alice.jid, room)?.archiveId, { what: 'the phone’s answer' });
    await first.close();

    link.swallow();
    link.cut();
    await server.kickSessions(alice.user);
    for (const body of ['missed', 'and this']) await talker.say(room, body);
    link.restore();
    await until(() => home.bodies(room).includes('and this'), { what: 'the catch-up' });
    const second = await person(alice, { resource: 'phone', features: [RELAY] });
    const relayed = [...first.stanzas, ...(await heard(second, ['missed', 'and this']))].filter(isRelay).map(innerOf);
    const given = (message: Element | undefined): unknown => (message?.getChildren('stanza-id', 'urn:xmpp:sid:0') ?? []).filter(({ attrs }) => attrs['by'] === room).map(({ attrs }) => attrs['id']);
    const told = talker.stanzas.filter((stanza) => stanza.attrs['type'] === 'groupchat' && stanza.getChild('body') !== undefined);
    expect(told.map((stanza) => stanza.getChildText('body'))).toEqual(['live', 'missed', 'and this']);
    expect(relayed.map(given)).toEqual(told.map(given));
    expect(told.flatMap(given)).toHaveLength(3);
  });

  test('what a device has not answered for is sent again, under the same id', async () => {
    const { phone, say, cursor, gone } = await scene({ relayTimes: { after: 600_000 } });
    const first = await phone();
    await say('one', 'two');
    await heard(first, ['one', 'two']);
    expect(cursor()).toBeUndefined();
    first.kill();
    await first.close();
    await gone();
    const second = await phone();
    await heard(second, ['one', 'two']);
    const ids = (who: Person): unknown[] => who.stanzas.filter(isRelay).map((s) => s.attrs['id']);
    expect(ids(second)).toEqual(ids(first));
  });

  test('a device that vanishes in the middle of a replay gets the rest next time, and again at most what it had not answered for', async () => {
    const { alice, say, answered, talker, room, home } = await scene();
    // A resource for each life, as in relay-flood.test.ts: what is under way to a dead one can reach no other.
    const life = async (resource: string): Promise<Person> => {
      const one = await person(alice, { resource, capsNode: 'https://smack.example', features: [RELAY] });
      await until(() => home.account.devices.list().some((d) => d.relay && d.online && d.resource === resource), { what: `${resource} to be known` });
      return one;
    };
    const first = await life('smack.x1ya7');
    await say('before');
    await heard(first, ['before']);
    await answered();
    await first.close();
    await until(() => home.account.devices.list()[0]?.online === false, { what: 'the phone to be gone' });
    const words = Array.from({ length: 250 }, (_, n) => `word ${n}`);
    for (const word of words.slice(0, -1)) talker.send(xml('message', { to: room, type: 'groupchat' }, xml('body', {}, word)));
    await say(words.at(-1) ?? '');
    const second = await life('smack.x2yf3');
    await until(() => second.stanzas.filter(isRelay).length >= 120, { what: 'half of it' });
    second.kill();
    await second.close();
    const third = await life('smack.x3yb9');
    const all = (): Element[] => [...second.stanzas, ...third.stanzas].filter(isRelay);
    await until(() => new Set(all().map(({ attrs }) => String(attrs['id']))).size >= words.length, { what: 'the rest' });
    await third.settle();
    const once = [...new Map(all().map((wrapper) => [String(wrapper.attrs['id']), innerOf(wrapper)?.getChildText('body')])).values()];
    expect(once).toEqual(words);
    expect(all().length - words.length).toBeLessThanOrEqual(WINDOW);
  });

  test('a device is the same after a restart of the daemon, with its label and its cursors', async () => {
    const { alice, home, phone, say, answered, room } = await scene();
    const first = await phone();
    await say('one');
    await heard(first, ['one']);
    await answered();
    const [before] = home.account.devices.list();
    expect(home.account.devices.change('phone', { label: 'pocket' })).toMatchObject({ ok: true });
    const again = await home.reopen();
    open.push(again.stop);
    await until(() => again.account.devices.list().some(({ online, relay }) => online && relay), { what: 'the phone to be seen again' });
    expect(again.account.devices.list()).toMatchObject([{ id: before?.id, label: 'pocket', resource: 'phone', online: true, relay: true }]);
    await until(() => again.account.rooms.list()[0]?.state === 'joined', { what: 'the room' });
    expect(again.archive.cursor(alice.jid, `device:${before?.id}`, room)).toBeGreaterThan(0);
    await say2(again, room, 'two');
    await heard(first, ['one', 'two']);

    async function say2(where: Minimix, to: string, body: string): Promise<void> {
      await until(async () => (await where.account.sending.sendMessage(to, body)).ok, { what: 'to be able to talk' });
    }
  });

  test('a device that draws a new resource each time is still the same, and gets what it missed', async () => {
    const { alice, home, say, answered } = await scene();
    const gadget = async (resource: string): Promise<Person> => {
      const one = await person(alice, { resource, capsNode: 'https://smack.example', features: [RELAY] });
      await until(() => home.account.devices.list().some((d) => d.relay && d.resource === resource), { what: `${resource} to be known` });
      return one;
    };
    const first = await gadget('smack.x1ya7');
    await say('one');
    await heard(first, ['one']);
    await answered();
    await first.close();
    await until(() => home.account.devices.list().every(({ online }) => !online), { what: 'it to be gone' });
    await say('two');
    const second = await gadget('smack.x2yf3');
    await heard(second, ['two']);
    expect(home.account.devices.list()).toMatchObject([{ resource: 'smack.x2yf3', online: true }]);
  });

  test('a device that is offline is still on the list, and is forgotten when the person says so', async () => {
    const { home, phone } = await scene();
    const first = await phone();
    await first.close();
    await until(() => home.account.devices.list().every(({ online }) => !online), { what: 'the phone to be gone' });
    expect(home.account.devices.list()).toMatchObject([{ resource: 'phone', label: 'a test', online: false }]);
    expect(home.account.devices.forget('phone')).toMatchObject({ ok: true });
    expect(home.account.devices.list()).toEqual([]);
    expect(home.account.devices.forget('phone')).toMatchObject({ ok: false, error: { code: 'unknown-device' } });
  });

  test('a policy of a room is obeyed: mentions alone, by nick, by an extra word and by a reply, or nothing', async () => {
    const { home, phone, say, talker, room, answered } = await scene();
    const device = await phone();
    expect(home.account.devices.change('phone', { policy: 'mentions', room, words: ['teapot'] })).toMatchObject({ ok: true });
    await say('hello all', 'ali, are you there?', 'a teapot!', 'nothing');
    await talker.say(room, 'of course', xml('reply', { xmlns: 'urn:xmpp:reply:0', to: `${room}/Ali`, id: 'x' }));
    await heard(device, ['ali, are you there?', 'a teapot!', 'of course']);
    home.account.devices.change('phone', { policy: 'nothing', room });
    await say('ali, again');
    home.account.devices.change('phone', { policy: 'default', room });
    await say('to everybody');
    await heard(device, ['ali, are you there?', 'a teapot!', 'of course', 'to everybody']);
    await answered();
  });

  test('what the bookmark says of notifications decides what is meant for the person, by kind of client', async () => {
    const { home, phone, say, room, answered } = await scene();
    const device = await phone();
    home.account.devices.change('phone', { policy: 'mentions' });
    expect(home.account.bookmarks.put(room, { notify: 'always' })).toMatchObject({ ok: true });
    await say('hello all');
    home.account.bookmarks.put(room, { notify: 'never' });
    await say('ali, are you there?');
    const items = (): Element => xml('iq', { type: 'get' }, xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, xml('items', { node: 'urn:xmpp:bookmarks:1' })));
    await until(async () => String(await device.iq(items())).includes('<never'), { what: 'other clients to see it' });
    const pc = '<notify xmlns="urn:xmpp:notification-settings:1"><always identity-category="client" identity-type="pc"/><never/></notify>';
    const own = { room, autojoin: true, extensions: [pc] };
    home.account.bookmarks.remove(room);
    home.account.bookmarks.import(JSON.stringify({ bookmarks: [own] }));
    await until(() => home.account.rooms.list()[0]?.state === 'joined', { what: 'the room again' });
    await say('for a computer');
    await heard(device, ['hello all', 'for a computer']);
    await answered();
  });

  test('a device that is itself in the room gets nothing relayed, and none of it later', async (context) => {
    if (server.kind === 'ejabberd') context.skip('ejabberd does not show which of our sessions are in a room');
    const { phone, say, room, answered, home } = await scene();
    await say('before the phone');
    const device = await phone();
    const [one, message] = [home.account.devices.list()[0], home.archive.last(home.account.jid, room)];
    if (!one || !message) throw new Error('there is no device, or no message');
    expect(home.account.devices.relayDecision(one.id, message)).toMatchObject({ relay: true });
    await device.join(room, 'Ali');
    await until(() => !home.account.devices.relayDecision(one.id, message).relay, { what: 'the phone to be seen in the room' });
    await say('heard directly');
    await answered();
    await device.close();
    await until(() => home.account.devices.list()[0]?.online === false, { what: 'the phone to be gone' });
    await say('missed');
    const again = await phone();
    await say('relayed');
    await heard(again, ['missed', 'relayed']);
  });

  test('a device that answers with an error gets no more, until it is attached again; then nothing of the time between', async () => {
    const { home, phone, say } = await scene();
    const device = await phone();
    await say('one');
    const [wrapper] = await heard(device, ['one']);
    const error = xml('error', { type: 'cancel' }, xml('not-allowed', { xmlns: 'urn:ietf:params:xml:ns:xmpp-stanzas' }));
    device.send(xml('message', { type: 'error', to: wrapper?.attrs['from'], id: wrapper?.attrs['id'] }, error));
    await until(() => home.account.devices.list()[0]?.relay === false, { what: 'the relay to be off' });
    expect(home.account.devices.list()[0]?.why).toContain('the device answered with an error');
    await say('two');
    expect(home.account.devices.change('phone', { attached: true })).toMatchObject({ ok: true, value: { relay: true } });
    await say('three');
    await heard(device, ['one', 'three']);
  });

  test('a device that is detached gets nothing', async () => {
    const { home, phone, say, talker } = await scene();
    const device = await phone();
    expect(home.account.devices.change('phone', { attached: false })).toMatchObject({ ok: true, value: { relay: false, why: 'you turned it off' } });
    await say('one');
    await talker.settle();
    await device.settle();
    await heard(device, []);
  });

  test('of what a device missed it gets what its limits allow', async () => {
    const { home, phone, say, answered } = await scene();
    const first = await phone();
    home.account.devices.change('phone', { limit: { messages: 2, hours: 1 } });
    await first.close();
    await until(() => home.account.devices.list()[0]?.online === false, { what: 'the phone to be gone' });
    await say('one', 'two', 'three');
    const second = await phone();
    await heard(second, ['two', 'three']);
    await answered();
  });

  test('a device that knows no ping is asked by disco#info, which it has answered before', async () => {
    const { home, phone, say, answered } = await scene();
    const device = await phone({ deafTo: ['urn:xmpp:ping'] });
    await say('one');
    await heard(device, ['one']);
    await answered();
    expect(home.account.devices.list()[0]?.why).not.toContain('may miss');
  });

  test('a device that answers nothing at all is served by the server’s acknowledgement, and the list says so', async () => {
    const { home, say, answered, alice } = await scene();
    const device = await person(alice, { resource: 'deaf', deafTo: ['urn:xmpp:ping', 'http://jabber.org/protocol/disco#info'] });
    await until(() => home.account.devices.change('deaf', { attached: true }).ok, { what: 'the deaf one to be known' });
    await say('one', 'two');
    await heard(device, ['one', 'two']);
    await answered();
    expect(home.account.devices.list()[0]?.why).toContain('it may miss');
  });

  test('a test is sent to a device, and what became of it is told', async () => {
    const { home, phone, say, alice } = await scene();
    const device = await phone();
    expect(await home.account.devices.test('phone')).toMatchObject({ ok: true, value: { outcome: 'arrived', text: expect.stringContaining('was delivered to a test') } });
    const [wrapper] = await heard(device, ['This is a test from Minimix: if you can read it, this device accepts relayed messages.']);
    expect([wrapper?.attrs['from'], innerOf(wrapper ?? xml('none'))?.attrs['from']]).toEqual([`${alice.jid}/minimix`, `${alice.jid}/minimix`]);
    const strict = await person(alice, { resource: 'strict', strict: true });
    await until(() => home.account.devices.change('strict', { attached: true }).ok, { what: 'the strict one to be known' });
    expect(await home.account.devices.test('strict')).toMatchObject({ ok: true, value: { outcome: 'refused', text: expect.stringContaining('not-allowed') } });
    expect(home.account.devices.list().find(({ resource }) => resource === 'strict')).toMatchObject({ relay: false, why: 'the device answered with an error: not-allowed' });
    await say('one');
    await strict.settle();
    expect(strict.stanzas.filter(isRelay)).toHaveLength(1);
    await strict.close();
    await until(() => home.account.devices.list().some(({ resource, online }) => resource === 'strict' && !online), { what: 'the strict one to be gone' });
    expect(await home.account.devices.test('strict')).toMatchObject({ ok: false, error: { code: 'offline' } });
    expect(await home.account.devices.test('nobody')).toMatchObject({ ok: false, error: { code: 'unknown-device' } });
  });

  describe('the other way', () => {
    test('what a device forwards is said whole by the daemon’s occupant, with the device’s id as origin-id, and comes back', async () => {
      const { home, phone, talker, room, alice } = await scene();
      const device = await phone();
      const inner = groupchat(room, 'my-id-1', xml('body', {}, 'to be <said>'), xml('reply', { xmlns: 'urn:xmpp:reply:0', to: `${room}/bob`, id: 'q' }),
        xml('stanza-id', { xmlns: 'urn:xmpp:sid:0', id: 'forged', by: room }), xml('delay', { xmlns: 'urn:xmpp:delay', stamp: '2001-01-01T00:00:00Z' }));
      device.send(forward(`${alice.jid}/minimix`, 'w1', inner));
      const arrived = await talker.next((s) => s.getChildText('body') === 'to be <said>');
      expect(arrived.attrs).toMatchObject({ from: `${room}/Ali`, type: 'groupchat', id: 'my-id-1' });
      expect(arrived.getChild('origin-id', 'urn:xmpp:sid:0')?.attrs['id']).toBe('my-id-1');
      expect(arrived.getChild('reply', 'urn:xmpp:reply:0')?.attrs['id']).toBe('q');
      expect(arrived.getChildren('stanza-id').map((child) => child.attrs['id'])).not.toContain('forged');
      expect(arrived.getChild('delay')).toBeUndefined();
      const back = await device.next(isRelay);
      expect(innerOf(back)?.getChild('origin-id', 'urn:xmpp:sid:0')?.attrs['id']).toBe('my-id-1');
      await until(() => home.archive.outbox(alice.jid).length === 0, { what: 'the outbox to be empty' });
    });

    test('all that a client says comes to the others whole, and back, as what it is', async () => {
      const { home, phone, talker, room, alice } = await scene();
      const device = await phone();
      const tablet = await phone({ resource: 'tablet' });
      await until(() => home.account.devices.list().filter(({ relay }) => relay).length === 2, { what: 'both to be given the relay' });
      for (const [id, { kind, payload }] of Object.entries(saying(room))) {
        device.send(forward(`${alice.jid}/minimix`, `w-${id}`, groupchat(room, id, ...payload)));
        const about = { what: `the ${id}` };
        const told = await talker.next((s) => s.attrs['id'] === id && s.attrs['type'] === 'groupchat', about);
        const copies = await Promise.all([device, tablet].map((one) => one.next((s) => innerOf(s)?.attrs['id'] === id, about)));
        for (const heardAs of [told, ...copies.map(innerOf)]) {
          expect(heardAs?.attrs, id).toMatchObject({ from: `${room}/Ali`, id });
          expect(heardAs?.getChild('origin-id', 'urn:xmpp:sid:0')?.attrs['id'], id).toBe(id);
          for (const child of payload) expect(heardAs?.getChildElements().some((one) => equal(one, child)), `${id} ${String(child)}: ${String(heardAs)}`).toBe(true);
        }
        await until(() => home.archive.last(alice.jid, room)?.id === id, { what: `the ${id} to be kept` });
        expect(home.archive.last(alice.jid, room)?.kind, id).toBe(kind);
      }
      expect([device, tablet].map((one) => one.stanzas.filter(isRelay).length)).toEqual([device, tablet].map(() => Object.keys(saying(room)).length));
    });

    test('a device that wants mentions alone still sees what it said itself', async () => {
      const { home, phone, room, alice } = await scene();
      const device = await phone();
      home.account.devices.change('phone', { policy: 'mentions' });
      device.send(forward(`${alice.jid}/minimix`, 'w1', groupchat(room, 'm1', xml('body', {}, 'mine'))));
      await heard(device, ['mine']);
    });

    test('the same message sent twice is said once', async () => {
      const { phone, talker, room, alice } = await scene();
      const device = await phone();
      for (const body of ['once', 'once', 'then']) device.send(forward(`${alice.jid}/minimix`, 'w', groupchat(room, `id-${body}`, xml('body', {}, body))));
      await talker.next((s) => s.getChildText('body') === 'then');
      expect(talker.stanzas.filter((s) => s.getChildText('body') === 'once')).toHaveLength(1);
    });

    test.each([
      ['a room that is not joined', 'item-not-found', (): Element => groupchat('nowhere@rooms.example', 'i', xml('body', {}, 'x'))],
      ['a message that is no groupchat', 'bad-request', (room: string): Element => xml('message', { xmlns: 'jabber:client', type: 'chat', to: room }, xml('body', {}, 'x'))],
      ['a message that is too large', 'policy-violation', (room: string): Element => groupchat(room, 'i', xml('body', {}, 'x'.repeat(255_000)))],
      ['a message with nothing in it', 'bad-request', (room: string): Element => groupchat(room, 'i')],
    ])('%s is refused with an error that says why', async (_what, condition, inner) => {
      const { phone, room, alice } = await scene();
      const device = await phone();
      device.send(forward(`${alice.jid}/minimix`, 'w1', inner(room)));
      const error = await device.next((s) => s.name === 'message' && s.attrs['type'] === 'error');
      expect(error.attrs['id']).toBe('w1');
      expect(error.getChild('error')?.getChild(condition)).toBeDefined();
      expect(error.getChild('error')?.getChildText('text')).toMatch(/\w/);
    });

    test('what the room refuses is told to the device', async () => {
      const { phone, room, alice, home } = await scene();
      const device = await phone();
      await server.setAffiliation(room, alice.jid, 'outcast');
      await until(() => home.account.rooms.list()[0]?.state === 'banned', { what: 'to be banned' });
      device.send(forward(`${alice.jid}/minimix`, 'w1', groupchat(room, 'i', xml('body', {}, 'x'))));
      const error = await device.next((s) => s.name === 'message' && s.attrs['type'] === 'error');
      expect(error.getChild('error')?.getChildText('text')).toMatch(/\w/);
    });

    test.each(['a contact', 'an occupant', 'a stranger'])('%s who forwards a message to be said is not obeyed', async (who) => {
      const { phone, room, alice, bob, talker, home } = await scene();
      await phone();
      const other = who === 'an occupant' ? talker : await person(who === 'a contact' ? bob : await newAccount(server, 'eve'));
      if (who === 'a contact') other.send(xml('presence', { to: alice.jid, type: 'subscribe' }));
      const inner = groupchat(room, 'evil', xml('body', {}, 'in alice’s name'));
      const to = who === 'an occupant' ? `${room}/Ali` : `${alice.jid}/minimix`;
      other.send(forward(to, 'w1', inner));
      await other.settle();
      await talker.say(room, 'a fence');
      await until(() => home.bodies(room).includes('a fence'), { what: 'the fence' });
      expect(talker.stanzas.filter((s) => s.getChildText('body') === 'in alice’s name')).toEqual([]);
      expect(home.archive.outbox(alice.jid)).toEqual([]);
    });
  });

  test('a mention comes as a headline in words to a device that takes nothing else, where that is wanted', async () => {
    const { home, say, alice } = await scene();
    const strict = await person(alice, { resource: 'strict' });
    await until(() => home.account.devices.list().some(({ software }) => software === 'a test'), { what: 'the strict one to be known' });
    expect(home.account.devices.change('strict', { digest: { quiet: undefined } })).toMatchObject({ ok: true });
    await say('hello', 'Ali: dinner?');
    const inWords = (s: Element): boolean => s.name === 'message' && s.getChild('body') !== undefined; // ejabberd may tell it of a bookmark
    const told = await strict.next(inWords);
    expect(told.attrs['type']).toBe('headline');
    expect(told.getChildText('body')).toMatch(/^\[room.*\] bob: Ali: dinner\?$/);
    expect(strict.stanzas.filter(inWords)).toHaveLength(1);
    expect(home.account.devices.change('strict', { digest: { quiet: { from: 0, to: 1440 } } })).toMatchObject({ ok: true });
    await say('Ali: are you asleep?');
    await strict.settle();
    expect(strict.stanzas.filter(inWords)).toHaveLength(1);
  });
});

/** What clients say beside plain words, by the id that it has. */
function saying(room: string): Readonly<Record<string, { readonly kind: string; readonly payload: readonly Element[] }>> {
  const body = (text: string): Element => xml('body', {}, text);
  const store = xml('store', { xmlns: 'urn:xmpp:hints' });
  return {
    reaction: { kind: 'reaction', payload: [xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id: 'r-1' }, xml('reaction', {}, '👋'), xml('reaction', {}, '🐢')), store] },
    correction: { kind: 'correction', payload: [body('better & <so>'), xml('replace', { xmlns: 'urn:xmpp:message-correct:0', id: 'c-1' })] },
    retraction: {
      kind: 'retraction',
      payload: [xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id: 's-1' }), xml('fallback', { xmlns: 'urn:xmpp:fallback:0', for: 'urn:xmpp:message-retract:1' }), body('I take it back'), store],
    },
    marker: { kind: 'marker', payload: [xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: 's-2' }), store] },
    reply: {
      kind: 'message',
      payload: [body('> tea?\nyes'), xml('reply', { xmlns: 'urn:xmpp:reply:0', to: `${room}/bob`, id: 's-3' }),
        xml('fallback', { xmlns: 'urn:xmpp:fallback:0', for: 'urn:xmpp:reply:0' }, xml('body', { start: '0', end: '7' }))],
    },
    omemo: {
      kind: 'encrypted',
      payload: [xml('encrypted', { xmlns: 'eu.siacs.conversations.axolotl' },
        xml('header', { sid: '27183' }, xml('key', { rid: '31415', prekey: 'true' }, 'QkFTRTY0'), xml('iv', {}, 'SVY=')), xml('payload', {}, 'Y2lwaGVy')),
        xml('encryption', { xmlns: 'urn:xmpp:eme:0', namespace: 'eu.siacs.conversations.axolotl', name: 'OMEMO' }), body('I sent you an OMEMO encrypted message'), store],
    },
  };
}

function isRelay(stanza: Element): boolean {
  return stanza.getChild('received', CARBONS) !== undefined;
}

function innerOf(stanza: Element): Element | undefined {
  return stanza.getChild('received', CARBONS)?.getChild('forwarded', FORWARD)?.getChild('message', 'jabber:client');
}

/** Resolves with the wrappers once a device has been given just these bodies, in this order. */
async function heard(who: Person, bodies: readonly string[]): Promise<Element[]> {
  const relays = (): Element[] => who.stanzas.filter((s) => isRelay(s) && innerOf(s)?.getChild('body') !== undefined);
  await until(() => relays().length >= bodies.length, { what: `${bodies.length} relayed messages` });
  await who.settle();
  expect(relays().map((s) => innerOf(s)?.getChildText('body'))).toEqual(bodies);
  return relays();
}

function groupchat(room: string, id: string, ...children: Element[]): Element {
  return xml('message', { xmlns: 'jabber:client', type: 'groupchat', to: room, id }, ...children);
}

function forward(to: string, id: string, inner: Element): Element {
  return xml('message', { to, type: 'chat', id }, xml('forwarded', { xmlns: FORWARD }, inner));
}
