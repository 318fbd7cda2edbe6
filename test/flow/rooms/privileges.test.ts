// XEP-0045 8 and 9: what a moderator, admin or owner does about others, and what the room does not allow.
import { describe, expect, test } from 'vitest';
import { administer, cast, gone, present, roomOf, type Home } from '../../support/rooms/rooms.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

describe.each(servers)('people of a room on $kind', (server) => {
  const { minimix, person } = cast(server);

  /** Alice's Minimix as an owner of a room in which bob is; carol owns it, too. */
  async function owned() {
    const [carol, bob, who] = await Promise.all([person('carol'), person('bob'), newAccount(server, 'alice')]);
    const room = await roomOf(server, carol);
    await administer(carol, room, { jid: who.jid, affiliation: 'owner' });
    const home = await minimix({ who });
    expect(await home.account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: true });
    await bob.join(room, 'bob');
    await present(home.account, room, ['alice', 'bob', 'owner']);
    return { ...home, carol, bob, room };
  }

  const managed = ({ account }: Home, room: string, nick: string) => account.rooms.managed(room).find((one) => one.nick === nick);

  test('a kick puts somebody out with the reason, and they may come back', async () => {
    const { account, bob, room } = await owned();
    expect(await account.rooms.changePrivileges(room, { nick: 'bob', change: 'kick', reason: 'off topic' })).toEqual({ ok: true, value: undefined });
    const out = await bob.next(gone(room, 'bob'));
    expect(out.toString()).toContain('off topic');
    expect(out.toString()).toContain('code="307"');
    await bob.join(room, 'bob');
    await present(account, room, ['alice', 'bob', 'owner']);
  });

  test('a ban puts somebody out for good', async () => {
    const { account, bob, room } = await owned();
    expect(await account.rooms.changePrivileges(room, { nick: 'bob', change: 'ban' })).toMatchObject({ ok: true });
    expect((await bob.next(gone(room, 'bob'))).toString()).toContain('code="301"');
    await expect(bob.join(room, 'bob')).rejects.toMatchObject({ condition: 'forbidden' });
  });

  test('a voice is taken and given back, and each is offered where it applies', async () => {
    const home = await owned();
    const { account, room } = home;
    expect(await account.rooms.changePrivileges(room, { nick: 'bob', change: 'mute' })).toMatchObject({ ok: true });
    await until(() => managed(home, room, 'bob')?.role === 'visitor', { what: 'bob to be muted' });
    expect(managed(home, room, 'bob')?.allowed).toContain('unmute');
    expect(managed(home, room, 'bob')?.allowed).not.toContain('mute');
    expect(await account.rooms.changePrivileges(room, { nick: 'bob', change: 'unmute' })).toMatchObject({ ok: true });
    await until(() => managed(home, room, 'bob')?.role === 'participant', { what: 'bob to have a voice' });
  });

  test('somebody is made a moderator, a member and an admin, and neither of them again', async () => {
    const home = await owned();
    const { account, room } = home;
    const change = async (name: 'make-moderator' | 'make-member' | 'make-admin' | 'end-affiliation'): Promise<void> => {
      expect(await account.rooms.changePrivileges(room, { nick: 'bob', change: name })).toMatchObject({ ok: true });
    };
    await change('make-moderator');
    await until(() => managed(home, room, 'bob')?.role === 'moderator', { what: 'bob to moderate' });
    await change('make-member');
    await until(() => managed(home, room, 'bob')?.affiliation === 'member', { what: 'bob to be a member' });
    await change('make-admin');
    await until(() => managed(home, room, 'bob')?.affiliation === 'admin', { what: 'bob to be an admin' });
    await change('end-affiliation');
    await until(() => managed(home, room, 'bob')?.affiliation === 'none', { what: 'bob to be like others' });
  });

  test('whoever is nobody there is offered nothing, and is refused before the room is asked', async () => {
    const [carol, bob] = await Promise.all([person('carol'), person('bob')]);
    const room = await roomOf(server, carol);
    const home = await minimix();
    expect(await home.account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: true });
    await bob.join(room, 'bob');
    await present(home.account, room, ['alice', 'bob', 'owner']);
    expect(home.account.rooms.managed(room).flatMap(({ allowed }) => allowed)).toEqual([]);
    expect(await home.account.rooms.changePrivileges(room, { nick: 'bob', change: 'kick' })).toMatchObject({ ok: false, error: { code: 'not-allowed' } });
    expect(await home.account.rooms.changePrivileges(room, { nick: 'nobody', change: 'kick' })).toMatchObject({ ok: false, error: { code: 'not-there' } });
  });
});
