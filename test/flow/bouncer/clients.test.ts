// Programs that know nothing of Minimix, through the daemon that a person runs.
import { readFileSync } from 'node:fs';
import { createElement as xml } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { openPoezio, openProfanity, openSlixmpp, type DeviceLogin, type Terminal } from '../../frontends/bouncer/programs.ts';
import { makeHome } from '../../support/daemon.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const USER = 'http://jabber.org/protocol/muc#user';
const ADMIN = 'http://jabber.org/protocol/muc#admin';
/** Milliseconds: each starts a daemon and a program, and talks for a while. */
const PATIENCE = 90_000;

describe.each(servers)('behind the bouncer on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  interface Scene {
    readonly login: DeviceLogin;
    readonly authority: string;
    readonly rooms: readonly [string, string];
    readonly bob: Person;
    /** Alice's nicks that bob, who owns the room, sees in it; he must never see two resources of hers. */
    inside(room: string): string[];
  }

  async function scene(): Promise<Scene> {
    const [alice, other] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const rooms = [await server.room({ archive: true, owners: [other.jid] }), await server.room({ archive: false, owners: [other.jid] })] as const;
    // Said first: poezio 0.14 asks a room's archive up to the whole second before now, and overlooks what is younger.
    const bob = await connectPerson(server, other.user, other.password);
    open.push(() => bob.close());
    for (const room of rooms) {
      await bob.join(room, 'bob');
      bob.send(xml('message', { to: room, type: 'groupchat' }, xml('subject', {}, `about ${room.slice(0, 4)} things`)));
      await bob.say(room, 'said before');
    }
    const home = makeHome();
    open.push(() => home.remove());
    await home.addAccount(server, alice);
    await home.start();
    const on = await home.cli(['bouncer', 'on', '--listen', '127.0.0.1:0', '--direct-tls', '127.0.0.1:0']);
    expect(on.stderr).toBe('');
    const [login] = await home.json<DeviceLogin>(['device', 'add', 'Terminal']);
    if (!login) throw new Error('no device was added');
    const fields = ['ca', 'directTlsPort', 'fingerprint', 'host', 'id', 'jid', 'password', 'port'];
    expect(Object.keys(login).toSorted()).toEqual(fields);
    const inside = (room: string): string[] => {
      const nicks = new Set<string>();
      const seen = new Set<string>();
      for (const stanza of bob.stanzas) {
        const from = String(stanza.attrs['from']);
        const items = stanza.getChild('x', USER)?.getChildren('item') ?? [];
        const own = items.filter((item) => String(item.attrs['jid']).startsWith(`${alice.jid}/`));
        if (stanza.name !== 'presence' || !from.startsWith(`${room}/`) || own.length === 0) continue;
        for (const item of own) seen.add(String(item.attrs['jid']));
        if (stanza.attrs['type'] === 'unavailable') nicks.delete(from);
        else nicks.add(from);
      }
      expect(seen.size).toBeLessThan(2); // one resource of the account, in all that the room has ever said
      return [...nicks].map((from) => from.slice(room.length + 1));
    };
    return { login, authority: readFileSync(login.ca, 'utf8'), rooms, bob, inside };
  }

  async function kick({ bob }: Scene, room: string, nick: string): Promise<void> {
    const item = xml('item', { nick, role: 'none' }, xml('reason', {}, 'enough'));
    await bob.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: ADMIN }, item)));
  }

  test('slixmpp joins two rooms, sees, hears, speaks, whispers, changes its nick, is kicked, leaves and comes back', async () => {
    const all = await scene();
    const { login, rooms: [room, second], bob, inside } = all;
    const device = openSlixmpp(login);
    open.push(device.close);
    const online = await device.next(({ event }) => event === 'online');
    expect(online).toMatchObject({ jid: `${login.jid}/slix`, mechanism: expect.stringMatching(online.binds ? /^SCRAM-.*-PLUS$/ : /^SCRAM-SHA-\d+$/) });
    for (const one of [room, second]) {
      device.order({ verb: 'join', room: one, nick: 'Ali' });
      await device.next(({ event, room: where, nick }) => event === 'presence' && where === one && nick === 'bob');
      const self = await device.next(({ event, room: where, nick }) => event === 'presence' && where === one && nick === 'Ali');
      expect(self.codes).toContain('110');
      expect(await device.next(({ event, room: where }) => event === 'said' && where === one)).toMatchObject({ body: 'said before', delayed: true });
      expect((await device.next(({ event, room: where }) => event === 'subject' && where === one)).text).toContain('things');
    }
    await bob.say(room, 'hello there');
    expect(await device.next(({ body }) => body === 'hello there')).toMatchObject({ delayed: false, nick: 'bob' });
    device.order({ verb: 'say', room, body: 'hello bob' });
    await bob.next((stanza) => stanza.getChildText('body') === 'hello bob' && stanza.attrs['from'] === `${room}/Ali`);
    await device.next(({ body }) => body === 'hello bob');
    device.order({ verb: 'private', to: `${room}/bob`, body: 'psst' });
    await bob.next((stanza) => stanza.getChildText('body') === 'psst' && stanza.attrs['type'] === 'chat');
    bob.send(xml('message', { to: `${room}/Ali`, type: 'chat' }, xml('body', {}, 'what?')));
    expect(await device.next(({ event }) => event === 'private')).toMatchObject({ sender: `${room}/bob`, body: 'what?' });
    device.order({ verb: 'nick', room, nick: 'Alicia' });
    await bob.next((stanza) => stanza.attrs['from'] === `${room}/Alicia` && stanza.attrs['type'] === undefined);
    await device.next(({ event, nick }) => event === 'presence' && nick === 'Alicia');
    expect(inside(room)).toEqual(['Alicia']);
    await kick(all, room, 'Alicia');
    expect((await device.next(({ type, nick }) => type === 'unavailable' && nick === 'Alicia')).codes).toContain('307');
    device.order({ verb: 'join', room, nick: 'Alicia', history: 0 });
    await device.next(({ event, nick, codes }) => event === 'presence' && nick === 'Alicia' && codes?.includes('110') === true);
    device.order({ verb: 'leave', room: second, nick: 'Ali' });
    await bob.next((stanza) => stanza.attrs['from'] === `${second}/Ali` && stanza.attrs['type'] === 'unavailable');
    expect(inside(second)).toEqual([]);
    device.order({ verb: 'join', room: second, nick: 'Ali', history: 0 });
    await until(() => inside(second).includes('Ali'), { what: 'Ali to be back' });
    expect(inside(room)).toEqual(['Alicia']);
    for (const one of [room, second]) expect(device.all.filter(({ event, room: where, body }) => event === 'said' && where === one && body === 'said before')).toHaveLength(1);
  }, PATIENCE);

  test.each([
    ['profanity', (all: Scene) => openProfanity(all.login), { join: (room: string) => `/join ${room} nick Ali`, whisper: '/msg bob psst', ready: 'logged in successfully' }],
    ['poezio', (all: Scene) => openPoezio(all.login, all.authority), { join: (room: string) => `/join ${room}/Ali`, whisper: '/query bob psst', ready: 'Authentication success' }],
  ] as const)('%s joins two rooms, sees who is there and what was said, hears, speaks, whispers, changes its nick, is kicked, leaves and comes back', async (_name, start, words) => {
    const all = await scene();
    const { rooms: [room, second], bob, inside } = all;
    const terminal: Terminal = await start(all);
    open.push(terminal.close);
    await terminal.shows(words.ready, 30_000);
    for (const one of [second, room]) {
      await terminal.type(words.join(one));
      await until(() => inside(one).includes('Ali'), { what: `Ali to be in ${one}`, deadline: 20_000 });
      await terminal.shows('said before');
      await terminal.shows('things'); // the subject
      await terminal.shows(/\bbob$/m); // in the list of occupants
      expect((await terminal.screen()).split('said before')).toHaveLength(2); // once
    }
    await bob.say(room, 'hello there');
    await terminal.shows('hello there');
    await terminal.type('hello bob');
    await bob.next((stanza) => stanza.getChildText('body') === 'hello bob' && stanza.attrs['from'] === `${room}/Ali`);
    await terminal.shows(/Ali.*hello bob/);
    expect((await terminal.screen()).split('said before')).toHaveLength(2);
    await terminal.type(words.whisper);
    await bob.next((stanza) => stanza.getChildText('body') === 'psst' && stanza.attrs['from'] === `${room}/Ali` && stanza.attrs['type'] === 'chat');
    bob.send(xml('message', { to: `${room}/Ali`, type: 'chat' }, xml('body', {}, 'what is it?')));
    await terminal.shows('what is it?');
    await terminal.type('/close'); // of the private talk, which both put before the room
    await terminal.type(`/win ${room}`);
    await terminal.shows('hello there');
    await terminal.type('/nick Alicia');
    await bob.next((stanza) => stanza.attrs['from'] === `${room}/Alicia` && stanza.attrs['type'] === undefined);
    await terminal.type('with another name');
    await bob.next((stanza) => stanza.getChildText('body') === 'with another name' && stanza.attrs['from'] === `${room}/Alicia`);
    expect(inside(room)).toEqual(['Alicia']);
    await kick(all, room, 'Alicia');
    await terminal.shows(/kicked/i);
    expect(inside(room)).toEqual([]);
    await terminal.type(words.join(room));
    await until(() => inside(room).length === 1, { what: 'Ali to be back' });
    await terminal.type('/close');
    await until(() => inside(room).length === 0, { what: 'Ali to be gone' });
    await terminal.type(words.join(room));
    await until(() => inside(room).length === 1, { what: 'Ali to be back again' });
    expect(inside(second)).toEqual(['Ali']);
  }, PATIENCE);
});
