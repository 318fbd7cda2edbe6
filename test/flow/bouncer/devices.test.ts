// What a device wants of the rooms, what it has of them, and what leaving means on it.
import { createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { connect } from '../../../src/xmpp/connection.ts';
import { openDoor, type Door } from '../../frontends/bouncer/door.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const MUC = 'http://jabber.org/protocol/muc';
const SM = 'urn:xmpp:sm:3';

describe.each(servers)('a device of the bouncer on $kind', (server) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });

  async function scene(): Promise<{ door: Door; bob: Person; room: string }> {
    const [alice, other] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: true });
    const door = await openDoor(server, alice, { times: { leave: 50 } });
    open.push({ close: door.stop });
    await door.minimix.online();
    const bob = await connectPerson(server, other.user, other.password);
    open.push(bob);
    await bob.join(room, 'bob');
    return { door, bob, room };
  }

  const bodies = ({ stanzas }: Person): string[] => stanzas.flatMap((stanza) => stanza.getChildText('body') ?? []);
  const typing = xml('composing', { xmlns: 'http://jabber.org/protocol/chatstates' });
  const change = ({ minimix }: Door, what: object): unknown => minimix.account.devices.change('phone', what);

  test.each([
    ['everything', ['for all', 'Ali: for you', 'a cauldron', 'mine']],
    ['mentions', ['Ali: for you', 'a cauldron', 'mine']],
    ['nothing', ['mine']],
  ] as const)('that wants %s of a room gets that, live and of its past, and its own words in any case', async (policy, expected) => {
    const { door, bob, room } = await scene();
    const [phone, laptop] = [await door.person('phone'), await door.person('laptop')];
    expect(change(door, { policy, room, words: ['cauldron'] })).toMatchObject({ ok: true, value: { policies: { [room]: policy } } });
    for (const device of [phone, laptop]) await device.join(room, 'Ali');
    bob.send(xml('message', { to: room, type: 'groupchat' }, typing));
    for (const body of ['for all', 'Ali: for you', 'a cauldron']) await bob.say(room, body);
    bob.send(xml('message', { to: room, type: 'groupchat' }, xml('subject', {}, 'news')));
    await phone.say(room, 'mine');
    await laptop.next((stanza) => stanza.getChildText('body') === 'mine');
    if (policy === 'everything') await phone.next((stanza) => stanza.getChild('composing') !== undefined);
    await phone.settle();
    expect(bodies(phone)).toEqual(expected);
    expect(phone.stanzas.some((stanza) => stanza.getChild('composing'))).toBe(policy === 'everything');
    bob.send(xml('message', { to: `${room}/Ali`, type: 'chat' }, xml('body', {}, 'psst')));
    await phone.next((stanza) => stanza.getChildText('body') === 'psst');

    const again = await door.person('phone', { resource: 'again' });
    await again.join(room, 'Ali', { history: 10 });
    await again.settle();
    expect(bodies(again)).toEqual(expected.filter((body) => policy !== 'nothing' && (policy === 'everything' || body !== 'mine')));
    expect(bodies(laptop).slice(0, 4)).toEqual(['for all', 'Ali: for you', 'a cauldron', 'mine']);
  });

  test('that is called as another one is commands for itself alone', async () => {
    const { door } = await scene();
    await door.person('phone', { resource: 'pocket' });
    const named = await door.person('stolen', { resource: 'phone' });
    named.send(xml('message', { to: door.minimix.account.rooms.occupancy.jid(), type: 'chat' }, xml('body', {}, 'policy nothing')));
    await named.next((stanza) => stanza.getChildText('body')?.includes('gets nothing') === true);
    const policies = door.minimix.account.devices.list().map(({ label, policy }) => [label, policy]);
    expect(policies).toEqual([['phone', 'everything'], ['stolen', 'nothing']]);
  });

  const enter = (room: string, since: string): Element => xml('presence', { to: `${room}/Ali` }, xml('x', { xmlns: MUC }, xml('history', { since })));
  const isOver = (door: Door): Promise<unknown> =>
    until(() => door.bouncer.devices(door.minimix.account.jid)[0]?.online === false, { what: 'the session to be over' });

  /** Enters as a client that goes on from what it has, listens until it has heard so many words, and says goodbye. */
  async function goOn(door: Door, room: string, { since, until: enough = () => true }: { since: string; until?: (heard: readonly string[]) => boolean }): Promise<string[]> {
    const { password } = await door.device('phone');
    const heard: string[] = [];
    let entered = false;
    const phone = connect({
      jid: door.minimix.account.jid, resource: 'phone', password: async () => password, server: { host: '127.0.0.1', port: door.port }, ca: door.ca,
    });
    phone.onStanzas((batch) => {
      for (const { element } of batch) {
        heard.push(...(element.getChildText('body') === null ? [] : [element.getChildText('body') ?? '']));
        entered ||= element.getChild('subject') !== undefined;
      }
    });
    phone.start();
    await until(() => phone.status().state === 'online', { what: 'the phone to be online' });
    phone.send(enter(room, since));
    await until(() => entered && enough(heard), { what: 'what it lacks' });
    await phone.stop();
    await isOver(door);
    return heard;
  }

  test('that asks since a time gets what it lacks, never twice, whatever its clock says', async () => {
    const { door, bob, room } = await scene();
    const ever = '1970-01-01T00:00:00Z';
    await bob.say(room, 'word 1');
    const listening = goOn(door, room, { since: ever, until: (heard) => heard.includes('word 2') });
    await until(() => door.minimix.account.rooms.occupants(room).length === 2, { what: 'the phone to be in' });
    await bob.say(room, 'word 2');
    expect(await listening).toEqual(['word 1', 'word 2']);
    await bob.say(room, 'word 3');
    await bob.say(room, 'word 4');
    const rude = await door.person('phone', { resource: 'rude' });
    rude.send(`<enable xmlns='${SM}'/>`);
    rude.send(enter(room, ever));
    await rude.next((stanza) => stanza.getChildText('body') === 'word 4');
    expect(bodies(rude)).toEqual(['word 3', 'word 4']);
    rude.kill(); // it has acknowledged nothing of that
    await isOver(door);
    expect(await goOn(door, room, { since: new Date(Date.now() + 600_000).toISOString() })).toEqual(['word 3', 'word 4']);
    expect(await goOn(door, room, { since: ever })).toEqual([]);
    const other = await door.person('laptop');
    await other.join(room, 'Ali', { history: 20 });
    expect(bodies(other)).toEqual(['word 1', 'word 2', 'word 3', 'word 4']);
  });

  test('where leaving is meant for the account takes it out of the room for all', async () => {
    const { door, bob, room } = await scene();
    const [phone, laptop] = [await door.person('phone'), await door.person('laptop')];
    for (const device of [phone, laptop]) await device.join(room, 'Ali');
    await door.minimix.account.rooms.join(room); // the page wants it too
    expect(change(door, { leaves: 'everywhere' })).toMatchObject({ ok: true, value: { leaves: 'everywhere' } });
    await phone.leave(room);
    await laptop.next((stanza) => stanza.attrs['type'] === 'unavailable' && stanza.attrs['from'] === `${room}/Ali`);
    await bob.next((stanza: Element) => stanza.attrs['type'] === 'unavailable' && stanza.attrs['from'] === `${room}/Ali`);
    await until(() => door.minimix.account.rooms.list().length === 0, { what: 'the room to be forgotten' });
  });

  test.each([
    ['everywhere', 'nothing', true],
    ['everywhere', 'here', false],
    ['everywhere', 'default', true],
    ['here', 'everywhere', true],
    ['here', 'nothing', false],
  ] as const)('where leaving means %s for all, and %s for it, leaves accordingly', async (forAll, itsOwn, leaves) => {
    const { door, room } = await scene();
    const phone = await door.person('phone');
    await phone.join(room, 'Ali');
    await door.minimix.account.rooms.join(room); // the page wants it too
    door.bouncer.setLeaving(forAll); // while it is connected
    if (itsOwn === 'default') change(door, { leaves: 'here' });
    if (itsOwn !== 'nothing') change(door, { leaves: itsOwn });
    expect(door.minimix.account.devices.list().find(({ label }) => label === 'phone')?.leaves).toBe(leaves ? 'everywhere' : 'here');
    await phone.leave(room);
    const sentinel = await server.room({ archive: false });
    await phone.join(sentinel, 'Ali');
    await phone.leave(sentinel); // left behind the first one, and for the account: when it is gone, the first one's time is over too
    await until(() => door.minimix.account.rooms.list().every((one) => one.room !== sentinel), { what: 'the other room to be left' });
    expect(door.minimix.account.rooms.list().some((one) => one.room === room)).toBe(!leaves);
  });
});
