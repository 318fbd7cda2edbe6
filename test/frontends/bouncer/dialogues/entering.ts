// XEP-0045 7.1 and 7.2: coming in, and what is refused.
import { createElement as xml } from 'ltx';
import { admin, affiliate, ask, bare, configure, entry, failed, gone, here, isError, MUC, refused, role, said, toAll, tried, USER, whisper, type Dialogues } from './stage.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const ping = (to: string, id: string) => xml('iq', { type: 'get', to, id }, xml('ping', { xmlns: 'urn:xmpp:ping' }));

export const entering: Dialogues = {
  async 'XEP-0045 7.2.2: alice enters'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2.2: the second of two words about oneself at the entry is what the room sees'({ room, alice, bob }) {
    alice.send(entry(room, 'Ali', xml('show', {}, 'dnd'), xml('status', {}, 'busy')));
    await alice.next((stanza) => stanza.getChild('subject') !== undefined);
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2.3: a room that shows everybody’s address says so by 100'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_whois': 'anyone' });
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2.5: a room with a password refuses who has none, and who has another'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 'cauldron' });
    await refused(alice.join(room, 'Ali'));
    await refused(alice.join(room, 'Ali', { password: 'kettle' }));
    await alice.join(room, 'Ali', { password: 'cauldron' });
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2.6: a room for members refuses others'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_membersonly': '1' });
    await refused(alice.join(room, 'Ali'));
    await affiliate(bob, room, alice.jid, 'member');
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2.7: who is banned is refused'({ room, alice, bob }) {
    await affiliate(bob, room, alice.jid, 'outcast');
    await refused(alice.join(room, 'Ali'));
  },
  async 'XEP-0045 7.2.8: a nick that is taken is a conflict'({ room, alice }) {
    await refused(alice.join(room, 'bob'));
    await alice.join(room, 'Ali');
  },
  async 'XEP-0045 7.2.14: no history where none is asked for'({ room, alice, bob }) {
    await bob.say(room, 'one');
    await alice.join(room, 'Ali', { history: 0 });
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2.14: the last two of three, by maxstanzas'({ room, alice, bob }) {
    for (const body of ['one', 'two', 'three']) await bob.say(room, body);
    await alice.join(room, 'Ali', { history: 2 });
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2.12: a room that is logged says so by 170'({ room, alice, bob }) {
    await tried(configure(bob, room, { 'muc#roomconfig_enablelogging': '1' }));
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2.14: what was said since a time, and in so many seconds'({ room, alice, bob, out }) {
    for (const body of ['one', 'two']) await bob.say(room, body);
    for (const history of [{ since: '2001-01-01T00:00:00Z' }, { seconds: '3600' }]) {
      alice.send(xml('presence', { to: `${room}/Ali` }, xml('x', { xmlns: MUC }, xml('history', history))));
      await alice.next((stanza) => stanza.getChild('subject') !== undefined);
      await alice.next(said('two'));
      alice.send(xml('presence', { to: `${room}/Ali`, type: 'unavailable' }));
      await alice.next(gone('Ali'));
      await bob.next(gone('Ali'));
      await out();
    }
  },
  async 'XEP-0045 7.2.13: the history has the room’s time'({ room, alice, bob }) {
    await bob.say(room, 'one');
    await alice.join(room, 'Ali', { history: 5 });
    await bob.say(room, 'two');
    await alice.next(said('two'));
  },
  async 'XEP-0045 7.2.15: the subject comes last, from who has set it'({ room, alice, bob }) {
    bob.send(toAll(room, 's1', xml('subject', {}, 'Cauldrons')));
    await bob.next((stanza) => stanza.getChildText('subject') === 'Cauldrons');
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2.16: live words come behind the subject'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    for (const body of ['one', 'two']) await bob.say(room, body);
    await alice.next(said('two'));
  },
  async 'XEP-0045 7.2: entering twice tells all again'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2: entering twice tells nothing of what was done to oneself'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await admin(bob, room, { nick: 'Ali', role: 'moderator' }, 'well done');
    await alice.next(role('moderator'));
    await alice.join(room, 'Ali');
  },
  async 'XEP-0045 7.2: out and in again'({ room, alice, bob, out }) {
    await alice.join(room, 'Ali');
    await alice.leave(room);
    await bob.next(gone('Ali'));
    await out();
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.2: out and in under another nick'({ room, alice, bob, out }) {
    await alice.join(room, 'Ali');
    await alice.leave(room);
    await bob.next(gone('Ali'));
    await out();
    await alice.join(room, 'Alicia');
    await bob.next(here('Alicia'));
  },
  async 'XEP-0045 7.4: words that follow the entry without waiting come behind it'({ room, alice, bob }) {
    alice.send(entry(room, 'Ali'));
    alice.send(toAll(room, 'quick', xml('body', {}, 'no patience')));
    await bob.next(said('no patience'));
    await alice.next(said('no patience'));
  },
  async 'XEP-0045 7.5: a private message that follows the entry without waiting'({ room, alice, bob }) {
    alice.send(entry(room, 'Ali'));
    alice.send(whisper(room, 'bob', 'quietly'));
    await bob.next(said('quietly'));
    await alice.next((stanza) => stanza.getChild('subject') !== undefined);
  },
  async 'XEP-0045 7.2: words to a room that refuses the entry are refused behind it'({ room, alice, bob }) {
    await affiliate(bob, room, alice.jid, 'outcast');
    alice.send(entry(room, 'Ali'));
    alice.send(toAll(room, 'quick', xml('body', {}, 'let me in')));
    await alice.next(isError);
    await alice.next(failed('quick'));
  },
  async 'XEP-0410 3.2: a self-ping that follows the entry without waiting is answered behind it'({ room, alice }) {
    alice.send(entry(room, 'Ali'));
    alice.send(ping(`${room}/Ali`, 'selfping'));
    await alice.next((stanza) => stanza.attrs['id'] === 'selfping');
  },
  async 'XEP-0410 3.2: a self-ping of who is in is answered'({ room, alice }) {
    await alice.join(room, 'Ali');
    alice.send(ping(`${room}/Ali`, 'selfping'));
    await alice.next((stanza) => stanza.attrs['id'] === 'selfping');
  },
  async 'XEP-0410 3.2: a self-ping of who is out is not-acceptable'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await alice.leave(room);
    alice.send(ping(`${room}/Ali`, 'selfping'));
    await alice.next((stanza) => stanza.attrs['id'] === 'selfping');
    await bob.next(gone('Ali'));
  },
  async 'XEP-0410 3.2: a self-ping under a nick with a variation selector is answered'({ room, alice, bob }) {
    await tried(alice.join(room, 'Sun\u2600\uFE0F'));
    await bob.next((stanza) => String(stanza.attrs['from']).includes('Sun'));
    alice.send(ping(`${room}/Sun\u2600\uFE0F`, 'selfping'));
    await alice.next((stanza) => stanza.attrs['id'] === 'selfping');
  },
  async 'XEP-0045 17.3: a probe of an occupant, of oneself, and of nobody'({ room, alice }) {
    await alice.join(room, 'Ali');
    for (const nick of ['bob', 'Ali', 'nobody']) alice.send(xml('presence', { to: `${room}/${nick}`, type: 'probe' }));
    await alice.say(room, 'asked');
  },
  async 'XEP-0199 4.4: a ping of another occupant is theirs to answer'({ room, alice }) {
    await alice.join(room, 'Ali');
    await ask(alice, `${room}/bob`, 'urn:xmpp:ping', 'ping');
  },
  async 'XEP-0045 6.5: what the room shows of who is in it, asked from outside'({ room, alice }) {
    await ask(alice, room, 'http://jabber.org/protocol/disco#items');
  },
  async 'XEP-0045 6.5: what the room shows of who is in it'({ room, alice }) {
    await alice.join(room, 'Ali');
    await ask(alice, room, 'http://jabber.org/protocol/disco#items');
  },
  async 'XEP-0045 6.2: what the service can do'({ room, alice }) {
    await ask(alice, room.slice(room.indexOf('@') + 1), INFO);
  },
  async 'XEP-0045 6.4: what the room is, asked from outside'({ room, alice }) {
    await ask(alice, room, INFO);
  },
  async 'XEP-0045 6.4: what the room is, and what it is once it is another'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await ask(alice, room, INFO);
    await configure(bob, room, { 'muc#roomconfig_roomname': 'A coven', 'muc#roomconfig_membersonly': '0' });
    await alice.settle();
    await ask(alice, room, INFO);
  },
  async 'XEP-0045 6.7: what a client can do with rooms'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await alice.iq(xml('iq', { type: 'get', to: bob.jid }, xml('query', { xmlns: INFO, node: `${MUC}#rooms` })));
  },
  async 'XEP-0045 6.6: an occupant is asked what it is'({ room, alice }) {
    await alice.join(room, 'Ali');
    await refused(ask(alice, `${room}/nobody`, 'http://jabber.org/protocol/disco#info'));
  },
  async 'XEP-0045 7.7: show and status to the room are seen by the others'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
    alice.send(xml('presence', { to: `${room}/Ali` }, xml('show', {}, 'away'), xml('status', {}, 'tea')));
    await bob.next((stanza) => stanza.getChildText('show') === 'away');
    await alice.next((stanza) => stanza.getChildText('show') === 'away');
  },
  async 'XEP-0045 7.7: and are seen to end'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('presence', { to: `${room}/Ali` }, xml('show', {}, 'dnd')));
    await alice.next((stanza) => stanza.getChildText('show') === 'dnd');
    alice.send(xml('presence', { to: `${room}/Ali` }));
    await alice.next((stanza) => here('Ali')(stanza) && !stanza.getChild('show') && alice.stanzas.indexOf(stanza) > alice.stanzas.findIndex((one) => one.getChildText('show') === 'dnd'));
    await bob.next((stanza) => here('Ali')(stanza) && !stanza.getChild('show') && bob.stanzas.indexOf(stanza) > bob.stanzas.findIndex((one) => one.getChildText('show') === 'dnd'));
  },
  async 'XEP-0045 7.14: a farewell is heard by who stays, and comes back'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
    alice.send(xml('presence', { to: `${room}/Ali`, type: 'unavailable' }, xml('status', {}, 'off to dinner')));
    await alice.next(gone('Ali'));
    await bob.next(gone('Ali'));
  },
  async 'XEP-0045 7.14: who was in under a nick that changed leaves by the last one'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('presence', { to: `${room}/Alicia` }));
    await alice.next(here('Alicia'));
    alice.send(xml('presence', { to: `${room}/Alicia`, type: 'unavailable' }));
    await alice.next(gone('Alicia'));
    await bob.next(gone('Alicia'));
  },
  async 'XEP-0045 7.4: a visitor may not speak in a moderated room'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_moderatedroom': '1', members_by_default: '0' });
    await alice.join(room, 'Ali');
    alice.send(toAll(room, 'mute', xml('body', {}, 'may I?')));
    await alice.next(failed('mute'));
    await bob.next(role('visitor'));
  },
  async 'XEP-0045 7.13: a visitor asks for a voice'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_moderatedroom': '1', members_by_default: '0' });
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: room }, xml('x', { xmlns: 'jabber:x:data', type: 'submit' },
      xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, `${MUC}#request`)),
      xml('field', { var: 'muc#role' }, xml('value', {}, 'participant')))));
    await bob.next((stanza) => stanza.getChild('x', 'jabber:x:data') !== undefined);
  },
  async 'XEP-0249 2: a direct invitation passes through'({ room, alice, bob }) {
    bob.send(xml('message', { to: alice.jid, id: 'inv' }, xml('x', { xmlns: 'jabber:x:conference', jid: room })));
    await alice.next((stanza) => stanza.getChild('x', 'jabber:x:conference')?.attrs['jid'] === room);
    await alice.join(room, 'Ali');
  },
  async 'XEP-0249 2: with a password, a reason and a thread that goes on'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 'cauldron' });
    const invitation = xml('x', { xmlns: 'jabber:x:conference', jid: room, password: 'cauldron', reason: 'Hey', continue: 'true', thread: 'th1' });
    bob.send(xml('message', { to: alice.jid, id: 'inv' }, invitation));
    await alice.next((stanza) => stanza.getChild('x', 'jabber:x:conference') !== undefined);
    await alice.join(room, 'Ali', { password: 'cauldron' });
    await bob.next(here('Ali'));
  },
  async 'XEP-0249 2: one that alice sends comes from her device'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: bob.jid, id: 'inv' }, xml('x', { xmlns: 'jabber:x:conference', jid: `other-${room}` })));
    await bob.next((stanza) => stanza.getChild('x', 'jabber:x:conference') !== undefined);
  },
  async 'XEP-0045 7.8.2: an invitation that is declined'({ room, alice, bob }) {
    bob.send(xml('message', { to: room, id: 'inv' }, xml('x', { xmlns: USER }, xml('invite', { to: bare(alice.jid) }, xml('reason', {}, 'come')))));
    const invitation = await alice.next((stanza) => stanza.getChild('x', USER)?.getChild('invite') !== undefined);
    const to = String(invitation.getChild('x', USER)?.getChild('invite')?.attrs['from']);
    alice.send(xml('message', { to: room, id: 'dec' }, xml('x', { xmlns: USER }, xml('decline', { to }, xml('reason', {}, 'too busy')))));
    await bob.next((stanza) => stanza.getChild('x', USER)?.getChild('decline') !== undefined);
  },
  async 'XEP-0045 7.9: a chat that is to go on in the room'({ room, alice, bob }) {
    bob.send(xml('message', { to: room, id: 'inv' }, xml('x', { xmlns: USER }, xml('invite', { to: bare(alice.jid) }, xml('continue', { thread: 'th1' })))));
    await alice.next((stanza) => stanza.getChild('x', USER)?.getChild('invite') !== undefined);
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
  },
  async 'XEP-0045 7.8.2: an invitation by the room'({ room, alice, bob }) {
    bob.send(xml('message', { to: room }, xml('x', { xmlns: USER }, xml('invite', { to: alice.jid.split('/')[0] ?? '' }, xml('reason', {}, 'come')))));
    await alice.next((stanza) => stanza.getChild('x', USER)?.getChild('invite') !== undefined);
  },
};
