// XEP-0045 7.2.8 and 7.10: nicks that a room, or its service, keeps for somebody.
import { createElement as xml, type Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { openDoor } from '../../frontends/bouncer/door.ts';
import { StanzaError, type Person } from '../../support/clients/person.ts';
import { ownServer } from '../../support/servers/own-server.ts';
import { startProsody } from '../../support/servers/prosody.ts';
import { cast, here, roomOf } from '../../support/rooms/rooms.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';

const REGISTER = 'jabber:iq:register';
const register = (to: string, type: 'get' | 'set', ...children: Element[]): Element => xml('iq', { type, to }, xml('query', { xmlns: REGISTER }, ...children));

/** The form that is asked there, filled in and sent; false where nobody registers. */
async function keeps(who: Person, at: string, nick: string): Promise<boolean> {
  const asked = await who.iq(register(at, 'get')).catch((error: unknown) => {
    if (error instanceof StanzaError) return undefined;
    throw error;
  });
  const fields = asked?.getChild('query')?.getChild('x')?.getChildren('field') ?? [];
  const name = fields.map(({ attrs }) => String(attrs['var'])).find((one) => one.endsWith('roomnick'));
  if (name === undefined) return false;
  const values = { FORM_TYPE: 'http://jabber.org/protocol/muc#register', [name]: nick };
  const filled = Object.entries(values).map(([key, value]) => xml('field', { var: key }, xml('value', {}, value)));
  await who.iq(register(at, 'set', xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, ...filled)));
  return true;
}

describe.each(servers)('on $kind', (server) => {
  const { minimix, person, also } = cast(server);

  test('a nick that is kept for somebody else is not ours: the daemon comes in under the next one, a device’s own entry is a conflict', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const nick = `Kept${room.split('@')[0] ?? ''}`; // ejabberd 23.01 keeps nicks for all rooms of a service
    const service = room.slice(room.indexOf('@') + 1);
    expect((await keeps(bob, room, nick)) || (await keeps(bob, service, nick))).toBe(true);
    const { account } = await minimix();
    expect(await account.rooms.join(room, { nick })).toMatchObject({ ok: true, value: { nick: `${nick}_` } });
    const door = await openDoor(server, await newAccount(server, 'carol'));
    also(door.stop);
    await door.minimix.online();
    const device = await door.person('phone');
    also(device.close);
    await expect(device.join(room, nick)).rejects.toMatchObject({ condition: 'conflict' });
    await device.join(room, 'carol');
    device.send(xml('presence', { to: `${room}/${nick}`, id: 'later' }));
    const refused = await device.next((stanza) => stanza.attrs['id'] === 'later');
    expect(refused.attrs).toMatchObject({ type: 'error', from: `${room}/${nick}` });
    expect(refused.getChild('error')?.getChild('conflict')).toBeDefined();
  });
});

describe('on a Prosody that holds people to the nick that they registered', () => {
  const server = ownServer(() => startProsody({ extraMuc: 'enforce_registered_nickname = true' }));
  const { minimix, person, also } = cast(server);

  test('the daemon comes in under it, and says that it wanted another', async () => {
    const room = await roomOf(server, await person('bob'));
    const who = await newAccount(server, 'alice');
    await server.setAffiliation(room, who.jid, 'member');
    const { account } = await minimix({ who });
    expect(await account.rooms.register(room, { 'muc#register_roomnick': 'Registered' })).toMatchObject({ ok: true });
    expect(await account.rooms.join(room, { nick: 'Other' })).toMatchObject({ ok: true, value: { nick: 'Registered' } });
    expect(account.rooms.list()).toMatchObject([{ nick: 'Registered', wanted: { nick: 'Other' } }]);
  });

  test('so does a device, which is told by 210 as by the room', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const who = await newAccount(server, 'alice');
    await server.setAffiliation(room, who.jid, 'member');
    const door = await openDoor(server, who);
    also(door.stop);
    await door.minimix.online();
    const device = await door.person('phone');
    also(device.close);
    expect(await keeps(device, room, 'Registered')).toBe(true);
    const self = await device.join(room, 'Other');
    expect(self.attrs['from']).toBe(`${room}/Registered`);
    expect(self.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChildren('status').map(({ attrs }) => attrs['code'])).toEqual(expect.arrayContaining(['110', '210']));
    await bob.next(here(room, 'Registered'));
    device.send(xml('presence', { to: `${room}/Third`, id: 'third' }));
    expect((await device.next((stanza) => stanza.attrs['id'] === 'third')).attrs['type']).toBe('error');
  });
});
