// One answer to whether a message is meant for the person: search, unread counts, alerts and the relay give the same (XEP-0513).
import { createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { openMinimix } from '../../support/minimix.ts';
import { connectPerson } from '../../support/clients/person.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const MENTIONS = 'urn:xmpp:mentions:0';
const RELAY = 'urn:minimix:relay:0';

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
  });

  /** Alice's daemon in a room under the nick Ali, her phone that wants mentions alone, and bob, who talks. */
  async function scene() {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: false });
    const home = openMinimix(server, alice, { relayTimes: { after: 20 } });
    open.push(home.stop);
    await home.online();
    await home.account.rooms.join(room, { nick: 'Ali' });
    const talker = await connectPerson(server, bob.user, bob.password);
    open.push(talker.close);
    await talker.join(room, 'bob');
    const phone = await connectPerson(server, alice.user, alice.password, { resource: 'phone', features: [RELAY] });
    open.push(phone.close);
    await until(() => home.account.devices.list().some(({ relay, online }) => relay && online), { what: 'the phone to be known' });
    home.account.devices.change('phone', { policy: 'mentions' });
    const kept = (body: string) => until(() => home.archive.page({ account: alice.jid, room, limit: 50 }).find((one) => one.body === body), { what: `“${body}” to be kept` });
    const occupantId = (nick: string): string | undefined => home.account.rooms.occupants(room).find((one) => one.nick === nick)?.occupantId;
    return { alice, room, home, talker, phone, kept, occupantId };
  }

  const mention = (attrs: Record<string, string>, ...children: Element[]): Element => xml('mention', { xmlns: MENTIONS, ...attrs }, ...children);

  test('who is mentioned by occupant-id, and not by nick, is alerted, finds it, and has it on a device for mentions alone', async () => {
    const { alice, room, home, talker, phone, kept, occupantId } = await scene();
    expect(occupantId('Ali') !== undefined).toBe(server.kind === 'prosody');
    // COMPAT: ejabberd 23.01 gives no occupant-ids; there, the XEP wants an address.
    const who = (nick: string): Record<string, string> => {
      const id = occupantId(nick);
      return id === undefined ? { jid: `${room}/${nick}` } : { occupantid: id };
    };
    await talker.say(room, 'hello');
    const from = await kept('hello');
    home.account.history.markRead(room, from?.archiveId ?? 0, 'groupchat');
    await talker.say(room, 'you there', mention({ begin: '0', end: '3', ...who('Ali') }));
    await talker.say(room, 'and me', mention(who('bob')));
    await talker.say(room, 'I spoke of Ali', mention(who('Ali'), xml('noping')));
    await talker.say(room, 'to the account', mention({ jid: alice.jid }));
    await talker.say(room, 'by nick: Ali');
    await talker.say(room, 'everybody', mention({ mentions: `${MENTIONS}#channel` }));
    await kept('everybody');
    const all = home.archive.page({ account: alice.jid, room, limit: 50 });
    const meant = ['you there', 'to the account', 'by nick: Ali'];
    expect(all.filter(({ mention: why }) => why !== undefined).map(({ body, mention: why }) => [body, why])).toEqual([[meant[0], 'explicit'], [meant[1], 'explicit'], [meant[2], 'nick']]);
    expect(all.filter((one) => home.account.devices.alert(one) === 'mention').map(({ body }) => body)).toEqual(meant);
    expect(home.archive.search({ text: 'has:mention', limit: 50 }).map(({ body }) => body)).toEqual(meant.toReversed());
    expect(home.account.history.readStates()).toMatchObject([{ unread: 6, mentions: 3 }]);
    const { id = '' } = home.account.devices.list()[0] ?? {};
    expect(all.filter((one) => home.account.devices.relayDecision(id, one).relay).map(({ body }) => body)).toEqual(meant);
    const atBouncer = { policy: 'mentions', policies: {}, words: [] } as const;
    expect(all.filter((one) => one.kind !== 'subject' && home.account.rooms.occupancy.decideShown(atBouncer, one).wanted).map(({ body }) => body)).toEqual(meant);
    const relayed = (): (string | null | undefined)[] =>
      phone.stanzas.flatMap((stanza) => stanza.getChild('received')?.getChild('forwarded')?.getChild('message')?.getChildText('body') ?? []);
    await until(() => relayed().length >= meant.length, { what: 'the phone to have them' });
    expect(relayed()).toEqual(meant);
  });

  test('a nick that is changed later changes nothing of what was received', async () => {
    const { alice, room, home, talker, kept } = await scene();
    await talker.say(room, 'Ali: one');
    await talker.say(room, 'Zora: two');
    await kept('Zora: two');
    await home.account.rooms.changeNick(room, 'Zora');
    await until(() => home.account.rooms.list()[0]?.nick === 'Zora', { what: 'the nick' });
    await talker.say(room, 'Zora: three');
    await kept('Zora: three');
    const why = home.archive.page({ account: alice.jid, room, limit: 50 }).filter(({ kind }) => kind === 'message').map(({ mention: reason }) => reason);
    expect(why).toEqual(['nick', undefined, 'nick']);
  });

  test('that mentions are understood is announced (XEP-0513 3)', async () => {
    const { phone, home } = await scene();
    const info = await phone.iq(xml('iq', { type: 'get', to: home.account.rooms.occupancy.jid() }, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' })));
    expect(String(info)).toContain(`var="${MENTIONS}"`);
  });
});
