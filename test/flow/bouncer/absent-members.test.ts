// Rooms that show their members though these are not in them, as Prosody's do where 'none' is among the roles that are told of.
import { createElement as xml, type Element } from 'ltx';
import { expect, test } from 'vitest';
import { doors } from '../../frontends/bouncer/doors.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, prosody as server, type Account } from '../../support/servers/servers.ts';

const MUC = 'http://jabber.org/protocol/muc';
const { open, door } = doors(server);

async function guest(who: Account): Promise<Person> {
  const one = await connectPerson(server, who.user, who.password);
  open.push(one);
  return one;
}

/** Everybody sees everybody's address, and those who are not there (ejabberd has no such setting). */
async function configure(owner: Person, room: string): Promise<void> {
  const field = (name: string, ...values: string[]): Element => xml('field', { var: name }, ...values.map((value) => xml('value', {}, value)));
  const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, field('FORM_TYPE', `${MUC}#roomconfig`), field('muc#roomconfig_whois', 'anyone'),
    field('muc#roomconfig_presencebroadcast', 'none', 'visitor', 'participant', 'moderator'));
  await owner.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#owner` }, form)));
}

/** Who of a room was shown as absent, and as what, up to one's own presence. */
function absent(who: Person, room: string): string[] {
  const shown = who.stanzas.filter((stanza) => stanza.name === 'presence' && String(stanza.attrs['from']).split('/')[0] === room);
  const self = shown.findIndex((stanza) => stanza.toString().includes('code="110"'));
  expect(self).toBeGreaterThan(-1);
  return shown.slice(0, self).filter((stanza) => stanza.attrs['type'] === 'unavailable').map((stanza) => {
    const item = stanza.getChild('x', `${MUC}#user`)?.getChild('item')?.attrs;
    return `${stanza.attrs['from']} ${item?.['jid']} ${item?.['affiliation']} ${item?.['role']}`;
  }).toSorted();
}

test('a device that enters is shown the members who are not there, as the room shows them to who comes without the bouncer', async () => {
  const [bob, carol, dave, eve] = await Promise.all(['bob', 'carol', 'dave', 'eve'].map((name) => newAccount(server, name)));
  if (!bob || !carol || !dave || !eve) throw new Error('an account is missing');
  const room = await server.room({ archive: true, owners: [bob.jid] });
  const owner = await guest(bob);
  await owner.join(room, 'bob');
  await configure(owner, room);
  for (const { jid } of [carol, dave]) await server.setAffiliation(room, jid, 'member');
  const { person } = await door();
  const [phone, watch] = [await person('phone'), await guest(eve)];
  await phone.join(room, 'Ali');
  await watch.join(room, 'eve');
  const both = [`${room} ${carol.jid} member none`, `${room} ${dave.jid} member none`].toSorted();
  expect(absent(watch, room)).toEqual(both);
  expect(absent(phone, room)).toEqual(both);

  // carol comes: she is absent no more, and is again once she has left
  const here = await guest(carol);
  await here.join(room, 'carol');
  await phone.next((stanza) => stanza.attrs['from'] === `${room}/carol` && stanza.attrs['type'] === undefined);
  const laptop = await person('laptop');
  await laptop.join(room, 'Ali');
  expect(absent(laptop, room)).toEqual([`${room} ${dave.jid} member none`]);
  await here.leave(room);
  await phone.next((stanza) => stanza.attrs['from'] === `${room}/carol` && stanza.attrs['type'] === 'unavailable');
  const tablet = await person('tablet');
  await tablet.join(room, 'Ali');
  expect(absent(tablet, room)).toEqual(both);
});
