// A daemon behind a slow link that has much to read, in one of thirty rooms, while its clock is set back and forth: each device has all
// of it, once, in the room's order, and then what is live. `MINIMIX_MISSED=3000`: so many were missed.
import { afterEach, describe, expect, test } from 'vitest';
import { createElement as xml } from 'ltx';
import { openDoor } from '../frontends/bouncer/door.ts';
import { once, smackLike } from '../support/clients/gadget.ts';
import { startLink } from '../support/harm/link.ts';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { newAccount, servers } from '../support/servers/servers.ts';
import { until } from '../support/until.ts';

/** More than a page of any archive, and more than 30 s of the link. */
const MISSED = Number(process.env['MINIMIX_MISSED'] ?? 800);
const OTHER_ROOMS = 29;
const HOURS = 3_600_000;
const BYTES_PER_SECOND = 20_000;

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  const words = ({ stanzas }: Person): string[] => stanzas.flatMap((stanza) => (stanza.attrs['type'] === 'groupchat' ? (stanza.getChildText('body') ?? []) : []));

  test(`${MISSED} missed, bob talking on, devices that stay, that come in meanwhile, and that come back`, { timeout: 240_000 + 200 * MISSED }, async () => {
    const [alice, other] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: true });
    const link = await startLink(server);
    open.push(link.close);
    let wrong = -3 * HOURS; // no clock decides what a device is owed
    const door = await openDoor({ ...server, port: link.port }, alice, { upstreamPort: server.port, now: () => Date.now() + wrong });
    open.push(door.stop);
    await door.minimix.online();
    for (let n = 0; n < OTHER_ROOMS; n += 1) expect(await door.minimix.account.rooms.join(await server.room({ archive: true }))).toMatchObject({ ok: true });
    const bob = await connectPerson(server, other.user, other.password);
    open.push(bob.close);
    await bob.join(room, 'bob');
    const [stays, returns] = [await door.person('phone'), await door.person('laptop')];
    for (const device of [stays, returns]) {
      open.push(device.close);
      await device.join(room, 'Ali');
    }
    const tablet = smackLike(server, alice);
    open.push(() => tablet.off(true));
    await tablet.on();
    await until(() => door.minimix.account.devices.list().some(({ relay, online }) => relay && online), { what: 'the tablet to be known', deadline: 20_000 });
    await bob.say(room, 'before');
    await until(() => tablet.heard().length === 1 && words(returns).includes('before'), { what: 'the beginning' });
    await returns.settle();
    const since = new Date().toISOString();
    await returns.close();

    link.swallow();
    link.cut();
    await server.kickSessions(alice.user);
    await tablet.off(false); // its session was ended, too; the phone's own is made anew for it
    const missed = Array.from({ length: MISSED }, (_, n) => `missed ${n + 1}`);
    for (const [n, body] of missed.entries()) {
      if (n % 200 === 199 || n === MISSED - 1) await bob.say(room, body);
      else bob.send(xml('message', { to: room, type: 'groupchat', id: body }, xml('body', {}, body)));
    }
    link.restore();
    link.pace(BYTES_PER_SECOND);

    const live: string[] = [];
    const say = async (): Promise<void> => {
      wrong = -wrong;
      live.push(`live ${live.length + 1}`);
      await bob.say(room, live.at(-1) ?? '');
    };
    const read = (): number => door.minimix.archive.count(alice.jid, room);
    await until(() => read() > 50, { what: 'the catch-up to begin', deadline: 60_000 });
    await say();
    await tablet.on();
    const back = await door.person('laptop', { resource: 'laptop.again' });
    open.push(back.close);
    back.send(xml('presence', { to: `${room}/Ali` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' }, xml('history', { since }))));
    for (let at = 150; at < MISSED; at += 100) {
      await until(() => read() > at, { what: `${at} of it`, deadline: 60_000 });
      await say();
    }
    link.pace();
    await until(() => door.minimix.account.history.readUpTo(room) === 'end', { what: 'the end of the catch-up', deadline: 60_000 });
    await say();
    const all = [...missed, ...live];
    const lacks = (): boolean => words(back).length < all.length || [words(stays), once(tablet.heard())].some((heard) => heard.length < all.length + 1);
    await until(() => !lacks(), { what: 'all of it', deadline: 30_000 });
    expect(words(back)).toEqual(all);
    expect(words(stays)).toEqual(['before', ...all]);
    expect(once(tablet.heard()).map(({ body }) => body)).toEqual(['before', ...all]);
    expect(door.minimix.archive.gaps(alice.jid, room)).toEqual([]);
  });
});
