// Leaving: the account is in a room while anybody wants it, and a bookmark that loses autojoin is one wish less.
import type { Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { openDoor, type Door } from '../../frontends/bouncer/door.ts';
import { conference, publish, readAll, retract, sorted, type ShownList } from '../../support/clients/bookmarks.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { startLink } from '../../support/harm/link.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  interface Scene {
    readonly alice: Account;
    readonly door: Door;
    readonly bob: Person;
    readonly room: string;
    /** A client on the server itself, which is in no room. */
    readonly client: Person;
  }

  async function scene(removals = 300): Promise<Scene> {
    const [alice, other] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: false });
    const door = await openDoor(server, alice, { times: { leave: 50, removals } });
    open.push(door.stop);
    await door.minimix.online();
    const bob = await connectPerson(server, other.user, other.password);
    open.push(bob.close);
    await bob.join(room, 'bob');
    const client = await connectPerson(server, alice.user, alice.password, { resource: 'client' });
    open.push(client.close);
    return { alice, door, bob, room, client };
  }

  const isOut = (room: string) => (stanza: Element): boolean => stanza.attrs['type'] === 'unavailable' && stanza.attrs['from'] === `${room}/Ali`;
  const forgotten = ({ door, room }: Scene): Promise<unknown> => until(() => door.minimix.account.rooms.list().every((one) => one.room !== room), { what: 'the room to be left' });
  const wishes = ({ door, room }: Scene) => door.minimix.account.rooms.list().find((one) => one.room === room)?.wishes;

  /** Each storage shows that, so that what a client writes next is no answer to an older list. */
  const allShow = (client: Person, list: ShownList): Promise<unknown> =>
    until(async () => Object.values(await readAll(client)).every((one) => sorted(one) === sorted(list)), { what: 'all storages to be one', every: 50 });

  const pending = ({ door, room }: Scene): Promise<unknown> =>
    until(() => door.minimix.log.some((line) => line.includes(`bookmark of ${room}: its removal waits`)), { what: 'the removal to be seen' });

  async function bookmarked(stage: Scene): Promise<void> {
    await publish(stage.client, stage.room, conference({ autojoin: true, nick: 'Ali' }));
    await stage.door.minimix.state(stage.room, 'joined');
    await allShow(stage.client, { [stage.room]: { autojoin: true, nick: 'Ali' } });
  }

  test('a bookmark that loses autojoin ends its wish alone: devices stay, one that is asleep too, and the archive goes on', async () => {
    const stage = await scene();
    const { door, bob, room, client } = stage;
    await bookmarked(stage);
    const phone = await door.person('phone');
    open.push(phone.close);
    await phone.join(room, 'Ali');
    const laptop = await door.person('laptop');
    await laptop.join(room, 'Ali');
    expect(wishes(stage)).toEqual({ bookmark: true, person: false, devices: ['phone', 'laptop'] });
    await laptop.close();
    await publish(client, room, conference({ autojoin: false, nick: 'Ali' }));
    await until(() => wishes(stage)?.bookmark === false, { what: 'the bookmark’s wish to end' });
    await bob.say(room, 'still here?');
    await phone.next((stanza) => stanza.getChildText('body') === 'still here?');
    expect(phone.stanzas.filter(isOut(room))).toEqual([]);
    await phone.leave(room);
    await until(() => wishes(stage)?.devices.join() === 'laptop', { what: 'the phone’s wish to end' });
    await bob.say(room, 'and now?');
    await until(() => door.minimix.bodies(room).includes('and now?'), { what: 'it to be kept' });
    expect(bob.stanzas.filter(isOut(room))).toEqual([]);
    const again = await door.person('laptop');
    open.push(again.close);
    await again.join(room, 'Ali');
    await again.leave(room);
    await bob.next(isOut(room));
    await forgotten(stage);
  });

  test('with nobody left the account leaves', async () => {
    const stage = await scene();
    await bookmarked(stage);
    await publish(stage.client, stage.room, conference({ autojoin: false, nick: 'Ali' }));
    await stage.bob.next(isOut(stage.room));
    await forgotten(stage);
  });

  test('who joined at the page stays, whatever a client writes, until it leaves there; that is everybody’s leave', async () => {
    const stage = await scene();
    const { door, bob, room, client } = stage;
    const phone = await door.person('phone');
    open.push(phone.close);
    await phone.join(room, 'Ali');
    await door.minimix.account.rooms.join(room);
    await allShow(client, { [room]: { autojoin: true } });
    await publish(client, room, conference({ autojoin: false }));
    await until(() => wishes(stage)?.bookmark === false, { what: 'the bookmark’s wish to end' });
    expect(wishes(stage)).toEqual({ bookmark: false, person: true, devices: ['phone'] });
    await bob.say(room, 'still here?');
    await phone.next((stanza) => stanza.getChildText('body') === 'still here?');
    expect(bob.stanzas.filter(isOut(room))).toEqual([]);
    await door.minimix.account.rooms.leave(room);
    await phone.next(isOut(room));
    await bob.next(isOut(room));
    await forgotten(stage);
  });

  test('a wish is on disk: after a restart the bookmark’s end does not put a device out', async () => {
    const stage = await scene();
    const { door, room, client } = stage;
    await bookmarked(stage);
    const phone = await door.person('phone');
    await phone.join(room, 'Ali');
    await phone.close();
    const minimix = await door.minimix.reopen();
    open.push(minimix.stop);
    await minimix.state(room, 'joined');
    await publish(client, room, conference({ autojoin: false, nick: 'Ali' }));
    await until(() => minimix.account.rooms.list()[0]?.wishes?.bookmark === false, { what: 'the bookmark’s wish to end' });
    expect(minimix.account.rooms.list()[0]?.state).toBe('joined');
  });

  test('a device that enters under another nick while the account is leaving is there by that nick', async () => {
    const link = await startLink(server);
    open.push(link.close);
    const [alice, other] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: false });
    const door = await openDoor({ ...server, port: link.port }, alice, { upstreamPort: server.port, times: { leave: 30_000 } });
    open.push(door.stop);
    const { account } = door.minimix;
    await door.minimix.online();
    const bob = await connectPerson(server, other.user, other.password);
    open.push(bob.close);
    await bob.join(room, 'bob');
    expect(await account.rooms.join(room, { nick: 'Ali' })).toMatchObject({ ok: true });
    const phone = await door.person('phone');
    open.push(phone.close);
    link.hold(); // the room does not hear the goodbye yet
    const left = account.rooms.leave(room);
    const entered = phone.join(room, 'Alicia');
    await until(() => account.rooms.list().some(({ wishes: whose, state }) => state === 'leaving' && whose?.devices.includes('phone')), { what: 'the entry' });
    link.release();
    const presence = await entered;
    await left;
    expect(presence.attrs['from']).toBe(`${room}/Alicia`);
    expect(presence.toString()).not.toContain('"210"');
    await bob.next(isOut(room));
    await bob.next((stanza) => stanza.attrs['type'] === undefined && stanza.attrs['from'] === `${room}/Alicia`);
    expect(account.rooms.list()).toMatchObject([{ room, state: 'joined', nick: 'Alicia' }]);
  });

  test('the revocation of the last device that wants a room leaves it', async () => {
    const stage = await scene();
    const phone = await stage.door.person('phone');
    await phone.join(stage.room, 'Ali');
    await stage.door.bouncer.revoke(stage.alice.jid, 'phone');
    await stage.bob.next(isOut(stage.room));
    await forgotten(stage);
  });

  test('bookmarks that are retracted one by one in a breath are held for the person', async () => {
    const stage = await scene(20_000);
    const { door, client, room } = stage;
    const other = await server.room({ archive: false });
    await bookmarked(stage);
    await publish(client, other, conference({ autojoin: true, nick: 'Ali' }));
    await door.minimix.state(other, 'joined');
    await allShow(client, { [room]: { autojoin: true, nick: 'Ali' }, [other]: { autojoin: true, nick: 'Ali' } });
    const { bookmarks, rooms } = door.minimix.account;
    await retract(client, room);
    await pending(stage);
    await retract(client, other);
    await until(() => bookmarks.held().length > 0, { what: 'both to be held' });
    expect(bookmarks.held().flatMap((one) => one.rooms).toSorted()).toEqual([room, other].toSorted());
    expect(rooms.list().map(({ state }) => state)).toEqual(['joined', 'joined']);
    for (const { id } of bookmarks.held()) bookmarks.restore(id);
    await allShow(client, { [room]: { autojoin: true, nick: 'Ali' }, [other]: { autojoin: true, nick: 'Ali' } });
  });

  test('a bookmark that is retracted alone is followed at the end of the breath', async () => {
    const stage = await scene(1_000);
    await bookmarked(stage);
    await retract(stage.client, stage.room);
    await pending(stage);
    expect(stage.door.minimix.account.rooms.list()[0]?.state).toBe('joined');
    await stage.bob.next(isOut(stage.room));
    await forgotten(stage);
    await allShow(stage.client, {});
  });
});
