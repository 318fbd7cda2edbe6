// What a stranger or an occupant says costs that stanza alone, whatever a real server makes of it.
import { afterEach, describe, expect, test } from 'vitest';
import { openDoor } from '../../frontends/bouncer/door.ts';
import { openMinimix } from '../../support/minimix.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const QUOTES = '"'.repeat(250_000); // each is six bytes on the wire out of the server

describe.each(servers)('on $kind', (server) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  async function person(who: Account): Promise<Person> {
    const one = await connectPerson(server, who.user, who.password);
    open.push(one);
    return one;
  }

  test('a stranger says 250,000 quotes to the account: they are on record, and the room’s next word arrives on the same stream', async () => {
    const [alice, bob, mallory] = [await newAccount(server, 'alice'), await newAccount(server, 'bob'), await newAccount(server, 'mallory')];
    const room = await server.room({ archive: true });
    const minimix = openMinimix(server, alice);
    open.push({ close: minimix.stop });
    await minimix.online();
    expect(await minimix.account.rooms.join(room, { nick: 'alice' })).toMatchObject({ ok: true });
    const talker = await person(bob);
    await talker.join(room, 'bob');
    const before = minimix.account.status().connection;
    const stranger = await person(mallory);
    const me = before.state === 'online' ? before.jid : '';
    for (const id of ['1', '2', '3']) stranger.send(`<message to='${me}' type='chat' id='${id}'><body>${QUOTES}</body></message>`);
    await until(() => minimix.archive.quarantined(alice.jid).length === 3, { what: 'the quarantine' });
    await talker.say(room, 'still there?');
    await until(() => minimix.bodies(room).includes('still there?'), { what: 'the room’s next word' });
    expect(minimix.archive.quarantined(alice.jid)[0]).toMatchObject({ sender: stranger.jid, kind: 'message', cause: 'a stanza is too big' });
    expect(minimix.account.status().connection).toEqual(before);
  });

  test('a prefix that only the stranger’s own stream has declared costs that message alone', async () => {
    const [alice, mallory] = [await newAccount(server, 'alice'), await newAccount(server, 'mallory')];
    const minimix = openMinimix(server, alice);
    open.push({ close: minimix.stop });
    await minimix.online();
    const before = minimix.account.status().connection;
    const me = before.state === 'online' ? before.jid : '';
    const stranger = await connectPerson(server, mallory.user, mallory.password, { declares: " xmlns:odd='urn:odd'" });
    open.push(stranger);
    stranger.send(`<message to='${me}' type='chat' id='odd'><body>x</body><odd:x/></message>`);
    stranger.send(`<iq to='${me}' type='get' id='after'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stranger.next((stanza) => stanza.attrs['id'] === 'after');
    expect(minimix.account.status().connection).toEqual(before);
    // ejabberd hands the prefix on as it is, and Prosody what it stands for
    expect(minimix.archive.quarantined(alice.jid).map(({ cause }) => cause.includes('"odd"'))).toEqual(server.kind === 'ejabberd' ? [true] : []);
  });

  test('a device at the bouncer keeps its stream when such a thing is said to it, and when it says what the server does not take', async () => {
    const [alice, mallory] = [await newAccount(server, 'alice'), await newAccount(server, 'mallory')];
    const door = await openDoor(server, alice);
    open.push({ close: door.stop });
    await door.minimix.online();
    const phone = await door.person('phone');
    open.push(phone);
    const stranger = await person(mallory);
    stranger.send(`<message to='${phone.jid}' type='chat' id='big'><body>${QUOTES}</body></message>`);
    stranger.send(`<message to='${phone.jid}' type='chat' id='small'><body>x</body></message>`);
    await phone.next((stanza) => stanza.attrs['id'] === 'small');
    phone.send(`<message to='${stranger.jid}' type='chat' id='mine'><body>${'x'.repeat(300_000)}</body></message>`);
    const refused = await phone.next((stanza) => stanza.attrs['id'] === 'mine');
    expect(refused.attrs['type']).toBe('error');
    expect(refused.getChild('error')?.getChild('policy-violation')).toBeDefined();
    await phone.settle();
    expect(phone.stanzas.map(({ attrs }) => String(attrs['id']))).not.toContain('big');
    const said = door.log.join('\n'); // a stream that was lost on the way and taken up again is told there alone
    expect(said).toContain('passed over a stanza: a stanza is too big');
    expect(said).not.toContain('what we do not take');
  });
});

test('what a stranger said while no device was there, and ejabberd has stored, costs itself alone as a device comes in at the bouncer', async () => {
  const ejabberd = servers.find(({ kind }) => kind === 'ejabberd');
  if (!ejabberd) throw new Error('ejabberd is one of the servers');
  const [alice, mallory] = [await newAccount(ejabberd, 'alice'), await newAccount(ejabberd, 'mallory')];
  const door = await openDoor(ejabberd, alice);
  try {
    await door.minimix.online();
    const stranger = await connectPerson(ejabberd, mallory.user, mallory.password);
    stranger.send(`<message to='${alice.jid}' type='chat' id='big'><body>${QUOTES}</body></message>`);
    stranger.send(`<message to='${alice.jid}' type='chat' id='small'><body>x</body></message>`);
    await stranger.settle();
    await stranger.close();
    const phone = await door.person('phone');
    await phone.next((stanza) => stanza.attrs['id'] === 'small');
    await phone.close();
    const said = door.log.join('\n');
    expect(said).toContain('passed over a stanza: a stanza is too big');
    expect(said).not.toContain('what we do not take');
  } finally {
    await door.stop();
  }
});
