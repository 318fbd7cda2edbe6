// What a device asks of a room and of its occupants is answered as the room would answer it.
import { clone, createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { openDoor } from '../../frontends/bouncer/door.ts';
import { transcript, type Names } from '../../frontends/bouncer/transcript.ts';
import { connectPerson, StanzaError, type Person } from '../../support/clients/person.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';

const MUC = 'http://jabber.org/protocol/muc';
const DISCO = 'http://jabber.org/protocol/disco';
const VCARD4 = 'urn:ietf:params:xml:ns:vcard-4.0';

describe.each(servers)('asked through the bouncer on $kind', (server) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });

  async function person(who: Account, options = {}): Promise<Person> {
    const one = await connectPerson(server, who.user, who.password, { resource: 'here', ...options });
    open.push(one);
    return one;
  }

  /** A room with somebody in it who has a vCard of both kinds. */
  async function inhabited(room: string, nick: string): Promise<Account> {
    const who = await newAccount(server, nick);
    const one = await person(who, { answersItself: [VCARD4] });
    await one.iq(xml('iq', { type: 'set' }, xml('vCard', { xmlns: 'vcard-temp' }, xml('FN', {}, `It is ${nick}`))));
    await one.join(room, nick);
    void one.next((stanza) => stanza.getChild('vcard', VCARD4) !== undefined).then(
      ({ attrs }) => one.send(xml('iq', { type: 'result', to: attrs['from'], id: attrs['id'] }, xml('vcard', { xmlns: VCARD4 }, xml('fn', {}, xml('text', {}, nick))))),
      () => undefined, // nobody asked for it
    );
    return who;
  }

  const query = (xmlns: string, attrs: object = {}, ...children: Element[]): Element => xml('query', { xmlns, ...attrs }, ...children);
  const registered = xml('x', { xmlns: 'jabber:x:data', type: 'submit' },
    xml('field', { var: 'FORM_TYPE' }, xml('value', {}, `${MUC}#register`)),
    xml('field', { var: 'muc#register_roomnick' }, xml('value', {}, 'Ali')));
  const asks: Readonly<Record<string, readonly [type: 'get' | 'set', nick: string, payload: Element]>> = {
    'the configuration': ['get', '', query(`${MUC}#owner`)],
    'a configuration that is called off': ['set', '', query(`${MUC}#owner`, {}, xml('x', { xmlns: 'jabber:x:data', type: 'cancel' }))],
    'the owners': ['get', '', query(`${MUC}#admin`, {}, xml('item', { affiliation: 'owner' }))],
    'the banned': ['get', '', query(`${MUC}#admin`, {}, xml('item', { affiliation: 'outcast' }))],
    'the moderators': ['get', '', query(`${MUC}#admin`, {}, xml('item', { role: 'moderator' }))],
    'a member made': ['set', '', query(`${MUC}#admin`, {}, xml('item', { affiliation: 'member', jid: 'carol@example.org' }))],
    'the members': ['get', '', query(`${MUC}#admin`, {}, xml('item', { affiliation: 'member' }))],
    'what a registration takes': ['get', '', query('jabber:iq:register')],
    'a registration': ['set', '', query('jabber:iq:register', {}, registered)],
    'what it is registered as': ['get', '', query('jabber:iq:register')],
    'its reserved nick': ['get', '', query(`${DISCO}#info`, { node: 'x-roomuser-item' })],
    'the room': ['get', '', query(`${DISCO}#info`)],
    'who is in it': ['get', '', query(`${DISCO}#items`)],
    'a vCard': ['get', 'bob', xml('vCard', { xmlns: 'vcard-temp' })],
    'a vCard of the newer kind': ['get', 'bob', xml('vcard', { xmlns: VCARD4 })],
    'what a client can do': ['get', 'bob', query(`${DISCO}#info`)],
    'what it knows nothing of': ['get', 'bob', query('jabber:iq:version')],
    'a vCard of nobody': ['get', 'nobody', xml('vCard', { xmlns: 'vcard-temp' })],
    'nothing that there is': ['get', '', query('urn:x-nothing')],
  };

  async function answers(who: Account, enter: () => Promise<Person>): Promise<Record<string, string>> {
    const room = await server.room({ archive: false, owners: [who.jid] });
    const bob = await inhabited(room, 'bob');
    const alice = await enter();
    await alice.join(room, 'Ali');
    const names: Names = [[room, 'ROOM'], [alice.jid, 'ALICE'], [who.jid, 'ALICE-BARE'], [bob.jid, 'BOB']];
    const heard: Record<string, string> = {};
    for (const [what, [type, nick, payload]] of Object.entries(asks)) {
      const to = nick === '' ? room : `${room}/${nick}`;
      const request = xml('iq', { type, to, id: `of ${what}` }, clone(payload));
      const answer = await alice.iq(request).catch((error: unknown) => {
        if (error instanceof StanzaError) return error.element;
        throw error;
      });
      expect(answer.attrs['id']).toBe(`of ${what}`);
      heard[what] = transcript([answer], room, names).join('');
    }
    return heard;
  }

  test('a room and who is in it answer as they answer directly', async () => {
    const [one, other] = [await newAccount(server, 'alice'), await newAccount(server, 'alice')];
    const door = await openDoor(server, one);
    open.push({ close: door.stop });
    await door.minimix.online();
    const through = await answers(one, async () => door.person('here'));
    const direct = await answers(other, async () => person(other));
    expect(through).toEqual(direct);
    expect(through['a vCard']).toContain('It is bob');
    expect(through['a vCard of nobody']).toContain("type='error'");
  });

  test('each of two devices that ask at once by the same id gets its own answer', async () => {
    const alice = await newAccount(server, 'alice');
    const room = await server.room({ archive: false });
    for (const nick of ['bob', 'carol']) await inhabited(room, nick);
    const door = await openDoor(server, alice);
    open.push({ close: door.stop });
    await door.minimix.online();
    const [phone, laptop] = [await door.person('phone'), await door.person('laptop')];
    for (const device of [phone, laptop]) await device.join(room, 'Ali');
    const ask = (device: Person, nick: string): Promise<Element> => device.iq(xml('iq', { type: 'get', to: `${room}/${nick}`, id: 'same' }, xml('vCard', { xmlns: 'vcard-temp' })));
    const [toPhone, toLaptop] = await Promise.all([ask(phone, 'bob'), ask(laptop, 'carol')]);
    expect(toPhone.attrs).toMatchObject({ from: `${room}/bob`, to: phone.jid, id: 'same' });
    expect(toLaptop.attrs).toMatchObject({ from: `${room}/carol`, to: laptop.jid, id: 'same' });
    expect([toPhone, toLaptop].map((answer) => answer.getChild('vCard')?.getChildText('FN'))).toEqual(['It is bob', 'It is carol']);
  });
});
