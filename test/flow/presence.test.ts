// Issue 6, items 7 and 8: the nick, and what rooms see of the person's devices.
import { createElement as xml, type Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { conference, NATIVE, nodeConfig, publish } from '../support/bookmarks.ts';
import type { Person } from '../support/person.ts';
import { cast, roomOf } from '../support/rooms.ts';
import { newAccount, prosody, servers } from '../support/servers.ts';
import { until } from '../support/until.ts';

const NICK = 'http://jabber.org/protocol/nick';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
/** Where a test is to see each change soon. */
const quick = { presence: { settle: 60, longest: 60_000, rooms: 10, pause: 5 } };
/** Flapping runs so many times as fast as in life, and so does the clock. */
const MINUTE = process.env['MINIMIX_SOAK'] ? 60_000 : 3_000;

const show = (stanza: Element): string => stanza.getChildText('show') ?? 'online';

async function setNick(who: Person, nick: string): Promise<void> {
  const item = xml('item', { id: 'current' }, xml('nick', { xmlns: NICK }, nick));
  await who.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: PUBSUB }, xml('publish', { node: NICK }, item))));
}

/** What was seen of a nick in a room, in order. */
function seen(who: Person, room: string, nick: string): Element[] {
  return who.stanzas.filter((stanza) => stanza.name === 'presence' && stanza.attrs['from'] === `${room}/${nick}`);
}

describe.each(servers)('on $kind', (server) => {
  const { house, person } = cast(server);

  test('a room sees the best of the devices, and what was chosen once none is there', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, who } = await house({ times: quick });
    await account.join(room, { nick: 'alice' });
    const last = (): Element | undefined => seen(bob, room, 'alice').at(-1);
    await until(() => last() && show(last()!) === 'away', { what: 'nobody to be there' });
    const phone = await person(who, { resource: 'phone' });
    await until(() => show(last()!) === 'online', { what: 'the phone to be seen' });
    const since = '2026-11-23T10:00:00Z';
    phone.send(xml('presence', {}, xml('show', {}, 'dnd'), xml('status', {}, 'busy'), xml('idle', { xmlns: 'urn:xmpp:idle:1', since })));
    await until(() => show(last()!) === 'dnd', { what: 'the phone’s word' });
    expect(last()?.getChildText('status')).toBe('busy');
    expect(Date.parse(String(last()?.getChild('idle')?.attrs['since']))).toBe(Date.parse(since));
    const desk = await person(who, { resource: 'desk' });
    await until(() => show(last()!) === 'online', { what: 'the desk to be best' });
    account.setOfflinePresence({ show: 'xa', status: 'asleep' });
    await Promise.all([phone.close(), desk.close()]);
    await until(() => show(last()!) === 'xa' && last()?.getChildText('status') === 'asleep', { what: 'what was chosen' });
  });

  test('a room with a presence of its own keeps it, and a hidden one hears nothing', async () => {
    const bob = await person('bob');
    const [fixed, hidden, other] = [await roomOf(server, bob), await roomOf(server, bob), await roomOf(server, bob)];
    const { account, who } = await house({ times: quick });
    for (const room of [fixed, hidden, other]) await account.join(room, { nick: 'alice' });
    account.set(fixed, { presence: { kind: 'fixed', show: 'dnd', status: 'only here' } });
    account.set(hidden, { presence: { kind: 'hidden' } });
    await until(() => seen(bob, fixed, 'alice').some((one) => show(one) === 'dnd'), { what: 'the fixed one' });
    await until(() => show(seen(bob, hidden, 'alice').at(-1)!) === 'online', { what: 'the hidden one' });
    const before = [fixed, hidden].map((room) => seen(bob, room, 'alice').length);
    const phone = await person(who, { resource: 'phone' });
    phone.send(xml('presence', {}, xml('show', {}, 'xa'), xml('status', {}, 'gone')));
    await until(() => show(seen(bob, other, 'alice').at(-1)!) === 'xa', { what: 'the other room to be told' });
    expect([fixed, hidden].map((room) => seen(bob, room, 'alice').length)).toEqual(before);
  });

  test('a device that flaps for a minute costs each of fifty rooms two updates at most, and the last is right', async () => {
    const bob = await person('bob');
    const rooms = await Promise.all(Array.from({ length: 50 }, () => server.room({ archive: false })));
    for (const room of rooms) await bob.join(room, 'bob');
    const step = MINUTE / 60;
    const { account, who } = await house({ times: { presence: { settle: step * 4, longest: step * 90, rooms: 10, pause: step / 4 } } });
    const phone = await person(who, { resource: 'phone' });
    await Promise.all(rooms.map((room) => account.join(room, { nick: 'alice' })));
    const told = (room: string): Element[] => seen(bob, room, 'alice');
    await until(() => rooms.every((room) => told(room).length > 0 && show(told(room).at(-1)!) === 'online'), { what: 'all rooms to see the phone' });
    const before = new Map(rooms.map((room) => [room, told(room).length]));
    for (let second = 0; second < 60; second += 1) {
      const began = performance.now();
      phone.send(xml('presence', {}, ...(second % 2 === 0 ? [xml('show', {}, 'away')] : [])));
      await until(() => performance.now() - began >= step, { what: 'a second of this clock', every: step / 5 });
    }
    phone.send(xml('presence', {}, xml('show', {}, 'away'), xml('status', {}, 'at last')));
    await until(() => rooms.every((room) => told(room).at(-1)?.getChildText('status') === 'at last'), { what: 'the last word in all rooms', deadline: MINUTE + 10_000 });
    const updates = rooms.map((room) => told(room).length - (before.get(room) ?? 0));
    expect(Math.max(...updates)).toBeLessThanOrEqual(2);
    expect(Math.min(...updates)).toBeGreaterThanOrEqual(1);
  }, MINUTE * 2 + 40_000);

  test('the account’s nick is the nick where no bookmark names one, and is followed when it changes', async () => {
    const bob = await person('bob');
    const [plain, named] = [await roomOf(server, bob), await roomOf(server, bob)];
    const who = await newAccount(server, 'alice');
    const phone = await person(who, { resource: 'phone' });
    await setNick(phone, 'Queen');
    const { account } = await house({ who });
    const closed = async (): Promise<boolean> => (await nodeConfig(phone, NATIVE))['pubsub#access_model'] === 'whitelist';
    await until(closed, { what: 'the node to keep more than one item', every: 50 });
    await publish(phone, plain, conference({ autojoin: true }));
    await publish(phone, named, conference({ autojoin: true, nick: 'Ali' }));
    const nickIn = (room: string): string | undefined => account.rooms().find((one) => one.room === room && one.state === 'joined')?.nick;
    await until(() => nickIn(plain) === 'Queen' && nickIn(named) === 'Ali', { what: 'both nicks' });
    await setNick(phone, 'Red Queen');
    await until(() => nickIn(plain) === 'Red Queen', { what: 'the new nick' });
    await setNick(phone, 'White Queen');
    await until(() => nickIn(plain) === 'White Queen', { what: 'the newest nick' });
    expect(nickIn(named)).toBe('Ali');
    expect(account.bookmarks.list().find(({ room }) => room === plain)?.nick).toBeUndefined();
  });

  test('a fallback nick is written to no bookmark', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const rival = await person('rival');
    await rival.join(room, 'Ali');
    const { account } = await house();
    expect(await account.join(room, { nick: 'Ali' })).toMatchObject({ value: { nick: 'Ali_' } });
    expect(account.bookmarks.list()).toMatchObject([{ room, nick: 'Ali', autojoin: true }]);
    await rival.leave(room);
    await until(() => account.rooms()[0]?.nick === 'Ali', { what: 'the wanted nick' });
    expect(account.bookmarks.list()).toMatchObject([{ nick: 'Ali' }]);
  });
});

// ejabberd has no registration with a room.
describe('on prosody alone', () => {
  const { house, person } = cast(prosody);

  test('the nick that a room keeps for us is taken where none was named', async () => {
    const bob = await person('bob');
    const room = await roomOf(prosody, bob);
    const who = await newAccount(prosody, 'alice');
    const phone = await person(who, { resource: 'phone' });
    await prosody.setAffiliation(room, who.jid, 'member');
    const register = 'jabber:iq:register';
    const asked = await phone.iq(xml('iq', { type: 'get', to: room }, xml('query', { xmlns: register })));
    const form = asked.getChild('query')?.getChild('x')?.getChildren('field').find((field) => String(field.attrs['var']).includes('nick'));
    const field = (name: string, value: string): Element => xml('field', { var: name }, xml('value', {}, value));
    const x = xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, field('FORM_TYPE', 'http://jabber.org/protocol/muc#register'), field(String(form?.attrs['var'] ?? 'muc#register_roomnick'), 'Registered'));
    await phone.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: register }, x)));
    const { account } = await house({ who });
    expect(await account.join(room)).toMatchObject({ ok: true, value: { nick: 'Registered' } });
    expect(account.bookmarks.list()).toMatchObject([{ room, nick: undefined, autojoin: true }]);
  });
});
