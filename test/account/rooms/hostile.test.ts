// Rooms and occupants that mean harm. Nothing wrong is recorded, nothing grows without bound, nothing crashes.
import { describe, expect, test } from 'vitest';
import { ME, entry, presence, result, roomInfo, subject, worlds, type World } from '../../support/rooms/scripted.ts';
import { story } from '../../support/rooms/seen.ts';
import { until } from '../../support/until.ts';

const ROOM = 'garden@rooms.scripted.test';
const world = worlds();

async function joined(others: readonly string[] = [], features: readonly string[] = []): Promise<World> {
  const one = await world();
  one.script(ROOM, { join: (_, nick) => entry(ROOM, nick, others), info: ({ attrs }) => roomInfo(ROOM, String(attrs['id']), features) });
  expect(await one.account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true });
  await one.settle();
  return one;
}

const nicks = ({ account }: World): string[] => account.rooms.occupants(ROOM).map(({ nick }) => nick).toSorted();

describe('hostile rooms and occupants (scripted)', () => {
  test('an occupant who claims another’s nick inside a stanza stays who they are', async () => {
    const { account, archive, send, settle } = await joined(['juliet', 'mallory']);
    const item = `<item affiliation='owner' role='moderator' nick='juliet' jid='juliet@scripted.test/x'/>`;
    send(
      presence(ROOM, 'mallory', { item }),
      `<message type='groupchat' from='${ROOM}/mallory' id='f1'><body>I am juliet</body><nick xmlns='http://jabber.org/protocol/nick'>juliet</nick>`
        + `<x xmlns='http://jabber.org/protocol/muc#user'><item nick='juliet'/></x></message>`,
    );
    await settle();
    expect(account.rooms.occupants(ROOM).map(({ nick }) => nick).toSorted()).toEqual(['juliet', 'mallory', 'romeo']);
    expect(account.rooms.occupants(ROOM).find(({ nick }) => nick === 'juliet')).toMatchObject({ affiliation: 'none' });
    expect(archive.page({ account: ME, room: ROOM, limit: 5 }).at(-1)).toMatchObject({ nick: 'mallory', body: 'I am juliet' });
  });

  test('what an occupant says in the room’s name is not the room’s: its subject, an occupant-id, an address, an id of its archive', async () => {
    const { account, archive, send, settle } = await joined(['juliet', 'mallory'], ['urn:xmpp:sid:0']);
    const said = (id: string, more: string, type = 'groupchat'): string => `<message type='${type}' from='${ROOM}/mallory' id='${id}'>${more}</message>`;
    send(
      subject(ROOM, 'roses'),
      said('s1', `<subject xmlns='urn:x'>forged</subject>`),
      said('s2', `<subject xmlns=''>forged</subject>`),
      said('o', `<body>o</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='juliet'/>`),
      said('a', `<body>a</body><x xmlns='http://jabber.org/protocol/muc#user'><item jid='juliet@scripted.test/x'/></x>`),
      said('i', `<body>i</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='forged'/>`, 'chat'),
      presence(ROOM, 'mallory', { children: `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='juliet'/>` }),
    );
    await settle();
    expect(account.rooms.list()[0]).toMatchObject({ state: 'joined', subject: 'roses' });
    const kept = archive.page({ account: ME, room: ROOM, limit: 20 });
    expect(kept.filter(({ kind }) => kind === 'subject').map(({ subject: words }) => words)).toEqual(['roses']);
    expect(kept.flatMap(({ occupantId, realJid, stanzaId }) => [occupantId, realJid, stanzaId]).filter((one) => one !== undefined)).toEqual([]);
    expect(account.rooms.occupants(ROOM).find(({ nick }) => nick === 'mallory')?.occupantId).toBeUndefined();
  });

  test('an occupant’s subject of another namespace ends no entry: what the room tells behind it is its history still', async () => {
    const one = await world();
    const past = (id: string, more: string): string => `<message type='groupchat' from='${ROOM}/mallory' id='${id}'>${more}<delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='2026-11-27T10:00:00Z'/></message>`;
    one.script(ROOM, {
      join: (_, nick) => [presence(ROOM, nick, { codes: [110] }), past('1', `<subject xmlns='urn:x'>forged</subject>`), past('2', '<body>long ago</body>'), subject(ROOM, 'roses')],
    });
    await one.account.rooms.join(ROOM, { nick: 'romeo' });
    await one.settle();
    expect(one.archive.page({ account: ME, room: ROOM, limit: 20 }).find(({ body }) => body !== undefined)?.at).toBe(Date.parse('2026-11-27T10:00:00Z'));
    expect(one.account.rooms.list()[0]).toMatchObject({ subject: 'roses' });
  });

  test('an occupant asks nobody for a CAPTCHA: what they say on the way in keeps nobody out', async () => {
    const one = await world();
    one.script(ROOM, {
      join: (_, nick) => [`<message type='groupchat' from='${ROOM}/mallory'><body>x</body><captcha xmlns='urn:xmpp:captcha'/></message>`, ...entry(ROOM, nick)],
    });
    expect(await one.account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true });
  });

  test('a nick change (303) of somebody else to our nick does not make us out of them, nor them out of us', async () => {
    const { account, send, settle } = await joined(['mallory']);
    const item = `<item affiliation='none' role='none' nick='romeo'/>`;
    send(presence(ROOM, 'mallory', { item: `<item affiliation='admin' role='moderator'/>` }));
    send(presence(ROOM, 'mallory', { type: 'unavailable', codes: [303], item }));
    await settle();
    expect(account.rooms.list()[0]).toMatchObject({ state: 'joined', nick: 'romeo' });
    expect(account.rooms.occupants(ROOM).find(({ nick }) => nick === 'romeo')).toMatchObject({ role: 'participant' });
  });

  test('presences and messages of rooms that were never joined leave nothing behind', async () => {
    const { account, archive, send, settle, jid } = await joined();
    const other = 'trap@rooms.scripted.test';
    send(...entry(other, 'romeo', ['a', 'b']), `<message type='groupchat' from='${other}/a'><body>bait</body></message>`);
    send(presence(other, 'romeo', { type: 'unavailable', codes: [110, 301] }), presence('rooms.scripted.test', 'x', { codes: [110] }));
    await settle();
    expect(account.rooms.list().map(({ room }) => room)).toEqual([ROOM]);
    expect(archive.rooms(jid)).toHaveLength(1);
    expect(archive.count(jid, other)).toBe(0);
    expect(account.rooms.ledger(other, 10)).toEqual([]);
    expect(account.rooms.occupants(other)).toEqual([]);
  });

  test('ten thousand people at once are kept, and thirty thousand are not', async () => {
    const one = await joined();
    const crowd = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => presence(ROOM, `n${from + n}`));
    one.send(...crowd(0, 10_000));
    await one.settle();
    expect(one.account.rooms.occupants(ROOM)).toHaveLength(10_001);
    for (let from = 10_000; from < 30_000; from += 2_000) one.send(...crowd(from, from + 2_000));
    await one.settle();
    expect(one.account.rooms.occupants(ROOM).length).toBeLessThanOrEqual(20_000);
    expect(one.archive.occupants(ME).length).toBe(one.account.rooms.occupants(ROOM).length);
  });

  test('one nick that comes and goes ten thousand times: the ledger stays bounded, ours stays readable', async () => {
    const one = await joined();
    const flap = [presence(ROOM, 'moth'), presence(ROOM, 'moth', { type: 'unavailable' })].join('');
    for (let n = 0; n < 10; n += 1) one.send(flap.repeat(1_000));
    await one.settle();
    expect(nicks(one)).toEqual(['romeo']);
    const lines = one.account.rooms.ledger(ROOM, 1_000_000);
    expect(lines.length).toBeLessThanOrEqual(2_200);
    expect(lines.filter(({ event }) => !event.startsWith('occupant-')).map(({ event }) => event)).toEqual(['join', 'self']);
  });

  test('an invitation that an occupant sends in private is theirs, and not the room’s', async () => {
    const { account, send, settle } = await joined(['mallory']);
    send(`<message from='${ROOM}/mallory' type='chat'><x xmlns='jabber:x:conference' jid='trap@rooms.scripted.test'/></message>`);
    await settle();
    expect(account.rooms.invitations()).toMatchObject([{ room: 'trap@rooms.scripted.test', by: `${ROOM}/mallory` }]);
  });

  test('a room that sends no subject has told its past once it is silent: what comes is live, whatever time somebody claims for it', async () => {
    const { account, archive, script, send, settle } = await world({ times: { subject: 100 } });
    script(ROOM, { join: (_, nick) => [presence(ROOM, 'mallory'), presence(ROOM, nick, { codes: [110] })] });
    expect(await account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true });
    await until(() => account.rooms.occupancy.room(ROOM)?.entering === false, { what: 'the end of the entry' });
    send(`<message type='groupchat' from='${ROOM}/mallory'><body>live</body><delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='2001-01-01T00:00:00Z'/></message>`);
    await settle();
    expect(archive.page({ account: ME, room: ROOM, limit: 5 }).find(({ body }) => body === 'live')?.delayed).toBe(false);
  });

  test('an invitation to a person’s address is not accepted by itself', async () => {
    const one = await world({ joinInvited: true });
    const [room, person] = ['orchard@rooms.scripted.test', 'juliet@scripted.test'];
    const identity = "<identity category='account' type='registered'/>";
    one.script(person, { info: (iq) => result(person, String(iq.attrs['id']), `<query xmlns='http://jabber.org/protocol/disco#info'>${identity}</query>`) });
    one.send(...[person, room].map((to) => `<message from='mallory@scripted.test/x'><x xmlns='jabber:x:conference' jid='${to}'/></message>`));
    await one.state(room, 'joined');
    expect(one.account.rooms.list().map(({ room: known }) => known)).toEqual([room]);
    expect(one.account.rooms.invitations().map(({ room: waiting }) => waiting)).toEqual([person]);
  });

  test('a thousand invitations fill a list of a hundred, and no room is entered', async () => {
    const { account, send, settle } = await joined();
    const from = (n: number): string => `<message from='mallory@scripted.test/x' id='i${n}'><x xmlns='jabber:x:conference' jid='trap${n}@rooms.scripted.test' reason='${'come '.repeat(20)}'/></message>`;
    send(...Array.from({ length: 1000 }, (_, n) => from(n)));
    await settle();
    expect(account.rooms.invitations()).toHaveLength(100);
    expect(account.rooms.list().map(({ room }) => room)).toEqual([ROOM]);
  });

  test('a flood does not tell the doors once for each', async () => {
    const one = await joined();
    const summaries = () => one.events.all.filter(({ type }) => type === 'room').length;
    const before = summaries();
    one.send(...Array.from({ length: 5_000 }, (_, n) => presence(ROOM, `n${n}`)));
    await one.settle();
    expect(summaries() - before).toBeLessThan(1_000); // the stanzas themselves go on, one by one, for the bouncer
  });

  test('garbage from a joined room: nothing of it is believed', async () => {
    const one = await joined(['juliet']);
    const { account, send, settle } = one;
    const codes = Array.from({ length: 5_000 }, (_, n) => 900 + (n % 90));
    send(
      `<presence from='${ROOM}'/>`,
      `<presence from='${ROOM}/a'/>`,
      `<presence from='${ROOM}/b' type='subscribe'/>`,
      `<presence from='${ROOM}/c' type='made-up'><x xmlns='http://jabber.org/protocol/muc#user'/></presence>`,
      `<presence from='${ROOM}/d' type='error'><error/></presence>`,
      `<presence type='unavailable'/>`,
      `<presence from='${ROOM}/juliet'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='emperor' role='god'/></x><show>asleep</show></presence>`,
      presence(ROOM, 'juliet', { codes }),
      `<presence from='${ROOM}/juliet'><x xmlns='http://jabber.org/protocol/muc#user'>${`<status code='x'/>`.repeat(2_000)}</x></presence>`,
      `<message from='${ROOM}'/>`,
      `<message from='${ROOM}/juliet' type='groupchat'/>`,
      `<message from='${ROOM}' type='error'/>`,
      `<message from='${ROOM}'><result xmlns='urn:xmpp:mam:2' queryid='guess' id='1'><forwarded xmlns='urn:xmpp:forward:0'><message from='${ROOM}/juliet' type='groupchat'><body>from nowhere</body></message></forwarded></result></message>`,
      `<message from='${ROOM}'>${`<forwarded xmlns='urn:xmpp:forward:0'><message>`.repeat(20)}${`</message></forwarded>`.repeat(20)}</message>`,
      `<message from='${ROOM}'><x xmlns='http://jabber.org/protocol/muc#user'><invite/><decline/></x></message>`,
      `<iq from='${ROOM}' type='result' id='nobody-asked'/>`,
      `<iq from='${ROOM}/romeo' type='set' id='q'><query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query></iq>`,
    );
    await settle();
    expect(account.status().connection.state).toBe('online');
    expect(account.rooms.occupants(ROOM).find(({ nick }) => nick === 'juliet')).toMatchObject({ affiliation: 'none', role: 'none', show: 'online' });
    expect(one.bodies(ROOM).filter(Boolean)).toEqual([]);
    expect(one.log.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  test('a subject of a megabyte is cut on the way in, too, and is no news the second time', async () => {
    const one = await world();
    const long = 'x'.repeat(900_000);
    one.script(ROOM, { join: (_, nick) => [presence(ROOM, nick, { codes: [110] }), subject(ROOM, long)] });
    for (const _ of ['once', 'again']) {
      expect(await one.account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true });
      await one.settle();
      expect(one.account.rooms.list()[0]?.subject).toHaveLength(1_000);
      one.send(presence(ROOM, 'romeo', { type: 'unavailable', codes: [110, 332] }));
      await one.settle();
    }
    expect(one.archive.page({ account: ME, room: ROOM, limit: 10 })).toHaveLength(1);
  });

  test('texts of a megabyte are cut before they are remembered', async () => {
    const long = 'x'.repeat(200_000);
    const one = await joined();
    const { account, archive, send, settle } = one;
    const item = `<item affiliation='none' role='participant' jid='${long}@example.org/x'/>`;
    const children = `<status>${long}</status><occupant-id xmlns='urn:xmpp:occupant-id:0' id='${long}'/><hats xmlns='urn:xmpp:hats:0'><hat title='${long}' uri='h'/></hats>`
      + `<x xmlns='vcard-temp:x:update'><photo>${long}</photo></x>`;
    for (let n = 0; n < 50; n += 1) send(presence(ROOM, `n${n}`, { item, children }));
    send(subject(ROOM, long));
    await settle();
    expect(JSON.stringify(account.rooms.occupants(ROOM)).length).toBeLessThan(50 * 20_000);
    expect(JSON.stringify(archive.occupants(ME)).length).toBeLessThan(51 * 40_000);
    expect(JSON.stringify(account.rooms.list()).length).toBeLessThan(20_000);
    for (let n = 0; n < 50; n += 1) send(presence(ROOM, `n${n}`, { type: 'unavailable', codes: [307], item: `<item><actor nick='${long}'/><reason>${long}</reason></item>` }));
    send(presence(ROOM, 'romeo', { type: 'unavailable', codes: [110, 307], item: `<item><actor nick='${long}'/><reason>${long}</reason></item>` }));
    await settle();
    expect(account.rooms.list()[0]).toMatchObject({ state: 'kicked' });
    expect(JSON.stringify(account.rooms.ledger(ROOM, 1_000)).length).toBeLessThan(200_000);
    expect(JSON.stringify(account.rooms.list()).length).toBeLessThan(10_000);
    expect(story(account, ROOM).at(-1)).toBe('kicked');
  });
});
