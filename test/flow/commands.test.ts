// Commands, tried by other people's code, on real servers.
import { createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { openPoezio } from '../frontends/bouncer/programs.ts';
import { openMinimix, type Minimix, type MinimixOptions } from '../support/minimix.ts';
import { connectPerson, StanzaError, type Person, type PersonOptions } from '../support/clients/person.ts';
import { runProfanity } from '../support/clients/profanity.ts';
import { newAccount, servers, type Account } from '../support/servers/servers.ts';
import { runSlixmpp } from '../support/clients/slixmpp.ts';
import { until } from '../support/until.ts';

const NS = 'http://jabber.org/protocol/commands';
const DATA = 'jabber:x:data';
const ITEMS = 'http://jabber.org/protocol/disco#items';
const INFO = 'http://jabber.org/protocol/disco#info';
const verbs = ['status', 'rooms', 'join', 'leave', 'nick', 'notify', 'say', 'attach', 'detach', 'policy', 'mentions', 'digest', 'limit', 'search'];

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
  });

  async function person(who: Account, options?: PersonOptions): Promise<Person> {
    const one = await connectPerson(server, who.user, who.password, options);
    open.push(one.close);
    return one;
  }

  async function scene(options: MinimixOptions = {}) {
    const alice = await newAccount(server, 'alice');
    const room = await server.room({ archive: false });
    const home: Minimix = openMinimix(server, alice, options);
    open.push(home.stop);
    await home.online();
    const phone = await person(alice, { resource: 'phone', features: ['urn:minimix:relay:0'] });
    await until(() => home.account.devices.list().some(({ relay }) => relay), { what: 'the phone to be known' });
    const daemon = `${alice.jid}/minimix`;
    /** Executes, fills in the form where there is one, and resolves with what the daemon has answered. */
    const run = async (node: string, values: Record<string, string> = {}): Promise<{ note: string | undefined; command: Element }> => {
      let answer = await phone.iq(xml('iq', { type: 'set', to: daemon }, xml('command', { xmlns: NS, node, action: 'execute' })));
      const stage = answer.getChild('command', NS);
      if (stage?.attrs['status'] === 'executing') {
        const fields = Object.entries(values).map(([name, value]) => xml('field', { var: name }, xml('value', {}, value)));
        const command = xml('command', { xmlns: NS, node, sessionid: stage.attrs['sessionid'] }, xml('x', { xmlns: DATA, type: 'submit' }, ...fields));
        answer = await phone.iq(xml('iq', { type: 'set', to: daemon }, command));
      }
      const command = answer.getChild('command', NS);
      if (!command) throw new Error(answer.toString());
      return { note: command.getChildText('note') ?? undefined, command };
    };
    return { alice, room, home, phone, daemon, run };
  }

  test('the commands are found through disco', async () => {
    const { phone, daemon } = await scene();
    const items = await phone.iq(xml('iq', { type: 'get', to: daemon }, xml('query', { xmlns: ITEMS, node: NS })));
    expect(items.getChild('query')?.getChildren('item').map(({ attrs }) => attrs['node'])).toEqual(verbs);
    const info = await phone.iq(xml('iq', { type: 'get', to: daemon }, xml('query', { xmlns: INFO })));
    expect(info.getChild('query')?.getChildren('feature').map(({ attrs }) => attrs['var'])).toEqual(expect.arrayContaining([NS, DATA]));
    const node = await phone.iq(xml('iq', { type: 'get', to: daemon }, xml('query', { xmlns: INFO, node: 'join' })));
    expect(node.getChild('query')?.getChild('identity')?.attrs).toMatchObject({ category: 'automation', type: 'command-node', name: 'Join a room' });
  });

  test('each verb does what it says', async () => {
    const { home, room, run } = await scene();
    expect((await run('status')).note).toMatch(/^Minimix is online, in 0 of 0 rooms/);
    expect((await run('join', { room, nick: 'Ali' })).note).toBe(`In ${room} as Ali, with 1 there.`);
    const listed = (await run('rooms')).command.getChild('x', DATA)?.getChild('item');
    expect(listed?.getChildren('field').map((field) => field.getChildText('value'))).toEqual([room, 'joined', 'Ali', '']);
    expect((await run('nick', { room, nick: 'Alix' })).note).toBe(`You are now Alix in ${room}.`);
    expect((await run('notify', { room, level: 'never' })).note).toBe(`Notifications of ${room}: never.`);
    expect(home.account.bookmarks.notify(room)).toBe('never');
    expect((await run('say', { room, text: 'the quick brown fox' })).note).toBe(`Sent to ${room}.`);
    await until(() => home.bodies(room).includes('the quick brown fox'), { what: 'the word to be kept' });
    expect((await run('search', { text: 'brown' })).note).toContain('Alix: the quick brown fox');
    expect((await run('detach')).note).toBe('a test receives no room messages: you turned it off.');
    expect((await run('attach')).note).toBe('a test receives room messages from now on: you turned it on.');
    expect((await run('policy', { policy: 'mentions' })).note).toBe('a test gets mentions.');
    expect((await run('policy', { policy: 'nothing', room })).note).toBe(`a test gets nothing of ${room}.`);
    expect((await run('mentions', { words: 'tea, cake' })).note).toBe('On a test, these words also count as mentions: tea, cake.');
    expect((await run('digest', { digest: 'on', quiet: '22:00-07:00' })).note).toContain('but not in 22:00-07:00');
    expect((await run('limit', { messages: '10', hours: '5' })).note).toBe('a test receives at most 10 missed messages per room, from the last 5 hours.');
    expect((await run('limit', { messages: '0', hours: '5' })).note).toBe('Newest messages per room, at most: is at least 1.');
    expect((await run('leave', { room })).note).toBe(`Left ${room}.`);
    expect(home.account.rooms.list()).toEqual([]);
  });

  test('what cannot be is answered with a sentence, and what is missing with the form again', async () => {
    const { run, phone, daemon } = await scene();
    const refused = await run('leave', { room: 'nowhere@rooms.example' });
    expect([refused.command.attrs['status'], refused.note]).toEqual(['completed', expect.stringContaining('is not in the room list of')]);
    const missing = await run('join', {});
    expect([missing.command.attrs['status'], missing.note]).toEqual(['executing', 'Room: is needed.']);
    expect(missing.command.getChild('x', DATA)?.attrs['type']).toBe('form');
    const unknown = phone.iq(xml('iq', { type: 'set', to: daemon }, xml('command', { xmlns: NS, node: 'explode' })));
    await expect(unknown).rejects.toMatchObject({ condition: 'item-not-found' });
    const canceled = await phone.iq(xml('iq', { type: 'set', to: daemon }, xml('command', { xmlns: NS, node: 'join', action: 'cancel' })));
    expect(canceled.getChild('command')?.attrs['status']).toBe('canceled');
  });

  test('a plain chat is answered with help and does the same verbs; what is answered is not answered again', async () => {
    const { phone, daemon, room, home } = await scene();
    const ask = async (body: string): Promise<string> => {
      phone.send(xml('message', { to: daemon, type: 'chat' }, xml('body', {}, body)));
      return (await phone.next((s) => s.name === 'message' && s.attrs['from'] === daemon && s.attrs['type'] === 'chat')).getChildText('body') ?? '';
    };
    expect(await ask('hello?')).toMatch(/^This is Minimix\. It understands:\nstatus – /);
    expect(await ask(`join ${room} Ali`)).toBe(`In ${room} as Ali, with 1 there.`);
    expect(await ask(`say ${room} three words, all  of them`)).toBe(`Sent to ${room}.`);
    await until(() => home.bodies(room).includes('three words, all  of them'), { what: 'the words to be kept' });
    expect(await ask('join')).toBe('Room: is needed.');
    phone.send(xml('message', { to: daemon, type: 'chat', id: 'mxr-1' }, xml('body', {}, 'help')));
    expect(await ask('status')).toMatch(/^Minimix is online/);
  });

  test('a plain chat is not answered where the person has turned that off; commands are', async () => {
    const { phone, daemon, run } = await scene({ chat: false });
    phone.send(xml('message', { to: daemon, type: 'chat' }, xml('body', {}, 'help')));
    expect((await run('status')).note).toMatch(/^Minimix is online/);
    await phone.settle();
    expect(phone.stanzas.filter((s) => s.name === 'message')).toEqual([]);
  });

  describe('whose word does not count', () => {
    const attempts: readonly (readonly [string, (daemon: string, room: string) => Element])[] = [
      ['a command', (daemon, room) => xml('iq', { type: 'set', to: daemon }, xml('command', { xmlns: NS, node: 'leave', action: 'execute' },
        xml('x', { xmlns: DATA, type: 'submit' }, xml('field', { var: 'room' }, xml('value', {}, room)))))],
      ['a look at the commands', (daemon) => xml('iq', { type: 'get', to: daemon }, xml('query', { xmlns: ITEMS, node: NS }))],
      ['a look at what we can', (daemon) => xml('iq', { type: 'get', to: daemon }, xml('query', { xmlns: INFO }))],
    ];

    test.each(attempts)('%s by a contact or a stranger is answered with an error, and nothing is done', async (_what, request) => {
      const { alice, home, room, run, daemon, phone } = await scene();
      await run('join', { room });
      const bob = await newAccount(server, 'bob');
      const stranger = await person(bob);
      await expect(stranger.iq(request(daemon, room))).rejects.toBeInstanceOf(StanzaError);
      const roster = (): Element => xml('iq', { type: 'get' }, xml('query', { xmlns: 'jabber:iq:roster' }));
      await phone.iq(roster()); // who has not read the roster hears of no change (RFC 6121 2.2)
      await stranger.iq(roster());
      stranger.send(xml('presence', { to: alice.jid, type: 'subscribe' }));
      await phone.next((s) => s.attrs['type'] === 'subscribe');
      phone.send(xml('presence', { to: bob.jid, type: 'subscribed' }));
      await stranger.next((s) => s.attrs['type'] === 'subscribed');
      await expect(stranger.iq(request(daemon, room))).rejects.toBeInstanceOf(StanzaError);
      expect(home.account.rooms.list()).toMatchObject([{ room, state: 'joined' }]);
    });

    test.each(attempts)('%s by an occupant, through the room, is answered with an error, and nothing is done', async (_what, request) => {
      const { home, room, run } = await scene();
      await run('join', { room, nick: 'Ali' });
      const bob = await newAccount(server, 'bob');
      const occupant = await person(bob);
      await occupant.join(room, 'bob');
      await expect(occupant.iq(request(`${room}/Ali`, room))).rejects.toBeInstanceOf(StanzaError);
      expect(home.account.rooms.list()).toMatchObject([{ room, state: 'joined' }]);
    });

    test('a chat by a contact, or by an occupant in private, is not answered, and nothing is done', async () => {
      const { alice, home, room, run, daemon } = await scene();
      await run('join', { room, nick: 'Ali' });
      const bob = await newAccount(server, 'bob');
      const other = await person(bob);
      await other.join(room, 'bob');
      for (const to of [daemon, alice.jid, `${room}/Ali`]) other.send(xml('message', { to, type: 'chat' }, xml('body', {}, `leave ${room}`)));
      await other.say(room, 'a fence');
      await until(() => home.bodies(room).includes('a fence'), { what: 'the fence' });
      await other.settle();
      expect(other.stanzas.filter((s) => s.name === 'message' && s.attrs['type'] === 'chat')).toEqual([]);
      expect(home.account.rooms.list()).toMatchObject([{ room, state: 'joined' }]);
    });
  });

  test('slixmpp’s own code finds the commands and runs each of them', async () => {
    const { alice, room, daemon, home } = await scene();
    const runs: readonly (readonly [verb: string, values: Record<string, string>, note: RegExp])[] = [
      ['status', {}, /^Minimix is online, in 0 of 0 rooms/],
      ['join', { room, nick: 'Sli' }, /as Sli, with 1 there\.$/],
      ['rooms', {}, /joined, as Sli/],
      ['nick', { room, nick: 'Slix' }, /^You are now Slix in /],
      ['notify', { room, level: 'never' }, /never/],
      ['say', { room, text: 'said by slixmpp' }, /^Sent to /],
      ['policy', { policy: 'mentions', room }, /gets mentions of /],
      ['mentions', { words: 'tea, cake' }, /these words also count as mentions: tea, cake\.$/],
      ['digest', { digest: 'on', quiet: '22:00-07:00' }, /but not in 22:00-07:00\.$/],
      ['limit', { messages: '20', hours: '48' }, /receives at most 20 missed messages per room, from the last 48 hours\.$/],
      ['detach', {}, /you turned it off\.$/],
      ['attach', {}, /from now on/],
      ['leave', { room }, /^Left /],
      ['search', { text: 'slixmpp' }, /said by slixmpp/],
    ];
    const seen = await runSlixmpp<{ nodes: string[]; notes: Record<string, string> }>(server, alice, 'commands', { daemon, room, runs: runs.map(([verb, values]) => [verb, values]) });
    expect(seen.nodes).toEqual(verbs);
    expect(runs.map(([verb]) => verb).toSorted()).toEqual(verbs.toSorted());
    for (const [verb, , note] of runs) expect(seen.notes[verb], verb).toMatch(note);
    expect(home.bodies(room)).toContain('said by slixmpp');
  });

  test('profanity lists the commands, runs one and fills in a form', async () => {
    const { alice, daemon, room, home } = await scene();
    const profanity = await runProfanity(server, alice);
    open.push(profanity.close);
    profanity.type('/disco info'); // Fence: what it asked at its login is answered by then; without that it takes no command
    await profanity.shows(/urn:xmpp:ping/);
    profanity.type(`/cmd list ${daemon}`);
    await profanity.shows(/Ad hoc commands:[^]*attach[^]*status/);
    profanity.type(`/cmd exec status ${daemon}`);
    await profanity.shows(/Minimix is online, in 0 of 0 rooms/, /status completed/);
    profanity.type(`/cmd exec join ${daemon}`);
    await profanity.shows(/\[field1\] Room \(required\)/);
    profanity.type(`/field1 ${room}`);
    await profanity.shows(new RegExp(`Field updated[^]*${room}|field1\\][^\n]*${room}`));
    profanity.type('/field2 Prof');
    await profanity.shows(/\[field2\] Nick: Prof/);
    profanity.type('/form submit');
    await profanity.shows(/as Prof, with 1 there\./, /join completed/);
    expect(home.account.rooms.list()).toMatchObject([{ room, nick: 'Prof', state: 'joined' }]);
    profanity.type(`/cmd exec rooms ${daemon}`);
    await profanity.shows(/Form title: List the rooms/, new RegExp(`${room}, joined, as Prof`));
    profanity.type(`/cmd exec notify ${daemon}`);
    await profanity.shows(/Form title: Notifications of a room/, new RegExp(`Room: ${room}`), /When: always, on-mention, never/);
  });

  test('poezio lists the commands and runs one', async () => {
    const { alice, daemon } = await scene();
    const { host, port, ca } = server;
    const poezio = await openPoezio({ jid: alice.jid, host, port, password: alice.password, ca: server.caFile }, ca);
    open.push(poezio.close);
    await poezio.shows('Authentication success', 30_000);
    await poezio.type(`/ad-hoc ${daemon}`);
    await poezio.shows('Join a room');
    await poezio.press('Enter');
    await poezio.shows(/Adhoc command completed: Minimix is online, in 0 of 0 rooms/);
  });
});
