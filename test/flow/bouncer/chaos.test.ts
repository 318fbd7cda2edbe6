// A thousand messages while the device's link is cut and black-holed.
import { createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { connect } from '../../../src/xmpp/connection.ts';
import type { Stanza } from '../../../src/xmpp/stanza.ts';
import { openDoor } from '../../frontends/bouncer/door.ts';
import { startLink } from '../../support/harm/link.ts';
import { connectPerson } from '../../support/clients/person.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const TOTAL = 1000;
const MUC = 'http://jabber.org/protocol/muc';
const roster = (): Element => xml('iq', { type: 'get' }, xml('query', { xmlns: 'jabber:iq:roster' }));
const atLeast = (least: number): unknown => expect.toSatisfy((n: number) => n >= least);

describe.each(servers)('on $kind', (server) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });

  // A held session is resumed; one that is given up is made good by the history that the device asks for.
  test.each([
    ['is resumed', 60_000, { resumed: atLeast(9), anew: 1 }],
    ['is given up each time', 1, { resumed: atLeast(0), anew: atLeast(5) }],
  ])('a device whose link breaks again and again, and whose session %s, has all in the end, once', async (_what, hold, made) => {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: true });
    const door = await openDoor(server, alice, { times: { hold } });
    open.push({ close: door.stop });
    await door.minimix.online();
    const link = await startLink({ port: door.port });
    open.push(link);
    const { password } = await door.device('phone');
    const said: string[] = [];
    const live: string[] = [];
    const replayed: string[] = [];
    let last = new Date(0).toISOString();
    const logins = { resumed: 0, anew: 0 };
    const take = (stanza: Stanza): void => {
      const body = stanza.kind === 'message' && stanza.type === 'groupchat' ? stanza.element.getChildText('body') : undefined;
      if (!body) return;
      const delay: unknown = stanza.element.getChild('delay', 'urn:xmpp:delay')?.attrs['stamp'];
      (typeof delay === 'string' ? replayed : live).push(body);
      if (typeof delay === 'string') last = delay;
    };
    const device = connect({
      jid: alice.jid, resource: 'phone', password: async () => password, server: link, ca: door.ca,
      deadlines: { idle: 400, ping: 1500, login: 10_000 }, backoff: { first: 20, ceiling: 100 },
      log: (_level, message) => void said.push(`the device: ${message}`),
    });
    open.push({ close: device.stop });
    device.onStanzas((batch) => { for (const stanza of batch) take(stanza); });
    device.onStatus((status) => {
      if (status.state !== 'online') return;
      logins[status.resumed ? 'resumed' : 'anew'] += 1;
      if (!status.resumed) {
        const x = xml('x', { xmlns: MUC }, xml('history', { since: last }));
        void device.iq(roster()).then(() => {
          device.send('<presence xmlns="jabber:client"/>');
          device.send(xml('presence', { to: `${room}/Ali` }, x));
        });
      }
    });
    device.start();
    const talker = await connectPerson(server, bob.user, bob.password);
    open.push(talker);
    await talker.join(room, 'bob');
    await until(() => door.minimix.account.rooms.occupants(room).length === 2, { what: 'Ali to be in' });

    const had = (): number => new Set([...live, ...replayed]).size;
    for (let n = 1; n <= TOTAL; n += 1) {
      talker.send(xml('message', { to: room, type: 'groupchat', id: `m${n}` }, xml('body', {}, `word ${n}`)));
      if (n % 100 !== 0) continue;
      await until(() => had() >= n - 60, { what: `most of ${n} words`, deadline: 30_000 });
      // Fence: the bouncer has heard the device on this stream. One that falls silent straight after a resumption is given up by the device.
      expect(await device.iq(roster())).toMatchObject({ ok: true });
      if (n % 200 === 0) link.cut();
      else {
        link.swallow();
        await until(() => device.status().state !== 'online', { what: 'the black hole to be noticed' });
        link.restore();
      }
    }
    await until(() => had() === TOTAL, { what: 'all of them', deadline: 60_000 });
    const twice = live.filter((body, at) => live.indexOf(body) !== at);
    expect(twice).toEqual([]);
    // Five cuts and five black holes: the last may have come when all was there, and a hole may be got over before the
    // bouncer has noticed it.
    expect(logins, [...door.log, ...said].join('\n')).toEqual(made);
    expect(door.minimix.account.rooms.occupants(room)).toHaveLength(2);
  });
});
