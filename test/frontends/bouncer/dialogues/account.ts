// What a room's archive gives, and what the account's own server is asked beside rooms: all that passes through the bouncer.
import { clone, createElement as xml, type Element } from 'ltx';
import type { Person } from '../../../support/clients/person.ts';
import { ask, bare, configure, gone, here, refused, said, toAll, tried, whisper, type Dialogue, type Dialogues, type Stage } from './stage.ts';

const MAM = 'urn:xmpp:mam:2';
const RSM = 'http://jabber.org/protocol/rsm';

function page(...children: Element[]): Element {
  return xml('query', { xmlns: MAM, queryid: 'q1' }, ...children);
}

const ALL = ['one', 'two', 'three'];
const set = (...children: Element[]): Element => xml('set', { xmlns: RSM }, ...children);

/** What came out of an archive, in its order. */
const read = ({ stanzas }: Person): string[] => stanzas.flatMap((stanza) => {
  const body = stanza.getChild('result', MAM)?.getChild('forwarded')?.getChild('message')?.getChildText('body');
  return body ? [body] : [];
});

/** Three words are said, and alice reads the room's archive: it gives her these words, or refuses. */
const archived = (expected: readonly string[] | 'refused' | 'refused, nothing, or all', ...children: Element[]): Dialogue => async ({ room, alice, bob }) => {
  await alice.join(room, 'Ali');
  for (const body of ['one', 'two', 'three']) await bob.say(room, body);
  await alice.next(said('three'));
  const answer = alice.iq(xml('iq', { type: 'set', to: room }, page(...children.map(clone))));
  if (expected === 'refused') return refused(answer);
  if (expected === 'refused, nothing, or all') {
    await tried(answer);
    if (read(alice).length > 0) gave(alice, ALL);
    return;
  }
  await answer;
  gave(alice, expected);
};

function gave(who: Person, expected: readonly string[]): void {
  if (read(who).join() !== expected.join()) throw new Error(`the archive gave: ${read(who).join()}`);
}

/** A question to her own account, or to her server, which is answered. */
const own = (make: (stage: Stage) => Element): Dialogue => async (stage) => {
  await stage.alice.iq(make(stage));
};

const PUBSUB = 'http://jabber.org/protocol/pubsub';
const BOOKMARKS = 'urn:xmpp:bookmarks:1';
/** XEP-0402 3.3. */
const LIMITS = {
  'pubsub#persist_items': 'true', 'pubsub#max_items': 'max', 'pubsub#send_last_published_item': 'never', 'pubsub#access_model': 'whitelist',
};

function bookmarked(room: string, attrs: Record<string, string>, ...children: Element[]): Element {
  const conference = xml('conference', { xmlns: BOOKMARKS, ...attrs }, ...children);
  return xml('iq', { type: 'set' }, xml('pubsub', { xmlns: PUBSUB }, xml('publish', { node: BOOKMARKS }, xml('item', { id: room }, conference))));
}

function limited(room: string, limits: Readonly<Record<string, string>>): Element {
  const publish = bookmarked(room, { name: 'Kitchen' });
  const fields = Object.entries({ FORM_TYPE: `${PUBSUB}#publish-options`, ...limits }).map(([name, value]) => xml('field', { var: name }, xml('value', {}, value)));
  publish.getChild('pubsub')?.append(xml('publish-options', {}, xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, ...fields)));
  return publish;
}

const bookmarks = (who: Person): Promise<Element> => who.iq(xml('iq', { type: 'get' }, xml('pubsub', { xmlns: PUBSUB }, xml('items', { node: BOOKMARKS }))));

export const account: Dialogues = {
  'XEP-0313 4.1: all of a room’s archive': archived(ALL),
  'XEP-0313 4.1: the last two, from the end': archived(['two', 'three'], set(xml('max', {}, '2'), xml('before'))),
  'XEP-0313 4.1: the first two': archived(['one', 'two'], set(xml('max', {}, '2'))),
  'XEP-0313 4.1: behind an id that is not there': archived('refused, nothing, or all', set(xml('after', {}, 'no-such-id'))),
  'XEP-0313 4.1: a count alone': archived([], set(xml('max', {}, '0'))),
  'XEP-0313 4.1.2: since a time in the past': archived(ALL, xml('x', { xmlns: 'jabber:x:data', type: 'submit' },
    xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, MAM)), xml('field', { var: 'start' }, xml('value', {}, '2001-01-01T00:00:00Z')))),
  'XEP-0313 4.1.2: since a time that is none': archived('refused', xml('x', { xmlns: 'jabber:x:data', type: 'submit' },
    xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, MAM)), xml('field', { var: 'start' }, xml('value', {}, 'yesterday')))),
  async 'XEP-0313 4.1.4: what can be asked of a room'({ room, alice }) {
    await alice.join(room, 'Ali');
    await ask(alice, room, MAM);
  },
  async 'XEP-0313 4.1: a room’s archive from outside'({ room, alice, bob }) {
    await bob.say(room, 'one');
    if (await tried(alice.iq(xml('iq', { type: 'set', to: room }, page())))) gave(alice, ['one']);
  },
  async 'XEP-0313 4.2: a page, and words that are said meanwhile'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await bob.say(room, 'one');
    await alice.next(said('one'));
    alice.send(xml('iq', { type: 'set', to: room, id: 'page' }, page()));
    await alice.next((stanza) => stanza.attrs['id'] === 'page');
    await bob.say(room, 'two');
    await alice.next(said('two'));
  },
  async 'XEP-0313 4.3: page behind page, to the end'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    for (const body of ALL) await bob.say(room, body);
    await alice.next(said('three'));
    const first = await alice.iq(xml('iq', { type: 'set', to: room }, page(set(xml('max', {}, '2')))));
    const last = first.getChild('fin', MAM)?.getChild('set', RSM)?.getChildText('last') ?? '';
    await alice.iq(xml('iq', { type: 'set', to: room }, page(set(xml('max', {}, '2'), xml('after', {}, last)))));
    gave(alice, ALL);
  },
  async 'XEP-0313 4.3: page before page, to the beginning'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    for (const body of ALL) await bob.say(room, body);
    await alice.next(said('three'));
    const newest = await alice.iq(xml('iq', { type: 'set', to: room }, page(set(xml('max', {}, '1'), xml('before')))));
    const first = newest.getChild('fin', MAM)?.getChild('set', RSM)?.getChildText('first') ?? '';
    await alice.iq(xml('iq', { type: 'set', to: room }, page(set(xml('max', {}, '5'), xml('before', {}, first)))));
    gave(alice, ['three', 'one', 'two']);
  },
  'XEP-0313 5: what an archive has from when to when': async ({ room, alice, bob }) => {
    await alice.join(room, 'Ali');
    await bob.say(room, 'one');
    await alice.next(said('one'));
    await tried(ask(alice, room, MAM, 'metadata'));
  },
  async 'XEP-0313 4.2: the account’s own archive has a chat, and no words of a room'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await bob.say(room, 'in the room');
    bob.send(xml('message', { to: alice.jid, type: 'chat', id: 'c1' }, xml('body', {}, 'directly')));
    await alice.next(said('directly'));
    await alice.iq(xml('iq', { type: 'set' }, page(set(xml('max', {}, '10')))));
    gave(alice, ['directly']);
  },
  'XEP-0191 3.2: the list of who is blocked': own(() => xml('iq', { type: 'get' }, xml('blocklist', { xmlns: 'urn:xmpp:blocking' }))),
  async 'XEP-0191 3.4: somebody is blocked, and no more'({ alice, bob }) {
    const item = (): Element => xml('item', { jid: bare(bob.jid) });
    await alice.iq(xml('iq', { type: 'set' }, xml('block', { xmlns: 'urn:xmpp:blocking' }, item())));
    await alice.iq(xml('iq', { type: 'set' }, xml('unblock', { xmlns: 'urn:xmpp:blocking' }, item())));
  },
  async 'XEP-0191 3.3: who is blocked is heard in the room, and not beside it'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await alice.iq(xml('iq', { type: 'set' }, xml('block', { xmlns: 'urn:xmpp:blocking' }, xml('item', { jid: bare(bob.jid) }))));
    bob.send(xml('message', { to: alice.jid, type: 'chat', id: 'c1' }, xml('body', {}, 'directly')));
    await bob.settle();
    await bob.say(room, 'and here');
    await alice.next(said('and here'));
  },
  async 'XEP-0191 3.5: nobody is blocked any more'({ alice, bob }) {
    await alice.iq(xml('iq', { type: 'set' }, xml('block', { xmlns: 'urn:xmpp:blocking' }, xml('item', { jid: bare(bob.jid) }), xml('item', { jid: 'nobody@example.org' }))));
    await alice.iq(xml('iq', { type: 'set' }, xml('unblock', { xmlns: 'urn:xmpp:blocking' })));
    await ask(alice, bare(alice.jid), 'urn:xmpp:blocking', 'blocklist');
  },
  async 'XEP-0280 5: copies are asked for no more'({ alice, bob }) {
    for (const name of ['enable', 'disable']) await alice.iq(xml('iq', { type: 'set' }, xml(name, { xmlns: 'urn:xmpp:carbons:2' })));
    bob.send(xml('message', { to: alice.jid, type: 'chat', id: 'c1' }, xml('body', {}, 'directly')));
    await alice.next(said('directly'));
  },
  async 'XEP-0280 8: what one has said oneself is not copied to oneself'({ alice, bob }) {
    await alice.iq(xml('iq', { type: 'set' }, xml('enable', { xmlns: 'urn:xmpp:carbons:2' })));
    alice.send(xml('message', { to: bob.jid, type: 'chat', id: 'c1' }, xml('body', {}, 'directly')));
    await bob.next(said('directly'));
    bob.send(xml('message', { to: bare(alice.jid), type: 'chat', id: 'c2' }, xml('body', {}, 'and back')));
    await alice.next(said('and back'));
  },
  'XEP-0280 4: copies are asked for': own(() => xml('iq', { type: 'set' }, xml('enable', { xmlns: 'urn:xmpp:carbons:2' }))),
  async 'XEP-0280 7: a private message with copies on comes once'({ room, alice, bob }) {
    await alice.iq(xml('iq', { type: 'set' }, xml('enable', { xmlns: 'urn:xmpp:carbons:2' })));
    await alice.join(room, 'Ali');
    bob.send(whisper(room, 'Ali', 'psst'));
    await alice.next(said('psst'));
    alice.send(whisper(room, 'bob', 'what'));
    await bob.next(said('what'));
  },
  async 'XEP-0352 4.2: words come though nobody looks'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('inactive', { xmlns: 'urn:xmpp:csi:0' }));
    await bob.say(room, 'psst');
    alice.send(xml('active', { xmlns: 'urn:xmpp:csi:0' }));
    await alice.next(said('psst'));
  },
  async 'XEP-0352 5.1: private words and a nick come in their order though nobody looks'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('inactive', { xmlns: 'urn:xmpp:csi:0' }));
    bob.send(whisper(room, 'Ali', 'psst'));
    bob.send(xml('presence', { to: `${room}/robert` }));
    await bob.next(here('robert'));
    await bob.say(room, 'me again');
    alice.send(xml('active', { xmlns: 'urn:xmpp:csi:0' }));
    await alice.next(said('me again'));
  },
  async 'XEP-0357 6: push is switched off that was never on'({ alice }) {
    await tried(alice.iq(xml('iq', { type: 'set' }, xml('disable', { xmlns: 'urn:xmpp:push:0', jid: 'push.example', node: 'n1' }))));
  },
  async 'XEP-0357 5: push is switched on for a service that is not there'({ alice }) {
    await tried(alice.iq(xml('iq', { type: 'set' }, xml('enable', { xmlns: 'urn:xmpp:push:0', jid: 'push.example', node: 'n1' }))));
    await tried(alice.iq(xml('iq', { type: 'set' }, xml('disable', { xmlns: 'urn:xmpp:push:0', jid: 'push.example' }))));
  },
  async 'XEP-0198 3: a stream is managed'({ alice }) {
    alice.send(xml('enable', { xmlns: 'urn:xmpp:sm:3' }));
    await alice.next((nonza) => nonza.name === 'enabled');
    alice.send(xml('r', { xmlns: 'urn:xmpp:sm:3' }));
    await alice.next((nonza) => nonza.name === 'a');
  },
  async 'XEP-0198 4: presence, private words and questions are counted, and what manages the stream is not'({ room, alice, bob }) {
    alice.send(xml('enable', { xmlns: 'urn:xmpp:sm:3' }));
    await alice.next((nonza) => nonza.name === 'enabled');
    await alice.join(room, 'Ali');
    for (const id of ['w1', 'w2']) {
      alice.send(whisper(room, 'bob', id));
      alice.send(xml('r', { xmlns: 'urn:xmpp:sm:3' }));
    }
    await ask(alice, room, 'http://jabber.org/protocol/disco#info');
    alice.send(xml('r', { xmlns: 'urn:xmpp:sm:3' }));
    await bob.next(said('w2'));
    for (const _ of ['w1', 'w2', 'asked']) await alice.next((nonza) => nonza.name === 'a');
  },
  async 'XEP-0198 3: words are counted'({ room, alice, bob }) {
    alice.send(xml('enable', { xmlns: 'urn:xmpp:sm:3' }));
    await alice.next((nonza) => nonza.name === 'enabled');
    await alice.join(room, 'Ali');
    await alice.say(room, 'counted');
    await bob.next(said('counted'));
    alice.send(xml('r', { xmlns: 'urn:xmpp:sm:3' }));
    await alice.next((nonza) => nonza.name === 'a');
  },
  async 'XEP-0198 5: a stream that broke is taken up again, with what was said meanwhile'({ room, alice, bob }) {
    alice.send(xml('enable', { xmlns: 'urn:xmpp:sm:3', resume: 'true' }));
    await alice.next((nonza) => nonza.name === 'enabled');
    await alice.join(room, 'Ali');
    await alice.say(room, 'before');
    const resume = alice.breakOff();
    await bob.say(room, 'meanwhile');
    bob.send(whisper(room, 'Ali', 'psst'));
    await bob.say(room, 'and this');
    const answer = await resume();
    if (answer.name !== 'resumed') throw new Error(`it is not taken up: ${answer.toString()}`);
    await alice.next(said('and this'));
    await alice.say(room, 'back');
    await bob.next(said('back'));
  },
  async 'XEP-0402 3.3: a bookmark is written and read'({ room, alice }) {
    const conference = xml('conference', { xmlns: 'urn:xmpp:bookmarks:1', name: 'Kitchen' }, xml('nick', {}, 'Ali'));
    const publish = xml('publish', { node: 'urn:xmpp:bookmarks:1' }, xml('item', { id: room }, conference));
    await alice.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, publish)));
    await alice.iq(xml('iq', { type: 'get' }, xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, xml('items', { node: 'urn:xmpp:bookmarks:1' }))));
  },
  async 'XEP-0402 3.4: a bookmark is edited, and has what else stood in it'({ room, alice }) {
    const kept = xml('extensions', {}, xml('state', { xmlns: 'http://myclient.example/bookmark/state', minimized: 'true' }));
    await alice.iq(bookmarked(room, { name: 'Kitchen' }, clone(kept)));
    await alice.iq(bookmarked(room, { name: 'The kitchen', autojoin: 'false' }, xml('nick', {}, 'Ali'), clone(kept)));
    await bookmarks(alice);
  },
  async 'XEP-0402 3.5: a bookmark is removed'({ room, alice }) {
    await alice.iq(bookmarked(room, { name: 'Kitchen' }));
    await alice.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: PUBSUB }, xml('retract', { node: BOOKMARKS, notify: 'true' }, xml('item', { id: room })))));
    await bookmarks(alice);
  },
  async 'XEP-0402 3.3: a bookmark is added with the limits that the specification has'({ room, alice }) {
    await tried(alice.iq(limited(room, LIMITS)));
    await tried(alice.iq(limited(`other-${room}`, LIMITS)));
    await tried(bookmarks(alice));
  },
  async 'XEP-0402 3.3: a bookmark that wants other limits than the node has'({ room, alice }) {
    await tried(alice.iq(limited(room, LIMITS)));
    await tried(alice.iq(limited(`other-${room}`, { ...LIMITS, 'pubsub#max_items': '7' })));
    await tried(alice.iq(limited(`third-${room}`, { 'pubsub#access_model': 'whitelist', 'pubsub#deliver_payloads': '0' })));
    await tried(bookmarks(alice));
  },
  async 'XEP-0402 3.3: a bookmark that anybody may read'({ room, alice }) {
    await tried(alice.iq(limited(room, { 'pubsub#access_model': 'open' })));
  },
  async 'XEP-0402 3.1: a bookmark that joins leaves its client to join as well'({ room, alice, bob }) {
    const conference = xml('conference', { xmlns: 'urn:xmpp:bookmarks:1', autojoin: 'true' }, xml('nick', {}, 'Ali'));
    const publish = xml('publish', { node: 'urn:xmpp:bookmarks:1' }, xml('item', { id: room }, conference));
    await alice.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, publish)));
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
  },
  'XEP-0054 3.1: the room’s card, of which there is none': async ({ room, alice }) => {
    await alice.join(room, 'Ali');
    await tried(ask(alice, room, 'vcard-temp', 'vCard'));
  },
  'XEP-0092 3: an occupant’s software': async ({ room, alice }) => {
    await alice.join(room, 'Ali');
    await tried(ask(alice, `${room}/bob`, 'jabber:iq:version'));
  },
  'XEP-0045 17.4: a question to nobody': async ({ room, alice }) => {
    await alice.join(room, 'Ali');
    await refused(ask(alice, `${room}/nobody`, 'jabber:iq:version'));
  },
  'XEP-0045 17.4: a question to an occupant from outside': async ({ room, alice }) => {
    await refused(ask(alice, `${room}/bob`, 'jabber:iq:version'));
  },
  async 'XEP-0045 7.14: both leave at once'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    await bob.next(here('Ali'));
    await bob.leave(room);
    await alice.next(gone('bob'));
    await alice.leave(room);
  },
  async 'XEP-0045 3: a chat beside the room'({ room, alice, bob }) {
    await alice.join(room, 'Ali');
    alice.send(xml('message', { to: bob.jid, type: 'chat', id: 'c1' }, xml('body', {}, 'directly')));
    await bob.next(said('directly'));
  },
  async 'XEP-0045 10.1.3: the form of a room that one has just created'({ room, alice }) {
    const fresh = `new-${room}`;
    await alice.join(fresh, 'Ali');
    await configure(alice, fresh, { 'muc#roomconfig_roomname': 'Mine' });
    alice.send(toAll(fresh, 'n1', xml('body', {}, 'first')));
    await alice.next(said('first'));
  },
};
