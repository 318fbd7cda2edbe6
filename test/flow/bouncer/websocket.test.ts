// A browser's client, over WebSocket on the web's port (RFC 7395).
import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createScram } from '../../../src/xmpp/sasl/scram.ts';
import { makeHome } from '../../support/daemon.ts';
import { newAccount, prosody as server } from '../../support/servers/servers.ts';
import { feed } from '../../support/until.ts';

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

test('a browser logs in and joins a room; a page of another site does not get so far', async () => {
  const home = makeHome();
  open.push(() => home.remove());
  const alice = await newAccount(server, 'alice');
  await home.addAccount(server, alice);
  const { origin, host } = new URL(await home.start());
  await home.cli(['bouncer', 'on', '--listen', '127.0.0.1:0', '--direct-tls', '127.0.0.1:0']);
  const [login] = await home.json<{ password: string }>(['device', 'add', 'Browser']);
  const room = await server.room({ archive: true });

  const socket = new WebSocket(`${origin.replace('http', 'ws')}/xmpp-websocket`, 'xmpp');
  open.push(() => socket.close());
  const frames = feed<string>();
  socket.addEventListener('message', ({ data }) => frames.push(String(data)));
  socket.addEventListener('close', () => frames.end('the socket was closed'));
  await new Promise((resolve) => { socket.addEventListener('open', resolve, { once: true }); });
  const header = `<open xmlns='${FRAMING}' to='${server.domain}' version='1.0'/>`;
  const hears = (what: string): Promise<string> => frames.next((frame) => frame.includes(what), { what });
  const inside = (frame: string): string => Buffer.from(/>([^<]*)</.exec(frame)?.[1] ?? '', 'base64').toString();
  const encode = (text: string): string => Buffer.from(text).toString('base64');

  socket.send(header);
  expect(await hears('<open')).toContain(FRAMING);
  const features = await hears('mechanism');
  expect(features).toContain('SCRAM-SHA-256');
  expect(features).not.toContain('PLAIN');
  const scram = createScram('sha256', { username: alice.user, password: login?.password ?? '' });
  socket.send(`<auth xmlns='${SASL}' mechanism='SCRAM-SHA-256'>${encode(scram.first)}</auth>`);
  socket.send(`<response xmlns='${SASL}'>${encode(await scram.answer(inside(await hears('<challenge'))))}</response>`);
  scram.verify(inside(await hears('<success')));
  socket.send(header);
  await hears('urn:ietf:params:xml:ns:xmpp-bind');
  socket.send("<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  expect(await hears('<jid>')).toContain(`${alice.jid}/minimix.`);
  socket.send(`<presence xmlns='jabber:client' to='${room}/Ali'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  const self = await hears(`from="${room}/Ali"`);
  expect(self).toMatch(/xmlns=["']jabber:client["']/);
  socket.send(`<message xmlns='jabber:client' type='groupchat' to='${room}'><body>from a browser</body></message>`);
  await hears('from a browser');
  socket.send(`<close xmlns='${FRAMING}'/>`);
  expect(await hears('<close')).toContain(FRAMING);

  const foreign = { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol': 'xmpp' };
  const asked = request(`${origin}/xmpp-websocket`, { headers: { ...foreign, host, origin: 'https://evil.example' } });
  const outcome = new Promise((resolve) => {
    asked.once('upgrade', () => resolve('let in')).once('error', () => resolve('refused'));
  });
  asked.end();
  expect(await outcome).toBe('refused');
});
