// The nick, and what rooms see of the person's devices.
import { createHash } from 'node:crypto';
import { createElement as xml, type Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { conference, NATIVE, nodeConfig, publish, readNative } from '../../support/clients/bookmarks.ts';
import { handClock } from '../../support/clock.ts';
import type { Person } from '../../support/clients/person.ts';
import { cast, roomOf } from '../../support/rooms/rooms.ts';
import { newAccount, prosody, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const VCARD = 'vcard-temp:x:update';
const NICK = 'http://jabber.org/protocol/nick';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
/** Where a test is to see each change soon. */
const quick = { presence: { settle: 60, longest: 60_000, rooms: 10, pause: 5 } };

const show = (stanza: Element): string => stanza.getChildText('show') ?? 'online';

async function setNick(who: Person, nick: string): Promise<void> {
  const item = xml('item', { id: 'current' }, xml('nick', { xmlns: NICK }, nick));
  await who.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: PUBSUB }, xml('publish', { node: NICK }, item))));
}

/** Sets the account's photo, and resolves with its hash (XEP-0153); servers put that into presence themselves. */
async function setPhoto(who: Person): Promise<string> {
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  const image = xml('PHOTO', {}, xml('TYPE', {}, 'image/png'), xml('BINVAL', {}, png.toString('base64')));
  await who.iq(xml('iq', { type: 'set' }, xml('vCard', { xmlns: 'vcard-temp' }, image)));
  return createHash('sha1').update(png).digest('hex');
}

/** What was seen of a nick in a room, in order. */
function seen(who: Person, room: string, nick: string): Element[] {
  return who.stanzas.filter((stanza) => stanza.name === 'presence' && stanza.attrs['from'] === `${room}/${nick}`);
}

describe.each(servers)('on $kind', (server) => {
  const { minimix, person } = cast(server);

  test('a room sees the best of the devices, and what was chosen once none is there', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, who } = await minimix({ times: quick });
    await account.rooms.join(room, { nick: 'alice' });
    const last = (): Element | undefined => seen(bob, room, 'alice').at(-1);
    await until(() => last() && show(last()!) === 'away', { what: 'nobody to be there' });
    const phone = await person(who, { resource: 'phone' });
    await until(() => show(last()!) === 'online', { what: 'the phone to be seen' });
    const [since, photo] = ['2026-11-23T10:00:00Z', await setPhoto(phone)];
    phone.send(xml('presence', {}, xml('show', {}, 'dnd'), xml('status', {}, 'busy'), xml('idle', { xmlns: 'urn:xmpp:idle:1', since }), xml('x', { xmlns: VCARD }, xml('photo', {}, photo))));
    await until(() => show(last()!) === 'dnd', { what: 'the phone’s word' });
    expect(last()?.getChildText('status')).toBe('busy');
    expect(Date.parse(String(last()?.getChild('idle')?.attrs['since']))).toBe(Date.parse(since));
    expect(last()?.getChild('x', VCARD)?.getChildText('photo')).toBe(photo);
    const desk = await person(who, { resource: 'desk' });
    await until(() => show(last()!) === 'online', { what: 'the desk to be best' });
    account.sending.setOfflinePresence({ show: 'xa', status: 'asleep' });
    await Promise.all([phone.close(), desk.close()]);
    await until(() => show(last()!) === 'xa' && last()?.getChildText('status') === 'asleep', { what: 'what was chosen' });
    expect(last()?.getChild('x', VCARD)?.getChildText('photo')).toBe(photo); // it is the account's, whoever is there
  });

  test('whoever uses the page is there, though every device is away, and for a while only', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const clock = handClock();
    const { account, who } = await minimix({ times: quick, clock });
    await account.rooms.join(room, { nick: 'alice' });
    const last = (): Element | undefined => seen(bob, room, 'alice').at(-1);
    const phone = await person(who, { resource: 'phone' });
    phone.send(xml('presence', {}, xml('show', {}, 'xa'), xml('status', {}, 'in the pocket')));
    await until(() => account.sending.presence().by === 'phone' && (clock.turn(100), last()?.getChildText('show') === 'xa'), { what: 'the phone to be away' });
    account.sending.usePage();
    expect(account.sending.presence()).toMatchObject({ shown: { show: 'online' }, by: 'page' });
    clock.turn(100);
    await until(() => show(last()!) === 'online', { what: 'the page to be seen' });
    clock.turn(140_000);
    account.sending.usePage();
    clock.turn(140_000);
    expect(account.sending.presence().by).toBe('page');
    clock.turn(20_000);
    await until(() => show(last()!) === 'xa', { what: 'the phone to be seen again' });
    phone.send(xml('presence', {}, xml('show', {}, 'dnd')));
    await until(() => account.sending.presence().shown.show === 'dnd', { what: 'the person to wish for quiet' });
    account.sending.usePage();
    expect(account.sending.presence()).toMatchObject({ shown: { show: 'dnd' }, by: 'phone' });
    await phone.close();
  });

  test('a room with a presence of its own keeps it, and a hidden one hears nothing', async () => {
    const bob = await person('bob');
    const [fixed, hidden, other] = [await roomOf(server, bob), await roomOf(server, bob), await roomOf(server, bob)];
    const { account, who } = await minimix({ times: quick });
    for (const room of [fixed, hidden, other]) await account.rooms.join(room, { nick: 'alice' });
    account.rooms.set(fixed, { presence: { kind: 'fixed', show: 'dnd', status: 'only here' } });
    account.rooms.set(hidden, { presence: { kind: 'hidden' } });
    await until(() => seen(bob, fixed, 'alice').some((one) => show(one) === 'dnd'), { what: 'the fixed one' });
    await until(() => show(seen(bob, hidden, 'alice').at(-1)!) === 'online', { what: 'the hidden one' });
    const before = [fixed, hidden].map((room) => seen(bob, room, 'alice').length);
    const phone = await person(who, { resource: 'phone' });
    phone.send(xml('presence', {}, xml('show', {}, 'xa'), xml('status', {}, 'gone')));
    await until(() => show(seen(bob, other, 'alice').at(-1)!) === 'xa', { what: 'the other room to be told' });
    expect([fixed, hidden].map((room) => seen(bob, room, 'alice').length)).toEqual(before);
  });

  test('a device that flaps each second for a minute costs each of fifty rooms two updates at most, and the last is right', async () => {
    const bob = await person('bob');
    const rooms = await Promise.all(Array.from({ length: 50 }, () => server.room({ archive: false })));
    await Promise.all(rooms.map((room) => bob.join(room, 'bob')));
    const clock = handClock();
    const { account, who } = await minimix({ clock });
    const phone = await person(who, { resource: 'phone' });
    await Promise.all(rooms.map((room) => account.rooms.join(room, { nick: 'alice' })));
    const told = (room: string): Element[] => seen(bob, room, 'alice');
    /** Fence: our presence is with the daemon, for its answer to what came behind it is here. */
    const heard = (): Promise<unknown> => phone.iq(xml('iq', { type: 'get', to: `${who.jid}/minimix` }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    await heard();
    clock.turn(60_000);
    await until(() => rooms.every((room) => told(room).length > 0 && show(told(room).at(-1)!) === 'online'), { what: 'all rooms to see the phone' });
    const before = new Map(rooms.map((room) => [room, told(room).length]));
    for (let second = 0; second < 60; second += 1) {
      phone.send(xml('presence', {}, ...(second % 2 === 0 ? [xml('show', {}, 'away')] : [])));
      await heard();
      clock.turn(1_000);
    }
    phone.send(xml('presence', {}, xml('show', {}, 'away'), xml('status', {}, 'at last')));
    await heard();
    clock.turn(60_000);
    await until(() => rooms.every((room) => told(room).at(-1)?.getChildText('status') === 'at last'), { what: 'the last word in all rooms' });
    const updates = rooms.map((room) => told(room).length - (before.get(room) ?? 0));
    expect([Math.min(...updates), Math.max(...updates)]).toEqual([1, 1]); // it never stood for four seconds
  });

  test('a device that never stands still is told of all the same, and not more often than every ninety seconds', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const clock = handClock();
    const { account, who } = await minimix({ clock });
    const phone = await person(who, { resource: 'phone' });
    await account.rooms.join(room, { nick: 'alice' });
    const heard = (): Promise<unknown> => phone.iq(xml('iq', { type: 'get', to: `${who.jid}/minimix` }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    await heard();
    clock.turn(60_000);
    await until(() => show(seen(bob, room, 'alice').at(-1)!) === 'online', { what: 'the phone to be seen' });
    const before = seen(bob, room, 'alice').length;
    for (let second = 0; second < 201; second += 3) {
      phone.send(xml('presence', {}, xml('status', {}, String(second))));
      await heard();
      clock.turn(3_000);
    }
    await until(() => seen(bob, room, 'alice').length - before >= 2, { what: 'it to be told' });
    await bob.settle();
    expect(seen(bob, room, 'alice').length - before).toBe(2);
  });

  test('the account’s nick is the nick where no bookmark names one, and is followed when it changes', async () => {
    const bob = await person('bob');
    const [plain, named] = [await roomOf(server, bob), await roomOf(server, bob)];
    const who = await newAccount(server, 'alice');
    const phone = await person(who, { resource: 'phone' });
    await setNick(phone, 'Queen');
    const { account } = await minimix({ who });
    const closed = async (): Promise<boolean> => (await nodeConfig(phone, NATIVE))['pubsub#access_model'] === 'whitelist';
    await until(closed, { what: 'the node to keep more than one item', every: 50 });
    await publish(phone, plain, conference({ autojoin: true }));
    await publish(phone, named, conference({ autojoin: true, nick: 'Ali' }));
    const nickIn = (room: string): string | undefined => account.rooms.list().find((one) => one.room === room && one.state === 'joined')?.nick;
    await until(() => {
      expect({ plain: nickIn(plain), named: nickIn(named), rooms: account.rooms.list() }).toMatchObject({ plain: 'Queen', named: 'Ali' });
      return true;
    }, { what: 'both nicks' });
    await setNick(phone, 'Red Queen');
    await until(() => nickIn(plain) === 'Red Queen', { what: 'the new nick' });
    await setNick(phone, 'White Queen');
    await until(() => nickIn(plain) === 'White Queen', { what: 'the newest nick' });
    expect(nickIn(named)).toBe('Ali');
    expect(account.bookmarks.list().find(({ room }) => room === plain)?.nick).toBeUndefined();
  });

  test('a nick that is published here is the account’s, and every client’s', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, who } = await minimix();
    await account.rooms.join(room);
    expect(account.rooms.list()[0]).toMatchObject({ nick: who.user, wanted: { nick: who.user, from: 'localpart' } });
    expect(await account.sending.setNick('Queen')).toMatchObject({ ok: true });
    await until(() => account.rooms.list()[0]?.nick === 'Queen', { what: 'the new nick' });
    expect(account.sending.presence().nick).toBe('Queen');
    const phone = await person(who, { resource: 'phone' });
    const items = await phone.iq(xml('iq', { type: 'get' }, xml('pubsub', { xmlns: PUBSUB }, xml('items', { node: NICK }))));
    expect(items.getChild('pubsub')?.getChild('items')?.getChild('item')?.getChildText('nick')).toBe('Queen');
    expect(await account.sending.setNick(undefined)).toMatchObject({ ok: true });
    await until(() => account.rooms.list()[0]?.nick === who.user, { what: 'the localpart again' });
  });

  test('a nick that is changed through one door is the account’s, in the bookmark too', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, who } = await minimix();
    await account.rooms.join(room, { nick: 'Ali' });
    expect(await account.rooms.changeNick(room, 'Queen')).toMatchObject({ ok: true, value: { nick: 'Queen', wanted: { nick: 'Queen', from: 'asked' } } });
    const phone = await person(who, { resource: 'phone' });
    await until(async () => (await readNative(phone))[room]?.nick === 'Queen', { what: 'other devices to see it' });
    expect(await account.rooms.changeNick(room, 'owner')).toMatchObject({ ok: false, error: { code: 'nick-refused' } });
    expect(account.rooms.list()[0]).toMatchObject({ nick: 'Queen' });
  });

  test('a change that the room refuses is told, and stays the wish', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const rival = await person('rival');
    await rival.join(room, 'Queen');
    const { account, who, archive } = await minimix();
    await account.rooms.join(room, { nick: 'Ali' });
    account.bookmarks.put(room, { nick: 'Queen' });
    await until(() => account.rooms.list()[0]?.nickRefusal !== undefined, { what: 'the refusal' });
    expect(account.rooms.list()[0]).toMatchObject({ nick: 'Ali', wanted: { nick: 'Queen', from: 'asked' }, nickRefusal: expect.stringMatching(/./) });
    expect(archive.ledger(who.jid, room, 10).at(-1)).toMatchObject({ event: 'nick-refused', nick: 'Queen' });
    expect(account.bookmarks.list()).toMatchObject([{ nick: 'Queen' }]);
    await rival.leave(room);
    await until(() => account.rooms.list()[0]?.nick === 'Queen', { what: 'the nick once it is free' });
    expect(account.rooms.list()[0]?.nickRefusal).toBeUndefined();
  });

  test('a fallback nick is written to no bookmark', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const rival = await person('rival');
    await rival.join(room, 'Ali');
    const { account } = await minimix();
    expect(await account.rooms.join(room, { nick: 'Ali' })).toMatchObject({ value: { nick: 'Ali_' } });
    expect(account.bookmarks.list()).toMatchObject([{ room, nick: 'Ali', autojoin: true }]);
    await rival.leave(room);
    await until(() => account.rooms.list()[0]?.nick === 'Ali', { what: 'the wanted nick' });
    expect(account.bookmarks.list()).toMatchObject([{ nick: 'Ali' }]);
  });
});

// ejabberd does not tell the nick that it keeps (7.12).
describe('on prosody alone', () => {
  const { minimix, person } = cast(prosody);

  test('one registers with a room here, and the nick that it keeps is taken where none was named', async () => {
    const bob = await person('bob');
    const room = await roomOf(prosody, bob);
    const who = await newAccount(prosody, 'alice');
    await prosody.setAffiliation(room, who.jid, 'member');
    const { account } = await minimix({ who });
    const joined = await account.rooms.join(room);
    expect(joined).toMatchObject({ ok: true, value: { nick: who.user, wanted: { from: 'localpart' } } });
    await until(() => account.rooms.list()[0]?.registers === true, { what: 'the room’s offer to be seen' });
    const asked = await account.rooms.registration(room);
    const nick = asked.ok ? asked.value.form?.fields.find(({ value }) => value === who.user) : undefined;
    expect(nick).toBeDefined();
    expect(await account.rooms.register(room, { [nick?.name ?? '']: 'Registered' })).toMatchObject({ ok: true, value: { registered: true, nick: 'Registered' } });
    await until(() => account.rooms.list()[0]?.nick === 'Registered', { what: 'the registered nick to be taken' });
    expect(account.rooms.list()[0]?.wanted).toEqual({ nick: 'Registered', from: 'reserved' });
    expect(account.bookmarks.list()).toMatchObject([{ room, nick: undefined, autojoin: true }]);
    const phone = await person(who, { resource: 'phone' });
    const info = await phone.iq(xml('iq', { type: 'get', to: room }, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info', node: 'x-roomuser-item' })));
    expect(info.getChild('query')?.getChild('identity')?.attrs['name']).toBe('Registered');
    expect(await account.rooms.unregister(room)).toMatchObject({ ok: true, value: { registered: false } });
  });

  test('the nick that a room keeps for us is taken at the first entry where none was named', async () => {
    const bob = await person('bob');
    const room = await roomOf(prosody, bob);
    const who = await newAccount(prosody, 'alice');
    await prosody.setAffiliation(room, who.jid, 'member');
    const { account } = await minimix({ who });
    expect(await account.rooms.register(room, { 'muc#register_roomnick': 'Registered' })).toMatchObject({ ok: true });
    expect(await account.rooms.join(room)).toMatchObject({ ok: true, value: { nick: 'Registered' } });
    expect(account.bookmarks.list()).toMatchObject([{ room, nick: undefined, autojoin: true }]);
  });
});
