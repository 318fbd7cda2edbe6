import { createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { startLink } from '../support/harm/link.ts';
import { connectPerson, type Person, type PersonOptions } from '../support/clients/person.ts';
import type { SharedServer } from '../support/servers/server.ts';
import { newAccount, servers, startServer, type Account } from '../support/servers/servers.ts';

const MAM = 'urn:xmpp:mam:2';
const people: Person[] = [];
afterEach(async () => { await Promise.all(people.splice(0).map((person) => person.close())); });

async function connect(server: SharedServer, account: Account, options?: PersonOptions): Promise<Person> {
  const person = await connectPerson(server, account.user, account.password, options);
  people.push(person);
  return person;
}

/** What an entity announces by XEP-0030. */
async function features(person: Person, to: string): Promise<(string | undefined)[]> {
  const query = xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' });
  const answer = await person.iq(xml('iq', { type: 'get', to }, query));
  return answer.getChild('query')?.getChildren('feature').map((feature) => feature.attrs['var']) ?? [];
}

describe.each(servers)('the sandbox on $kind', (server) => {
  test.each([true, false])('two people talk in a room (archive: %s)', async (archive) => {
    const [alice, bob] = await Promise.all(['alice', 'bob'].map(async (name) => {
      const person = await connect(server, await newAccount(server, name));
      return person;
    })) as [Person, Person];
    const room = await server.room({ archive });
    await alice.join(room, 'Alice');
    await bob.join(room, 'Bob');
    await bob.say(room, 'Salut, Zoë 🦊');
    const heard = await alice.next((s) => s.name === 'message' && s.getChildText('body') === 'Salut, Zoë 🦊');
    expect(heard.attrs['from']).toBe(`${room}/Bob`);
    expect(!archive || heard.getChild('stanza-id', 'urn:xmpp:sid:0') !== undefined).toBe(true); // newer ejabberd gives one without an archive too
    await bob.leave(room);
    await alice.next((s) => s.attrs['from'] === `${room}/Bob` && s.attrs['type'] === 'unavailable');
  });

  test('a room with an archive announces and answers XEP-0313, and one without does not announce it', async () => {
    const bob = await connect(server, await newAccount(server, 'bob'));
    const rooms = { kept: await server.room({ archive: true }), plain: await server.room({ archive: false }) };
    for (const room of Object.values(rooms)) {
      await bob.join(room, 'bob');
      await bob.say(room, 'for the record');
    }
    const query = (to: string): Element => xml('iq', { type: 'set', to }, xml('query', { xmlns: MAM }));
    await bob.iq(query(rooms.kept));
    const result = await bob.next((s) => s.getChild('result', MAM) !== undefined);
    expect(result.getChild('result', MAM)?.getChild('forwarded')?.getChild('message')?.getChildText('body'))
      .toBe('for the record');
    expect(await features(bob, rooms.kept)).toContain(MAM);
    expect(await features(bob, rooms.plain)).not.toContain(MAM); // ejabberd would still answer, from its short history
  });

  test('an owner keeps an outcast out, and a destroyed room tells its occupants', async () => {
    const [owner, outcast] = [await newAccount(server, 'owner'), await newAccount(server, 'outcast')];
    const room = await server.room({ archive: false, owners: [owner.jid] });
    await server.setAffiliation(room, outcast.jid, 'outcast');
    const person = await connect(server, owner);
    const self = await person.join(room, 'owner');
    expect(self.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('item')?.attrs['affiliation']).toBe('owner');
    await expect((await connect(server, outcast)).join(room, 'outcast')).rejects.toMatchObject({ condition: 'forbidden' });
    await server.destroyRoom(room);
    const gone = await person.next((s) => s.attrs['type'] === 'unavailable' && s.attrs['from'] === `${room}/owner`);
    expect(gone.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('destroy')).toBeDefined();
  });

  test('a second resource gets carbons, and an operator ends the sessions of an account', async () => {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const phone = await connect(server, alice, { resource: 'phone', carbons: true });
    const desk = await connect(server, alice, { resource: 'desk' });
    desk.send(xml('message', { to: bob.jid, type: 'chat' }, xml('body', {}, 'from the desk')));
    const copy = await phone.next((s) => s.getChild('sent', 'urn:xmpp:carbons:2') !== undefined);
    expect(copy.attrs['from']).toBe(alice.jid);
    await server.kickSessions(alice.user);
    await expect(phone.next(() => false)).rejects.toThrow('the stream ended');
  });

  test('a link can fall silent, come back, and be cut', async () => {
    const link = await startLink(server);
    try {
      const account = await newAccount(server, 'alice');
      const before = await connect(server, account, { port: link.port });
      const ping = (): Element => xml('iq', { type: 'get', to: server.domain }, xml('ping', { xmlns: 'urn:xmpp:ping' }));
      await before.iq(ping());
      link.swallow();
      await expect(before.iq(ping(), { deadline: 200, what: 'an answer' })).rejects.toThrow('waited 200 ms for an answer');
      link.restore();
      await expect(before.next(() => false)).rejects.toThrow('the stream ended');
      const after = await connect(server, account, { port: link.port });
      link.cut();
      await expect(after.next(() => false)).rejects.toThrow('the stream ended');
    } finally {
      await link.close();
    }
  });

  test('a server of one\'s own keeps accounts, rooms and ports over a crash', async () => {
    const own = await startServer(server.kind);
    try {
      const account = await newAccount(own, 'alice');
      const room = await own.room({ archive: true, owners: [account.jid] });
      const before = await connect(own, account);
      await before.join(room, 'alice');
      await before.say(room, 'before the crash');
      const { pid } = own;
      await own.restart({ crash: true });
      expect(own.pid).not.toBe(pid);
      const after = await connect(own, account);
      const self = await after.join(room, 'alice', { history: 1 });
      expect(self.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('item')?.attrs['affiliation']).toBe('owner');
      own.suspend();
      const ping = after.iq(xml('iq', { type: 'get', to: own.domain }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
      own.resume();
      await ping;
    } finally {
      await own.stop();
    }
  });
});
