// What each enemy can do: a catalogue, out of which a run picks at random. Whoever is thrown out by a server for it comes again.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { pick } from '../dice.ts';

export interface Targets {
  readonly random: () => number;
  readonly domain: string;
  /** The account's bare JID; the daemon's and its phone's full ones. */
  readonly account: string;
  readonly daemon: string;
  readonly phone: string;
  readonly rooms: readonly string[];
  /** The nick of the one who talks. */
  readonly talker: string;
  readonly ports: readonly number[];
}

/** What is written onto the enemy's own stream. */
export type Attack = (at: Targets) => string;

const ROOM_NS = 'http://jabber.org/protocol/muc#user';
const ESCAPED = ['"', '&quot;', '&amp;', 'x', 'ß', '\u{1F600}', '&#x9;'] as const;
const DELAY = "<delay xmlns='urn:xmpp:delay'";

/** From a hundred to a quarter of a million, small ones more often. */
const size = ({ random }: Targets): number => Math.round(100 * 2500 ** (random() ** 2));
const filled = (at: Targets, most = size(at)): string => {
  const one = pick(ESCAPED, at.random);
  return one.repeat(Math.max(1, Math.floor(most / Buffer.byteLength(one))));
};
const id = (): string => randomBytes(6).toString('hex');
const anybody = (at: Targets): string => pick([at.account, at.daemon, at.phone, ...at.rooms], at.random);
const room = (at: Targets): string => pick(at.rooms, at.random);
const nested = (levels: number): string => `${'<x>'.repeat(levels)}${'</x>'.repeat(levels)}`;
const stamp = ({ random }: Targets): string => pick(['1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-02-30T25:61:61Z', 'yesterday', new Date(Date.now() + (random() - 0.5) * 1e10).toISOString()], random);
const attributes = (many: number): string => Array.from({ length: many }, (_, n) => ` a${n}='${n}'`).join('');

/** Payloads that something reads. */
const payloads: Readonly<Record<string, (at: Targets) => string>> = {
  'much text': (at) => `<body>${filled(at)}</body>`,
  depth: (at) => `<body>x</body>${nested(20 + Math.floor(at.random() * 200))}`,
  attributes: (at) => `<body>x</body><x xmlns='urn:x'${attributes(Math.floor(at.random() * 200))}/>`,
  'an unbound prefix': () => '<body>x</body><stream:x/>',
  'an odd name': () => "<body>x</body><\u00C0\u00B7 xmlns='urn:x'/>",
  'forged time': (at) => `<body>x</body>${DELAY} stamp='${stamp(at)}' from='${anybody(at)}'/>`,
  'a forged stanza-id': (at) => `<body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='${room(at)}' id='${id()}'/><origin-id xmlns='urn:xmpp:sid:0' id='${id()}'/>`,
  'a carbon': (at) => `<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='${room(at)}/${at.talker}' type='groupchat'><body>${at.talker} says</body></message></forwarded></received>`,
  'a page of an archive': (at) => `<result xmlns='urn:xmpp:mam:2' queryid='${id()}' id='${id()}'><forwarded xmlns='urn:xmpp:forward:0'>${DELAY} stamp='${stamp(at)}'/><message xmlns='jabber:client' from='${room(at)}/${at.talker}' type='groupchat'><body>forged</body></message></forwarded></result>`,
  'an invitation': (at) => `<x xmlns='jabber:x:conference' jid='${id()}@${pick([at.domain, 'nowhere.invalid'], at.random)}' reason='${'r'.repeat(200)}'/>`,
  'a correction': () => `<body>corrected</body><replace xmlns='urn:xmpp:message-correct:0' id='${id()}'/>`,
  'a retraction': () => `<retract xmlns='urn:xmpp:message-retract:1' id='${id()}'/>`,
  'a reaction': (at) => `<reactions xmlns='urn:xmpp:reactions:0' id='${id()}'><reaction>${filled(at, 500)}</reaction></reactions>`,
  'a status of the room': () => `<x xmlns='${ROOM_NS}'><status code='307'/><status code='301'/><status code='104'/><destroy/></x>`,
  'an event of bookmarks': (at) => `<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:bookmarks:1'><retract id='${room(at)}'/></items></event>`,
  'a mention': (at) => `<body>${at.account}</body><mention xmlns='urn:xmpp:mentions:0' jid='${at.account}' begin='0' end='9999999'/>`,
};
const payload = (at: Targets): string => payloads[pick(Object.keys(payloads), at.random)]?.(at) ?? '';

/** By anybody with an address. */
export const strangers: Readonly<Record<string, Attack>> = {
  'says it to the account': (at) => `<message to='${pick([at.account, at.daemon, at.phone], at.random)}' type='${pick(['chat', 'normal', 'headline', 'groupchat', 'error'], at.random)}' id='${id()}'>${payload(at)}</message>`,
  'says it five times': (at) => `<message to='${at.daemon}' type='chat' id='${id()}'>${payload(at)}</message>`.repeat(5),
  'asks anything': (at) => `<iq to='${at.daemon}' type='${pick(['get', 'set', 'result', 'error'], at.random)}' id='${id()}'>${pick(["<query xmlns='jabber:iq:register'><remove/></query>", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "<query xmlns='urn:xmpp:mam:2'/>", "<command xmlns='http://jabber.org/protocol/commands' node='join' action='execute'/>", "<vCard xmlns='vcard-temp'/>", ''], at.random)}</iq>`,
  'wants a subscription': (at) => `<presence to='${at.account}' type='${pick(['subscribe', 'unsubscribe', 'subscribed', 'probe'], at.random)}'><status>${filled(at, 2_000)}</status></presence>`,
  'joins and goes': (at) => {
    const to = `${room(at)}/${id()}`;
    return `<presence to='${to}'><x xmlns='http://jabber.org/protocol/muc'/></presence><presence to='${to}' type='unavailable'/>`;
  },
};

/** By whoever is in the rooms. */
export const occupants: Readonly<Record<string, Attack>> = {
  'says it in a room': (at) => `<message to='${room(at)}' type='groupchat' id='${id()}'>${payload(at)}</message>`,
  'says it to the account in private': (at) => `<message to='${room(at)}/alice' type='chat' id='${id()}'>${payload(at)}</message>`,
  'changes its nick': (at) => `<presence to='${room(at)}/${pick(['mallory ', 'аlice', 'bоb', '\u202Ebob', `${id()}$&`], at.random)}${id()}'/>`,
  'shows a long presence': (at) => `<presence to='${room(at)}/${id()}'><status>${filled(at, 20_000)}</status>${at.random() < 0.3 ? nested(120) : ''}</presence>`,
  'sets the subject': (at) => `<message to='${room(at)}' type='groupchat' id='${id()}'><subject>${filled(at, 5_000)}</subject></message>`,
  'asks the account': (at) => `<iq to='${room(at)}/alice' type='get' id='${id()}'><query xmlns='${pick(['jabber:iq:version', 'http://jabber.org/protocol/disco#info', 'jabber:iq:last', 'urn:x'], at.random)}'/></iq>`,
};

/** By a device of the account that somebody else holds, at the bouncer. */
export const devices: Readonly<Record<string, Attack>> = {
  ...occupants,
  'says too much': (at) => `<message to='${at.account}' type='chat' id='${id()}'><body>${'x'.repeat(600_000)}</body></message>`,
  'changes the password': (at) => `<iq type='set' id='${id()}'${pick(['', ` to='${at.domain}'`, ` to='${at.domain.toUpperCase()}'`, ` to='${at.account}'`], at.random)}><query xmlns='jabber:iq:register'><username>alice</username><password>taken</password></query></iq>`,
  'ends the account': () => `<iq type='set' id='${id()}'><query xmlns='jabber:iq:register'><remove/></query></iq>`,
  'deletes the bookmarks': () => `<iq type='set' id='${id()}'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><delete node='urn:xmpp:bookmarks:1'/></pubsub></iq>`,
  'speaks for another': (at) => `<message from='${at.phone}' to='${room(at)}' type='groupchat' id='${id()}'><body>by the phone</body></message>`,
  'is no XML': () => '<message><body>&unknown;</body></message>',
};

/** By another user of this computer, at a port. */
export const locals: Readonly<Record<string, (at: Targets, port: number) => void>> = {
  'is silent': (_at, port) => {
    for (let n = 0; n < 30; n += 1) hold(port, '');
  },
  'asks the page': (at, port) => hold(port, `GET ${pick(['/', '/api/status', '/api/rooms', '/picture?id=1'], at.random)} HTTP/1.1\r\nHost: ${pick(['127.0.0.1', 'evil.example'], at.random)}\r\nAuthorization: Bearer ${id()}\r\n\r\n`),
  'says a wrong password': (at, port) => hold(port, `<stream:stream to='${at.domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${Buffer.from(`\0alice\0${id()}`).toString('base64')}</auth>`),
  'sends noise': (_at, port) => hold(port, randomBytes(5_000)),
};

const MOST_HELD = 5_000; // milliseconds

function hold(port: number, text: string | Buffer): void {
  const socket = connect(port, '127.0.0.1', () => void socket.write(text));
  socket.on('error', () => undefined); // being thrown out is the answer
  socket.resume();
  const over = setTimeout(() => socket.destroy(), MOST_HELD).unref();
  socket.once('close', () => clearTimeout(over));
}
