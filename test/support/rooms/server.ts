// A server whose rooms answer as its user says.
import { createElement as xml, escapeXML, type Element } from 'ltx';
import { readElements } from '../clients/elements.ts';
import { startScripted, type Peer } from '../servers/scripted-server.ts';
import { feed, type Feed } from '../until.ts';

/** What a room answers: stanzas as text, or silence. */
export type Answer = string | readonly string[] | undefined;

/** A room's behaviour; what is left out is as in any room. */
export interface RoomScript {
  readonly info?: (iq: Element) => Answer;
  readonly join?: (presence: Element, nick: string) => Answer;
  readonly leave?: (presence: Element, nick: string) => Answer;
  readonly ping?: (iq: Element) => Answer;
  /** Any other IQ. */
  readonly iq?: (iq: Element) => Answer;
}

export interface RoomServer {
  readonly port: number;
  /** All stanzas that came from the account. */
  readonly heard: Feed<Element>;
  script(room: string, script: RoomScript): void;
  /** Stanzas for the account; `to` need not be written. */
  send(...stanzas: readonly string[]): void;
  /** Drops the stream; the next login is as the first, or resumes it where there is stream management and it is not `forgotten`. */
  drop(forgotten?: 'forgotten'): void;
  /** Ends the stream with these last words; the next login finds it forgotten. */
  end(words: string): void;
  stop(): Promise<void>;
}

export interface RoomServerOptions {
  readonly sm?: boolean;
  readonly asked?: boolean;
  /** Where it says no, the stream acknowledges nothing from there on: a server that ends a stream over a stanza has not taken it. */
  readonly takes?: (stanza: Element) => boolean;
}

const USER = 'http://jabber.org/protocol/muc#user';
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const INFO = 'http://jabber.org/protocol/disco#info';
export const ME = 'romeo@scripted.test';

/**
 * Listens on loopback, lets the one account in as often as it comes, and answers. With `sm` its streams are resumed; with `asked` each
 * has the resource that it asks for, so that there can be several.
 */
export async function startRooms({ sm = false, asked = false, takes = () => true }: RoomServerOptions = {}): Promise<RoomServer> {
  const server = await startScripted();
  const scripts = new Map<string, RoomScript>();
  const heard = feed<Element>((stanza) => stanza.toString().slice(0, 200));
  let peer: Peer | undefined;
  const life = { over: false };
  let forgets = false;
  const serve = async (): Promise<void> => {
    let h = 0; // XEP-0198 4: what we have taken
    let streams = 0;
    while (!life.over) {
      const next = await server.peers.next(() => true, { deadline: 3_600_000, what: 'a login' });
      const login = await next.logIn({ sm, asked, resumed: forgets ? 'failed' : { h }, enabled: `id='stream-${(streams += 1)}' resume='true'` })
        .catch((error: unknown) => {
          if (next.socket.destroyed) return undefined; // a client may go in the middle of its login: the next one is let in all the same
          throw error;
        });
      if (login === undefined) continue;
      if (login === 'bound') h = 0;
      forgets = false;
      peer = next;
      let stuck = false;
      readStanzas(next, (stanza) => {
        if (stanza.name === 'r') next.send(`<a xmlns='urn:xmpp:sm:3' h='${h}'/>`);
        if (stanza.name === 'r' || stanza.name === 'a') return;
        stuck ||= !takes(stanza);
        if (!stuck) h += 1;
        heard.push(stanza);
        const answer = answerTo(stanza, scripts);
        if (answer !== undefined) next.send([answer].flat().join(''));
      });
    }
  };
  void serve().catch((error: unknown) => {
    if (!life.over) throw error;
  });
  return {
    port: server.port,
    heard,
    script: (room, script) => void scripts.set(room, script),
    send: (...stanzas) => peer?.send(stanzas.join('')),
    drop(forgotten) {
      forgets = forgotten !== undefined;
      peer?.destroy();
    },
    end(words) {
      forgets = true;
      peer?.send(words);
    },
    async stop() {
      life.over = true;
      server.peers.end('the server has stopped');
      await server.stop();
    },
  };
}

function readStanzas(peer: Peer, take: (stanza: Element) => void): void {
  const parser = readElements(take);
  parser.write('<stream>');
  const decoder = new TextDecoder();
  peer.socket.on('data', (bytes: Buffer) => parser.write(decoder.decode(bytes, { stream: true })));
}

const bareOf = (jid: string): string => jid.split('/')[0] ?? '';

function answerTo(stanza: Element, scripts: ReadonlyMap<string, RoomScript>): Answer {
  const to = String(stanza.attrs['to'] ?? '');
  const [room, nick] = [bareOf(to), to.slice(to.indexOf('/') + 1)];
  const script = scripts.get(room) ?? {};
  const { type, id = '' }: Record<string, string | undefined> = stanza.attrs;
  if (stanza.name === 'presence') {
    if (to === '') return undefined;
    if (type === 'unavailable') return script.leave ? script.leave(stanza, nick) : left(room, nick);
    return script.join ? script.join(stanza, nick) : entry(room, nick);
  }
  if (stanza.name !== 'iq' || (type !== 'get' && type !== 'set')) return undefined;
  if (stanza.getChild('ping')) return script.ping ? script.ping(stanza) : result(to, id);
  if (stanza.getChild('query', INFO) && to.includes('@')) return script.info ? script.info(stanza) : roomInfo(to, id);
  if (script.iq) return script.iq(stanza);
  return stanza.getChild('pubsub') || stanza.getChild('query') ? refusal(to, id, 'item-not-found') : result(to, id);
}

/** An occupant's presence; `children` go into the muc#user element. */
export function presence(room: string, nick: string, options: { codes?: readonly number[]; type?: string; item?: string; x?: string; children?: string } = {}): string {
  const { codes = [], type, item = `<item affiliation='none' role='${type === undefined ? 'participant' : 'none'}'/>`, x = '', children = '' } = options;
  const statuses = codes.map((code) => `<status code='${code}'/>`).join('');
  const attrs = type === undefined ? '' : ` type='${type}'`;
  return `<presence from='${room}/${escapeXML(nick)}'${attrs}>${children}<x xmlns='${USER}'>${item}${statuses}${x}</x></presence>`;
}

/** What any room sends to one who enters, with others before. */
export function entry(room: string, nick: string, others: readonly string[] = [], codes: readonly number[] = [110]): string[] {
  return [...others.map((other) => presence(room, other)), presence(room, nick, { codes }), subject(room, '')];
}

export const subject = (room: string, text: string): string => `<message type='groupchat' from='${room}'><subject>${text}</subject></message>`;
export const left = (room: string, nick: string, codes: readonly number[] = [110]): string => presence(room, nick, { type: 'unavailable', codes });
export const result = (from: string, id: string, payload = ''): string => `<iq type='result'${by(from)} id='${id}'>${payload}</iq>`;

export function refusal(from: string, id: string, condition: string, type = 'cancel', text = ''): string {
  return `<iq type='error'${by(from)} id='${id}'><error type='${type}'><${condition} xmlns='${STANZAS}'/>${words(text)}</error></iq>`;
}

/** A presence of type error; `inside` is the condition's text. */
export function presenceError(from: string, condition: string, type = 'cancel', text = '', inside = ''): string {
  const error = `<${condition} xmlns='${STANZAS}'>${inside}</${condition}>${words(text)}`;
  return `<presence type='error' from='${escapeXML(from)}'><x xmlns='http://jabber.org/protocol/muc'/><error type='${type}'>${error}</error></presence>`;
}

const by = (from: string): string => (from === '' ? '' : ` from='${escapeXML(from)}'`);
const words = (text: string): string => (text === '' ? '' : `<text xmlns='${STANZAS}'>${text}</text>`);

/** What a room says that it is and can. */
export function roomInfo(room: string, id: string, features: readonly string[] = []): string {
  const all = ['http://jabber.org/protocol/muc', ...features].map((name) => xml('feature', { var: name }));
  const identity = xml('identity', { category: 'conference', type: 'text', name: 'A room' });
  return result(room, id, xml('query', { xmlns: INFO }, identity, ...all).toString());
}
