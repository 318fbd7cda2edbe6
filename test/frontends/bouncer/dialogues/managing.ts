// XEP-0045 8 to 10: moderators, admins and owners.
import { createElement as xml, type Element } from 'ltx';
import type { Person } from '../../../support/clients/person.ts';
import type { Affiliation } from '../../../support/servers/server.ts';
import { admin, affiliate, ask, bare, configure, failed, gone, here, listed, MUC, refused, role, said, toAll, tried, USER, type Dialogue, type Dialogues } from './stage.ts';

const affiliated = (name: string) => (stanza: Element): boolean => stanza.getChild('x', USER)?.getChild('item')?.attrs['affiliation'] === name;
const code = (number: string) => (stanza: Element): boolean => (stanza.getChild('x', USER)?.getChildren('status') ?? []).some((one) => one.attrs['code'] === number);

const given = (affiliation: Affiliation): Dialogue => async ({ room, alice, bob }) => {
  await alice.join(room, 'Ali');
  await affiliate(bob, room, alice.jid, affiliation);
  await alice.next(affiliated(affiliation));
  await bob.next(affiliated(affiliation));
};

/** Alice, who may not, is refused; and she who may is not. */
const list = (item: Record<string, string>): Dialogue => async ({ room, alice, bob }) => {
  await alice.join(room, 'Ali');
  await refused(listed(alice, room, item));
  await listed(bob, room, item);
};

const configured = (fields: Record<string, string>): Dialogue => async ({ room, alice, bob }) => {
  await alice.join(room, 'Ali');
  await configure(bob, room, fields);
  await bob.say(room, 'done');
  await alice.next(said('done'));
};

const REGISTER = 'jabber:iq:register';

function submitted(values: Readonly<Record<string, string>>): Element {
  return xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, ...Object.entries(values).map(([name, value]) => xml('field', { var: name }, xml('value', {}, value))));
}

async function register(who: Person, at: string, nick: string): Promise<Element> {
  const asked = await ask(who, at, REGISTER);
  const fields = asked.getChild('query', REGISTER)?.getChild('x', 'jabber:x:data')?.getChildren('field') ?? [];
  const names = fields.map(({ attrs }) => String(attrs['var'])).filter((name) => name.endsWith('roomnick')); // some have a prefix
  const form = submitted({ FORM_TYPE: `${MUC}#register`, ...Object.fromEntries(names.map((name) => [name, nick])) });
  return who.iq(xml('iq', { type: 'set', to: at }, xml('query', { xmlns: REGISTER }, form)));
}

function unregister(who: Person, at: string): Promise<Element> {
  return who.iq(xml('iq', { type: 'set', to: at }, xml('query', { xmlns: REGISTER }, xml('remove'))));
}

/** Registers the nick with the room, or where it does not do that with its service, for all rooms; resolves with which it was. */
async function keeperOf(who: Person, room: string, nick: string): Promise<string> {
  if (await tried(register(who, room, nick))) return room;
  const service = room.slice(room.indexOf('@') + 1);
  await register(who, service, nick);
  return service;
}

export const managing: Dialogues = {
  async 'XEP-0045 8.2: a kick, with its reason'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await admin(bob, room, { nick: 'Ali', role: 'none' }, 'Avaunt, you cullion!');
    await alice.next(gone('Ali'));
    await bob.next(gone('Ali'));
  },
  async 'XEP-0045 8.2: who was kicked comes back'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await admin(bob, room, { nick: 'Ali', role: 'none' });
    await alice.next(gone('Ali'));
    await alice.join(room, 'Ali');
    await bob.next(gone('Ali'));
    for (const _ of ['before', 'after']) await bob.next(here('Ali'));
  },
  async 'XEP-0045 8.2: who may not kick is refused'({ room, alice }) {
    await alice.join(room, 'Ali');
    await refused(admin(alice, room, { nick: 'bob', role: 'none' }));
  },
  async 'XEP-0045 8.2: a kick of nobody'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await refused(admin(bob, room, { nick: 'nobody', role: 'none' }));
  },
  async 'XEP-0045 8.3: a voice is given'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_moderatedroom': '1', members_by_default: '0' });
    await alice.join(room, 'Ali');
    await admin(bob, room, { nick: 'Ali', role: 'participant' });
    await alice.next(role('participant'));
    await alice.say(room, 'thank you');
    await bob.next(said('thank you'));
  },
  async 'XEP-0045 8.4: a voice is taken'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await admin(bob, room, { nick: 'Ali', role: 'visitor' });
    await alice.next(role('visitor'));
    await bob.next(role('visitor'));
  },
  'XEP-0045 8.5: who has a voice': list({ role: 'participant' }),
  async 'XEP-0045 9.1: a ban, and the way back is closed'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await affiliate(bob, room, alice.jid, 'outcast');
    await alice.next(gone('Ali'));
    await bob.next(gone('Ali'));
    await refused(alice.join(room, 'Ali'));
  },
  async 'XEP-0045 9.1: a ban that is lifted'({ room, alice, bob }) {
    await affiliate(bob, room, alice.jid, 'outcast');
    await refused(alice.join(room, 'Ali'));
    await affiliate(bob, room, alice.jid, 'none');
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
  },
  'XEP-0045 9.2: who is banned': list({ affiliation: 'outcast' }),
  'XEP-0045 9.3: a membership is given': given('member'),
  async 'XEP-0045 9.4: a membership is taken in a room for members'({ room, alice, bob }) {
    await affiliate(bob, room, alice.jid, 'member');
    await configure(bob, room, { 'muc#roomconfig_membersonly': '1' });
    await alice.join(room, 'Ali');
    await affiliate(bob, room, alice.jid, 'none');
    await alice.next(gone('Ali'));
    await bob.next(gone('Ali'));
  },
  'XEP-0045 9.5: who is a member': list({ affiliation: 'member' }),
  async 'XEP-0045 9.6: a moderator is made'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await admin(bob, room, { nick: 'Ali', role: 'moderator' });
    await alice.next(role('moderator'));
    await bob.next(role('moderator'));
  },
  async 'XEP-0045 9.7: and is one no more'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await admin(bob, room, { nick: 'Ali', role: 'moderator' });
    await alice.next(role('moderator'));
    await admin(bob, room, { nick: 'Ali', role: 'participant' });
    await alice.next(role('participant'));
    await bob.next(role('participant'));
  },
  'XEP-0045 9.8: who moderates': list({ role: 'moderator' }),
  async 'XEP-0045 9.4: a room becomes one for members while somebody is in it who is none'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await configure(bob, room, { 'muc#roomconfig_membersonly': '1' });
    await bob.say(room, 'alone?');
    await bob.settle();
  },
  'XEP-0045 10.2: who may not is not shown the form': async ({ room, alice }) => {
    await alice.join(room, 'Ali');
    await refused(ask(alice, room, `${MUC}#owner`));
  },
  'XEP-0045 10.2.1: the room’s name changes': configured({ 'muc#roomconfig_roomname': 'A coven' }),
  'XEP-0045 10.2.1: the room is moderated now': configured({ 'muc#roomconfig_moderatedroom': '1' }),
  'XEP-0045 10.2.1: the room shows addresses now': configured({ 'muc#roomconfig_whois': 'anyone' }),
  'XEP-0045 10.2.1: anybody may set the subject now': configured({ 'muc#roomconfig_changesubject': '1' }),
  'XEP-0045 10.2.1: the room is hidden now': configured({ 'muc#roomconfig_publicroom': '0' }),
  'XEP-0045 10.3: an owner is made': given('owner'),
  async 'XEP-0045 10.4: and is one no more'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await affiliate(bob, room, alice.jid, 'owner');
    await alice.next(affiliated('owner'));
    await affiliate(bob, room, alice.jid, 'none');
    await alice.next(affiliated('none'));
    await bob.next(affiliated('none'));
  },
  'XEP-0045 10.5: who owns the room': list({ affiliation: 'owner' }),
  'XEP-0045 10.6: an admin is made': given('admin'),
  async 'XEP-0045 10.7: and is one no more'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await affiliate(bob, room, alice.jid, 'admin');
    await alice.next(affiliated('admin'));
    await affiliate(bob, room, alice.jid, 'member');
    await alice.next(affiliated('member'));
    await bob.next(affiliated('member'));
  },
  'XEP-0045 10.8: who is an admin': list({ affiliation: 'admin' }),
  async 'XEP-0045 10.9: the room is destroyed, and names another'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    const destroy = xml('destroy', { jid: `other-${room}` }, xml('reason', {}, 'Macbeth doth come.'));
    await bob.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#owner` }, destroy)));
    await alice.next(gone('Ali'));
  },
  async 'XEP-0045 10.9: who may not destroy it is refused'({ room, alice }) {
    await alice.join(room, 'Ali');
    await refused(alice.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#owner` }, xml('destroy')))));
  },
  async 'XEP-0045 10.1.2: who creates a room is told by 201, and whoever comes later is not'({ room, alice, bob }) {
    const fresh = `fresh-${room}`;
    await alice.join(fresh, 'Ali');
    await alice.iq(xml('iq', { type: 'set', to: fresh }, xml('query', { xmlns: `${MUC}#owner` }, xml('x', { xmlns: 'jabber:x:data', type: 'submit' }))));
    await alice.leave(fresh).catch(() => undefined);
    await bob.settle();
  },
  async 'XEP-0045 10.1.2: the owner’s form, and words, that follow the creation without waiting come behind it'({ room, alice }) {
    const fresh = `fresh-${room}`;
    alice.send(xml('presence', { to: `${fresh}/Ali` }, xml('x', { xmlns: MUC })));
    const form = alice.iq(xml('iq', { type: 'set', to: fresh }, xml('query', { xmlns: `${MUC}#owner` }, xml('x', { xmlns: 'jabber:x:data', type: 'submit' }))));
    alice.send(toAll(fresh, 'n1', xml('body', {}, 'first')));
    await form;
    await alice.next(said('first'));
  },
  async 'XEP-0045 7.8.1: an invitation to nobody'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_allowinvites': '1' });
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: room }, xml('x', { xmlns: USER }, xml('invite', { to: `nobody@${bare(bob.jid).split('@')[1]}` }, xml('reason', {}, 'come')))));
    await alice.say(room, 'asked');
    await bob.next(said('asked'));
  },
  async 'XEP-0045 7.11: who is a member, in a room for members'({ room, alice, bob }) {
    await affiliate(bob, room, alice.jid, 'member');
    await configure(bob, room, { 'muc#roomconfig_membersonly': '1' });
    await alice.join(room, 'Ali');
    await tried(listed(alice, room, { affiliation: 'member' }));
    await listed(bob, room, { affiliation: 'member' });
  },
  async 'XEP-0045 8.6: a voice that was asked for is given'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_moderatedroom': '1', members_by_default: '0' });
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: room, id: 'voice' }, submitted({ FORM_TYPE: `${MUC}#request`, 'muc#role': 'participant' })));
    const asked = await bob.next((stanza) => stanza.getChild('x', 'jabber:x:data') !== undefined);
    const fields = asked.getChild('x', 'jabber:x:data')?.getChildren('field') ?? [];
    const values = Object.fromEntries(fields.map((field) => [String(field.attrs['var']), field.getChildText('value') ?? '']));
    bob.send(xml('message', { to: room, id: 'granted' }, submitted({ ...values, 'muc#request_allow': 'true' })));
    await alice.next(role('participant'));
    await bob.next(role('participant'));
    await alice.say(room, 'thank you');
    await bob.next(said('thank you'));
  },
  async 'XEP-0045 9.2: two are banned at once, and one no more'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    const items = [bare(alice.jid), 'nobody@example.org'].map((jid) => xml('item', { jid, affiliation: 'outcast' }, xml('reason', {}, 'Treason')));
    await tried(bob.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#admin` }, ...items))));
    await tried(affiliate(bob, room, alice.jid, 'outcast'));
    await alice.next(gone('Ali'));
    await affiliate(bob, room, 'nobody@example.org', 'none');
    await listed(bob, room, { affiliation: 'outcast' });
  },
  async 'XEP-0045 9.5: a member is named with the nick that is kept'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await admin(bob, room, { jid: bare(alice.jid), affiliation: 'member', nick: 'Kept' }, 'a worthy witch');
    await alice.next(affiliated('member'));
    await listed(bob, room, { affiliation: 'member' });
  },
  async 'XEP-0045 10.2: the form is asked for, and called off'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await ask(bob, room, `${MUC}#owner`);
    await bob.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#owner` }, xml('x', { xmlns: 'jabber:x:data', type: 'cancel' }))));
    await bob.say(room, 'as it was');
    await alice.next(said('as it was'));
  },
  async 'XEP-0045 10.5: the only owner may not give it up'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await tried(affiliate(bob, room, bob.jid, 'none'));
    await bob.say(room, 'still here?').catch(() => undefined);
    await alice.settle();
  },
  async 'XEP-0045 7.10: a nick is registered, is told, and is given up'({ room, alice, bob }) {
    await affiliate(bob, room, alice.jid, 'member');
    await alice.join(room, 'Ali');
    if (!(await tried(register(alice, room, 'Alicia')))) return;
    await tried(ask(alice, room, REGISTER));
    await tried(alice.iq(xml('iq', { type: 'get', to: room }, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info', node: 'x-roomuser-item' }))));
    await tried(unregister(alice, room));
    await tried(ask(alice, room, REGISTER));
  },
  async 'XEP-0045 7.10: a nick that another has registered is a conflict, on entry and later'({ room, alice, bob }) {
    const keeper = await keeperOf(bob, room, 'Witch');
    try {
      await refused(alice.join(room, 'Witch'));
      await alice.join(room, 'Ali');
      alice.send(xml('presence', { to: `${room}/Witch`, id: 'kept' }));
      await alice.next(failed('kept'));
      await tried(register(alice, keeper, 'Witch'));
      await alice.say(room, 'still Ali');
      await bob.next(said('still Ali'));
    } finally {
      await tried(unregister(bob, keeper));
    }
  },
  async 'XEP-0045 7.10: what registration asks'({ room, alice }) {
    await alice.join(room, 'Ali');
    await tried(ask(alice, room, 'jabber:iq:register'));
  },
  async 'XEP-0045 7.12: the nick that is kept for one'({ room, alice }) {
    await tried(alice.iq(xml('iq', { type: 'get', to: room }, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info', node: 'x-roomuser-item' }))));
    await alice.join(room, 'Ali');
  },
  async 'XEP-0425 3.1: a moderator takes another’s words back'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    const words = await alice.say(room, 'O hell!');
    await bob.next(said('O hell!'));
    const id = String(words.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs['id'] ?? 'none');
    const moderate = xml('moderate', { xmlns: 'urn:xmpp:message-moderate:1', id }, xml('retract', { xmlns: 'urn:xmpp:message-retract:1' }), xml('reason', {}, 'rude'));
    await tried(bob.iq(xml('iq', { type: 'set', to: room }, moderate)));
    await bob.say(room, 'done');
    await alice.next(said('done'));
  },
  async 'XEP-0425 3.2: who may not moderate is refused'({ room, alice }) {
    await alice.join(room, 'Ali');
    await refused(alice.iq(xml('iq', { type: 'set', to: room }, xml('moderate', { xmlns: 'urn:xmpp:message-moderate:1', id: 'unknown' }, xml('retract', { xmlns: 'urn:xmpp:message-retract:1' })))));
  },
  async 'XEP-0045 9.1: an owner is not banned by who is none'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await refused(affiliate(alice, room, bob.jid, 'outcast'));
  },
  async 'XEP-0045 8.2: code 307 is in a kick'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await admin(bob, room, { nick: 'Ali', role: 'none' });
    await alice.next(code('307'));
    await bob.next(code('307'));
  },
};
