// While a device is away its session hibernates on the server, which then pushes (XEP-0357).
import { createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test, type TestContext } from 'vitest';
import { connect } from '../../../src/xmpp/connection.ts';
import type { Connection } from '../../../src/xmpp/contract.ts';
import { openDoor, type Door, type DoorOptions } from '../../frontends/bouncer/door.ts';
import { startLink, type Link } from '../../support/harm/link.ts';
import { prosodyPushes } from '../../support/servers/prosody.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const PUSH = 'urn:xmpp:push:0';

describe.each(servers)('a device that is away, on $kind', (server) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });

  interface Scene {
    readonly door: Door;
    readonly alice: Account;
    readonly link: Link;
    /** The device: its link can be cut, and `abandon` is the loss of its network. */
    readonly phone: Connection;
    readonly heard: string[];
    /** Whole, as it came. */
    readonly texts: string[];
    readonly resumed: boolean[];
    readonly bob: Person;
  }

  async function scene(times: DoorOptions['times'] = {}): Promise<Scene> {
    const [alice, other] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const door = await openDoor(server, alice, { times: { hibernate: 20, ...times } });
    open.push({ close: door.stop });
    await door.minimix.online();
    const bob = await connectPerson(server, other.user, other.password);
    open.push(bob);
    const link = await startLink({ port: door.port });
    open.push(link);
    const { password } = await door.device('phone');
    const [heard, texts, resumed]: [string[], string[], boolean[]] = [[], [], []];
    const phone = connect({
      jid: alice.jid, resource: 'phone', password: async () => password, server: link, ca: door.ca, backoff: { first: 20, ceiling: 100 },
    });
    open.push({ close: phone.stop });
    phone.onStanzas((batch) => {
      heard.push(...batch.flatMap(({ element }) => element.getChildText('body') ?? []));
      texts.push(...batch.map(({ raw }) => raw));
    });
    phone.onStatus((status) => { if (status.state === 'online') resumed.push(status.resumed); });
    phone.start();
    await until(() => phone.status().state === 'online', { what: 'the phone to be online' });
    await phone.iq(xml('iq', { type: 'get' }, xml('query', { xmlns: 'jabber:iq:roster' })));
    phone.send(xml('presence'));
    await until(() => door.minimix.account.devices.list().some(({ online }) => online), { what: 'the phone to be seen' });
    return { door, alice, link, phone, heard, texts, resumed, bob };
  }

  const chat = ({ bob, alice }: Scene, body: string): void => bob.send(xml('message', { to: `${alice.jid}/phone`, type: 'chat' }, xml('body', {}, body)));
  const hibernates = ({ door, alice }: Scene): Promise<unknown> =>
    until(() => door.bouncer.devices(alice.jid)[0]?.hibernates === true, { what: 'the session to hibernate' });

  /** Whoever the server tells of what comes: an app's service, played by an account. */
  async function pushService({ phone }: Scene): Promise<Person> {
    const who = await newAccount(server, 'push');
    const service = await connectPerson(server, who.user, who.password);
    open.push(service);
    const answer = await phone.iq(xml('iq', { type: 'set' }, xml('enable', { xmlns: PUSH, jid: service.jid, node: 'my-phone' })));
    expect(answer.ok).toBe(true);
    return service;
  }
  const needsPush = ({ skip }: TestContext): void => {
    if (server.kind === 'prosody' && !prosodyPushes) skip('mod_cloud_notify (Debian: prosody-modules) is not installed');
  };
  const pushed = (service: Person): Promise<unknown> => service.next((stanza) => stanza.toString().includes(PUSH), { what: 'a push' });

  test('gets what came meanwhile once, in order, out of the session that the server held', async () => {
    const all = await scene();
    const { phone, heard, resumed, bob, door } = all;
    chat(all, 'before');
    await until(() => heard.length === 1, { what: 'the first word' });
    phone.abandon();
    await hibernates(all);
    for (const word of ['one', 'two', 'three']) chat(all, word);
    await bob.settle();
    expect(door.log.some((line) => line.includes('hibernates'))).toBe(true);
    phone.start();
    await until(() => heard.length === 4, { what: 'what came meanwhile' });
    expect(heard).toEqual(['before', 'one', 'two', 'three']);
    expect(resumed).toEqual([false, true]);
    chat(all, 'after');
    await until(() => heard.length === 5, { what: 'what comes now' });
    expect(door.log.filter((line) => line.includes('a new session for the device'))).toEqual([]);
  });

  test('and does not come back: what the server held for it waits for its next login', async () => {
    const all = await scene({ hold: 400 });
    const { phone, door, alice, heard, resumed } = all;
    phone.abandon();
    await hibernates(all);
    chat(all, 'while nobody is there');
    await until(() => door.bouncer.devices(alice.jid)[0]?.online === false, { what: 'the session to be given up' });
    phone.start();
    await until(() => resumed.length === 2, { what: 'the phone to be back' });
    phone.send(xml('presence'));
    await until(() => heard.length > 0, { what: 'what was kept' });
    await phone.iq(xml('iq', { type: 'get' }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    expect(heard).toEqual(['while nobody is there']);
    expect(resumed).toEqual([false, false]);
  });

  /** A sibling at the bouncer, in a room with the phone; and one that is logged in to the server itself. */
  async function siblings({ door, alice, bob, phone }: Scene): Promise<{ room: string; laptop: Person; desk: Person }> {
    const room = await server.room({ archive: true });
    await bob.join(room, 'bob');
    await phone.iq(xml('iq', { type: 'set' }, xml('enable', { xmlns: 'urn:xmpp:carbons:2' })));
    phone.send(xml('presence', { to: `${room}/Ali` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })));
    await until(() => door.minimix.account.rooms.occupants(room).length === 2, { what: 'the phone to be in' });
    await phone.iq(xml('iq', { type: 'get', to: `${room}/Ali` }, xml('ping', { xmlns: 'urn:xmpp:ping' }))); // answered behind its entry
    const laptop = await door.person('laptop', { carbons: true });
    await laptop.join(room, 'Ali');
    const desk = await connectPerson(server, alice.user, alice.password, { resource: 'desk' });
    open.push(laptop, desk);
    return { room, laptop, desk };
  }

  /** Said in private in the room, by bob and by the laptop; and between bob and the desk, which the phone gets copies of. */
  async function talk({ bob }: Scene, { room, laptop, desk }: Awaited<ReturnType<typeof siblings>>): Promise<void> {
    const said = (to: string, body: string): Element => xml('message', { to, type: 'chat', id: body }, xml('body', {}, body));
    const turns: [Person, string, string, Person][] = [
      [bob, `${room}/Ali`, 'private-1', laptop], [laptop, `${room}/bob`, 'private-2', bob], [bob, desk.jid, 'chat-1', desk], [desk, bob.jid, 'chat-2', bob],
    ];
    for (const [who, to, body, hears] of turns) {
      who.send(said(to, body));
      await hears.next((stanza) => stanza.getChildText('body') === body);
    }
  }

  /** What of it has come, in order. */
  const came = ({ texts }: Scene, kind: string): string[] => texts.flatMap((text) => [...text.matchAll(new RegExp(`<body>(${kind}-\\d)</body>`, 'g'))].map(([, body = '']) => body));

  test('gets private messages, and what was copied to it, out of the session that was held', async () => {
    const all = await scene();
    const rest = await siblings(all);
    all.phone.abandon();
    await hibernates(all);
    await talk(all, rest);
    all.phone.start();
    await until(() => came(all, 'private').length >= 2 && came(all, 'chat').length >= 2, { what: 'all four' });
    await all.phone.iq(xml('iq', { type: 'get' }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    expect([came(all, 'private'), came(all, 'chat')]).toEqual([['private-1', 'private-2'], ['chat-1', 'chat-2']]);
    expect(all.resumed).toEqual([false, true]);
  });

  test('and does not come back: what was copied to it waits for its next login, and private messages for its entry', async () => {
    const all = await scene({ hold: 400 });
    const rest = await siblings(all);
    const { phone, door, alice, resumed } = all;
    phone.abandon();
    await hibernates(all);
    await talk(all, rest);
    await until(() => door.bouncer.devices(alice.jid)[0]?.online === false, { what: 'the session to be given up' });
    phone.start();
    await until(() => resumed.length === 2, { what: 'the phone to be back' });
    await phone.iq(xml('iq', { type: 'set' }, xml('enable', { xmlns: 'urn:xmpp:carbons:2' })));
    phone.send(xml('presence'));
    await until(() => came(all, 'chat').length >= 2, { what: 'what was copied' });
    phone.send(xml('presence', { to: `${rest.room}/Ali` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })));
    await until(() => came(all, 'private').length >= 2, { what: 'what was said in private' });
    await phone.iq(xml('iq', { type: 'get' }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    expect([came(all, 'private'), came(all, 'chat')]).toEqual([['private-1', 'private-2'], ['chat-1', 'chat-2']]);
    expect(resumed).toEqual([false, false]);
  });

  test('is pushed to by the server', async (context) => {
    needsPush(context);
    const all = await scene();
    const service = await pushService(all);
    all.phone.abandon();
    await hibernates(all);
    chat(all, 'wake up');
    await pushed(service);
    all.phone.start();
    await until(() => all.heard.includes('wake up'), { what: 'the word' });
  });

  test('is pushed to for what is meant for the person in a room, and sees that once', async (context) => {
    needsPush(context);
    const all = await scene();
    const { phone, heard, bob, door } = all;
    const service = await pushService(all);
    const room = await server.room({ archive: true });
    await bob.join(room, 'bob');
    phone.send(xml('presence', { to: `${room}/Ali` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })));
    await bob.next((stanza) => stanza.attrs['from'] === `${room}/Ali`);
    await until(() => door.minimix.account.rooms.occupants(room).length === 2, { what: 'the phone to be in' });
    phone.abandon();
    await hibernates(all);
    await bob.say(room, 'just talk');
    await bob.settle();
    await service.settle();
    expect(service.stanzas.filter((stanza) => stanza.toString().includes(PUSH))).toEqual([]);
    for (const body of ['Ali: look', 'Ali: here']) await bob.say(room, body);
    await pushed(service);
    phone.start();
    await until(() => heard.includes('Ali: here'), { what: 'what was said' });
    await phone.iq(xml('iq', { type: 'get' }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    expect(heard).toEqual(['just talk', 'Ali: look', 'Ali: here']);
  });

  test('without anybody knowing yet is pushed to for what it did not acknowledge', async (context) => {
    needsPush(context);
    const all = await scene({ answer: 300 });
    const service = await pushService(all);
    all.link.swallow();
    chat(all, 'into the dark');
    await pushed(service);
    all.link.restore();
    all.phone.abandon();
    all.phone.start();
    await until(() => all.heard.includes('into the dark'), { what: 'the word' });
    expect(all.heard).toEqual(['into the dark']);
  });

  test('and is revoked is pushed to no more', async (context) => {
    needsPush(context);
    const all = await scene();
    const service = await pushService(all);
    const { id } = await all.door.device('phone');
    await all.door.bouncer.revoke(all.alice.jid, id);
    await all.door.minimix.account.server.ask(xml('iq', { type: 'get' }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    all.bob.send(xml('message', { to: all.alice.jid, type: 'chat' }, xml('body', {}, 'is anybody there?')));
    await all.bob.settle();
    await service.settle();
    expect(service.stanzas.filter((stanza) => stanza.toString().includes(PUSH))).toEqual([]);
  });
});
