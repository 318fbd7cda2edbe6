// A device on stanza.js as it comes, over WebSocket, with the words of slixmpp-room.py: orders and what it sees, one JSON object a line.
import { createInterface } from 'node:readline';
import { createClient } from 'stanza';
import { z } from 'zod';
import { orders } from './orders.ts';

const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
const first = await lines.next();
const { jid, password, websocket } = z.object({ jid: z.string(), password: z.string(), websocket: z.string() }).parse(JSON.parse(String(first.value)));
const tell = (what: object): void => console.log(JSON.stringify(what));

const client = createClient({ jid, password, resource: 'stanza', transports: { websocket, bosh: false }, autoReconnect: true });
client.on('session:started', () => {
  client.enableCarbons().catch((error: unknown) => console.error(error)).finally(() => {
    client.sendPresence();
    tell({ event: 'online' });
  });
});
client.on('message', ({ type, body }) => {
  if (body !== undefined && type !== 'error') tell({ event: type === 'groupchat' ? 'said' : 'private', body });
});
client.on('carbon:received', ({ carbon }) => tell({ event: 'private', body: carbon.forward.message?.body }));
client.on('carbon:sent', ({ carbon }) => tell({ event: 'private', body: carbon.forward.message?.body }));
client.on('auth:failed', () => tell({ event: 'refused', text: 'it was not let in' }));
client.connect();

for await (const line of lines) {
  const order = orders.parse(JSON.parse(line));
  if (order.verb === 'join' || order.verb === 'nick') {
    const done = order.verb === 'join' ? client.joinRoom(order.room, order.nick) : client.changeNick(order.room, order.nick);
    done.catch((error: unknown) => console.error(error));
  } else if (order.verb === 'say') client.sendMessage({ to: order.room, type: 'groupchat', body: order.body });
  else if (order.verb === 'private') client.sendMessage({ to: order.to, type: 'chat', body: order.body });
  else if (order.verb === 'leave') client.leaveRoom(order.room, order.nick).catch((error: unknown) => console.error(error));
  else if (order.verb === 'bookmarks') {
    for (const { autoJoin, jid: room, nick } of await client.getBookmarks()) if (autoJoin) client.joinRoom(room, nick ?? 'Ali').catch((error: unknown) => console.error(error));
  } else if (order.verb === 'quit') break;
}
const disconnected = new Promise<void>((resolve) => { client.on('disconnected', () => resolve()); });
client.disconnect();
await disconnected;
process.exit();
