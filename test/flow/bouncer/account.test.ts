// A device that somebody else holds takes neither the account nor another device's words.
import { clone, createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { openDoor, type Door } from '../../frontends/bouncer/door.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const OWNER = 'http://jabber.org/protocol/pubsub#owner';
const PUBSUB = 'http://jabber.org/protocol/pubsub';

describe.each(servers)('a device on $kind', (server) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });

  async function door(): Promise<Door & { alice: Account }> {
    const alice = await newAccount(server, 'alice');
    const one = await openDoor(server, alice);
    open.push({ close: one.stop });
    await one.minimix.online();
    return { ...one, alice };
  }

  /** In the person's own words on the wire: no library of ours makes the address normal. */
  async function answerTo(device: Person, to: string | undefined, payload: Element): Promise<string> {
    return device.iq(xml('iq', { type: 'set', ...(to !== undefined && { to }) }, payload)).then(
      () => 'done',
      (error: unknown) => (error instanceof Error && 'condition' in error ? String(error.condition) : 'unknown'),
    );
  }

  test('changes no login and ends no account, whatever says so and however the server is named', async () => {
    const { person, alice } = await door();
    const device = await person('phone');
    const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, xml('field', { var: 'password' }, xml('value', {}, 'taken-over')));
    const payloads = [
      xml('query', { xmlns: 'jabber:iq:register' }, xml('username', {}, alice.user), xml('password', {}, 'taken-over')),
      xml('query', { xmlns: 'jabber:iq:register' }, xml('remove')),
      xml('command', { xmlns: 'http://jabber.org/protocol/commands', node: 'http://jabber.org/protocol/admin#change-user-password', action: 'execute' }, form),
      xml('command', { xmlns: 'http://jabber.org/protocol/commands', node: 'http://jabber.org/protocol/admin#delete-user' }),
      xml('revoke', { xmlns: 'urn:xmpp:cam:0', id: 'client/1' }),
    ];
    const { domain } = server;
    const wide = domain.replace(/[a-z]/, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
    const [first = '', ...rest] = domain;
    const spellings = [undefined, domain, domain.toUpperCase(), `${domain}/x`, wide, `${first}\u00ad${rest.join('')}`, alice.jid, `${alice.user.toUpperCase()}@${domain}`];
    for (const to of spellings) {
      for (const payload of payloads) expect(await answerTo(device, to, clone(payload)), `${to} ${payload.toString()}`).toBe('not-allowed');
    }
    const still = await connectPerson(server, alice.user, alice.password, { resource: 'still' });
    open.push(still);
  });

  test('deletes no bookmarks’ node, and any other node of its own', async () => {
    const { person } = await door();
    const device = await person('phone');
    const publish = (node: string): Element => xml('pubsub', { xmlns: PUBSUB }, xml('publish', { node }, xml('item', { id: 'one' }, xml('note', { xmlns: 'urn:example:note' }, 'kept'))));
    expect(await answerTo(device, undefined, publish('urn:example:notes'))).toBe('done');
    const remove = (node: string): Element => xml('pubsub', { xmlns: OWNER }, xml('delete', { node }));
    for (const node of ['urn:xmpp:bookmarks:1', 'storage:bookmarks']) expect(await answerTo(device, undefined, remove(node))).toBe('not-allowed');
    expect(await answerTo(device, undefined, remove('urn:example:notes'))).toBe('done');
  });

  test('opens the bookmarks to nobody, by no form that its server would heed', async () => {
    const { person, alice } = await door();
    const device = await person('phone');
    const node = 'urn:xmpp:bookmarks:1';
    const bookmark = xml('item', { id: 'cave@rooms.test' }, xml('conference', { xmlns: node }));
    const form = (field: string, value: string, type = 'node_config'): Element => xml('x', { xmlns: 'jabber:x:data', type: 'submit' },
      xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, `${PUBSUB}#${type}`)), xml('field', { var: `pubsub#${field}` }, xml('value', {}, value)));
    const publish = xml('pubsub', { xmlns: PUBSUB }, xml('publish', { node }, bookmark), xml('publish-options', {}, form('access_model', 'whitelist', 'publish-options')));
    expect(await answerTo(device, undefined, publish)).toBe('done');
    const configure = (...forms: Element[]): Element => xml('pubsub', { xmlns: OWNER }, xml('configure', { node }, ...forms));
    expect(await answerTo(device, undefined, configure(form('access_model', 'whitelist'), form('access_model', 'open')))).toBe('not-allowed');
    expect(await answerTo(device, undefined, configure(form('publish_model', 'open')))).toBe('not-allowed');
    const bob = await newAccount(server, 'bob');
    const stranger = await connectPerson(server, bob.user, bob.password, { resource: 'there' });
    open.push(stranger);
    expect(await answerTo(stranger, alice.jid, xml('pubsub', { xmlns: PUBSUB }, xml('publish', { node }, clone(bookmark))))).not.toBe('done');
    const read = stranger.iq(xml('iq', { type: 'get', to: alice.jid }, xml('pubsub', { xmlns: PUBSUB }, xml('items', { node }))));
    expect(await read.then(() => 'read', () => 'refused')).toBe('refused');
  });

  test('that calls a contact a room takes no other device’s chat with them', async () => {
    const { person, minimix } = await door();
    const bob = await newAccount(server, 'bob');
    const friend = await connectPerson(server, bob.user, bob.password, { resource: 'there' });
    open.push(friend);
    const [stolen, laptop] = [await person('stolen'), await person('laptop')];
    stolen.send(xml('presence', { to: `${bob.jid}/Ali` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })));
    await until(() => minimix.account.rooms.list().some(({ room }) => room === bob.jid), { what: 'the join to be under way' });
    laptop.send(xml('message', { type: 'chat', to: friend.jid, id: 'm1' }, xml('body', {}, 'as ever')));
    laptop.send(xml('message', { type: 'chat', to: bob.jid, id: 'm2' }, xml('body', {}, 'and to all of you')));
    for (const body of ['as ever', 'and to all of you']) {
      expect((await friend.next((stanza) => stanza.getChildText('body') === body)).attrs['from']).toBe(laptop.jid);
    }
  });

  test.each([`$&$'$\`$1$$`, `"it's" <here> & there`, '𝄞 – ü'])('speaks as itself where its resource is %s', async (resource) => {
    const { person, minimix } = await door();
    const bob = await newAccount(server, 'bob');
    const room = await server.room({ archive: true });
    const friend = await connectPerson(server, bob.user, bob.password, { resource: 'there' });
    open.push(friend);
    await friend.join(room, 'bob');
    const [odd, laptop] = [await person('odd', { resource, carbons: true }), await person('laptop', { carbons: true })];
    expect(odd.jid).toBe(`${minimix.account.jid}/${resource}`);
    await odd.join(room, 'Ali');
    await laptop.join(room, 'Ali');
    odd.send(xml('message', { type: 'chat', to: `${room}/bob` }, xml('body', {}, 'between us'))); // without an id, too
    expect((await friend.next((stanza) => stanza.getChildText('body') === 'between us')).attrs['type']).toBe('chat');
    const copy = await laptop.next((stanza) => stanza.getChild('sent', 'urn:xmpp:carbons:2') !== undefined);
    const message = copy.getChild('sent')?.getChild('forwarded')?.getChild('message');
    expect(message?.attrs).toMatchObject({ from: odd.jid, to: `${room}/bob`, type: 'chat' });
    expect(message?.getChildText('body')).toBe('between us');
    await odd.say(room, 'to all');
    await laptop.next((stanza) => stanza.getChildText('body') === 'to all');
  });
});
