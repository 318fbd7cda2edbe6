// XEP-0045 as one client lives it: run with a client that is logged in to the server, and with one behind the bouncer.
import { createElement as xml, type Element } from 'ltx';
import type { Person } from '../../support/clients/person.ts';
import type { Affiliation, SharedServer } from '../../support/servers/server.ts';

export interface Stage {
  readonly server: SharedServer;
  readonly room: string;
  /** Who is looked at. */
  readonly alice: Person;
  /** The owner, in the room as bob. */
  readonly bob: Person;
}

const MUC = 'http://jabber.org/protocol/muc';
const USER = `${MUC}#user`;
const bare = (jid: string): string => jid.split('/')[0] ?? '';
const said = (body: string) => (stanza: Element): boolean => stanza.getChildText('body') === body;
const gone = (nick: string) => (stanza: Element): boolean => stanza.attrs['type'] === 'unavailable' && String(stanza.attrs['from']).endsWith(`/${nick}`);

function admin(bob: Person, room: string, item: Record<string, string>): Promise<Element> {
  return bob.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#admin` }, xml('item', item))));
}

async function refused(promise: Promise<unknown>): Promise<void> {
  await promise.then(() => { throw new Error('it was not refused'); }, () => undefined);
}

function configure(bob: Person, room: string, fields: Record<string, string>): Promise<Element> {
  const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' },
    xml('field', { var: 'FORM_TYPE' }, xml('value', {}, `${MUC}#roomconfig`)),
    ...Object.entries(fields).map(([name, value]) => xml('field', { var: name }, xml('value', {}, value))));
  return bob.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#owner` }, form)));
}

/** XEP-0045 7.13 and 8.6. */
function voice(fields: Record<string, string>): Element {
  return xml('x', { xmlns: 'jabber:x:data', type: 'submit' },
    xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, `${MUC}#request`)),
    ...Object.entries(fields).map(([name, value]) => xml('field', { var: name }, xml('value', {}, value))));
}

/** XEP-0045 8.6: allows what the room asks a moderator. */
async function grant(moderator: Person, room: string): Promise<void> {
  const asked = await moderator.next((stanza) => stanza.getChild('x', 'jabber:x:data') !== undefined);
  const field = (name: string): string => asked.getChild('x', 'jabber:x:data')?.getChildren('field').find(({ attrs }) => attrs['var'] === name)?.getChildText('value') ?? '';
  const answer = { 'muc#role': field('muc#role'), 'muc#jid': field('muc#jid'), 'muc#roomnick': field('muc#roomnick'), 'muc#request_allow': 'true' };
  moderator.send(xml('message', { to: room }, voice(answer)));
}

export const scenarios: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  async 'enters, with history and subject'({ room, alice, bob }) {
    for (const body of ['one', 'two', 'three']) await bob.say(room, body);
    bob.send(xml('message', { to: room, type: 'groupchat' }, xml('subject', {}, 'Cauldrons')));
    await bob.next((stanza) => stanza.getChildText('subject') === 'Cauldrons');
    await alice.join(room, 'Ali', { history: 2 });
    await bob.say(room, 'and now');
    await alice.next(said('and now'));
    await alice.say(room, 'hello');
  },
  async 'sees others come, change their nick, and go'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    bob.send(xml('presence', { to: `${room}/robert` }));
    await alice.next((stanza) => stanza.attrs['from'] === `${room}/robert` && stanza.attrs['type'] === undefined);
    bob.send(xml('presence', { to: `${room}/robert` }, xml('show', {}, 'away'), xml('status', {}, 'tea')));
    await alice.next((stanza) => stanza.getChildText('show') === 'away');
    bob.send(xml('presence', { to: `${room}/robert`, type: 'unavailable' }));
    await alice.next(gone('robert'));
  },
  async 'changes the nick, and wants one that is taken'({ room, alice }) {
    await alice.join(room, 'Ali');
    alice.send(xml('presence', { to: `${room}/Alicia` }));
    await alice.next((stanza) => stanza.attrs['from'] === `${room}/Alicia` && stanza.attrs['type'] === undefined);
    alice.send(xml('presence', { to: `${room}/bob` }));
    await alice.next((stanza) => stanza.attrs['type'] === 'error');
  },
  async 'changes the subject where it may not'({ room, alice }) {
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: room, type: 'groupchat' }, xml('subject', {}, 'mine')));
    await alice.next((stanza) => stanza.attrs['type'] === 'error' || stanza.getChildText('subject') === 'mine');
  },
  async 'whispers, and to nobody'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: `${room}/bob`, type: 'chat' }, xml('body', {}, 'psst'), xml('x', { xmlns: USER })));
    await bob.next(said('psst'));
    bob.send(xml('message', { to: `${room}/Ali`, type: 'chat' }, xml('body', {}, 'what?'), xml('x', { xmlns: USER })));
    await alice.next(said('what?'));
    alice.send(xml('message', { to: `${room}/nobody`, type: 'chat', id: 'lost' }, xml('body', {}, 'hello?')));
    await alice.next((stanza) => stanza.attrs['type'] === 'error');
  },
  async 'is made a moderator, and loses its voice'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    const role = (name: string) => (stanza: Element): boolean => stanza.getChild('x', USER)?.getChild('item')?.attrs['role'] === name;
    await admin(bob, room, { nick: 'Ali', role: 'moderator' });
    await alice.next(role('moderator'));
    await admin(bob, room, { nick: 'Ali', role: 'visitor' });
    await alice.next(role('visitor'));
  },
  async 'is kicked, and comes back'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await admin(bob, room, { nick: 'Ali', role: 'none' });
    await alice.next(gone('Ali'));
    await alice.join(room, 'Ali');
  },
  async 'is banned, and refused'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await admin(bob, room, { jid: bare(alice.jid), affiliation: 'outcast' satisfies Affiliation });
    await alice.next(gone('Ali'));
    await refused(alice.join(room, 'Ali'));
  },
  async 'needs a password'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 'cauldron' });
    await refused(alice.join(room, 'Ali'));
    await refused(alice.join(room, 'Ali', { password: 'kettle' }));
    await alice.join(room, 'Ali', { password: 'cauldron' });
  },
  async 'is no member, then one'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_membersonly': '1' });
    await refused(alice.join(room, 'Ali'));
    await admin(bob, room, { jid: bare(alice.jid), affiliation: 'member' satisfies Affiliation });
    await alice.join(room, 'Ali');
  },
  async 'wants a nick that is taken, on entry'({ room, alice }) {
    await alice.join(room, 'bob').catch(() => undefined);
  },
  async 'enters a room that shows JIDs'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_whois': 'anyone' });
    await alice.join(room, 'Ali');
  },
  async 'sees the configuration change'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await configure(bob, room, { 'muc#roomconfig_roomname': 'A coven' });
    await alice.next((stanza) => stanza.toString().includes('code="104"'));
  },
  async 'sees the room destroyed'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    const destroy = xml('destroy', { jid: `other-${room}` }, xml('reason', {}, 'Macbeth comes'));
    await bob.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#owner` }, destroy)));
    await alice.next(gone('Ali'));
  },
  async 'invites somebody, who declines'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_allowinvites': '1' }); // ejabberd's default is none
    await alice.join(room, 'Ali');
    await bob.leave(room); // ejabberd lets no occupant decline
    const invite = xml('invite', { to: bare(bob.jid) }, xml('reason', {}, 'Hecate is here'));
    alice.send(xml('message', { to: room }, xml('x', { xmlns: USER }, invite)));
    const asked = await bob.next((stanza) => stanza.getChild('x', USER)?.getChild('invite') !== undefined);
    const by = String(asked.getChild('x', USER)?.getChild('invite')?.attrs['from']);
    bob.send(xml('message', { to: room }, xml('x', { xmlns: USER }, xml('decline', { to: by }, xml('reason', {}, 'no time')))));
    await alice.next((stanza) => stanza.getChild('x', USER)?.getChild('decline') !== undefined);
  },
  async 'is invited by the room, and declines'({ room, alice, bob }) {
    bob.send(xml('message', { to: room }, xml('x', { xmlns: USER }, xml('invite', { to: bare(alice.jid) }))));
    await alice.next((stanza) => stanza.getChild('x', USER)?.getChild('invite') !== undefined);
    alice.send(xml('message', { to: room }, xml('x', { xmlns: USER }, xml('decline', { to: bare(bob.jid) }))));
    await bob.next((stanza) => stanza.getChild('x', USER)?.getChild('decline') !== undefined);
  },
  async 'is invited directly, and comes'({ room, alice, bob }) {
    bob.send(xml('message', { to: bare(alice.jid) }, xml('x', { xmlns: 'jabber:x:conference', jid: room })));
    await alice.next((stanza) => stanza.getChild('x', 'jabber:x:conference')?.attrs['jid'] === room);
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: bare(bob.jid) }, xml('x', { xmlns: 'jabber:x:conference', jid: room })));
    const invited = await bob.next((stanza) => stanza.getChild('x', 'jabber:x:conference')?.attrs['jid'] === room);
    if (invited.attrs['from'] !== alice.jid) throw new Error(`invited by ${String(invited.attrs['from'])}`);
  },
  async 'asks for a voice, and is given one'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_moderatedroom': '1', members_by_default: '0' }); // the second is ejabberd's own
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: room }, voice({ 'muc#role': 'participant' })));
    await grant(bob, room);
    await alice.next((stanza) => stanza.getChild('x', USER)?.getChild('item')?.attrs['role'] === 'participant');
    await alice.say(room, 'at last');
  },
  async 'gives another a voice'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_moderatedroom': '1', members_by_default: '0' });
    await admin(bob, room, { jid: bare(alice.jid), affiliation: 'owner' satisfies Affiliation });
    await alice.join(room, 'Ali');
    await admin(alice, room, { jid: bare(bob.jid), affiliation: 'none' satisfies Affiliation });
    await admin(alice, room, { nick: 'bob', role: 'visitor' });
    bob.send(xml('message', { to: room }, voice({ 'muc#role': 'participant' })));
    await grant(alice, room);
    await bob.next((stanza) => stanza.getChild('x', USER)?.getChild('item')?.attrs['role'] === 'participant');
    await bob.say(room, 'thank you');
    await alice.next(said('thank you'));
  },
  async 'leaves, and speaks all the same'({ room, alice }) {
    await alice.join(room, 'Ali');
    await alice.leave(room);
    alice.send(xml('message', { to: room, type: 'groupchat', id: 'late' }, xml('body', {}, 'and another thing')));
    await alice.next((stanza) => stanza.attrs['type'] === 'error');
  },
};
