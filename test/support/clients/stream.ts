// The client's side of a stream, as little of it as a person in a test needs: STARTTLS, PLAIN, whole
// elements.
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { escapeXML, type Element } from 'ltx';
import { readElements } from './elements.ts';
import { feed } from '../until.ts';
import type { ServerAddress } from '../servers/server.ts';

export interface Login {
  /** Another port than the server's own: a link that a test can cut, or the bouncer. */
  readonly port?: number;
  /** The authority to trust, where it is not the server's. */
  readonly ca?: string;
  /** Declarations of prefixes in the header of the stream, behind a space. */
  readonly declares?: string;
}

const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** Opens a stream over TLS, the test's authority trusted, and logs in; what is left to do is to bind. */
export async function authenticate(
  server: ServerAddress, user: string, password: string, options: Login,
): Promise<{ socket: Socket; stream: Stream }> {
  const plain = connectTcp(options.port ?? server.port, server.host);
  await once(plain, 'connect');
  plain.on('error', () => undefined); // 'close' follows, and says it to those who wait
  const before = openStream(plain, server.domain);
  await before.expect('stream:features');
  plain.write(`<starttls xmlns='${TLS}'/>`);
  await before.expect('proceed');
  before.detach();
  const socket = connectTls({ socket: plain, ca: options.ca ?? server.ca, servername: server.domain });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  socket.setNoDelay(true);
  const stream = openStream(socket, server.domain);
  await stream.expect('stream:features');
  const secret = Buffer.from(`\0${user}\0${password}`).toString('base64');
  socket.write(`<auth xmlns='${SASL}' mechanism='PLAIN'>${secret}</auth>`);
  await stream.expect('success');
  stream.detach();
  const authenticated = openStream(socket, server.domain, options.declares);
  await authenticated.expect('stream:features');
  return { socket, stream: authenticated };
}

export interface Stream {
  /** The next first-level element, which must have this name. */
  expect(name: string): Promise<Element>;
  /** All first-level elements from now on. */
  onElement(listener: (element: Element) => void): void;
  detach(): void;
}

/** Sends a stream header, and reads first-level elements off the socket. */
function openStream(socket: Socket, domain: string, declares = ''): Stream {
  const early = feed<Element>((element) => element.toString().slice(0, 300));
  let listener: (element: Element) => void = early.push;
  const parser = readElements((element) => listener(element), () => void socket.end());
  parser.on('error', (error: Error) => socket.destroy(error));
  const decoder = new TextDecoder();
  const read = (chunk: Buffer): void => parser.write(decoder.decode(chunk, { stream: true }));
  const ended = (): void => early.end('the stream ended');
  socket.on('data', read).once('close', ended);
  socket.write(`<?xml version='1.0'?><stream:stream to='${escapeXML(domain)}' version='1.0' xmlns='jabber:client' `
    + `xmlns:stream='http://etherx.jabber.org/streams'${declares}>`);
  return {
    async expect(name) {
      const element = await early.next(() => true, { what: `<${name}/>` });
      if (element.name !== name) throw new Error(`expected <${name}/>, got ${element.toString()}`);
      return element;
    },
    onElement(next) { listener = next; },
    detach() { socket.off('data', read).off('close', ended); },
  };
}
