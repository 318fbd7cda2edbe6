// Every way out of a room, with its cause, and what comes next.
import { createElement as xml } from 'ltx';
import { describe, expect, test } from 'vitest';
import { administer, cast, configure, destroy, gone, noted, present, roomOf, story, type Home } from '../../support/rooms/rooms.ts';
import { startLink } from '../../support/harm/link.ts';
import { servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

/** Alice's Minimix in bob's room. */
async function inside(minimix: Home, room: string): Promise<Home> {
  expect(await minimix.account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: true });
  return minimix;
}

describe.each(servers)('out of a room on $kind', (server) => {
  const { minimix, person, also } = cast(server);

  test('a leave is final at once: the room is forgotten, and nothing brings it back', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, archive, who, events } = await inside(await minimix(), room);
    const asked = performance.now();
    expect(await account.rooms.leave(room)).toMatchObject({ ok: true });
    expect(performance.now() - asked).toBeLessThan(5_000); // the promise of the issue, not a speed
    await bob.next(gone(room, 'alice'));
    expect(account.rooms.list()).toEqual([]);
    expect(archive.rooms(who.jid)).toEqual([]);
    await events.next((event) => event.type === 'room-forgotten');
    await bob.say(room, 'is she gone?');
    expect(story(account, room).at(-1)).toBe('left');
  });

  test('a join while the room has not yet said that we left brings us in again', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account } = await inside(await minimix(), room);
    const left = account.rooms.leave(room);
    expect(await account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: true });
    expect(await left).toMatchObject({ ok: true });
    await bob.next(gone(room, 'alice'));
    await present(account, room, ['alice', 'owner']);
    expect(account.rooms.list()).toMatchObject([{ room, state: 'joined' }]);
    expect(story(account, room).slice(-4)).toEqual(['leave', 'left', 'join alice', 'self alice']);
  });

  test('a leave while the connection is down is carried out once it is back', async () => {
    const link = await startLink(server);
    also(link.close);
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account } = await inside(await minimix({ port: link.port, times: { leave: 20 } }), room);
    link.cut();
    await until(() => account.status().connection.state !== 'online', { what: 'the loss', every: 1 });
    expect(await account.rooms.leave(room)).toMatchObject({ ok: true });
    await until(() => account.rooms.list().length === 0, { what: 'the room to be forgotten' });
    await bob.next(gone(room, 'alice'), { what: 'alice to leave', deadline: 15_000 });
  });

  test('a kick: who and why, and we stay out', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, archive, who, state } = await inside(await minimix(), room);
    await administer(bob, room, { nick: 'alice', role: 'none' }, 'off topic');
    const kicked = await state(room, 'kicked');
    expect(kicked.reason).toMatch(/kicked.*“off topic”/);
    expect(kicked.reason).toContain('By owner.');
    expect(kicked.occupants).toBe(0);
    const [record] = archive.rooms(who.jid);
    expect(JSON.parse(record?.membership ?? '{}')).toMatchObject({ membership: { state: 'kicked' } });
    expect(JSON.parse(record?.membership ?? '{}').membership.retryAt).toBeUndefined();
    expect((await noted(account, room, 'kicked'))?.text).toContain('off topic');
    expect(await account.sending.sendMessage(room, 'but')).toMatchObject({ ok: false, error: { code: 'kicked' } });
    expect(await account.rooms.join(room)).toMatchObject({ ok: true });
  });

  test('a kick where the person chose to come back: we come back by the clock', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, state } = await inside(await minimix(), room);
    expect(account.rooms.set(room, { rejoinAfterKick: true })).toMatchObject({ ok: true });
    await administer(bob, room, { nick: 'alice', role: 'none' });
    await state(room, 'kicked');
    await state(room, 'joined');
    expect(story(account, room)).toEqual(['join alice', 'self alice', 'kicked', 'retry alice', 'self alice']);
  });

  test('a ban: who and why, and no clock, login or bookmark brings us back', async () => {
    const link = await startLink(server);
    also(link.close);
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, who, state, online } = await inside(await minimix({ port: link.port }), room);
    account.rooms.set(room, { rejoinAfterKick: true });
    await administer(bob, room, { jid: who.jid, affiliation: 'outcast' }, 'spam');
    const banned = await state(room, 'banned');
    expect(banned.reason).toMatch(/banned.*“spam”/);
    await server.kickSessions(who.user);
    await until(() => account.status().connection.state !== 'online', { what: 'the loss', every: 1 });
    await online();
    const other = await server.room({ archive: false });
    await account.rooms.join(other); // a fence: what the login brings has begun
    expect(account.rooms.list().find((one) => one.room === room)).toMatchObject({ state: 'banned' });
    expect(story(account, room)).toEqual(['join alice', 'self alice', 'banned']);
  });

  test('a room that becomes members-only puts us out, and says so', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, state } = await inside(await minimix(), room);
    await configure(bob, room, { 'muc#roomconfig_membersonly': '1' });
    const out = await state(room, 'members-only');
    expect(out.reason).toContain('became members-only');
    expect(story(account, room).at(-1)).toBe('became-members-only');
  });

  test('a membership that is taken away in a room for members puts us out, and says so', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const alice = await minimix();
    await server.setAffiliation(room, alice.who.jid, 'member');
    await configure(bob, room, { 'muc#roomconfig_membersonly': '1' });
    await inside(alice, room);
    await administer(bob, room, { jid: alice.who.jid, affiliation: 'none' }, 'you moved away');
    const out = await alice.state(room, 'members-only');
    expect(out.reason).toMatch(/no longer a member/);
    expect(story(alice.account, room).at(-1)).toBe('affiliation-lost');
  });

  test('a destroyed room names its venue and password, and is followed when asked', async () => {
    const bob = await person('bob');
    const [room, venue] = [await roomOf(server, bob), await roomOf(server, bob)];
    await configure(bob, venue, { 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 'sesame' });
    const { account, state } = await inside(await minimix(), room);
    await destroy(bob, room, { venue, password: 'sesame', reason: 'a better place' });
    const lost = await state(room, 'room-gone');
    expect(lost.reason).toMatch(/destroyed.*“a better place”/);
    expect(lost.reason).toContain(venue);
    expect(await account.rooms.follow(room)).toMatchObject({ ok: true, value: { room: venue, state: 'joined', nick: 'alice' } });
    expect(account.rooms.list().map((one) => one.room)).toEqual([venue]);
  });

  test('a room that is destroyed and names no other stays out, and cannot be followed', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, state } = await inside(await minimix(), room);
    await destroy(bob, room, {});
    expect(await state(room, 'room-gone')).toMatchObject({ reason: 'The room was destroyed.' });
    expect(await account.rooms.follow(room)).toMatchObject({ ok: false, error: { code: 'no-venue' } });
  });

  test('others’ leaving, kicks, bans and nick changes are on record, and nick changes keep the person', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account } = await inside(await minimix(), room);
    const [carol, dave, erin] = [await person('carol'), await person('dave'), await person('erin')];
    for (const [who, nick] of [[carol, 'carol'], [dave, 'dave'], [erin, 'erin']] as const) await who.join(room, nick);
    await present(account, room, ['alice', 'owner', 'carol', 'dave', 'erin']);
    carol.send(xml('presence', { to: `${room}/caroline` }));
    expect(await noted(account, room, 'occupant-nick', 'carol')).toMatchObject({ text: 'caroline' });
    await present(account, room, ['alice', 'owner', 'caroline', 'dave', 'erin']);
    carol.send(xml('presence', { to: `${room}/caroline`, type: 'unavailable' }));
    await administer(bob, room, { nick: 'dave', role: 'none' }, 'noise');
    await administer(bob, room, { jid: erin.jid.split('/')[0] ?? '', affiliation: 'outcast' }, 'spam');
    await noted(account, room, 'occupant-left', 'caroline');
    expect((await noted(account, room, 'occupant-kicked', 'dave'))?.text).toBe('by owner: noise');
    expect((await noted(account, room, 'occupant-banned', 'erin'))?.text).toContain('spam');
    await present(account, room, ['alice', 'owner']);
  });

  test('a nick change: granted, refused, and by another session of ours', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, archive, who } = await inside(await minimix(), room);
    expect(await account.rooms.changeNick(room, 'owner')).toMatchObject({ ok: false, error: { code: 'nick-refused' } });
    expect(account.rooms.list()[0]).toMatchObject({ nick: 'alice', state: 'joined' });
    expect(await account.rooms.changeNick(room, 'Alice L.')).toMatchObject({ ok: true, value: { nick: 'Alice L.' } });
    expect(archive.rooms(who.jid)).toMatchObject([{ nick: 'Alice L.' }]);
    await present(account, room, ['Alice L.', 'owner']);
    const phone = await person(who, { resource: 'phone' });
    await phone.join(room, 'Alice L.');
    phone.send(xml('presence', { to: `${room}/Pocket` }));
    await bob.next((stanza) => stanza.attrs['from'] === `${room}/Pocket`);
    const said = await account.sending.sendMessage(room, 'who am I?');
    expect(said).toMatchObject({ ok: true });
    const heard = await bob.next((stanza) => stanza.getChildText('body') === 'who am I?');
    await until(() => archive.outbox(who.jid).length === 0, { what: 'the reflection to be known as ours' });
    expect(account.rooms.list()[0]).toMatchObject({ state: 'joined', nick: String(heard.attrs['from']).slice(room.length + 1) });
  });

  test('a room’s new name is known after a change of its configuration', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account } = await inside(await minimix(), room);
    await configure(bob, room, { 'muc#roomconfig_roomname': 'The Orchard' });
    await until(() => account.rooms.list()[0]?.name === 'The Orchard', { what: 'the new name' });
    bob.send(xml('message', { to: room, type: 'groupchat' }, xml('subject', {}, 'Apples')));
    await until(() => account.rooms.list()[0]?.subject === 'Apples', { what: 'the new subject' });
  });
});

