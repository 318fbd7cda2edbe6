// Every way into a room, and each refusal with its sentence.
import { createElement as xml } from 'ltx';
import { describe, expect, test } from 'vitest';
import { StanzaError } from '../../support/clients/person.ts';
import { cast, configure, administer, gone, here, roomOf, story } from '../../support/rooms/rooms.ts';
import { uniqueName } from '../../support/servers/server.ts';
import { ejabberd, newAccount, prosody, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

describe.each(servers)('into a room on $kind', (server) => {
  const { minimix, person } = cast(server);

  test('a nick that is taken: in by a fallback that is never kept as a wish, and the wish once it is free', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const rival = await person('rival');
    await rival.join(room, 'alice');
    const { account, archive, who } = await minimix();
    const joined = await account.rooms.join(room, { nick: 'alice' });
    expect(joined).toMatchObject({ ok: true, value: { state: 'joined', nick: 'alice_' } });
    expect(archive.rooms(who.jid)).toMatchObject([{ room, nick: 'alice', wanted: true }]);
    expect(story(account, room)).toEqual(['join alice', 'conflict', 'retry alice_', 'self alice_']);
    await rival.leave(room);
    await until(() => account.rooms.list()[0]?.nick === 'alice', { what: 'the wanted nick' });
    expect(account.rooms.occupants(room).map(({ nick }) => nick).toSorted()).toEqual(['alice', 'owner']);
  });

  test('a password: missing, wrong, right', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    await configure(bob, room, { 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 'sesame' });
    const { account } = await minimix();
    const missing = await account.rooms.join(room, { nick: 'alice' });
    expect(missing).toMatchObject({ ok: false, error: { code: 'password-needed' } });
    expect(account.rooms.list()[0]).toMatchObject({ state: 'password-needed', reason: expect.stringContaining('password') });
    expect(await account.rooms.join(room, { password: 'open' })).toMatchObject({ ok: false, error: { code: 'password-needed' } });
    expect(await account.rooms.join(room, { password: 'sesame' })).toMatchObject({ ok: true, value: { reason: undefined } });
  });

  test('a room for members only', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    await configure(bob, room, { 'muc#roomconfig_membersonly': '1' });
    const { account, who } = await minimix();
    const refused = await account.rooms.join(room, { nick: 'alice' });
    expect(refused).toMatchObject({ ok: false, error: { code: 'members-only', message: expect.stringContaining('members only') } });
    await server.setAffiliation(room, who.jid, 'member');
    expect(await account.rooms.join(room)).toMatchObject({ ok: true });
  });

  test('a join by hand that is refused leaves nothing behind: no room, no bookmark; one that only waits is kept', async () => {
    const bob = await person('bob');
    const [members, locked] = [await roomOf(server, bob), await roomOf(server, bob)];
    await configure(bob, members, { 'muc#roomconfig_membersonly': '1' });
    await configure(bob, locked, { 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 'sesame' });
    const { account } = await minimix();
    const tentative = { nick: 'alice', tentative: true };
    expect(await account.rooms.join(members, tentative)).toMatchObject({ ok: false, error: { code: 'members-only' } });
    expect(await account.rooms.join(`room@rooms.nowhere.invalid`, tentative)).toMatchObject({ ok: false });
    expect(await account.rooms.join(locked, tentative)).toMatchObject({ ok: false, error: { code: 'password-needed' } });
    expect(account.rooms.list().map(({ room }) => room)).toEqual([locked]);
    expect(account.bookmarks.list().map(({ room }) => room)).toEqual([locked]);
    expect(await account.rooms.join(locked, { ...tentative, password: 'sesame' })).toMatchObject({ ok: true });
  });

  test('a ban: refused, and not tried again by the clock', async () => {
    const room = await server.room({ archive: false });
    const { account, who } = await minimix();
    await server.setAffiliation(room, who.jid, 'outcast');
    const refused = await account.rooms.join(room, { nick: 'alice' });
    expect(refused).toMatchObject({ ok: false, error: { code: 'banned', message: expect.stringContaining('banned') } });
    expect(account.rooms.list()[0]).toMatchObject({ state: 'banned' });
    expect(story(account, room)).toEqual(['join alice', 'forbidden']);
  });

  test('a room that does not exist yet is made, with its defaults, and we own it', async () => {
    const room = `${uniqueName('new')}@${server.plainRooms}`;
    const { account } = await minimix();
    expect(await account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: true });
    expect(account.rooms.occupants(room)).toMatchObject([{ nick: 'alice', affiliation: 'owner', role: 'moderator' }]);
    const bob = await person('bob');
    await bob.join(room, 'bob'); // it is not locked
  });

  test('a room that does not exist any more is not made where the person said so', async () => {
    const room = await server.room({ archive: false });
    const { account } = await minimix();
    await account.rooms.join(room, { nick: 'alice' });
    account.rooms.set(room, { neverCreate: true });
    const bob = await person('bob');
    const look = (): Promise<unknown> => bob.iq(xml('iq', { type: 'get', to: room }, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' })), { deadline: 1000 });
    await server.destroyRoom(room);
    await until(() => account.rooms.list()[0]?.state === 'room-gone', { what: 'the room to be gone' });
    // ejabberd tells its occupants before the room's process has ended, and for a moment still answers for it now and then
    const forgotten = (): Promise<unknown> => until(async () => look().then(() => false, (error: unknown) => error instanceof StanzaError && error.condition === 'item-not-found'), { what: 'the server to have forgotten it' });
    await forgotten();
    const refused = await account.rooms.join(room);
    expect(refused).toMatchObject({ ok: false, error: { code: 'not-allowed', message: expect.stringContaining('does not exist') } });
    await forgotten(); // one that we had made would stay, for we would be in it
  });

  test('a room’s name, subject and way of showing people are known after the entry', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    await configure(bob, room, { 'muc#roomconfig_roomname': 'The Garden', 'muc#roomconfig_whois': 'anyone' });
    bob.send(xml('message', { to: room, type: 'groupchat' }, xml('subject', {}, 'Roses')));
    const { account } = await minimix();
    await account.rooms.join(room, { nick: 'alice' });
    await until(() => account.rooms.list()[0]?.subject === 'Roses', { what: 'the subject' });
    expect(account.rooms.list()[0]).toMatchObject({ name: 'The Garden', nonAnonymous: true });
    expect(account.rooms.ledger(room, 10).at(-1)?.text).toContain('can see your address');
    const owner = account.rooms.occupants(room).find(({ nick }) => nick === 'owner');
    expect(owner).toMatchObject({ jid: bob.jid, affiliation: 'owner' });
  });

  test('two sessions of the account under one nick are one occupant, and neither throws the other out', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const who = await newAccount(server, 'alice');
    const phone = await person(who, { resource: 'phone' });
    await phone.join(room, 'alice');
    const { account } = await minimix({ who });
    expect(await account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: true, value: { nick: 'alice' } });
    await bob.say(room, 'to both');
    await phone.next((stanza) => stanza.getChildText('body') === 'to both');
    await phone.leave(room);
    await bob.say(room, 'still there?');
    await until(() => account.rooms.list()[0]?.state === 'joined', { what: 'the membership to stay' });
    expect(account.rooms.occupants(room).map(({ nick }) => nick).toSorted()).toEqual(['alice', 'owner']);
    expect(await account.rooms.leave(room)).toMatchObject({ ok: true });
    await bob.next(gone(room, 'alice'));
  });

  test('an owner who makes us a visitor takes our voice; a wish for it reaches the owner', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    await configure(bob, room, { 'muc#roomconfig_moderatedroom': '1', 'muc#roomconfig_membersonly': '0' });
    const { account } = await minimix();
    await account.rooms.join(room, { nick: 'alice' });
    await administer(bob, room, { nick: 'alice', role: 'visitor' });
    await until(() => account.rooms.occupants(room).find(({ nick }) => nick === 'alice')?.role === 'visitor', { what: 'the role' });
    expect(await account.sending.sendMessage(room, 'hello')).toMatchObject({ ok: false, error: { code: 'no-voice', message: expect.stringContaining('moderated') } });
    expect(account.rooms.requestVoice(room)).toMatchObject({ ok: true });
    const request = await bob.next((stanza) => stanza.toString().includes('http://jabber.org/protocol/muc#request'));
    expect(request.toString()).toContain('alice');
    await administer(bob, room, { nick: 'alice', role: 'participant' });
    await bob.next((stanza) => here(room, 'alice')(stanza) && stanza.toString().includes('participant'));
    await until(async () => (await account.sending.sendMessage(room, 'thank you')).ok, { what: 'a voice' });
    await bob.next((stanza) => stanza.getChildText('body') === 'thank you');
  });
});

describe('into a room on prosody', () => {
  const { minimix, person } = cast(prosody);

  test('a room that is locked until its owner has seen to it (404): refused, and entered by the clock once it is open', async () => {
    const bob = await person('bob');
    const room = await roomOf(prosody, bob);
    const find = `local room = prosody.hosts["${prosody.plainRooms}"].modules.muc.get_room_from_jid("${room}")`;
    await prosody.run(`> ${find}; room._data.locked = os.time() + 300; return "done"`);
    const { account, state } = await minimix();
    expect(await account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: false, error: { code: 'room-locked', message: expect.stringContaining('has not opened it') } });
    await prosody.run(`> ${find}; room._data.locked = nil; return "done"`);
    await state(room, 'joined');
    expect(story(account, room)).toEqual(['join alice', 'locked', 'retry alice', 'self alice']);
  });
});

describe('into a room on ejabberd', () => {
  const { minimix, person } = cast(ejabberd);

  test('a room that is full: refused with the room’s words, and entered by the clock once there is a place', async () => {
    const bob = await person('bob');
    const room = await roomOf(ejabberd, bob);
    await ejabberd.run('change_room_option', { name: room.split('@')[0], service: ejabberd.archivedRooms, option: 'max_users', value: '2' });
    const guest = await person('guest');
    await guest.join(room, 'guest');
    const { account, state } = await minimix();
    expect(await account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: false, error: { code: 'room-full', message: expect.stringContaining('full') } });
    await guest.leave(room);
    await state(room, 'joined');
    expect(story(account, room)).toEqual(['join alice', 'full', 'retry alice', 'self alice']);
  });
});
