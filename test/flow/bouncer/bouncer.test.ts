// Devices that believe that they joined.
import { createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { openDoor, type Door, type DoorOptions } from '../../frontends/bouncer/door.ts';
import { startLink } from '../../support/harm/link.ts';
import { connectPerson, type Person, type PersonOptions } from '../../support/clients/person.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const MUC_USER = 'http://jabber.org/protocol/muc#user';

describe.each(servers)('through the bouncer on $kind', (server) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });

  async function door(who: Account, options?: DoorOptions): Promise<Door> {
    const one = await openDoor(server, who, options);
    open.push({ close: one.stop });
    await one.minimix.online();
    return one;
  }

  async function guest(who: Account, options?: PersonOptions): Promise<Person> {
    const one = await connectPerson(server, who.user, who.password, options);
    open.push(one);
    return one;
  }

  async function people(): Promise<{ alice: Account; bob: Account; room: string }> {
    const room = await server.room({ archive: true });
    return { alice: await newAccount(server, 'alice'), bob: await newAccount(server, 'bob'), room };
  }

  test('a device joins, sees who is there, hears and is heard, and the room has one occupant of the account', async () => {
    const { alice, bob, room } = await people();
    const talker = await guest(bob);
    await talker.join(room, 'bob');
    await talker.say(room, 'before alice');
    const { person, minimix } = await door(alice);
    const phone = await person('phone');
    expect(phone.jid).toBe(`${alice.jid}/phone`);
    const self = await phone.join(room, 'Ali', { history: 10 });
    expect(self.attrs).toMatchObject({ from: `${room}/Ali`, to: phone.jid });
    const before = phone.stanzas.map((stanza) => String(stanza.attrs['from']));
    expect(before.indexOf(`${room}/bob`)).toBeLessThan(before.indexOf(`${room}/Ali`));
    await phone.next((stanza) => stanza.getChildText('body') === 'before alice');

    await talker.say(room, 'hello alice');
    await phone.next((stanza) => stanza.getChildText('body') === 'hello alice' && stanza.attrs['to'] === phone.jid);
    const heard = await phone.say(room, 'hello bob');
    expect(heard.attrs['from']).toBe(`${room}/Ali`);
    await talker.next((stanza) => stanza.getChildText('body') === 'hello bob');

    const laptop = await person('laptop');
    await laptop.join(room, 'Ali');
    await phone.say(room, 'to both');
    await laptop.next((stanza) => stanza.getChildText('body') === 'to both');
    await talker.settle();
    const sessions = talker.stanzas.filter((stanza) => stanza.attrs['from'] === `${room}/Ali` && stanza.name === 'presence');
    expect(sessions).toHaveLength(1);
    expect(minimix.account.rooms.occupants(room).map(({ nick }) => nick).toSorted()).toEqual(['Ali', 'bob']);
  });

  test('of what a device sends to a room, in it, on its way out and after it, nothing goes out by its own session', async () => {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: true, owners: [bob.jid] }); // who owns a room is shown everybody's address
    const owner = await guest(bob);
    await owner.join(room, 'bob');
    const { person, minimix } = await door(alice);
    const [phone, stays] = [await person('phone'), await person('laptop')];
    for (const device of [phone, stays]) await device.join(room, 'Ali');
    const asked = (id: string, to: string, xmlns: string): Element => xml('iq', { type: 'get', to, id }, xml(xmlns === 'urn:xmpp:ping' ? 'ping' : 'query', { xmlns }));
    const sendAll = (when: string): void => {
      const stanzas = [
        xml('presence', { to: `${room}/Ali` }, xml('show', {}, 'dnd')),
        xml('presence', { to: room }, xml('status', {}, when)),
        xml('presence', { to: `${room}/bob`, type: 'probe' }),
        xml('presence', { to: `${room}/Ali`, type: 'error' }, xml('error', { type: 'wait' }, xml('resource-constraint', { xmlns: 'urn:ietf:params:xml:ns:xmpp-stanzas' }))),
        xml('message', { to: room, type: 'groupchat', id: `all-${when}` }, xml('body', {}, `all ${when}`)),
        xml('message', { to: `${room}/bob`, type: 'chat', id: `bob-${when}` }, xml('body', {}, `bob ${when}`), xml('x', { xmlns: MUC_USER })),
        xml('message', { to: `${room}/bob`, type: 'chat', id: `types-${when}` }, xml('composing', { xmlns: 'http://jabber.org/protocol/chatstates' }), xml('x', { xmlns: MUC_USER })),
        asked(`ping-${when}`, `${room}/Ali`, 'urn:xmpp:ping'),
        asked(`version-${when}`, `${room}/bob`, 'jabber:iq:version'),
        asked(`info-${when}`, room, 'http://jabber.org/protocol/disco#info'),
      ];
      for (const stanza of stanzas) phone.send(stanza);
    };
    const answered = (when: string): Promise<unknown> => phone.next((stanza) => stanza.attrs['id'] === `info-${when}` && stanza.name === 'iq');
    const shownBob = (): number => phone.stanzas.filter(({ name, attrs }) => name === 'presence' && attrs['from'] === `${room}/bob`).length;
    const before = shownBob();
    sendAll('inside');
    await owner.next((stanza) => stanza.getChildText('body') === 'bob inside');
    await answered('inside');
    expect(shownBob()).toBe(before + 1); // the probe is answered from what the room has shown
    phone.send(xml('presence', { to: `${room}/Ali`, type: 'unavailable' }));
    sendAll('outside');
    await answered('outside');
    await stays.say(room, 'at the end');
    await owner.next((stanza) => stanza.getChildText('body') === 'at the end');
    await owner.settle();
    expect(owner.stanzas.map(String).filter((text) => text.includes(phone.jid) || text.includes(stays.jid))).toEqual([]);
    const shown = owner.stanzas.flatMap((stanza) => stanza.getChild('x', MUC_USER)?.getChildren('item') ?? []).map(({ attrs }) => String(attrs['jid'])).filter((jid) => jid.startsWith(alice.jid));
    expect(new Set(shown)).toEqual(new Set([`${alice.jid}/minimix`]));
    expect(owner.stanzas.map((stanza) => stanza.getChildText('body')).filter((body) => body?.endsWith('outside'))).toEqual([]);
    expect(minimix.account.rooms.occupants(room).map(({ nick }) => nick).toSorted()).toEqual(['Ali', 'bob']);
  });

  test('the second nick is answered with 210 and the nick that the account has', async () => {
    const { alice, room } = await people();
    const { person } = await door(alice);
    await (await person('phone')).join(room, 'Ali');
    const laptop = await person('laptop');
    const self = await laptop.join(room, 'Other');
    expect(self.attrs['from']).toBe(`${room}/Ali`);
    const codes = self.getChild('x', MUC_USER)?.getChildren('status').map((status) => status.attrs['code']);
    expect(codes).toEqual(expect.arrayContaining(['110', '210']));
  });

  test('a device that is in the room and enters again under another nick changes the nick, and is told the room once more', async () => {
    const { alice, room, bob } = await people();
    const { person } = await door(alice);
    const [talker, phone] = [await guest(bob), await person('phone')];
    await talker.join(room, 'bob');
    await phone.join(room, 'Ali');
    const before = phone.stanzas.length;
    await phone.join(room, 'Alicia'); // as mcabber's /room nick
    await talker.next((stanza) => stanza.attrs['from'] === `${room}/Alicia` && stanza.attrs['type'] === undefined);
    expect(phone.stanzas.slice(before).some((stanza) => stanza.attrs['from'] === `${room}/bob` && stanza.name === 'presence')).toBe(true);
    const laptop = await person('laptop');
    for (let asked = 0; asked < 2; asked += 1) expect((await laptop.join(room, 'Other')).attrs['from']).toBe(`${room}/Alicia`); // the account's nick is not its to change by entering
  });

  test('a device that cannot make sense of a presence stays in the room, and one that is gone is out of it', async () => {
    const { alice, room } = await people();
    const { person } = await door(alice);
    const phone = await person('phone');
    await phone.join(room, 'Ali');
    const fails = (condition: string): void =>
      phone.send(xml('presence', { to: `${room}/Ali`, type: 'error' }, xml('error', { type: 'cancel' }, xml(condition, { xmlns: 'urn:ietf:params:xml:ns:xmpp-stanzas' }))));
    fails('undefined-condition'); // as slixmpp does where its client throws
    await phone.say(room, 'still here');
    fails('gone');
    const out = await phone.next((stanza) => stanza.attrs['from'] === `${room}/Ali` && stanza.attrs['type'] === 'unavailable');
    expect(out.getChild('x', MUC_USER)?.getChildren('status').map((status) => status.attrs['code'])).toContain('333');
  });

  test('roster, chats and private storage pass, in order', async () => {
    const { alice, bob } = await people();
    const { person } = await door(alice);
    const [phone, friend] = [await person('phone', { carbons: true }), await guest(bob)];
    const roster = await phone.iq(xml('iq', { type: 'get' }, xml('query', { xmlns: 'jabber:iq:roster' })));
    expect(roster.getChild('query', 'jabber:iq:roster')).toBeDefined();
    for (let n = 1; n <= 20; n += 1) friend.send(xml('message', { to: alice.jid, type: 'chat' }, xml('body', {}, `chat ${n}`)));
    await phone.next((stanza) => stanza.getChildText('body') === 'chat 20');
    const bodies = phone.stanzas.flatMap((stanza) => stanza.getChildText('body') ?? []);
    expect(bodies).toEqual(Array.from({ length: 20 }, (_, n) => `chat ${n + 1}`));
    phone.send(xml('message', { to: friend.jid, type: 'chat' }, xml('body', {}, 'and back')));
    const back = await friend.next((stanza) => stanza.getChildText('body') === 'and back');
    expect(back.attrs['from']).toBe(phone.jid);
  });

  test('a private message goes both ways, and the other device sees what was sent', async () => {
    const { alice, bob, room } = await people();
    const talker = await guest(bob);
    await talker.join(room, 'bob');
    const { person, minimix } = await door(alice);
    const [phone, laptop] = [await person('phone', { carbons: true }), await person('laptop', { carbons: true })];
    await phone.join(room, 'Ali');
    await laptop.join(room, 'Ali');
    talker.send(xml('message', { to: `${room}/Ali`, type: 'chat', id: 'pm1' }, xml('body', {}, 'psst'), xml('x', { xmlns: MUC_USER })));
    for (const device of [phone, laptop]) {
      const heard = await device.next((stanza) => stanza.getChildText('body') === 'psst');
      expect(heard.attrs).toMatchObject({ from: `${room}/bob`, type: 'chat', to: device.jid });
    }
    phone.send(xml('message', { to: `${room}/bob`, type: 'chat', id: 'pm2' }, xml('body', {}, 'yes?'), xml('x', { xmlns: MUC_USER })));
    expect((await talker.next((stanza) => stanza.getChildText('body') === 'yes?')).attrs['from']).toBe(`${room}/Ali`);
    const copy = await laptop.next((stanza) => stanza.getChild('sent', 'urn:xmpp:carbons:2') !== undefined);
    expect(copy.attrs['from']).toBe(alice.jid);
    await Promise.all([phone.settle(), laptop.settle()]);
    const copies = [...phone.stanzas, ...laptop.stanzas].filter((stanza) => stanza.getChild('sent') ?? stanza.getChild('received'));
    expect(copies).toHaveLength(1);
    expect(minimix.bodies(room)).toEqual(expect.arrayContaining(['psst', 'yes?']));
  });

  test('a wrong password, a ban and a room for members come back as the room sends them', async () => {
    const { alice, room } = await people();
    const { person, minimix } = await door(alice);
    await server.setAffiliation(room, alice.jid, 'outcast');
    const phone = await person('phone');
    await expect(phone.join(room, 'Ali')).rejects.toThrow(/^forbidden/);
    expect(minimix.account.rooms.list()).toEqual([]);
  });

  test('a kick reaches every device, and the room can be joined again', async () => {
    const { alice, bob, room } = await people();
    await server.setAffiliation(room, bob.jid, 'owner');
    const admin = await guest(bob);
    await admin.join(room, 'bob');
    const { person } = await door(alice);
    const devices = [await person('phone'), await person('laptop')];
    for (const device of devices) await device.join(room, 'Ali');
    const item = xml('item', { nick: 'Ali', role: 'none' }, xml('reason', {}, 'enough'));
    await admin.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: 'http://jabber.org/protocol/muc#admin' }, item)));
    for (const device of devices) {
      const out = await device.next((stanza) => stanza.attrs['type'] === 'unavailable' && stanza.attrs['from'] === `${room}/Ali`);
      const codes = out.getChild('x', MUC_USER)?.getChildren('status').map((status) => status.attrs['code']);
      expect(codes).toContain('307');
    }
    const [phone] = devices;
    await phone?.join(room, 'Ali');
    await phone?.say(room, 'again');
  });

  test('the room is left with the last device that leaves it, and not when an app is closed', async () => {
    const { alice, bob, room } = await people();
    const talker = await guest(bob);
    await talker.join(room, 'bob');
    const { person, minimix } = await door(alice, { times: { leave: 50 } });
    const [phone, laptop] = [await person('phone'), await person('laptop')];
    await phone.join(room, 'Ali');
    await laptop.join(room, 'Ali');
    await phone.leave(room);
    await laptop.say(room, 'still here');
    await laptop.close();
    await until(() => minimix.account.rooms.list()[0]?.state === 'joined', { what: 'the room to be kept' });
    const again = await person('laptop');
    await again.join(room, 'Ali');
    await again.leave(room);
    await talker.next((stanza) => stanza.attrs['type'] === 'unavailable' && stanza.attrs['from'] === `${room}/Ali`);
    await until(() => minimix.account.rooms.list().length === 0, { what: 'the room to be forgotten' });
  });

  test('the account’s own stream is lost, and the device sees who came and went meanwhile, and what was said', async () => {
    const { alice, bob, room } = await people();
    const carol = await newAccount(server, 'carol');
    const [talker, late] = [await guest(bob), await guest(carol)];
    await talker.join(room, 'bob');
    const link = await startLink(server);
    open.push(link);
    const one = await openDoor({ ...server, port: link.port }, alice, { upstreamPort: server.port });
    open.push({ close: one.stop });
    await one.minimix.online();
    const phone = await one.person('phone');
    await phone.join(room, 'Ali');
    await phone.say(room, 'all is well');
    link.swallow();
    link.cut();
    await server.kickSessions(alice.user); // so that nothing can be resumed
    await talker.leave(room);
    await late.join(room, 'carol');
    await late.say(room, 'nobody hears me');
    link.restore();
    await phone.next((stanza) => stanza.attrs['from'] === `${room}/carol` && stanza.name === 'presence');
    await phone.next((stanza) => stanza.attrs['from'] === `${room}/bob` && stanza.attrs['type'] === 'unavailable',
      { what: 'bob to be gone' });
    await phone.next((stanza) => stanza.getChildText('body') === 'nobody hears me' && stanza.getChild('delay', 'urn:xmpp:delay') !== undefined,
      { what: 'what was said meanwhile' });
    await late.say(room, 'and now?');
    await phone.next((stanza) => stanza.getChildText('body') === 'and now?');
    expect(phone.stanzas.filter((stanza) => stanza.attrs['type'] === 'unavailable' && stanza.attrs['from'] === `${room}/Ali`)).toEqual([]);
  });

  test('the room is left from elsewhere, and the device is told that it is out', async () => {
    const { alice, room } = await people();
    const { person, minimix } = await door(alice);
    const phone = await person('phone');
    await phone.join(room, 'Ali');
    await minimix.account.rooms.leave(room);
    const out = await phone.next((stanza) => stanza.attrs['type'] === 'unavailable' && stanza.attrs['from'] === `${room}/Ali`);
    const codes = out.getChild('x', MUC_USER)?.getChildren('status').map((status) => status.attrs['code']);
    expect(codes).toContain('110');
    await phone.join(room, 'Ali');
  });

  test('questions go to the room and back: disco, the archive, a self-ping', async () => {
    const { alice, bob, room } = await people();
    const talker = await guest(bob);
    await talker.join(room, 'bob');
    await talker.say(room, 'for the archive');
    const { person } = await door(alice);
    const phone = await person('phone');
    await phone.join(room, 'Ali');
    const info = await phone.iq(xml('iq', { type: 'get', to: room, id: 'my-own' }, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' })));
    expect(info.attrs).toMatchObject({ from: room, to: phone.jid, id: 'my-own' });
    const query = xml('query', { xmlns: 'urn:xmpp:mam:2', queryid: 'q' });
    await phone.iq(xml('iq', { type: 'set', to: room }, query));
    const found = await phone.next((stanza) => stanza.getChild('result', 'urn:xmpp:mam:2') !== undefined);
    expect(found.getChild('result')?.attrs['queryid']).toBe('q');
    const ping = (): ReturnType<Person['iq']> => phone.iq(xml('iq', { type: 'get', to: `${room}/Ali` }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    await ping();
    await phone.leave(room);
    await expect(ping()).rejects.toThrow(/^not-acceptable/);
  });
});
