// A device on @xmpp/client as it comes, with the words of slixmpp-room.py: orders and what it sees, one JSON object a line.
import { createInterface } from 'node:readline';
import { client, xml } from '@xmpp/client';
import { z } from 'zod';
import { orders } from './orders.ts';

const CARBONS = 'urn:xmpp:carbons:2';
const FORWARD = 'urn:xmpp:forward:0';

const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
const first = await lines.next();
const login = z.object({ jid: z.string(), password: z.string(), host: z.string(), port: z.number() }).parse(JSON.parse(String(first.value)));
const [username = '', domain = ''] = login.jid.split('@');
const tell = (what: object): void => console.log(JSON.stringify(what));

const xmpp = client({ service: `xmpp://${login.host}:${login.port}`, domain, username, password: login.password, resource: 'xmppjs' });
const rooms = new Map<string, string>();
const enter = (room: string, nick: string): Promise<void> =>
  xmpp.send(xml('presence', { to: `${room}/${nick}` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' }, xml('history', { maxstanzas: '20' }))));

xmpp.on('error', (error: Error) => console.error(error.message));
xmpp.on('stanza', (stanza) => {
  if (!stanza.is('message') || stanza.attrs['type'] === 'error') return;
  const carbon = stanza.getChild('received', CARBONS) ?? stanza.getChild('sent', CARBONS);
  const body = (carbon?.getChild('forwarded', FORWARD)?.getChild('message') ?? stanza).getChildText('body');
  if (body) tell({ event: stanza.attrs['type'] === 'groupchat' ? 'said' : 'private', body });
});
xmpp.on('online', () => {
  void begin();
});

async function begin(): Promise<void> {
  await xmpp.iqCaller.request(xml('iq', { type: 'set' }, xml('enable', { xmlns: CARBONS }))); // a presence before an IQ's answer breaks its stream management
  await xmpp.send(xml('presence'));
  for (const [room, nick] of rooms) await enter(room, nick);
  tell({ event: 'online' });
}

await xmpp.start();
for await (const line of lines) {
  const order = orders.parse(JSON.parse(line));
  if (order.verb === 'join') {
    rooms.set(order.room, order.nick);
    await enter(order.room, order.nick);
  } else if (order.verb === 'nick') {
    rooms.set(order.room, order.nick);
    await xmpp.send(xml('presence', { to: `${order.room}/${order.nick}` }));
  } else if (order.verb === 'say') await xmpp.send(xml('message', { to: order.room, type: 'groupchat' }, xml('body', {}, order.body)));
  else if (order.verb === 'private') await xmpp.send(xml('message', { to: order.to, type: 'chat' }, xml('body', {}, order.body)));
  else if (order.verb === 'leave') {
    rooms.delete(order.room);
    await xmpp.send(xml('presence', { to: `${order.room}/${order.nick}`, type: 'unavailable' }));
  } else if (order.verb === 'quit') break;
}
await xmpp.stop();
process.exit();
