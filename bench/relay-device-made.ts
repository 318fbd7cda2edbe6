// A device for bench/relay.ts that reads no more than it must, so that what is measured is the relay: it looks for bodies
// in the text that comes, and answers what it is asked by disco#info and ping.
import { authenticate } from '../test/support/clients/stream.ts';
import type { ServerAddress } from '../test/support/servers/server.ts';

export interface BenchDevice {
  /** The full JID. */
  readonly jid: string;
  /** Asks to be let into a room, and waits for nothing. */
  join(room: string, nick: string): void;
  /** Forgets what was heard, and listens for bodies `NAME N …`. */
  listen(name: string): void;
  /** When each was heard, by `NAME N` (`performance.now()`). */
  heard(): ReadonlyMap<string, number>;
  close(): void;
}

const FEATURES = ['http://jabber.org/protocol/disco#info', 'urn:xmpp:ping', 'urn:minimix:relay:0'];
const DISCO = `<query xmlns='${FEATURES[0]}'><identity category='client' type='pc' name='bench'/>${FEATURES.map((one) => `<feature var='${one}'/>`).join('')}</query>`;

/** Logs in, and is online once its own presence has come back. */
export async function connectDevice(server: ServerAddress, { user, password, resource }: { user: string; password: string; resource: string }): Promise<BenchDevice> {
  const { socket, stream } = await authenticate(server, user, password, {});
  stream.detach();
  const jid = `${user}@${server.domain}/${resource}`;
  let rest = '';
  let name = '';
  let heard = new Map<string, number>();
  let online: () => void = () => undefined;
  const isOnline = new Promise<void>((resolve) => (online = resolve));

  function take(part: string, now: number): void {
    const iq = /<iq [^>]*\btype='get'[^>]*>/.exec(part)?.[0];
    if (iq !== undefined) {
      const [id, from] = [/\bid='([^']*)'/.exec(iq)?.[1] ?? '', /\bfrom='([^']*)'/.exec(iq)?.[1] ?? ''];
      socket.write(`<iq type='result' id='${id}' to='${from}'>${part.includes(FEATURES[0] ?? '') ? DISCO : ''}</iq>`);
    }
    const body = /<body>(\S+ \d+) /.exec(part)?.[1];
    if (body?.startsWith(`${name} `)) heard.set(body, now);
  }

  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const now = performance.now();
    const parts = (rest + text).split(/<\/(?:message|iq)>/);
    rest = parts.pop() ?? '';
    for (const part of parts) take(part, now);
    if (rest.includes('<presence') && rest.includes(`from='${jid}'`)) online();
  });
  socket.write(`<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`);
  socket.write(`<presence><priority>0</priority></presence>`);
  await isOnline;
  return {
    jid,
    join: (room, nick) => void socket.write(`<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`),
    listen(next) {
      name = next;
      heard = new Map();
    },
    heard: () => heard,
    close: () => socket.end('</stream:stream>'),
  };
}
