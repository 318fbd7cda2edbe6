// How far the person has read, between the page and the other devices (XEP-0490), on real servers.
import { createElement as xml } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import type { ReadState } from '../../../src/account/rooms/contract.ts';
import { displayedIn, MDS, sayDisplayed, stanzaIdBy } from '../../support/clients/displayed.ts';
import { openMinimix, type Minimix } from '../../support/minimix.ts';
import { connectPerson, StanzaError } from '../../support/clients/person.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';
import { storedValues } from '../../../src/archive/stored-values.ts';

const PUBSUB = 'http://jabber.org/protocol/pubsub';

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
  });

  /** Alice's daemon in a room with an archive, her phone beside it, and three words of bob's. */
  async function scene() {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: true });
    const home = openMinimix(server, alice, { times: { read: 10 } });
    open.push(home.stop);
    await home.online();
    await home.account.rooms.join(room, { nick: 'Ali' });
    const talker = await connectPerson(server, bob.user, bob.password);
    open.push(talker.close);
    await talker.join(room, 'bob');
    const phone = await connectPerson(server, alice.user, alice.password, { resource: 'phone', capsNode: 'https://phone.example', features: [`${MDS}+notify`] });
    open.push(phone.close);
    await until(() => home.account.devices.list().some(({ software }) => software === 'a test'), { what: 'the phone to be known' });
    const say = async (...bodies: string[]): Promise<void> => {
      for (const body of bodies) await talker.say(room, body);
      await until(() => home.bodies(room).includes(bodies.at(-1)), { what: 'the last word to be kept' });
    };
    await say('one', 'two', 'Ali: three');
    const idOf = (body: string, where: Minimix = home): number => where.archive.page({ account: alice.jid, room, limit: 50 }).find((one) => one.body === body)?.archiveId ?? 0;
    const stanzaIdOf = (body: string): string => home.archive.message(idOf(body))?.stanzaId ?? '';
    return { alice, bob, room, home, talker, phone, say, idOf, stanzaIdOf };
  }

  const reads = (home: Minimix, readTo: number): Promise<ReadState | undefined> =>
    until(() => home.account.history.readStates().find((state) => state.readTo === readTo), { what: `to be read to ${readTo}` });

  test('what is read on the page is read on the other devices, and nobody else can see it', async () => {
    const { home, room, phone, idOf, stanzaIdOf, talker, alice } = await scene();
    expect(home.account.history.readStates()).toEqual([]);
    const marked = home.account.history.markRead(room, idOf('two'), 'groupchat');
    expect(marked).toMatchObject({ ok: true, value: { readTo: idOf('two'), unread: 1, mentions: 1 } });
    const told = await phone.next((stanza) => displayedIn(stanza, room) === stanzaIdOf('two'), { what: 'the phone to be told' });
    expect(told.attrs['from']).toBe(alice.jid);
    const look = talker.iq(xml('iq', { type: 'get', to: alice.jid }, xml('pubsub', { xmlns: PUBSUB }, xml('items', { node: MDS }))));
    await expect(look).rejects.toBeInstanceOf(StanzaError);
    expect(home.account.history.markRead(room, 999_999, 'groupchat')).toMatchObject({ ok: false, error: { code: 'unknown-message' } });
  });

  test('what another device has read is read here, forward only, and by what the room has said', async () => {
    const { home, room, phone, idOf, stanzaIdOf, say, talker } = await scene();
    home.account.history.markRead(room, idOf('one'), 'groupchat');
    await phone.next((stanza) => displayedIn(stanza, room) !== undefined);
    await sayDisplayed(phone, room, stanzaIdOf('Ali: three'));
    expect(await reads(home, idOf('Ali: three'))).toMatchObject({ unread: 0, mentions: 0 });
    expect(home.events.all.filter(({ type }) => type === 'read').at(-1)).toMatchObject({ state: { readTo: idOf('Ali: three') } });
    for (const stanzaId of [stanzaIdOf('one'), 'nothing that the room has said']) await sayDisplayed(phone, room, stanzaId);
    await say('four');
    await home.account.sending.sendMessage(room, 'mine, and read of course');
    await talker.next((stanza) => stanza.getChildText('body') === 'mine, and read of course');
    await until(() => home.bodies(room).includes('mine, and read of course'), { what: 'own words to be kept' });
    expect(home.account.history.readStates()).toMatchObject([{ room, only: 'groupchat', readTo: idOf('Ali: three'), unread: 1, mentions: 0 }]);
  });

  test('what was read elsewhere while the daemon was away is read when it is back, and what it read alone is told then', async () => {
    const { home, room, phone, idOf, stanzaIdOf, alice } = await scene();
    const other = await server.room({ archive: true });
    await home.account.rooms.join(other, { nick: 'Ali' });
    await home.account.sending.sendMessage(other, 'here too');
    const there = await until(() => home.archive.page({ account: alice.jid, room: other, limit: 5 }).find(({ body }) => body === 'here too'), { what: 'it to be kept' });
    const three = stanzaIdOf('Ali: three');
    home.account.history.markRead(room, idOf('one'), 'groupchat');
    await phone.next((stanza) => displayedIn(stanza, room) === stanzaIdOf('one'));
    home.archive.setValue(alice.jid, storedValues.readTo.of(other), there?.archiveId); // looked at, and not told before the end
    await home.account.stop();
    await sayDisplayed(phone, room, three);
    const again = await home.reopen();
    open.push(again.stop);
    expect(await reads(again, idOf('Ali: three', again))).toMatchObject({ room, unread: 0 });
    await phone.next((stanza) => displayedIn(stanza, other) === there?.stanzaId, { what: 'the other room to be told' });
  });

  test('what another device has read before it came here is read as soon as it comes', async () => {
    const { home, room, phone, talker, idOf } = await scene();
    home.account.history.markRead(room, idOf('one'), 'groupchat');
    await phone.next((stanza) => displayedIn(stanza, room) !== undefined);
    await home.account.stop();
    const late = await talker.say(room, 'late');
    const stanzaId = stanzaIdBy(room, late);
    await sayDisplayed(phone, room, stanzaId);
    const again = await home.reopen();
    open.push(again.stop);
    await until(() => again.bodies(room).includes('late'), { what: 'the late word' });
    await reads(again, idOf('late', again));
    await phone.settle();
    // What was further is not taken back. A server may tell the last of it once more, when it has learned what the phone wishes to hear.
    expect(phone.stanzas.map((stanza) => displayedIn(stanza, room)).filter((id) => id !== undefined).at(-1)).toBe(stanzaId);
  });
});
