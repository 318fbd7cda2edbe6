// Invitations, which wait for the person, and private messages, which are kept apart.
import { createElement as xml } from 'ltx';
import { describe, expect, test } from 'vitest';
import { storedValues } from '../../../src/archive/stored-values.ts';
import { cast, configure, roomOf, MUC_USER } from '../../support/rooms/rooms.ts';
import type { Person } from '../../support/clients/person.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

function mediated(from: Person, room: string, to: string, reason: string): void {
  const invite = xml('invite', { to }, xml('reason', {}, reason));
  from.send(xml('message', { to: room }, xml('x', { xmlns: MUC_USER }, invite)));
}

function direct(from: Person, room: string, to: string, about: Record<string, string>): void {
  // ejabberd keeps nothing without a body in the account's archive
  from.send(xml('message', { to }, xml('body', {}, 'Come!'), xml('x', { xmlns: 'jabber:x:conference', jid: room, ...about })));
}

describe.each(servers)('invitations on $kind', (server) => {
  const { minimix, person } = cast(server);

  test.each(['mediated', 'direct'])('a %s one to the bare JID, while another device is online: kept, not joined, and accepted', async (kind) => {
    const [bob, who] = [await person('bob'), await newAccount(server, 'alice')];
    const room = await roomOf(server, bob);
    await configure(bob, room, { 'muc#roomconfig_membersonly': '1' });
    await person(who, { resource: 'phone' });
    const { account } = await minimix({ who, times: { sweep: 100 } });
    if (kind === 'mediated') mediated(bob, room, who.jid, 'tea');
    else {
      await server.setAffiliation(room, who.jid, 'member');
      direct(bob, room, who.jid, { reason: 'tea' });
    }
    const [invitation] = await until(() => account.rooms.invitations().length > 0 && account.rooms.invitations(), { what: 'the invitation' }) || [];
    expect(invitation).toMatchObject({ room, reason: 'tea', mediated: kind === 'mediated', by: expect.any(String) });
    expect(account.rooms.list()).toEqual([]);
    expect(await account.rooms.accept(room, 'alice')).toMatchObject({ ok: true, value: { state: 'joined' } });
    expect(account.rooms.invitations()).toEqual([]);
  });

  test('one is joined without a question where the person set it so', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, who, state } = await minimix({ times: { sweep: 100 }, joinInvited: true });
    mediated(bob, room, who.jid, 'tea');
    await state(room, 'joined');
    expect(account.rooms.invitations()).toEqual([]);
  });

  test('one comes in though no other device is online', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, who } = await minimix({ times: { sweep: 100 } });
    mediated(bob, room, who.jid, 'tea');
    await until(() => account.rooms.invitations().length > 0, { what: 'the invitation' });
    expect(account.rooms.invitations()).toMatchObject([{ room, reason: 'tea' }]);
  });

  test.each(['mediated', 'direct'])('a %s one that came while we were offline is found at the next login', async (kind) => {
    const [bob, who] = [await person('bob'), await newAccount(server, 'alice')];
    const room = await roomOf(server, bob);
    const phone = await person(who, { resource: 'phone' });
    if (kind === 'mediated') mediated(bob, room, who.jid, 'tea');
    else direct(bob, room, who.jid, { reason: 'tea', password: 'sesame' });
    await phone.next((stanza) => stanza.toString().includes('tea'));
    const { account } = await minimix({ who });
    await until(() => account.rooms.invitations().length > 0, { what: 'the invitation' });
    expect(account.rooms.invitations()).toMatchObject([{ room, reason: 'tea', mediated: kind === 'mediated' }]);
    expect(account.rooms.list()).toEqual([]);
  });

  test('one that is declined tells who asked, and is asked no more', async () => {
    const [bob, who] = [await person('bob'), await newAccount(server, 'alice')];
    const room = await roomOf(server, bob);
    await person(who, { resource: 'phone' });
    const { account } = await minimix({ who, times: { sweep: 100 } });
    mediated(bob, room, who.jid, 'tea');
    await until(() => account.rooms.invitations().length > 0, { what: 'the invitation' });
    expect(account.rooms.decline(room, 'not today')).toMatchObject({ ok: true });
    const declined = await bob.next((stanza) => stanza.getChild('x', MUC_USER)?.getChild('decline') !== undefined);
    expect(declined.getChild('x', MUC_USER)?.getChild('decline')?.getChildText('reason')).toBe('not today');
    expect(account.rooms.invitations()).toEqual([]);
  });

  test('one that is declined is not found again in the account’s archive', async () => {
    const [bob, who] = [await person('bob'), await newAccount(server, 'alice')];
    const room = await roomOf(server, bob);
    await person(who, { resource: 'phone' });
    const { account, archive } = await minimix({ who, times: { sweep: 100 } });
    mediated(bob, room, who.jid, 'tea');
    await until(() => account.rooms.invitations().length > 0, { what: 'the invitation' });
    expect(account.rooms.decline(room)).toMatchObject({ ok: true });
    await until(() => archive.value(who.jid, storedValues.invitationsReadTo), { what: 'the archive to be read, in which it is' });
    expect(account.rooms.invitations()).toEqual([]);
  });
});

describe.each(servers)('private messages in a room on $kind', (server) => {
  const { minimix, person } = cast(server);

  test('are kept as private, and reach a device that takes the relay as one copy, those that were missed too', async () => {
    const [bob, who] = [await person('bob'), await newAccount(server, 'alice')];
    const room = await roomOf(server, bob);
    const relayed = { resource: 'phone', features: ['urn:minimix:relay:0'], carbons: true };
    const phone = await person(who, relayed);
    const { account, archive } = await minimix({ who });
    await account.rooms.join(room, { nick: 'alice' });
    await until(() => account.devices.relays().length === 1, { what: 'the phone to take the relay' });
    const whisper = (body: string): void => bob.send(xml('message', { to: `${room}/alice`, type: 'chat', id: body }, xml('body', {}, body), xml('x', { xmlns: MUC_USER })));
    whisper('between us');
    const kept = () => archive.page({ account: who.jid, room, limit: 10 }).find(({ body }) => body === 'between us');
    expect(await until(kept, { what: 'the private message' })).toMatchObject({ kind: 'private', nick: 'owner' });
    await bob.say(room, 'to all');
    const ofBob = (device: Person, text: string) => device.stanzas.filter((stanza) => stanza.toString().includes(text));
    await phone.next((stanza) => stanza.toString().includes('to all'));
    const [copy, ...more] = ofBob(phone, 'between us');
    expect(copy?.attrs['from']).toBe(`${who.jid}/minimix`);
    const inner = copy?.getChild('received', 'urn:xmpp:carbons:2')?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message');
    expect(inner?.attrs).toMatchObject({ from: `${room}/owner`, type: 'chat', id: 'between us' });
    expect(more).toEqual([]);

    await phone.close();
    await until(() => account.devices.relays().length === 0, { what: 'the phone to be gone' });
    whisper('while you were away');
    await bob.settle();
    const again = await person(who, relayed);
    await again.next((stanza) => stanza.toString().includes('while you were away'));
    await bob.say(room, 'and to all');
    await again.next((stanza) => stanza.toString().includes('and to all'));
    expect(ofBob(again, 'while you were away')).toHaveLength(1);
  });
});
