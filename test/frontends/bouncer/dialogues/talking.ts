// XEP-0045 7.4 to 7.6 and 8.1, and the XEPs that words in a room may have beside them.
import { createElement as xml, type Element } from 'ltx';
import { configure, entry, failed, gone, here, isError, said, toAll, tried, USER, whisper, type Dialogue, type Dialogues, type Stage } from './stage.ts';

const subject = (text: string) => (stanza: Element): boolean => stanza.getChildText('subject') === text;

/** Alice says something, and then bob; each hears both. `children`: beside her words. */
function both(...children: (() => Element)[]): Dialogue {
  return async ({ room, alice, bob }) => {
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
    alice.send(toAll(room, 'a1', xml('body', {}, 'hers'), ...children.map((make) => make())));
    await bob.next(said('hers'));
    await alice.next(said('hers'));
    bob.send(toAll(room, 'b1', xml('body', {}, 'his'), ...children.map((make) => make())));
    await alice.next(said('his'));
    await bob.next(said('his'));
  };
}

/** Without words: what only says something of another message, or is of the moment. Words that follow are the fence. */
function silent(...children: (() => Element)[]): Dialogue {
  return async ({ room, alice, bob }) => {
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
    alice.send(toAll(room, 'a1', ...children.map((make) => make())));
    await alice.say(room, 'fence');
    await bob.next(said('fence'));
    bob.send(toAll(room, 'b1', ...children.map((make) => make())));
    await bob.say(room, 'wall');
    await alice.next(said('wall'));
  };
}

/** Who comes in again is told the subject, if there is one. */
async function again({ room, alice, bob, out }: Omit<Stage, 'server'>): Promise<void> {
  await alice.leave(room);
  await bob.next(gone('Ali'));
  await out();
  await alice.join(room, 'Ali');
}

const state = (name: string) => () => xml(name, { xmlns: 'http://jabber.org/protocol/chatstates' });
const fallback = (of: string) => () => xml('fallback', { xmlns: 'urn:xmpp:fallback:0', for: of }, xml('body', { start: '0', end: '4' }));

export const talking: Dialogues = {
  'XEP-0045 7.4: each hears what both say': both(),
  'XEP-0045 7.4: words of many lines, quotes and angle brackets': both(() => xml('note', { xmlns: 'urn:example:note', title: `it's "so"` }, '<&>\n\'"')),
  'XEP-0071 7: words with another form beside them': both(() => xml('html', { xmlns: 'http://jabber.org/protocol/xhtml-im' }, xml('body', { xmlns: 'http://www.w3.org/1999/xhtml' }, xml('p', {}, 'hers')))),
  'XEP-0066 3: words with a file': both(() => xml('x', { xmlns: 'jabber:x:oob' }, xml('url', {}, 'https://example.org/a.png'))),
  'XEP-0085 5.5: typing is seen by the other': silent(state('composing')),
  'XEP-0085 5.5: active beside words': both(state('active')),
  'XEP-0308 3: a correction': both(() => xml('replace', { xmlns: 'urn:xmpp:message-correct:0', id: 'a0' })),
  'XEP-0333 4: a marker': silent(() => xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: 'a0' })),
  'XEP-0334 4: a hint that nobody stores it': both(() => xml('no-store', { xmlns: 'urn:xmpp:hints' })),
  'XEP-0359 3: an origin-id comes back': both(() => xml('origin-id', { xmlns: 'urn:xmpp:sid:0', id: 'one-of-hers' })),
  'XEP-0372 3: a reference': both(() => xml('reference', { xmlns: 'urn:xmpp:reference:0', type: 'mention', begin: '0', end: '3', uri: 'xmpp:bob@example.org' })),
  'XEP-0382 2: a spoiler': both(() => xml('spoiler', { xmlns: 'urn:xmpp:spoiler:0' }, 'the end')),
  'XEP-0394 4: markup': both(() => xml('markup', { xmlns: 'urn:xmpp:markup:0' }, xml('span', { start: '0', end: '2' }, xml('emphasis')))),
  'XEP-0421 3.2: who claims another occupant-id is not believed': both(() => xml('occupant-id', { xmlns: 'urn:xmpp:occupant-id:0', id: 'claimed' })),
  'XEP-0424 3: a retraction': silent(() => xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id: 'a0' }), () => xml('store', { xmlns: 'urn:xmpp:hints' })),
  'XEP-0424 3: a retraction with words for who does not know it': both(() => xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id: 'a0' }), fallback('urn:xmpp:message-retract:1')),
  'XEP-0428 2: words that stand for something else': both(fallback('urn:example')),
  'XEP-0444 3.1: a reaction': silent(() => xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id: 'a0' }, xml('reaction', {}, '👋'))),
  'XEP-0444 3.2: reactions that are taken back': silent(() => xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id: 'a0' })),
  'XEP-0461 3: a reply': both(() => xml('reply', { xmlns: 'urn:xmpp:reply:0', to: 'room@example/bob', id: 'a0' })),
  'XEP-0461 3.1: a reply with the quoted words': both(() => xml('reply', { xmlns: 'urn:xmpp:reply:0', to: 'room@example/bob', id: 'a0' }), fallback('urn:xmpp:reply:0')),
  'XEP-0513 3: a mention': both(() => xml('mention', { xmlns: 'urn:xmpp:mentions:0', mentions: 'urn:xmpp:mentions:0#channel' })),
  'XEP-0045 8.1: a thread beside words': both(() => xml('thread', {}, 'th1')),
  async 'XEP-0045 8.1: the owner sets the subject'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    bob.send(toAll(room, 's1', xml('subject', {}, 'Cauldrons')));
    await alice.next(subject('Cauldrons'));
    await bob.next(subject('Cauldrons'));
  },
  async 'XEP-0045 8.1: a subject with words beside it is no change of it'({ room, alice, bob, out }) {
    await alice.join(room, 'Ali');
    bob.send(toAll(room, 's1', xml('subject', {}, 'Cauldrons'), xml('body', {}, 'look')));
    await alice.next(said('look'));
    await again({ room, alice, bob, out });
  },
  async 'XEP-0045 8.1: a subject with a thread beside it is no change of it'({ room, alice, bob, out }) {
    await alice.join(room, 'Ali');
    bob.send(toAll(room, 's1', xml('subject', {}, 'Cauldrons'), xml('thread', {}, 'th1')));
    await alice.next((stanza) => stanza.getChildText('thread') === 'th1'); // else the next entry would take it for its end
    await again({ room, alice, bob, out });
  },
  async 'XEP-0045 8.1: the subject is emptied'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    bob.send(toAll(room, 's1', xml('subject', {}, 'Cauldrons')));
    await alice.next(subject('Cauldrons'));
    bob.send(toAll(room, 's2', xml('subject')));
    await bob.say(room, 'fence');
    await alice.next(said('fence'));
  },
  async 'XEP-0045 8.1: who may not set the subject is refused'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_changesubject': '0' });
    await alice.join(room, 'Ali');
    alice.send(toAll(room, 's1', xml('subject', {}, 'Mine')));
    await alice.next(failed('s1'));
  },
  async 'XEP-0045 7.3: an occupant sets the subject, where all may'({ room, alice, bob }) {
    await configure(bob, room, { 'muc#roomconfig_changesubject': '1' });
    await alice.join(room, 'Ali');
    alice.send(toAll(room, 's1', xml('subject', {}, 'Mine')));
    await alice.next(subject('Mine'));
    await bob.next(subject('Mine'));
  },
  async 'XEP-0421 3.1: an occupant keeps the id through another nick and a way out and in'({ room, alice, bob, out }) {
    await alice.join(room, 'Ali');
    alice.send(xml('presence', { to: `${room}/Alicia` }));
    await alice.next(here('Alicia'));
    await bob.next(here('Alicia'));
    alice.send(xml('presence', { to: `${room}/Alicia`, type: 'unavailable' }));
    await bob.next(gone('Alicia'));
    await out();
    await alice.join(room, 'Alison');
    await bob.next(here('Alison'));
  },
  async 'XEP-0424 3: what one has said oneself is taken back'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await alice.say(room, 'oops');
    const heard = await bob.next(said('oops'));
    const id = String(heard.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs['id'] ?? heard.attrs['id']);
    alice.send(toAll(room, 'r1', xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id }), xml('store', { xmlns: 'urn:xmpp:hints' }), fallback('urn:xmpp:message-retract:1')(), xml('body', {}, 'taken back')));
    await bob.next(said('taken back'));
    await alice.next(said('taken back'));
  },
  async 'XEP-0444 3.2: a reaction to what was just said, and another in its place'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    const heard = await bob.say(room, 'tea?');
    const id = String(heard.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs['id'] ?? heard.attrs['id']);
    await alice.next(said('tea?'));
    for (const reaction of ['👋', '🫖']) alice.send(toAll(room, `of ${reaction}`, xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id }, xml('reaction', {}, reaction))));
    await alice.say(room, 'fence');
    await bob.next(said('fence'));
  },
  async 'XEP-0461 3: a reply to what was just said'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    const heard = await bob.say(room, 'tea?');
    const id = String(heard.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs['id'] ?? heard.attrs['id']);
    await alice.next(said('tea?'));
    await alice.say(room, 'yes', xml('reply', { xmlns: 'urn:xmpp:reply:0', to: `${room}/bob`, id }));
    await bob.next(said('yes'));
  },
  async 'XEP-0045 7.5: a private message and its answer'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(whisper(room, 'bob', 'psst'));
    await bob.next(said('psst'));
    bob.send(whisper(room, 'Ali', 'what'));
    await alice.next(said('what'));
  },
  async 'XEP-0045 7.5: a private message to nobody'({ room, alice }) {
    await alice.join(room, 'Ali');
    alice.send(whisper(room, 'nobody', 'hello', 'lost'));
    await alice.next(failed('lost'));
  },
  async 'XEP-0045 7.5: words to all, addressed to an occupant'({ room, alice }) {
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: `${room}/bob`, type: 'groupchat', id: 'odd' }, xml('body', {}, 'odd')));
    await alice.next(failed('odd'));
  },
  async 'XEP-0045 7.5: private typing'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: `${room}/bob`, type: 'chat', id: 't1' }, xml('composing', { xmlns: 'http://jabber.org/protocol/chatstates' }), xml('x', { xmlns: USER })));
    alice.send(whisper(room, 'bob', 'psst'));
    await bob.next(said('psst'));
  },
  async 'XEP-0184 5: a receipt for a private message'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: `${room}/bob`, type: 'chat', id: 'r1' }, xml('body', {}, 'psst'), xml('request', { xmlns: 'urn:xmpp:receipts' }), xml('x', { xmlns: USER })));
    await bob.next(said('psst'));
    bob.send(xml('message', { to: `${room}/Ali`, type: 'chat', id: 'r2' }, xml('received', { xmlns: 'urn:xmpp:receipts', id: 'r1' }), xml('x', { xmlns: USER })));
    await alice.next((stanza) => stanza.getChild('received', 'urn:xmpp:receipts') !== undefined);
  },
  async 'XEP-0045 7.5: private words to oneself'({ room, alice }) {
    await alice.join(room, 'Ali');
    alice.send(whisper(room, 'Ali', 'note to self'));
    await alice.next((stanza) => said('note to self')(stanza) || isError(stanza));
  },
  async 'XEP-0045 7.6: another nick'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('presence', { to: `${room}/Alicia` }));
    await alice.next(here('Alicia'));
    await bob.next(here('Alicia'));
    await alice.say(room, 'still me');
    await bob.next(said('still me'));
  },
  async 'XEP-0045 7.6: another nick, and words without waiting'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('presence', { to: `${room}/Alicia` }));
    alice.send(toAll(room, 'quick', xml('body', {}, 'at once')));
    await alice.next(said('at once'));
    await bob.next(said('at once'));
  },
  async 'XEP-0045 7.6: a nick that is taken'({ room, alice }) {
    await alice.join(room, 'Ali');
    alice.send(xml('presence', { to: `${room}/bob`, id: 'taken' }));
    await alice.next(isError);
    await alice.say(room, 'still Ali');
  },
  async 'XEP-0045 7.6: the other takes another nick'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    bob.send(xml('presence', { to: `${room}/robert` }));
    await alice.next(here('robert'));
    await bob.next(here('robert'));
  },
  async 'XEP-0045 7.6: a nick with capitals, spaces and an umlaut'({ room, alice, bob }) {
    await alice.join(room, 'Älice von Köln');
    await bob.next((stanza) => String(stanza.attrs['from']).endsWith('Köln'));
    await alice.say(room, 'hello');
    await bob.next(said('hello'));
  },
  async 'XEP-0045 7.4: words to a room in which one is not'({ room, alice }) {
    alice.send(toAll(room, 'outside', xml('body', {}, 'hello?')));
    await alice.next(failed('outside'));
  },
  async 'XEP-0045 7.4: thirty words in a row stay in their order'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    for (let n = 1; n <= 30; n += 1) bob.send(toAll(room, `n${n}`, xml('body', {}, `word ${n}`)));
    await alice.next(said('word 30'));
    await bob.next(said('word 30'));
  },
  async 'XEP-0045 7.4: an answer to a question stands where the room gave it'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
    alice.send(toAll(room, 'first', xml('body', {}, 'before')));
    alice.send(xml('iq', { type: 'get', to: `${room}/Ali`, id: 'between' }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    await alice.next((stanza) => stanza.attrs['id'] === 'between');
    alice.send(toAll(room, 'second', xml('body', {}, 'behind')));
    await alice.next(said('behind'));
    await bob.next(said('behind'));
  },
  async 'XEP-0045 7.5: who forbids private messages'({ room, alice, bob }) {
    await tried(configure(bob, room, { 'muc#roomconfig_allowpm': 'none', allow_private_messages: '0', allow_private_messages_from_visitors: 'nobody' }));
    await alice.join(room, 'Ali');
    alice.send(whisper(room, 'bob', 'psst'));
    await alice.say(room, 'fence');
    await bob.next(said('fence'));
  },
  async 'XEP-0045 11.1: a presence that could not be taken ends one’s being there'({ room, alice }) {
    await alice.join(room, 'Ali');
    alice.send(xml('presence', { to: `${room}/bob`, type: 'error' }, xml('error', { type: 'cancel' }, xml('internal-server-error', { xmlns: 'urn:ietf:params:xml:ns:xmpp-stanzas' }))));
    await alice.settle();
  },
  async 'XEP-0045 7.2: words in another language'({ room, alice, bob }) {
    alice.send(entry(room, 'Ali'));
    await alice.next((stanza) => stanza.getChild('subject') !== undefined);
    alice.send(toAll(room, 'de', xml('body', { 'xml:lang': 'de' }, 'guten Tag'), xml('body', { 'xml:lang': 'en' }, 'good day')));
    await bob.next((stanza) => stanza.toString().includes('guten Tag'));
    await alice.next((stanza) => stanza.toString().includes('guten Tag'));
  },
};
